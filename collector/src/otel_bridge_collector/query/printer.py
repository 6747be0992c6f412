"""Syntax trees to text: the inverse of the expression parser. Output columns without an alias are named by it.

Every operation inside another stands in parentheses, so nothing depends on precedence.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final, assert_never

from otel_bridge.contract.row import Json
from otel_bridge_collector.query.syntax import (
    Access,
    Binary,
    Call,
    Conditional,
    Expression,
    In,
    Interval,
    Literal,
    Logical,
    Path,
    Unary,
)
from otel_bridge_collector.store.json_text import dump_json

_SYMBOLS: Final = {
    "eq": "=", "ne": "!=", "is": "<=>", "isnot": "<!=>", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "like": "LIKE",
    "ilike": "ILIKE", "match": "MATCH", "includes": "INCLUDES", "add": "+", "sub": "-", "mul": "*", "div": "/", "mod": "%",
}  # fmt: skip
_PLAIN_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def print_expression(node: Expression) -> str:
    """Return text that the parser reads as `node`."""
    match node:
        case Literal():
            text = _literal(node.value)
        case Interval():
            text = f"interval {node.count} {node.unit}"
        case Path():
            text = print_path(node.parts)
        case Access():
            text = f"{_operand(node.of)}{_step(node.step)}"
        case Unary() | Binary() | Logical() | In():
            text = _operation(node)
        case Conditional():
            branches = " ".join(
                f"WHEN {print_expression(test)} THEN {print_expression(then)}" for test, then in node.branches
            )
            text = f"CASE {branches} ELSE {print_expression(node.otherwise)} END"
        case Call():
            text = f"{node.name}({', '.join(map(print_expression, node.arguments))})"
        case _:
            assert_never(node)
    return text


def print_path(parts: tuple[str | int, ...]) -> str:
    """Return a path as it is written in a query."""
    first, *rest = parts
    name = str(first) if _PLAIN_NAME.fullmatch(str(first)) or not rest else _quoted(str(first))
    return name + "".join(map(_step, rest))


def _operation(node: Unary | Binary | Logical | In) -> str:
    match node:
        case Binary():
            return f"{_operand(node.left)} {_SYMBOLS[node.operator]} {_operand(node.right)}"
        case Logical():
            # Of no term it is a constant, which has no other text.
            return (
                f" {node.operator.upper()} ".join(map(_operand, node.terms))
                or str(node.operator == "and").lower()
            )
        case In():
            return f"{_operand(node.operand)} IN ({', '.join(map(_literal, node.values))})"
        case Unary():
            text = _operand(node.operand)
            forms = {"not": "NOT {}", "neg": "-{}", "isnull": "{} IS NULL", "isnotnull": "{} IS NOT NULL"}
            return forms[node.operator].format(text)


def _operand(node: Expression) -> str:
    text = print_expression(node)
    return text if isinstance(node, Literal | Path | Call | Access) else f"({text})"


def _step(step: str | int) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    return f".{step}" if _PLAIN_NAME.fullmatch(step) else f".{_quoted(step)}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(value: Json) -> str:
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{dump_json(key)}: {_literal(item)}' for key, item in value.items())}}}"
    if isinstance(value, Sequence):
        return f"[{', '.join(map(_literal, value))}]"
    return dump_json(value)
