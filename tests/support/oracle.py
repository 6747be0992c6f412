"""The query language once more, over a list of Python values: what queries give is compared with this.

Written from spec/btql.md sections 4 to 8, apart from the parser and the SQL. A node is text with the strength of its outermost operator,
so that parentheses stand only where they must, and a function of a row.
"""

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Any, Final, TypeAlias

Value = Any
"""None, a boolean, a number, a text, a list, an object, or an instant."""

Row = Mapping[str, Any]

Truth: TypeAlias = bool | None
"""True, false, or unknown."""

TERNARY, OR, AND, NOT, COMPARISON, SUM, PRODUCT, SIGN, PRIMARY = range(1, 10)


@dataclass(frozen=True, slots=True, repr=False)
class Node:
    """An expression: its text, how strong its outermost operator binds, and its value on a row."""

    text: str
    strength: int
    value: Callable[[Row], Value]

    def __repr__(self) -> str:
        return self.text

    def within(self, strength: int) -> str:
        """The text as an operand of an operator."""
        return self.text if self.strength >= strength else f"({self.text})"


def rows_of(count: int, seed: int = 0) -> list[dict[str, Any]]:
    """Rows with every kind of value at the same paths, oldest first."""
    draw = Random(seed)  # noqa: S311 - no secret
    anything = [
        None,
        True,
        False,
        0,
        1,
        -2,
        2.5,
        10,
        "",
        "a",
        "b",
        "10",
        "1",
        "True",
        "Ab c",
        ["a", 1],
        [],
        {"k": "a"},
        {"k": 1},
    ]
    return [
        {
            "id": f"r{number:03}",
            "created": f"2026-01-{1 + number % 9:02}T{number % 24:02}:00:00Z",
            "root_span_id": f"t{number // 4}",
            "span_parents": [f"r{number - number % 4:03}"] if number % 4 else None,
            "input": draw.choice(anything),
            "error": draw.choice([None, None, "timeout: x", {"type": "rate"}]),
            "metadata": {
                "any": draw.choice(anything),
                "model": draw.choice([None, "m1", "m2", 5, ["m1"]]),
                "n": draw.choice([None, *range(-3, 8), 0.5, 2.5]),
                "s": draw.choice([None, "a", "B", "a%b", "a_b", "Foo bar", "foo", "x-foo"]),
                "o": draw.choice([None, 3, {"k": draw.choice(anything)}]),
            },
            "metrics": {"tokens": draw.choice([None, *range(0, 50, 5)])},
            "scores": draw.choice([None, {}, {"F": 0.25}, {"F": 0.5, "G": 1}, {"G": 0}]),
            "tags": draw.choice([None, [], ["a"], ["a", "b"], ["b", "c", "a"]]),
        }
        for number in range(count)
    ]


def path(text: str, *steps: str | int) -> Node:
    """A path, read step by step."""
    return Node(text, PRIMARY, lambda row: at(row, steps))


def at(value: Value, steps: Sequence[str | int]) -> Value:
    """What stands at a path, None where nothing does."""
    for step in steps:
        if isinstance(step, int):
            value = value[step] if isinstance(value, list) and -len(value) <= step < len(value) else None
        else:
            value = value.get(step) if isinstance(value, Mapping) else None
    return value


def instant(row: Row) -> datetime:
    """When a row was created."""
    return datetime.fromisoformat(row["created"]).astimezone(UTC)


def literal(value: Value) -> Node:
    """A constant."""
    if isinstance(value, str):
        return Node("'" + value.replace("'", "''") + "'", PRIMARY, lambda _: value)
    strength = SIGN if isinstance(value, int | float) and value < 0 else PRIMARY
    return Node(json.dumps(value), strength, lambda _: value)


def is_number(value: Value) -> bool:
    """Whether a value is a number; a boolean is none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def compact(value: Value) -> str:
    """A value as compact JSON."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def text_of(value: Value) -> str | None:
    """A value as text: a text is itself."""
    return value if value is None or isinstance(value, str) else compact(value)


def truth(value: Value) -> Truth:
    """A value as a condition."""
    if value is None:
        return None
    return not (value is False or value == "" or (is_number(value) and value == 0))


def equal(left: Value, right: Value) -> Truth:
    """`=`."""
    if left is None or right is None:
        return None
    if is_number(left) and is_number(right):
        return bool(left == right)
    return type(left) is type(right) and bool(left == right)


