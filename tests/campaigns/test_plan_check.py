"""Plans and their texts: every plan that ships can be used, and a broken one says where."""

import json
from pathlib import Path

from click.testing import CliRunner

from outreach.campaigns.plan_files import PLANS, shipped_plans
from outreach.cli import main
from outreach.plan_check import check, known_texts


def test_every_plan_that_ships_has_its_texts() -> None:
    for name in shipped_plans():
        assert check(PLANS / f"{name}.yaml").name == name


def test_a_plan_with_a_missing_text_names_step_and_field(tmp_path: Path) -> None:
    text = (PLANS / "drie-weken.yaml").read_text()
    file = tmp_path / "mijn-plan.yaml"
    file.write_text(text.replace("template: w2-brief", "template: w2-briefje"))
    refused = CliRunner().invoke(main, ["plan", "check", str(file)])
    assert refused.exit_code == 1
    assert "mijn-plan.yaml" in refused.output
    assert "w2-brief" in refused.output
    assert "template" in refused.output


def test_a_plan_that_can_be_used_says_its_steps() -> None:
    done = CliRunner().invoke(main, ["plan", "check", str(PLANS / "drie-weken.yaml"), "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.output)["steps"][0] == "w1-whatsapp-1"


def test_messages_and_letters_are_known_by_the_names_that_plans_use() -> None:
    known = known_texts()
    assert {"w1-whatsapp-1", "w1-whatsapp-2", "w1-brief", "w2-brief-boven", "w2-brief-onder"} <= known.keys()
    assert "link" in known["w1-whatsapp-1"]


def test_a_plan_with_an_unknown_checklist_names_step_and_field(tmp_path: Path) -> None:
    text = (PLANS / "drie-weken.yaml").read_text()
    file = tmp_path / "mijn-plan.yaml"
    with_one = text.replace("channel: visit\n", "channel: visit\n    checklist: {}\n", 1)
    file.write_text(with_one.replace("{}", "praatje"))
    refused = CliRunner().invoke(main, ["plan", "check", str(file)])
    assert refused.exit_code == 1
    assert "stap w3-huisbezoek, veld checklist: er is geen vragenlijst 'praatje'" in refused.output
    file.write_text(with_one.replace("{}", "intake"))
    assert check(file).step("w3-huisbezoek").checklist == "intake"
