"""The source of the project as the tests about code read it: modules, templates, what imports what."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from outreach.config import ROOT

PACKAGE = ROOT / "outreach"
TEMPLATES = ROOT / "templates"


@dataclass(frozen=True, slots=True)
class Module:
    """A Python file: its path under the root, its dotted name and its tree."""

    path: Path
    name: str
    tree: ast.Module

    @property
    def room(self) -> str:
        """The first part under outreach; the module's own name for a file that stands at the top."""
        parts = self.name.split(".")
        return parts[1] if len(parts) > 1 else ""

    @property
    def last(self) -> str:
        """The last part of the name."""
        return self.name.rsplit(".", 1)[-1]

    @property
    def at_top(self) -> bool:
        """Whether it stands beside the rooms and composes them, not in one of them."""
        return self.path.parent == Path("outreach")


@cache
def modules() -> tuple[Module, ...]:
    """All Python files of the package."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        relative = path.relative_to(ROOT)
        name = ".".join(relative.with_suffix("").parts).removesuffix(".__init__")
        found.append(Module(relative, name, ast.parse(path.read_text(encoding="utf-8"))))
    return tuple(found)


def imported(module: Module) -> Iterator[str]:
    """Every module and name that a file imports, as dotted names, wherever in the file it stands."""
    package = module.name if module.path.name == "__init__.py" else module.name.rpartition(".")[0]
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            origin = node.module or ""
            if node.level:
                parts = package.split(".")
                origin = ".".join([*parts[: len(parts) - node.level + 1], *filter(None, [node.module])])
            yield from (f"{origin}.{alias.name}" for alias in node.names)


@cache
def module_names() -> frozenset[str]:
    """The dotted names of all modules and packages."""
    return frozenset(module.name for module in modules())


def own_imports(module: Module) -> set[str]:
    """The modules of this project that a file imports (names inside a module count as the module)."""
    found = set()
    for name in imported(module):
        if name.split(".")[0] != "outreach":
            continue
        found.add(name if name in module_names() else name.rpartition(".")[0])
    return found


def templates() -> list[str]:
    """All templates, by the names that Jinja gives them."""
    return sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html"))


def tracked_files() -> list[Path]:
    """All files that git keeps, plus those about to be added."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return [ROOT / name for name in sorted(set(listed.split("\0"))) if name and (ROOT / name).is_file()]
