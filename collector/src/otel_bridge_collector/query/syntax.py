"""The syntax tree that clause text, SQL text and the SDKs' JSON become. It knows no column and no type.

Source: Braintrust's query reference as collected in spec/btql.md sections 1 and 2. Two trees that mean the same are
equal wherever they stand in their text: places do not count.
"""

from dataclasses import dataclass, field
from typing import Final, TypeAlias
from typing import Literal as Choice

from otel_bridge.contract.row import Json

Shape: TypeAlias = Choice["spans", "traces", "summary"]
SHAPES: Final[tuple[Shape, ...]] = ("spans", "traces", "summary")

BinaryOperator: TypeAlias = Choice[
    "eq", "ne", "is", "isnot", "lt", "le", "gt", "ge", "like", "ilike", "match", "includes",
    "add", "sub", "mul", "div", "mod",
]  # fmt: skip
UnaryOperator: TypeAlias = Choice["not", "neg", "isnull", "isnotnull"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where something stands in the query text, in characters; in a JSON tree there is no place."""

    offset: int
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Literal:
    """A constant: any JSON value.

    Attributes:
        name: what a text in double quotes says if it is a name; None of any other constant.
    """

    value: Json
    name: str | None = field(default=None, compare=False)
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A span of time such as `interval 7 day`; `unit` is singular and lower case."""

    count: int
    unit: str
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """A name and the steps from there: strings are keys, integers positions in a list."""

    parts: tuple[str | int, ...]
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """One step into the value of an expression that is no path."""

    of: "Expression"
    step: str | int
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unary:
    """An operator with one operand."""

    operator: UnaryOperator
    operand: "Expression"
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Binary:
    """An operator with two operands; its negated forms are `Unary` around it."""

    operator: BinaryOperator
    left: "Expression"
    right: "Expression"
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Logical:
    """AND or OR of any number of terms; of none it is true or false."""

    operator: Choice["and", "or"]
    terms: tuple["Expression", ...]
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class In:
    """Membership in a list of constants."""

    operand: "Expression"
    values: tuple[Json, ...]
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditional:
    """The result of the first condition that is true, or `otherwise`."""

    branches: tuple[tuple["Expression", "Expression"], ...]
    otherwise: "Expression"
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A function; `name` is lower case. `count(*)` has no arguments."""

    name: str
    arguments: tuple["Expression", ...] = ()
    place: Place | None = field(default=None, compare=False)


Expression: TypeAlias = (
    Literal | Interval | Path | Access | Unary | Binary | Logical | In | Conditional | Call
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selected:
    """One output column; without an expression it is `*`."""

    expression: Expression | None
    alias: str | None = None
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """One sort key; nulls come last unless `nulls_first`."""

    expression: Expression
    descending: bool = False
    nulls_first: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The objects whose rows are read, by id or name; without references all of that kind."""

    kind: str
    references: tuple[str, ...] = ()
    shape: Shape = "spans"
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpivot:
    """One row for each member of an object or each element of a list, under names of their own.

    Attributes:
        key: the name of the member's key; without it `of` is a list.
    """

    of: Path
    value: str
    key: str | None = None
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A subset by chance, the same each time: a share of the rows (from 0 to 1), or how many."""

    rate: float | None = None
    count: int | None = None
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pivot:
    """Columns made of the values of a key: one for each of them and each measure.

    Attributes:
        key: None for the last dimension.
    """

    measures: tuple[Selected, ...]
    key: Expression | None = None
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One query; what the text does not say is None or empty.

    Attributes:
        subquery: what is read instead of a source.
        settings: names of hints to the hosted service; they change nothing.
        is_sql: whether this was a SELECT.
    """

    select: tuple[Selected, ...] = ()
    dimensions: tuple[Selected, ...] = ()
    measures: tuple[Selected, ...] = ()
    source: Source | None = None
    filter: Expression | None = None
    trace_filter: Expression | None = None
    final_filter: Expression | None = None
    sort: tuple[Sorted, ...] = ()
    limit: int | None = None
    cursor: str | None = None
    preview_length: int | None = None
    unpivot: tuple[Unpivot, ...] = ()
    sample: Sample | None = None
    pivot: Pivot | None = None
    subquery: "Query | None" = None
    settings: tuple[str, ...] = ()
    is_sql: bool = field(default=False, compare=False)
