"""Values that a producer wrote as Python prints them: `{'city': 'Zürich'}`. Read as literals, never evaluated.

| printed | becomes |
| --- | --- |
| a literal | its value |
| an object, `Tool(name='look')` | `{"Tool": {"name": "look"}}` |
| a member of an enumeration, `<Role.USER: 'user'>` | its value |
| what has only an address, `<function f at 0x7f>` | null |

Source: spec/translation.md section 14 (13); the `repr` of dataclasses and enumerations in Python 3.11 to 3.13.
"""

import ast
import json
import re
from typing import Final

from otel_bridge_collector.translate import json_text
from otel_bridge_collector.translate.json_text import Parsed

_MAX_LENGTH: Final = 1_000_000
"""Longer text stays text: the parser of Python needs many times its length."""

_TEXT: Final = r"""'(?:[^'\\]|\\.)*+'|"(?:[^"\\]|\\.)*+\""""
_NO_SYNTAX: Final = re.compile(
    rf"""({_TEXT})|<\w++\.\w++: ({_TEXT}|-?[0-9]++)>|<[\w.]++ [\w.<> ]{{1,200}} at 0x[0-9a-fA-F]++>""",
    re.DOTALL,
)
"""Texts, which stay; members of enumerations; objects with an address."""


_PLAIN: Final = re.compile(
    r"""(?:'[^'"\\\x00-\x1f]*+'|None|True|False|(?:-?[1-9][0-9]{0,14}|0)(?:\.[0-9]{1,15})?(?![\w.])|[]{}[,: ])*+""",
    re.ASCII,
)
"""Literals that differ from JSON in their quotes and constants alone."""
_CALL: Final = re.compile(r"[A-Za-z_]\w*+\(", re.ASCII)
_CONSTANTS: Final = (("None", "null"), ("True", "true"), ("False", "false"))
_MAX_LISTS: Final = 100
"""Brackets of a text that no parser finds too deep."""


def parse(text: str) -> Parsed | None:
    """Return the JSON value that the repr of a Python value stands for; None when it is no such text."""
    if len(text) > _MAX_LENGTH:
        return None
    if _holds_call(text):
        return None
    return _parse_plain(text) or parse_any(text)


def _holds_call(text: str) -> bool:
    """Tell whether behind plain literals an object follows as `Name(...)`, which no literal holds; seen long before a parser ends."""
    plain = _PLAIN.match(text)
    return bool(plain and _CALL.match(text, plain.end())) and "'''" not in text


def _parse_plain(text: str) -> Parsed | None:
    """Return what `parse_any` does, in a quarter of the time; None also for what is not written as plainly as most is."""
    if not _PLAIN.fullmatch(text) or text.count("{") + text.count("[") > _MAX_LISTS:
        return None
    texts = "'".join(text.split("'")[1::2])
    if any(constant in texts for constant, _ in _CONSTANTS):
        return None
    told = text.replace("'", '"')
    for constant, same in _CONSTANTS:
        told = told.replace(constant, same)
    return json_text.parse(told)


def parse_any(text: str) -> Parsed | None:
    """Return what `parse` does, in the long way that reads all literals."""
    try:
        value = ast.literal_eval(text)
        return json_text.parse(json.dumps(value))
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None


def parse_object(text: str) -> Parsed | None:
    """Return the value of a repr that may hold objects with named fields; None when it is no such text."""
    if len(text) > _MAX_LENGTH:
        return None
    try:
        tree = ast.parse(_NO_SYNTAX.sub(_as_literal, text), mode="eval")
        return json_text.parse(json.dumps(_value(tree.body)))
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None


def _as_literal(match: re.Match[str]) -> str:
    text, member = match.groups()
    return text or member or "None"


def _value(node: ast.expr) -> object:
    """Return the value of a literal in which calls that name a class and its fields are objects; other calls are no literal."""
    match node:
        case ast.Constant():
            return node.value
        case ast.Dict():
            keys = [_key(key) if key else None for key in node.keys]
            if None in node.keys:
                raise ValueError("unpacking is no literal")
            return dict(zip(keys, map(_value, node.values), strict=True))
        case ast.List() | ast.Tuple():
            return [_value(item) for item in node.elts]
        case ast.Call(func=ast.Name(id=name), args=[]):
            fields = {keyword.arg: _value(keyword.value) for keyword in node.keywords}
            if None in fields:
                raise ValueError("unpacking is no literal")
            return {name: fields}
        case _:
            return ast.literal_eval(node)


def _key(node: ast.expr) -> object:
    """Most keys are texts, which need no walk of their own."""
    return node.value if isinstance(node, ast.Constant) else ast.literal_eval(node)
