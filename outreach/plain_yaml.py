"""YAML as people write it by hand: every value is the text that stands there; what is wrong is said in a sentence."""

from collections.abc import Hashable, Iterable
from typing import Any

import yaml
from pydantic_core import ErrorDetails

from outreach.i18n import _, _l

LARGEST = 64_000
"""Bytes; the longest file that ships is a tenth of it."""


class Unreadable(Exception):
    """This is no YAML that we read; `text` is the (lazily translated) sentence about it."""

    def __init__(self, text: Any) -> None:
        super().__init__(text)
        self.text = text


class _Loader(yaml.SafeLoader):
    """YAML with every value as the text that was written, without aliases and without doubled keys.

    Text, since YAML 1.1 reads 10:00 as the number 600 and `no` as false. No aliases, since nine lines of them
    unfold into gigabytes.
    """

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            text = _("aliases (*name) are not allowed")
            raise yaml.constructor.ConstructorError(None, None, text, self.current_event.start_mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(None, None, _("a field has a name"), key.start_mark)
            if key.value in seen:
                text = _("the field '%(name)s' stands here twice", name=key.value[:60])
                raise yaml.constructor.ConstructorError(None, None, text, key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {}


def read(source: bytes | str) -> Any:
    """What is written in `source`. Raises Unreadable."""
    raw = source.encode("utf-8", "surrogatepass") if isinstance(source, str) else source
    if len(raw) > LARGEST:
        raise Unreadable(
            _l("the file is larger than %(size)s kB, much larger than such a file is", size=LARGEST // 1000)
        )
    try:
        return yaml.load(raw.decode("utf-8-sig"), Loader=_Loader)  # noqa: S506 - it is a SafeLoader
    except UnicodeDecodeError as error:
        raise Unreadable(_l("the file is not text in UTF-8")) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        text = _l(
            "line %(line)s cannot be read as YAML: %(problem)s",
            line=mark.line + 1 if mark else "?",
            problem=error.problem or error.context,
        )
        raise Unreadable(text) from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise Unreadable(_l("the file cannot be read as YAML")) from error


def sentence(detail: ErrorDetails, known: Iterable[str], a_name: Any) -> Any:
    """Pydantic's error in the words of somebody who writes such files.

    `known`: the fields that may stand there. `a_name`: what is said of a name that is written in another way.
    """
    kind = detail["type"]
    context = detail.get("ctx", {})
    value = str(detail["input"])[:60]
    if kind == "missing":
        return _l("this field is missing")
    if kind == "extra_forbidden":
        return _l("this field is not known; known are %(fields)s", fields=", ".join(known))
    if kind == "enum":
        expected = str(context.get("expected", "")).replace("'", "").replace(" or ", ", ")
        return _l("'%(value)s' is not known; use one of %(known)s", value=value, known=expected)
    if kind.startswith("int_"):
        return _l("'%(value)s' is not a whole number", value=value)
    if kind.startswith("bool_"):
        return _l("'%(value)s' is neither true nor false", value=value)
    if kind == "greater_than_equal":
        return _l("%(value)s is too low; the lowest is %(least)s", value=value, least=context.get("ge"))
    if kind == "less_than_equal":
        return _l("%(value)s is too high; the highest is %(most)s", value=value, most=context.get("le"))
    if kind.startswith("time_"):
        return _l("'%(value)s' is not a time of day such as 10:00", value=value)
    if kind == "string_pattern_mismatch":
        return a_name(value)
    if kind in {"tuple_type", "list_type"}:
        return _l("this must be a list")
    if kind in {"model_type", "dict_type", "mapping_type", "model_attributes_type"}:
        return _l("this must be a group of fields")
    if kind == "string_type":
        return _l("this must be a text")
    if kind in {"string_too_short", "too_short"}:
        return _l("this must not be empty")
    return _l("this is too long")
