"""Imports point the way the data flows, SQL and the clock have their places, and rules stay pure."""

import ast

import pytest

from tests.meta.source import Module, imported, modules, own_imports

GROUND = (
    "config",
    "providers",
    "clock",
    "errors",
    "db",
    "i18n",
    "console",
    "schema",
    "jobs",
    "spreadsheets",
    "plain_yaml",
    "paper",
    "rate_limits",
)
"""What every room may stand on; none of these imports a room."""

ROOMS = (
    "regions",
    "staff",
    "cases",
    "attempts",
    "campaigns",
    "responses",
    "letters",
    "messages",
    "visits",
    "insight",
)
"""Lowest first: a room imports only rooms before it."""

DOORS = ("service", "queries", "models", "rules", "words")
"""The modules of a room that other rooms may use (also `visit_queries`, `print_service` and the like)."""

OTHER_DOORS = {
    "outreach.regions.checking": "why settings of a region were refused, field by field",
    "outreach.regions.municipalities": "the order in which reports name municipalities",
    "outreach.cases.timeline": "the spine: the way in which every room reports",
    "outreach.cases.events": "the kinds of events that rooms report and hear of",
    "outreach.cases.target_groups": "the target groups, a list",
    "outreach.cases.outcomes": "the outcome lists that ship, and what an outcome means",
    "outreach.cases.event_words": "what happened, in words",
    "outreach.cases.imports.languages": "languages by their names",
    "outreach.attempts.reach": "how far an attempt came, by which reports count",
    "outreach.attempts.forms": "the pictograms of what came of a visit",
    "outreach.staff.push_rules": "a device by the name of its browser",
    "outreach.cases.notice_views": "the coach's day shows her notices",
    "outreach.cases.taking_back_views": "the address that takes back what was just logged",
    "outreach.staff.scope": "what the person who asks may see",
    "outreach.campaigns.calendar": "working days",
    "outreach.campaigns.plan_files": "the contact plans that ship",
    "outreach.campaigns.trial_rules": "which steps are compared and until when where nobody chose",
    "outreach.responses.codes": "how a code is written",
}
"""Further modules that other rooms may use, each with the reason."""

SQL_PLACES = {
    "outreach.db": "the engine",
    "outreach.cases.timeline": "appends events and writes the cached state",
    "outreach.cases.optouts": "keeps opt-outs in step with what is recorded",
    "outreach.campaigns.enrolments": "advances enrolments by the thousand",
    "outreach.demo.story": "brings in the made-up list in one go",
    "outreach.web.views": "asks the database whether it is there",
}
"""Modules beside queries and services in which a statement may stand."""

IMPURE = ("flask", "sqlalchemy", "sqlmodel", "requests", "urllib", "socket", "outreach.db", "outreach.clock")
WORDS = {"outreach.i18n", "outreach.errors", "outreach"}
"""Sentences for people: all of the outside world that rules may know, and as far as we look."""

