"""All visible text goes through gettext, and the Dutch catalogue is complete and in step."""

import ast
import re
from collections.abc import Iterator
from functools import cache

import polib
import pytest
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_file
from bs4 import BeautifulSoup, Comment, Doctype
from flask import Flask
from jinja2 import Environment, nodes

from outreach.config import ROOT
from outreach.i18n import LANGUAGES
from tests.meta.filled import Filled
from tests.meta.source import PACKAGE, TEMPLATES, Module, modules, templates

CATALOGUE = PACKAGE / "translations" / "nl" / "LC_MESSAGES" / "messages.po"
KEYWORDS = DEFAULT_KEYWORDS | {"_l": None, "lazy_gettext": None, "lazy_ngettext": (1, 2)}

NO_WORDS = {"Outreach", "NL", "EN", "km", "mm", "%", "PDF", "CSV", "XLSX"}
"""Names and units: the same in every language, and so allowed as they are."""

SAME_IN_DUTCH = {
    "Accounts",
    "Apple Maps",
    "Coach",
    "Details",
    "E-mail",
    "Filter",
    "Google Maps",
    "Import",
    "Later",
    "In contact",
    "Open data",
    "Outreach",
    "PDF",
    "Plan",
    "SMS",
    "Sandbox",
    "School",
    "Start",
    "Start %(name)s",
    "Status",
    "Status: %(status)s",
    "Stop %(name)s",
    "Variant",
    "Voicemail",
    "Waze",
    "Week %(week)s",
    "Website",
    "WhatsApp",
    "coach",
    "coach %(name)s",
    "e-mail",
    "school",
}
"""English texts whose Dutch is the same word."""

TAKES_A_NAME = {"ValueMissing"}
"""Refusals that are given the name of something and make the sentence themselves."""
VISIBLE_ATTRIBUTES = ("alt", "title", "placeholder", "aria-label", "aria-description", "label")
NO_SENTENCES_FOR_USERS = {
    "outreach.config": "read by who sets the machine up, before there is a language",
    "outreach.providers": "the same",
}
SENTENCE = re.compile(r"[A-Z][a-z]+([ ,'].*)?\Z", re.DOTALL)


