"""Which questions are asked: one table of cases, run by the server's rule and by the phone's."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from outreach.config import ROOT
from outreach.visits.checklist_rules import relevant
from tests.visits.asked import checklist

TABLE = Path(__file__).with_name("relevance.json")
CASES = json.loads(TABLE.read_text(encoding="utf-8"))["cases"]

ON_THE_PHONE = """
import { readFileSync } from "node:fs";
import { build } from "esbuild";
const [rule, table] = process.argv.slice(1);
const { outputFiles } = await build({ entryPoints: [rule], bundle: true, format: "esm", write: false });
const { relevant } = await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].text).toString("base64")}`);
const { cases } = JSON.parse(readFileSync(table, "utf8"));
const asked = cases.map(({ questions, answers }) =>
  [...relevant(Object.entries(questions).map(([id, when]) => ({ id, when })), answers)]);
console.log(JSON.stringify(asked));
"""


@pytest.mark.parametrize("case", CASES, ids=[case["says"] for case in CASES])
def test_the_server_asks(case: dict[str, Any]) -> None:
    questions = [{"id": name, "when": when} for name, when in case["questions"].items()]
    asked = relevant(checklist(*questions), case["answers"])
    assert asked == set(case["asked"])


def test_the_phone_asks_the_same() -> None:
    rule = ROOT / "static" / "src" / "field" / "relevance.ts"
    command = [
        str(ROOT / "scripts/with-node"),
        "node",
        "--input-type=module",
        "-e",
        ON_THE_PHONE,
        str(rule),
        str(TABLE),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    said = dict(zip([case["says"] for case in CASES], json.loads(done.stdout), strict=True))
    assert said == {case["says"]: case["asked"] for case in CASES}
