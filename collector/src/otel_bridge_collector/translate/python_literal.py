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


def parse(text: str) -> Parsed | None:
    """Return the JSON value that the repr of a Python value stands for; None when it is no such text."""
    if len(text) > _MAX_LENGTH:
        return None
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
        literal = ast.fix_missing_locations(_Fields().visit(tree))
        return json_text.parse(json.dumps(ast.literal_eval(literal)))
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None


def _as_literal(match: re.Match[str]) -> str:
    text, member = match.groups()
    return text or member or "None"


class _Fields(ast.NodeTransformer):
    """Makes an object of each call that names a class and its fields; other calls stay, and are no literal."""

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        names = [keyword.arg for keyword in node.keywords]
        if node.args or None in names or not isinstance(node.func, ast.Name):
            return node
        fields = ast.Dict([ast.Constant(name) for name in names], [each.value for each in node.keywords])
        return ast.Dict([ast.Constant(node.func.id)], [fields])