STATEMENTS = frozenset({"select", "insert", "update", "delete", "text", "union", "union_all", "exists"})
CLOCKS = frozenset(
    {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns"}
)


def _room_of(name: str) -> str:
    parts = name.split(".")
    return parts[1] if len(parts) > 1 else ""


def _in_rooms() -> list[Module]:
    return [module for module in modules() if module.room in ROOMS and not module.at_top]


def test_every_folder_has_its_place_in_the_order() -> None:
    folders = {module.room for module in modules() if not module.at_top and module.room}
    assert folders <= {*ROOMS, "web", "demo"}


def _into_other_rooms() -> list[tuple[Module, str]]:
    return [
        (module, name)
        for module in _in_rooms()
        for name in sorted(own_imports(module))
        if _room_of(name) not in (module.room, "web", "", *GROUND)
    ]


def test_a_room_imports_only_rooms_before_it() -> None:
    wrong = [
        f"{module.name} imports {name}"
        for module, name in _into_other_rooms()
        if _room_of(name) not in ROOMS[: ROOMS.index(module.room)]
    ]
    assert wrong == []


def test_a_room_uses_the_doors_of_other_rooms() -> None:
    wrong = []
    for module, name in _into_other_rooms():
        door = name.rsplit(".", 1)[-1]
        if not (door in DOORS or door.endswith(("_queries", "_service")) or name in OTHER_DOORS):
            wrong.append(f"{module.name} imports {name}")
    assert wrong == []


def test_the_listed_doors_are_all_used() -> None:
    used = {name for module in modules() for name in own_imports(module) if _room_of(name) != module.room}
    assert set(OTHER_DOORS) <= used


def test_only_pages_and_panels_import_the_web_room() -> None:
    for module in _in_rooms():
        for name in own_imports(module):
            if _room_of(name) == "web":
                web_side = (
                    module.last.endswith(("views", "panels", "pages")) or name == "outreach.web.headers"
                )
                assert web_side, f"{module.name} imports {name}"


def test_what_all_pages_share_knows_only_regions_and_staff() -> None:
    for module in modules():
        if module.room == "web":
            for name in own_imports(module):
                assert _room_of(name) in ("web", "regions", "staff", *GROUND), f"{module.name} imports {name}"


def test_the_ground_imports_no_room() -> None:
    for module in modules():
        if module.at_top and module.last in GROUND:
            for name in own_imports(module):
                assert _room_of(name) in ("", *GROUND), f"{module.name} imports {name}"


def test_nobody_reads_insight_or_the_demo_but_the_list_of_rooms() -> None:
    for module in modules():
        for name in own_imports(module):
            for apart in ("insight", "demo"):
                if _room_of(name) == apart and module.room != apart:
                    assert module.at_top or module.room == "demo", f"{module.name} imports {name}"


def _sql(module: Module) -> set[str]:
    """The names of statements that a module takes from SQLAlchemy or SQLModel."""
    found = set()
    for name in imported(module):
        package, _, last = name.rpartition(".")
        if package.split(".")[0] in ("sqlalchemy", "sqlmodel") and last in STATEMENTS:
            found.add(last)
    return found


def test_sql_stands_in_queries_and_services() -> None:
    elsewhere = [
        module.name
        for module in modules()
        if not f"_{module.last}".endswith(("_queries", "_service"))
        and module.name not in SQL_PLACES
        and _sql(module)
    ]
    assert elsewhere == []


@pytest.mark.parametrize("name", sorted(set(SQL_PLACES) - {"outreach.db"}))
def test_the_exceptions_for_sql_are_needed(name: str) -> None:
    module = next(module for module in modules() if module.name == name)
    assert _sql(module)


def _rules() -> list[Module]:
    return [module for module in modules() if module.last == "rules"]


def test_there_are_rules() -> None:
    assert {module.room for module in _rules()} >= {"cases", "attempts", "campaigns", "responses", "insight"}


@pytest.mark.parametrize("module", _rules(), ids=lambda module: module.name)
def test_rules_know_no_database_no_web_and_no_clock(module: Module) -> None:
    by_name = {each.name: each for each in modules()}
    seen, to_see = set(), {module.name}
    while to_see:
        name = to_see.pop()
        seen.add(name)
        for used in imported(by_name[name]):
            assert not used.startswith(IMPURE), f"{module.name} leads to {used} through {name}"
        to_see |= own_imports(by_name[name]) - seen - WORDS


def _asks_the_clock(module: Module) -> list[str]:
    found = []
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            asked = ast.unparse(node.func)
            if any(asked == clock or asked.endswith(f".{clock}") for clock in CLOCKS):
                found.append(f"line {node.lineno}: {asked}()")
    return found


def test_only_the_clock_asks_what_time_it_is() -> None:
    asking = {module.name: _asks_the_clock(module) for module in modules()}
    assert asking.pop("outreach.clock"), "this test no longer sees how the clock asks"
    assert {name: found for name, found in asking.items() if found} == {}
    assert [module.name for module in modules() if "time.time" in imported(module)] == []