def _extracted() -> Iterator[tuple[str, str | tuple[str, ...]]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        for found in extract_from_file("python", str(path), keywords=KEYWORDS):
            yield str(path.relative_to(ROOT)), found[1]
    for name in templates():
        for found in extract_from_file("jinja2", str(TEMPLATES / name), keywords=KEYWORDS):
            yield name, found[1]


@cache
def _texts() -> dict[str, tuple[str, str]]:
    """English text to its plural ('' for none) and where it stands."""
    found: dict[str, tuple[str, str]] = {}
    for where, message in _extracted():
        singular, plural = message[:2] if isinstance(message, tuple) else (message, "")
        found[singular] = (plural, where)
    return found


@cache
def _catalogue() -> dict[str, polib.POEntry]:
    return {entry.msgid: entry for entry in polib.pofile(str(CATALOGUE)) if not entry.obsolete}


def _translations(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def test_no_text_lacks_its_dutch() -> None:
    missing = {
        where: text
        for text, (plural, where) in _texts().items()
        if text not in _catalogue()
        or not all(_translations(_catalogue()[text]))
        or _catalogue()[text].msgid_plural != plural
    }
    assert missing == {}


def test_no_dutch_is_left_of_texts_that_are_gone() -> None:
    assert sorted(set(_catalogue()) - set(_texts())) == []


def test_nothing_in_the_catalogue_is_unsure_or_kept_for_later() -> None:
    catalogue = polib.pofile(str(CATALOGUE))
    assert [entry.msgid for entry in catalogue if entry.fuzzy or entry.obsolete] == []


def _placeholders(text: str) -> list[str]:
    return sorted(re.findall(r"%\(\w+\)[sd]|%%|%[sd]", text))


def test_a_translation_fills_in_the_same_values() -> None:
    wrong = {}
    for entry in _catalogue().values():
        allowed = [_placeholders(text) for text in (entry.msgid, entry.msgid_plural) if text]
        for text in _translations(entry):
            if sorted(set(_placeholders(text))) not in [sorted(set(each)) for each in allowed]:
                wrong[entry.msgid] = text
    assert wrong == {}


def test_no_text_was_left_in_english() -> None:
    same = [
        entry.msgid
        for entry in _catalogue().values()
        if entry.msgid in _translations(entry)
        and re.search(r"[A-Za-z]{2}", re.sub(r"%\(\w+\)[sd]", "", entry.msgid))
        and entry.msgid not in SAME_IN_DUTCH
    ]
    assert same == []


def test_dutch_speaks_to_people_informally() -> None:
    formal = re.compile(r"\b(uw|u)\b", re.IGNORECASE)
    found = [text for entry in _catalogue().values() for text in _translations(entry) if formal.search(text)]
    assert found == []


# Templates


@pytest.fixture(scope="module")
def jinja(filled: Filled) -> Environment:
    return filled.app.jinja_env


def _bare(jinja: Environment, source: str) -> str:
    """The HTML of a template without what Jinja puts in, and without what stands in a trans block."""
    parts = []
    translated = False
    block: list[str] = []
    for _line, kind, value in jinja.lex(source):
        if kind == "data" and not translated:
            parts.append(value)
        elif kind == "variable_begin":
            parts.append("·")
        elif kind == "block_begin":
            block = []
        elif kind == "name":
            block.append(value)
        elif kind == "block_end" and block:
            if block[0] in ("trans", "endtrans"):
                translated = block[0] == "trans"
            block = []
    return "".join(parts)


def _words(text: str) -> str:
    """The letters of a text that are not a name or a unit."""
    left = text
    for allowed in sorted(NO_WORDS, key=len, reverse=True):
        left = left.replace(allowed, "")
    return left.strip() if re.search(r"[^\W\d_]", left) else ""


def _literals(html: str) -> Iterator[str]:
    soup = BeautifulSoup(html, "html.parser")
    for text in soup.find_all(string=True):
        if not isinstance(text, Comment | Doctype) and text.parent and text.parent.name != "script":
            yield str(text)
    for tag in soup.find_all(True):
        for name in VISIBLE_ATTRIBUTES:
            if tag.get(name):
                yield str(tag[name])


@pytest.mark.parametrize("name", [name for name in templates() if not name.endswith(".svg.html")])
def test_a_template_holds_no_bare_words(jinja: Environment, name: str) -> None:
    source = (TEMPLATES / name).read_text(encoding="utf-8")
    bare = [words for text in _literals(_bare(jinja, source)) if (words := _words(text))]
    assert bare == []
    assert _bare_constants(jinja.parse(source)) == []


def _bare_constants(tree: nodes.Template) -> list[str]:
    """Sentences in expressions that do not go through gettext: ui.button('Save')."""
    translated = {
        id(constant)
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name in ("_", "gettext", "ngettext")
        for constant in call.find_all(nodes.Const)
    }
    return [
        constant.value
        for constant in tree.find_all(nodes.Const)
        if isinstance(constant.value, str)
        and id(constant) not in translated
        and SENTENCE.match(constant.value)
        and constant.value not in NO_WORDS
    ]


def test_this_test_would_see_bare_words(jinja: Environment) -> None:
    source = """<p title="A title">{{ _('Good') }} Bad words</p>{% trans %}Good{% endtrans %}
    {{ ui.button('Save it') }}{{ ui.button(_('Keep it')) }}"""
    assert [w for text in _literals(_bare(jinja, source)) if (w := _words(text))] == [
        "· Bad words",
        "A title",
    ]
    assert _bare_constants(jinja.parse(source)) == ["Save it"]


# Python


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


@cache
def _refusals() -> frozenset[str]:
    """The names of Refused and all classes that come from it."""
    found = {"Refused"}
    classes = [
        node for module in modules() for node in ast.walk(module.tree) if isinstance(node, ast.ClassDef)
    ]
    grown = True
    while grown:
        more = {each.name for each in classes if found & {_name(parent) for parent in each.bases}} - found
        found |= more
        grown = bool(more)
    return frozenset(found) - TAKES_A_NAME


def _is_bare(node: ast.expr) -> bool:
    """A string with letters written in the code, outside gettext; also inside 'a' if b else 'c'."""
    if isinstance(node, ast.IfExp):
        return _is_bare(node.body) or _is_bare(node.orelse)
    if isinstance(node, ast.BinOp):
        return _is_bare(node.left)
    if isinstance(node, ast.JoinedStr):
        return any(_is_bare(part) for part in node.values)
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(_words(node.value))


def _bare_sentences(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Call):
            continue
        name = _name(node.func)
        shown: list[ast.expr] = []
        if (
            name == "flash"
            or name in _refusals()
            or name == "ValidationError"
            or (name.endswith("Field") and module.last.endswith("forms"))
        ):
            shown = node.args[:1]
        shown += [
            keyword.value
            for keyword in node.keywords
            if keyword.arg == "message"
            or (keyword.arg in ("label", "description") and name.endswith("Field"))
        ]
        yield from (f"line {node.lineno}: {ast.unparse(one)}" for one in shown if _is_bare(one))


def test_what_python_says_to_people_goes_through_gettext() -> None:
    found = {
        module.name: bare
        for module in modules()
        if module.name not in NO_SENTENCES_FOR_USERS and (bare := list(_bare_sentences(module)))
    }
    assert found == {}


def test_text_made_at_import_time_is_translated_late() -> None:
    """`_()` at the top of a module speaks the language of whoever imported it: `_l` waits."""
    found = []
    for module in modules():
        inside = {
            id(call)
            for function in ast.walk(module.tree)
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            for call in ast.walk(function)
        }
        for node in ast.walk(module.tree):
            early = isinstance(node, ast.Call) and id(node) not in inside
            if early and _name(node.func) in ("_", "gettext", "ngettext"):
                found.append(f"{module.name} line {node.lineno}")
    assert found == []


# Pages


@cache
def _english_fragments() -> tuple[str, ...]:
    """Runs of words of English texts that a Dutch page must not hold."""
    found = set()
    dutch = " ".join(text for entry in _catalogue().values() for text in _translations(entry))
    for entry in _catalogue().values():
        for text in filter(None, (entry.msgid, entry.msgid_plural)):
            for run in re.split(r"%\(\w+\)[sd]|%%|\n", text):
                run = " ".join(run.split())
                if len(run) >= 12 and run not in dutch:
                    found.add(run)
    return tuple(sorted(found))


def _visible(html: str) -> str:
    soup = BeautifulSoup(html, "html.parser")
    for hidden in soup(["script", "style"]):
        hidden.decompose()
    for link in soup.select('[lang="en"]'):
        link.decompose()
    attributes = [
        str(tag[name]) for tag in soup.find_all(True) for name in VISIBLE_ATTRIBUTES if tag.get(name)
    ]
    return " ".join(" ".join([soup.get_text(" "), *attributes]).split())


def test_a_dutch_page_holds_no_english(filled: Filled) -> None:
    found = {}
    for page in filled.pages():
        if page.is_html:
            text = _visible(page.answer.text)
            english = [fragment for fragment in _english_fragments() if fragment in text]
            if english:
                found[str(page)] = english
    assert found == {}


def test_every_page_says_which_language_it_speaks(filled: Filled) -> None:
    wrong = []
    for page in filled.pages():
        if page.is_html and page.answer.status_code < 300 and "<!doctype" in page.answer.text[:20].lower():
            soup = BeautifulSoup(page.answer.text, "html.parser")
            if (
                soup.html is None
                or soup.html.get("lang") != "nl"
                or not soup.title
                or len(soup.select("h1")) != 1
            ):
                wrong.append(f"{page}: lang, title or one h1 is missing")
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_refusals_speak_the_language_of_the_reader(app: Flask, language: str) -> None:
    page = app.test_client().get("/no/such/page", headers={"Accept-Language": language}).text
    assert ("We cannot find this" in page) is (language == "en")
