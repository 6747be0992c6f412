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
