"""Nothing lies around: every template is rendered, files are short, nothing is left to do, locks are clean."""

import ast
import json
import re
import tomllib
from functools import cache

import pytest
from jinja2 import Environment, nodes
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from outreach.config import ROOT
from tests.meta.filled import Filled
from tests.meta.source import TEMPLATES, modules, templates, tracked_files

LONGEST = 400
TEXT = {
    ".py",
    ".html",
    ".md",
    ".css",
    ".ts",
    ".mjs",
    ".toml",
    ".yaml",
    ".yml",
    ".json",
    ".typ",
    ".txt",
    ".sh",
    "",
}
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-node.lock", "package-lock.json")


@pytest.fixture(scope="module")
def jinja(filled: Filled) -> Environment:
    return filled.app.jinja_env


def _strings_in_code() -> set[str]:
    return {
        node.value
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.endswith(".html")
    }


def _used_by(jinja: Environment, name: str) -> set[str]:
    """Templates that a template extends, includes or imports."""
    tree = jinja.parse((TEMPLATES / name).read_text(encoding="utf-8"))
    found = set()
    for node in tree.find_all((nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)):
        found |= {const.value for const in node.template.find_all(nodes.Const)}
        if isinstance(node.template, nodes.Const):
            found.add(node.template.value)
    return {each for each in found if isinstance(each, str)}


def test_every_template_is_reached_from_a_view(jinja: Environment) -> None:
    reached: set[str] = set()
    to_see = _strings_in_code() & set(templates())
    while to_see:
        name = to_see.pop()
        reached.add(name)
        to_see |= _used_by(jinja, name) - reached
    assert sorted(set(templates()) - reached) == []


def test_every_template_that_code_names_is_there() -> None:
    named = {name for name in _strings_in_code() if "/" in name}
    assert sorted(named - set(templates())) == []


@pytest.mark.parametrize("name", templates())
def test_every_template_compiles(jinja: Environment, name: str) -> None:
    assert jinja.get_template(name)


def _macros(jinja: Environment, name: str) -> set[str]:
    tree = jinja.parse((TEMPLATES / name).read_text(encoding="utf-8"))
    set_ones = {
        target.name
        for assign in tree.find_all(nodes.Assign)
        for target in assign.find_all(nodes.Name)
        if target.ctx == "store"
    }
    return {macro.name for macro in tree.find_all(nodes.Macro)} | set_ones


def test_every_macro_that_a_template_calls_is_there(jinja: Environment) -> None:
    """A misspelt `ui.buton` in a branch that no test renders fails here."""
    known = _macros(jinja, "web/_macros.html")
    wrong = [
        f"{name} line {attribute.lineno}: ui.{attribute.attr}"
        for name in templates()
        for attribute in jinja.parse((TEMPLATES / name).read_text(encoding="utf-8")).find_all(nodes.Getattr)
        if isinstance(attribute.node, nodes.Name)
        and attribute.node.name == "ui"
        and attribute.attr not in known
    ]
    assert wrong == []


@cache
def _lines() -> list[tuple[str, int, str]]:
    found = []
    for path in tracked_files():
        if path.suffix in TEXT and path.name not in LOCKS:
            name = str(path.relative_to(ROOT))
            text = path.read_text(encoding="utf-8")
            found += [(name, number, line) for number, line in enumerate(text.splitlines(), 1)]
    return found


def test_nothing_is_left_to_do() -> None:
    marks = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b")
    assert [f"{name}:{number}" for name, number, line in _lines() if marks.search(line)] == []


def test_nothing_is_left_of_a_merge() -> None:
    marks = re.compile(r"^(<{7} |>{7} |={7}$)")
    assert [f"{name}:{number}" for name, number, line in _lines() if marks.match(line)] == []


def test_files_are_read_in_one_go() -> None:
    ours = ("outreach/", "static/src/", "templates/", "scripts/")
    lengths = {name: number for name, number, _line in _lines() if name.startswith(ours)}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST} == {}


def test_no_file_or_folder_is_named_after_nothing() -> None:
    vague = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "base", "core", "misc"}
    names = [module.name for module in modules() if vague & set(module.name.split("."))]
    assert names == []


@pytest.mark.parametrize("lock", LOCKS)
def test_no_lock_file_names_a_place_to_download_from(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    elsewhere = re.compile(r"(https?|git\+\w+|ssh)://")
    assert not elsewhere.search(_without_funding(lock, text))
    assert "--index-url" not in text
    assert '"resolved"' not in text


def _without_funding(lock: str, text: str) -> str:
    """npm keeps the addresses where one can give money; nothing is downloaded from there."""
    if not lock.endswith(".json"):
        return text
    packages = json.loads(text)["packages"]
    return json.dumps(
        {name: {k: v for k, v in each.items() if k != "funding"} for name, each in packages.items()}
    )


@pytest.mark.parametrize("lock", LOCKS[:3])
def test_every_locked_package_has_its_hashes(lock: str) -> None:
    pinned = re.split(r"\n(?=\S)", (ROOT / lock).read_text(encoding="utf-8").strip())
    without = [
        each.split()[0]
        for each in pinned
        if each and not each.startswith("#") and "--hash=sha256:" not in each
    ]
    assert without == []


def _pinned(lock: str) -> dict[str, str]:
    text = (ROOT / lock).read_text(encoding="utf-8")
    return {
        canonicalize_name(name): version
        for name, version in re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", text, re.MULTILINE)
    }


@pytest.mark.parametrize(("lock", "extras"), [("requirements.lock", ()), ("requirements-dev.lock", ("dev",))])
def test_the_locks_hold_what_the_project_asks_for(lock: str, extras: tuple[str, ...]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [
        *project["dependencies"],
        *(one for name in extras for one in project["optional-dependencies"][name]),
    ]
    pinned = _pinned(lock)
    wrong = []
    for each in map(Requirement, wanted):
        version = pinned.get(canonicalize_name(each.name))
        if version is None or version not in each.specifier:
            wrong.append(f"{each} is locked at {version}")
    assert wrong == []


def test_the_lock_for_developing_agrees_with_the_one_for_running() -> None:
    developing = _pinned("requirements-dev.lock")
    running, developing = _pinned("requirements.lock"), _pinned("requirements-dev.lock")
    assert {name for name in running if running[name] != developing.get(name)} == set()


def test_the_front_end_lock_holds_what_the_front_end_asks_for() -> None:
    asked = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    locked = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"][""]
    for group in ("dependencies", "devDependencies"):
        assert locked.get(group, {}) == asked.get(group, {})


def test_nothing_that_was_built_or_kept_secret_is_in_the_tree() -> None:
    names = [str(path.relative_to(ROOT)) for path in tracked_files()]
    folders = r"(^|/)(node_modules|static/dist|instance|__pycache__)/"
    built = re.compile(folders + r"|\.(mo|db|sqlite|pyc|pem|key|woff2?|ttf|otf)$")
    assert [name for name in names if built.search(name)] == []


def test_no_file_names_a_place_on_one_machine() -> None:
    places = re.compile(r"(?<![\w.])/(work|root|home/\w+)/")
    assert [f"{name}:{number}" for name, number, line in _lines() if places.search(line)] == []