def ordered(symbol: str, left: Value, right: Value) -> Truth:
    """`<` and the like; None between values that have no order."""
    numbers = is_number(left) and is_number(right)
    same = isinstance(left, str | datetime) and type(left) is type(right)
    if not numbers and not same:
        return None
    return bool({"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[symbol])


def negated(value: Truth) -> Truth:
    """NOT."""
    return None if value is None else not value


def conjunction(left: Truth, right: Truth) -> Truth:
    """AND of three values."""
    if left is False or right is False:
        return False
    return None if left is None or right is None else True


def compared(symbol: str, left: Value, right: Value) -> Truth:
    """A comparison of any kind."""
    match symbol:
        case "=" | "==":
            return equal(left, right)
        case "!=" | "<>":
            return negated(equal(left, right))
        case "<=>":
            return (left is None and right is None) or equal(left, right) is True
        case "<!=>":
            return not compared("<=>", left, right)
        case _:
            return ordered(symbol, left, right)


def among(value: Value, constants: Sequence[Value]) -> Truth:
    """IN: of a list, whether any element is one of the constants."""
    if value is None:
        return None
    items = value if isinstance(value, list) else [value]
    return any(equal(item, constant) is True for item in items for constant in constants)


def includes(value: Value, wanted: Value) -> bool:
    """INCLUDES; false of null."""
    if isinstance(value, list):
        return any(equal(item, wanted) is True for item in value)
    if isinstance(value, Mapping):
        return isinstance(wanted, str) and wanted in value
    return isinstance(value, str) and isinstance(wanted, str) and wanted in value


def like(value: Value, pattern: str, *, ignore_case: bool) -> Truth:
    """LIKE and ILIKE."""
    text = text_of(value)
    if text is None:
        return None
    parts = {"%": ".*", "_": "."}
    regex = "".join(parts.get(character, re.escape(character)) for character in pattern)
    flags = re.DOTALL | (re.IGNORECASE if ignore_case else 0)
    return re.fullmatch(regex, text, flags) is not None


def matches(value: Value, words: str) -> Truth:
    """MATCH: every word is one of the text's, in any case."""
    text = text_of(value)
    if text is None:
        return None
    return set(re.findall(r"\w+", words.lower())) <= set(re.findall(r"\w+", text.lower()))


def arithmetic(symbol: str, left: Value, right: Value) -> Value:
    """`+ - * / %` of numbers; None of anything else, and of a division by zero."""
    if not is_number(left) or not is_number(right) or (symbol in "/%" and right == 0):
        return None
    a, b = float(left), float(right)
    return {
        "+": lambda: a + b,
        "-": lambda: a - b,
        "*": lambda: a * b,
        "/": lambda: a / b,
        "%": lambda: math.fmod(a, b),
    }[symbol]()


def length(value: Value) -> Value:
    """`len`."""
    return len(value) if isinstance(value, str | list | Mapping) else None


def rounded(value: Value) -> Value:
    """`round`, half away from zero."""
    return math.copysign(math.floor(abs(value) + 0.5), value) if is_number(value) else None


def sort_key(value: Value, *, descending: bool) -> tuple[Any, ...]:
    """What to sort by: types in their order, null last either way. Texts are turned by their code points."""
    if value is None:
        return (1,)
    rank = (
        0 if isinstance(value, bool)
        else 1 if is_number(value) or isinstance(value, datetime)
        else 2 if isinstance(value, str)
        else 3 if isinstance(value, list)
        else 4
    )  # fmt: skip
    if isinstance(value, datetime):
        value = value.timestamp()
    if is_number(value):
        return (0, -rank, -value) if descending else (0, rank, value)
    codes = [ord(character) for character in text_of(value) or ""]
    return (0, -rank, [*(-code for code in codes), math.inf]) if descending else (0, rank, codes)


def lowered(value: Value) -> Value:
    """`lower`."""
    text = text_of(value)
    return text.lower() if text is not None else None


def uppered(value: Value) -> Value:
    """`upper`."""
    text = text_of(value)
    return text.upper() if text is not None else None


def group_key(value: Value) -> str:
    """What makes a group: 1 and 1.0 one, 1 and "1" two."""
    return compact(int(value) if isinstance(value, float) and value.is_integer() else value)


def numbers_of(values: Iterable[Value]) -> list[float]:
    """The numbers that are summed up: booleans count 1 and 0, anything else is passed over."""
    return [float(value) for value in values if is_number(value) or isinstance(value, bool)]


def extreme(values: Sequence[Value], choose: Callable[[Sequence[Any]], Value]) -> Value:
    """`min` and `max`: of texts if there are any, else of numbers, else of JSON texts."""
    known = [value for value in values if value is not None]
    for kept in (
        [each for each in known if isinstance(each, str)],
        [each for each in known if is_number(each)],
    ):
        if kept:
            return choose(kept)
    return json.loads(choose([compact(value) for value in known])) if known else None


def aggregate(name: str, values: Sequence[Value]) -> Value:
    """An aggregate over the values of a group."""
    numbers = numbers_of(values)
    known = [value for value in values if value is not None]
    results: dict[str, Callable[[], Value]] = {
        "count": lambda: len(known),
        "count_distinct": lambda: len({group_key(value) for value in known}),
        "sum": lambda: math.fsum(numbers) if numbers else None,
        "avg": lambda: math.fsum(numbers) / len(numbers) if numbers else None,
        "min": lambda: extreme(values, min),
        "max": lambda: extreme(values, max),
    }
    return results[name]()


CANNED: Final[Sequence[Value]] = (0, 1, 2.5, -2, 10, "a", "10", "", "m1", "O'Brien; --", True, False)
