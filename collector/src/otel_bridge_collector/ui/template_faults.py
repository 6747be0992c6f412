"""What is wrong with the templates of a prompt, and where, before anybody runs it. Pure.

Whether a template is well-formed is the engine's word. Where it is not, is found here: the engine counts bytes, is off by one below
the first line, and names a section that was closed where one around it is not (mstache 0.4.0, measured).
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from mstache import (
    DelimiterTokenException,
    TokenException,
    UnclosedSectionException,
    UnclosedTokenException,
    UnopenedSectionException,
    tokenize,
)

from otel_bridge.contract.prompt import build
from otel_bridge.contract.row import Json
from otel_bridge.contract.template import Renderer
from otel_bridge_collector.ui.json_field import FieldFault, fault_at

_WORDS: Final[Mapping[type[TokenException], str]] = {
    UnclosedTokenException: "a tag begins here that never ends",
    UnclosedSectionException: "a section begins here that is never closed",
    UnopenedSectionException: "this closes a section that is not the one that is open here",
    DelimiterTokenException: "this changes the delimiters to what are none, as {{=<% %>=}} has some",
}
_MUSTACHE: Final = (None, "mustache")
_BLANKS: Final = " \t\n\r\x0b\x0c"
_MARKS: Final = frozenset("#^/&{=!>")
"""What stands at the begin of a tag that is more than a variable."""

_OPENING: Final = ("#", "^")
_WRONG: Final = ""


class _Broken(Exception):  # noqa: N818 - it is a finding
    def __init__(self, template: str, error: TokenException) -> None:
        super().__init__(template)
        self.template = template
        self.words = _WORDS.get(type(error), "no template")


def template_fault(field: str, text: str, prompt_data: Mapping[str, Json]) -> FieldFault | None:
    """Return the first template of a field that is not well-formed; None where there is none, or where templates are of another kind.

    Args:
        field: its label.
        text: as typed: a template, or JSON with templates in it.
        prompt_data: a prompt that has of its templates those of this field alone.
    """
    if prompt_data.get("template_format") not in _MUSTACHE:
        return None
    try:
        build(prompt_data, Renderer(_check, {}), {"model": ""})
    except _Broken as broken:
        return fault_at(field, text, broken.words, _position(text, broken.template))
    except (ValueError, KeyError, TypeError):
        return None  # what no model takes is told when it is run
    return None


def fault_position(template: str) -> int | None:
    """Return the begin of the tag that is wrong; None where the template is well-formed."""
    sections: list[tuple[str, int]] = []
    for kind, name, begin in _tags(template):
        if kind in _OPENING:
            sections.append((name, begin))
        elif kind == _WRONG or (kind == "/" and (not sections or sections.pop()[0] != name)):
            return begin
    return sections[-1][1] if sections else None


def _tags(template: str) -> Iterator[tuple[str, str, int]]:
    """Yield of each tag the character that says its kind, its name, and where it begins, up to one that is wrong itself."""
    opens, closes = "{{", "}}"
    at = 0
    while (begin := template.find(opens, at)) >= 0:
        inside = begin + len(opens)
        kind = template[inside : inside + 1]
        ends = {"{": "}" + closes, "=": "=" + closes}.get(kind, closes)
        end = template.find(ends, inside + (kind in _MARKS))
        said = template[inside + 1 : end]
        delimiters = [each for each in said.split(" ") if each][:2] if kind == "=" else [opens, closes]
        if not kind or end < 0 or len(delimiters) != len((opens, closes)):
            yield _WRONG, "", begin
            return
        yield kind, said.strip(_BLANKS), begin
        opens, closes = delimiters
        at = end + len(ends)


def _check(template: str, scope: object, **how: object) -> str:
    del scope, how
    nothing: Any = {}
    try:
        tokenize(template.encode("utf-8", "replace"), cache=nothing)
    except TokenException as error:
        raise _Broken(template, error) from error
    return ""


def _position(text: str, template: str) -> int:
    if text == template:
        return fault_position(template) or 0
    for is_ascii in (False, True):
        written = json.dumps(template, ensure_ascii=is_ascii)
        if (begin := text.find(written)) >= 0:
            return begin + 1 + (fault_position(written[1:-1]) or 0)
    return 0
