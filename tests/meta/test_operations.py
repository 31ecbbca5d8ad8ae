"""docs/operations.md lists every setting and every command with its options, and nothing that is not there."""

import ast
import re
from collections.abc import Iterator

import click

from outreach.cli import main
from outreach.config import ROOT
from tests.meta.source import modules

DOCUMENT = ROOT / "docs" / "operations.md"
SHARED = {"--json", "--now", "--help"}
"""Options of all commands, told once above the table."""
WITHOUT_SHARED = {"web", "worker"}
ENVIRONMENTS = {"env", "os.environ"}


def _settings_in_code() -> set[str]:
    """Names of environment variables that the package reads, by any of the ways there are."""
    found = set()
    for module in modules():
        for node in ast.walk(module.tree):
            name = None
            if isinstance(node, ast.Call) and node.args:
                origin, _, verb = ast.unparse(node.func).rpartition(".")
                if verb == "getenv" or (origin in ENVIRONMENTS and verb in ("get", "setdefault")):
                    name = node.args[0]
            elif isinstance(node, ast.Subscript) and ast.unparse(node.value) in ENVIRONMENTS:
                name = node.slice
            if isinstance(name, ast.Constant) and isinstance(name.value, str) and name.value.isupper():
                found.add(name.value)
    return found


def _rows(heading: str) -> Iterator[list[str]]:
    """The cells of the table under a heading."""
    text = DOCUMENT.read_text(encoding="utf-8")
    section = re.split(r"^## ", text.split(f"\n## {heading}\n", 1)[1], flags=re.MULTILINE)[0]
    for line in section.splitlines():
        if line.startswith("| `"):
            yield [cell.strip() for cell in line.strip("|").split(" | ")]


def test_every_setting_is_documented_and_every_documented_one_exists() -> None:
    documented = [row[0].strip("` ") for row in _rows("Settings")]
    assert sorted(documented) == sorted(_settings_in_code())


def test_the_documented_defaults_are_the_defaults() -> None:
    from outreach import config
    from outreach.providers import ways_of

    settings = config.load({"OUTREACH_SECRET_KEY": "x"})
    defaults = {row[0].strip("` "): row[1].strip("`") for row in _rows("Settings")}
    assert defaults["OUTREACH_BASE_URL"] == settings.base_url
    assert ways_of(defaults["OUTREACH_CHANNELS"]) == settings.providers.ways
    assert int(defaults["PORT"]) == settings.port
    assert int(defaults["OUTREACH_MAX_UPLOAD_MB"]) == settings.max_upload_mb
    assert int(defaults["OUTREACH_TRUSTED_PROXIES"]) == settings.trusted_proxies
    assert defaults["OUTREACH_RATE_LIMIT_STORAGE"] == settings.rate_limit_storage
    assert settings.database_url.endswith(defaults["OUTREACH_DATABASE_URL"].removeprefix("sqlite:///"))


def _commands(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    if isinstance(command, click.Group):
        for name, below in command.commands.items():
            yield from _commands(below, (*path, name))
    else:
        yield " ".join(path), command


def _documented() -> dict[str, set[str]]:
    """Command to the options that its row names."""
    found = {}
    for row in _rows("Commands"):
        words = row[0].strip("` ").removeprefix("outreach ").split()
        name = []
        for word in words:
            if not re.fullmatch(r"[a-z]+(-[a-z]+)*", word):
                break
            name.append(word)
        found[" ".join(name)] = set(re.findall(r"--[a-z-]+", row[0]))
    return found


def test_every_command_is_documented_with_its_options() -> None:
    existing = {
        name: {option for one in command.params if isinstance(one, click.Option) for option in one.opts}
        - SHARED
        for name, command in _commands(main)
    }
    assert _documented() == existing


def test_every_command_takes_what_all_commands_take() -> None:
    for name, command in _commands(main):
        options = {option for one in command.params for option in one.opts}
        assert name in WITHOUT_SHARED or options >= {"--json", "--now"}, name


def test_every_command_and_option_says_what_it_does() -> None:
    silent = []
    for name, command in _commands(main):
        if not command.help:
            silent.append(name)
        silent += [
            f"{name} {one.opts[0]}"
            for one in command.params
            if isinstance(one, click.Option) and not one.help
        ]
    assert silent == []
