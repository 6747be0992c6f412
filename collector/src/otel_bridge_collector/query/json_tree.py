"""The SDKs' JSON query to the syntax tree.

Source: spec/btql.md section 2.3 (seen in the Python and JS SDKs and the `bt` CLI). There are no places in a JSON
query; errors name the path, such as `query.filter.children[1].op`.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeVar, cast

from otel_bridge.contract.row import Json
from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query import build
from otel_bridge_collector.query.expression import ExpressionParser
from otel_bridge_collector.query.number import LARGEST_COUNT, UNITS
from otel_bridge_collector.query.reader import MAX_NESTING, TokenReader
from otel_bridge_collector.query.syntax import (
    SHAPES,
    Conditional,
    Expression,
    In,
    Interval,
    Literal,
    Path,
    Pivot,
    Query,
    Sample,
    Selected,
    Shape,
    Sorted,
    Source,
    Unary,
    Unpivot,
)

_Node = TypeVar("_Node")

_KNOWN: Final = frozenset({
    "select", "dimensions", "measures", "from", "filter", "trace_filter", "final_filter", "sort", "limit", "cursor",
    "preview_length", "pivot", "unpivot", "sample",
})  # fmt: skip


def parse_query(query: Mapping[str, Json]) -> Query:
    """Return the tree of a query given as JSON; a null clause is an absent one.

    Raises:
        QueryError: it is none, with the path of what is wrong.
    """
    given = {name: value for name, value in query.items() if value is not None}
    for name in given:
        if name not in _KNOWN:
            raise _error(f"query.{name}", "is no clause of a query", code="unknownClause")
    return Query(
        select=_list(given, "select", _selected),
        dimensions=_list(given, "dimensions", _selected),
        measures=_list(given, "measures", _selected),
        source=_source(given["from"]) if "from" in given else None,
        filter=_optional(given, "filter"),
        trace_filter=_optional(given, "trace_filter"),
        final_filter=_optional(given, "final_filter"),
        sort=_list(given, "sort", _sorted),
        limit=_limit(given.get("limit")),
        cursor=_text(given["cursor"], "query.cursor") if "cursor" in given else None,
        preview_length=_preview_length(given.get("preview_length")),
        pivot=_pivot(given),
        unpivot=_list(given, "unpivot", _unpivot),
        sample=_sample(given.get("sample")),
    )


def _list(given: Mapping[str, Json], name: str, read: Callable[[Json, str], _Node]) -> tuple[_Node, ...]:
    items = given.get(name, [])
    if not isinstance(items, list):
        raise _error(f"query.{name}", "is no list")
    return tuple(read(item, f"query.{name}[{index}]") for index, item in enumerate(items))


def _optional(given: Mapping[str, Json], name: str) -> Expression | None:
    return _expression(given[name], f"query.{name}", 0) if name in given else None


def _selected(node: Json, path: str) -> Selected:
    fields = _fields(node, path)
    if _op(fields) == "star":
        return Selected(expression=None)
    alias = fields.get("alias")
    if "expr" not in fields:
        raise _error(path, 'needs "op": "star" or "expr"')
    return Selected(
        expression=_expression(fields["expr"], f"{path}.expr", 0),
        alias=None if alias is None else _text(alias, f"{path}.alias"),
    )


def _sorted(node: Json, path: str) -> Sorted:
    fields = _fields(node, path)
    direction = fields.get("dir") or "asc"
    if direction not in ("asc", "desc"):
        raise _error(f"{path}.dir", 'is neither "asc" nor "desc"')
    if "expr" not in fields:
        raise _error(path, 'needs "expr"')
    expression = _expression(fields["expr"], f"{path}.expr", 0)
    return Sorted(expression=expression, descending=direction == "desc")


def _pivot(given: Mapping[str, Json]) -> Pivot | None:
    """Read the names of measures, each as a text or as an expression."""
    measures = _list(given, "pivot", _measure)
    return Pivot(measures=measures) if measures else None


def _measure(node: Json, path: str) -> Selected:
    if isinstance(node, str):
        return Selected(expression=Path(parts=(node,)))
    fields = _fields(node, path)
    return Selected(expression=_expression(fields.get("expr", node), path, 0))


def _unpivot(node: Json, path: str) -> Unpivot:
    fields = _fields(node, path)
    of = _expression(fields.get("expr"), f"{path}.expr", 0)
    alias = fields.get("alias")
    names = alias if isinstance(alias, list) else [alias]
    if not isinstance(of, Path) or not 1 <= len(names) <= 2:  # noqa: PLR2004 - key and value
        raise _error(path, 'needs "expr", a path, and "alias", a name or those of a key and a value')
    texts = [_text(name, f"{path}.alias") for name in names]
    return Unpivot(of=of, key=texts[0] if texts[1:] else None, value=texts[-1])


def _sample(value: Json) -> Sample | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise _error("query.sample", "is neither a number of rows nor a share of them", code="badArgument")
    if isinstance(value, int) and 1 <= value <= LARGEST_COUNT:
        return Sample(count=value)
    if value > 1:
        raise _error("query.sample", "is no whole number of rows", code="badArgument")
    return Sample(rate=float(value))


def _source(node: Json) -> Source:
    fields = _fields(node, "query.from")
    if _op(fields) == "ident":
        return Source(kind=_name(node, "query.from"))
    if _op(fields) != "function":
        raise _error("query.from", "is no function such as project_logs", code="unknownSource")
    arguments = fields.get("args") or []
    if not isinstance(arguments, list):
        raise _error("query.from.args", "is no list")
    references = [
        _reference(argument, f"query.from.args[{index}]") for index, argument in enumerate(arguments)
    ]
    return Source(
        kind=_name(fields.get("name"), "query.from.name"),
        references=tuple(references),
        shape=_shape(fields.get("shape")),
    )


def _reference(node: Json, path: str) -> str:
    """Read the id or name of an object: a literal, or the text alone as everywhere else."""
    return _text(node.get("value"), f"{path}.value") if isinstance(node, Mapping) else _text(node, path)


def _shape(value: Json) -> Shape:
    for shape in SHAPES:
        if value == shape:
            return shape
    if value is None:
        return "spans"
    raise _error("query.from.shape", f"is not one of {', '.join(SHAPES)}", code="unknownShape")


def _name(node: Json, path: str) -> str:
    parts = _fields(node, path).get("name")
    if isinstance(parts, list) and len(parts) == 1 and isinstance(parts[0], str):
        return parts[0].lower()
    raise _error(f"{path}.name", "is no list of one name")


def _preview_length(value: Json) -> int | None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise _error("query.preview_length", "is no whole number")


def _limit(value: Json) -> int | None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 0):
        return value
    raise _error("query.limit", "is no whole number")


def _expression(node: Json, path: str, depth: int) -> Expression:
    if depth > MAX_NESTING:
        raise _error(path, f"nests deeper than {MAX_NESTING} levels", code="tooDeep")
    if not isinstance(node, Mapping):
        return Literal(value=node)
    fields = node
    if isinstance(text := fields.get("btql"), str):
        return _spliced(text, path)
    return _operation(_op(fields), _Operation(fields, path, depth))


class _Operation:
    """The fields of one node, with where it stands."""

    def __init__(self, fields: Mapping[str, Json], path: str, depth: int) -> None:
        self.fields = fields
        self.path = path
        self._depth = depth

    def operand(self, name: str, *, levels: int = 1) -> Expression:
        if name not in self.fields:
            raise _error(self.path, f'needs "{name}"')
        return _expression(self.fields[name], f"{self.path}.{name}", self._depth + levels)

    def operands(self, name: str, *, levels: int = 1) -> tuple[Expression, ...]:
        return tuple(
            _expression(item, f"{self.path}.{name}[{index}]", self._depth + levels)
            for index, item in enumerate(self.items(name))
        )

    def member(self, node: Json, name: str) -> "_Operation":
        path = f"{self.path}.{name}"
        return _Operation(_fields(node, path), path, self._depth + 1)

    def items(self, name: str) -> Sequence[Json]:
        items = self.fields.get(name)
        if not isinstance(items, list):
            raise _error(f"{self.path}.{name}", "is no list")
        return items


def _operation(op: str, node: _Operation) -> Expression:
    if op in build.BINARY_NAMES:
        return build.binary(build.BINARY_NAMES[op], node.operand("left"), node.operand("right"))
    for unary_name in build.UNARY_NAMES:
        if op == unary_name:
            return build.unary(unary_name, node.operand("expr"))
    if op.startswith("not") and op[3:] in ("like", "ilike", "match", "includes", "contains"):
        negated = build.binary(build.BINARY_NAMES[op[3:]], node.operand("left"), node.operand("right"))
        return Unary(operator="not", operand=negated)
    if op in ("and", "or"):
        terms = (
            node.operands("children")
            if "children" in node.fields
            else (node.operand("left"), node.operand("right"))
        )
        return build.logical("and" if op == "and" else "or", terms)
    if op in _READERS:
        return _READERS[op](node)
    raise _error(f"{node.path}.op", f'"{op}" is no supported operation', code="unknownOp")


def _literal(node: _Operation) -> Expression:
    return Literal(value=node.fields.get("value"))


def _ident(node: _Operation) -> Expression:
    parts = node.items("name")
    if not parts or not isinstance(parts[0], str):
        raise _error(f"{node.path}.name", "does not begin with a name")
    if not all(isinstance(part, str | int) and not isinstance(part, bool) for part in parts):
        raise _error(f"{node.path}.name", "holds something else than keys and positions")
    return Path(parts=tuple(cast("Sequence[str | int]", parts)))


def _in(node: _Operation) -> Expression:
    right = node.operand("right")
    if not isinstance(right, Literal) or not isinstance(right.value, list):
        raise _error(f"{node.path}.right", "is no list of constants")
    if not right.value:
        raise _error(f"{node.path}.right", "is empty, and IN needs at least one value", code="emptyIn")
    return In(operand=node.operand("left"), values=tuple(right.value))


def _not_in(node: _Operation) -> Expression:
    return Unary(operator="not", operand=_in(node))


def _function(node: _Operation) -> Expression:
    arguments = node.operands("args", levels=2) if "args" in node.fields else ()
    return build.call(_name(node.fields.get("name"), f"{node.path}.name"), arguments)


def _if(node: _Operation) -> Expression:
    branches = [
        node.member(condition, f"conds[{index}]") for index, condition in enumerate(node.items("conds"))
    ]
    if not branches:
        raise _error(f"{node.path}.conds", 'is empty, and "if" needs at least one condition')
    return Conditional(
        branches=tuple((branch.operand("cond"), branch.operand("then")) for branch in branches),
        otherwise=node.operand("else", levels=2) if "else" in node.fields else Literal(value=None),
    )


def _interval(node: _Operation) -> Expression:
    count, unit = node.fields.get("value"), node.fields.get("unit")
    if (
        not isinstance(count, int)
        or isinstance(count, bool)
        or not isinstance(unit, str)
        or unit not in UNITS
    ):
        raise _error(node.path, f'needs a whole "value" and a "unit", one of {", ".join(UNITS)}')
    most = UNITS[unit]
    if abs(count) > most:
        raise _error(node.path, f"an interval has at most {most} {unit}s", code="badArgument")
    return Interval(count=count, unit=unit)


_READERS: Final[dict[str, Callable[[_Operation], Expression]]] = {
    "literal": _literal,
    "ident": _ident,
    "in": _in,
    "notin": _not_in,
    "function": _function,
    "if": _if,
    "interval": _interval,
}


def _spliced(text: str, path: str) -> Expression:
    reader = TokenReader(text)
    try:
        expression = ExpressionParser(reader).expression()
        reader.expect_end()
    except QueryError as error:
        raise _error(
            f"{path}.btql", f"is wrong at character {error.offset}: {error}", code=error.code
        ) from error
    return expression


def _fields(node: Json, path: str) -> Mapping[str, Json]:
    if isinstance(node, Mapping):
        return node
    raise _error(path, "is no object")


def _op(fields: Mapping[str, Json]) -> str:
    return str(fields.get("op") or "").lower()


def _text(value: Json, path: str) -> str:
    if isinstance(value, str):
        return value
    raise _error(path, "is no string")


def _error(path: str, message: str, *, code: str = "syntax") -> QueryError:
    return QueryError(f"{path} {message}", code=code, path=path)
