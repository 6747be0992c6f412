"""Python's repr of values."""

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.translate import python_literal
from otel_bridge_collector.translate.json_text import Parsed


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param(
            "{'city': 'Zürich', 'ok': True, 'none': None}",
            {"city": "Zürich", "ok": True, "none": None},
            id="dict",
        ),
        pytest.param("({'a': 1}, [2.5])", [{"a": 1}, [2.5]], id="tuple"),
        pytest.param("None", None, id="none"),
    ],
)
def test_a_literal_is_read(text: str, value: Json) -> None:
    assert python_literal.parse(text) == Parsed(value)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("__import__('os').getcwd()", id="call"),
        pytest.param("{'a': b'bytes'}", id="bytes"),
        pytest.param("{{}: 1}", id="key that has no hash"),
        pytest.param("{1, 2}", id="set"),
        pytest.param("hello there", id="text"),
        pytest.param("[" * 10_000, id="deep"),
        pytest.param("'" + "a" * 1_000_001 + "'", id="long"),
        pytest.param("\0", id="zero"),
        pytest.param("", id="nothing"),
    ],
)
def test_anything_else_is_not(text: str) -> None:
    assert python_literal.parse(text) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("Tool(name='look', at=[1])", {"Tool": {"name": "look", "at": [1]}}, id="object"),
        pytest.param("[A(b=C(d=None))]", [{"A": {"b": {"C": {"d": None}}}}], id="object in object"),
        pytest.param("{'r': <Role.USER: 'user'>}", {"r": "user"}, id="member"),
        pytest.param("<Level.LOW: -1>", -1, id="member that is a number"),
        pytest.param("A(f=<function f.<locals>.<lambda> at 0x7f>)", {"A": {"f": None}}, id="address"),
        pytest.param("A(t=\"it's <Role.A: 'a'>\")", {"A": {"t": "it's <Role.A: 'a'>"}}, id="text"),
        pytest.param(r"A(t='it\'s <Role.A: 1>')", {"A": {"t": "it's <Role.A: 1>"}}, id="escaped quote"),
    ],
)
def test_an_object_with_named_fields_is_read(text: str, value: Json) -> None:
    assert python_literal.parse_object(text) == Parsed(value)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("getcwd()(a=1)", id="call of a call"),
        pytest.param("os.getcwd(a=1)", id="call of an attribute"),
        pytest.param("A('b')", id="field without a name"),
        pytest.param("A(**{'b': 1})", id="fields that are unpacked"),
        pytest.param("A(b=open)", id="name"),
        pytest.param("A(b='cu", id="cut"),
        pytest.param("A(b=" * 5_000, id="deep"),
        pytest.param("A(b='" + "a" * 1_000_001 + "')", id="long"),
    ],
)
def test_no_other_call_is_an_object(text: str) -> None:
    assert python_literal.parse_object(text) is None


@pytest.mark.parametrize(
    "size", [pytest.param(1_000_000, id="at the limit"), pytest.param(1_000_001, id="over it")]
)
def test_a_literal_is_read_up_to_its_longest(size: int) -> None:
    text = "['" + "x" * (size - 4) + "']"

    assert (python_literal.parse(text) is not None) == (size == 1_000_000)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("{'a': None, 'b': [1, -2.5, True], 'c': {'x y': 'Zürich'}}", id="plain"),
        pytest.param("['None', 'True']", id="constants in texts"),
        pytest.param("{'a': \"it's\"}", id="other quotes"),
        pytest.param("['a\\n']", id="escape"),
        pytest.param("[-0, 00, 1e5, 1_0]", id="other numbers"),
        pytest.param("[12345678901234567890]", id="long number"),
        pytest.param("(1, {2: 3})", id="no JSON in other quotes"),
        pytest.param("{'a': Usage(x=1)}", id="an object"),
        pytest.param("['''a' f(b''']", id="what looks like an object in a text"),
        pytest.param("[" * 101 + "]" * 101, id="many lists"),
        pytest.param("'a' 'b'", id="texts beside each other"),
    ],
)
def test_the_short_way_reads_what_the_long_one_does(text: str) -> None:
    assert python_literal.parse(text) == python_literal.parse_any(text)
