"""Cheap conditions before a filter change no answer."""

from pathlib import Path

import pytest

from otel_bridge_collector.query.narrowing import narrowing
from otel_bridge_collector.query.parser import parse_expression
from otel_bridge_collector.query.value import Bindings
from tests.support.rows import Asking

TEXTS = ("plain", 'quo"te', "back\\slash", "line\nbreak", "ünï", "\u0001", "a/b", "😀", "")


@pytest.mark.parametrize(
    ("condition", "count"),
    [
        pytest.param("metadata.user_id = 'x'", 1, id="text"),
        pytest.param("model = 'x'", 0, id="no-path"),
        pytest.param("name = 'x' AND metrics.tokens = 5", 2, id="typed-columns"),
        pytest.param("metadata.a IN ('x', 'y')", 1, id="list"),
        pytest.param("metadata.a IN ('x', 1)", 0, id="mixed-list"),
        pytest.param("NOT metadata.a = 'x'", 0, id="negated"),
        pytest.param("metadata.a = 'x' OR metadata.b = 'y'", 0, id="or"),
        pytest.param("metadata.a = 5", 0, id="number"),
        pytest.param("metadata.a != 'x'", 0, id="unequal"),
    ],
)
def test_only_what_must_hold_narrows(condition: str, count: int) -> None:
    assert len(narrowing(parse_expression(condition), Bindings())) == count


def test_every_text_is_found_as_it_is_stored(tmp_path: Path) -> None:
    rows = [
        {"id": f"r{number}", "metadata": {"a": {"b": text}, "model": text}}
        for number, text in enumerate(TEXTS)
    ]
    asking = Asking(tmp_path, rows)

    for number, text in enumerate(TEXTS):
        quoted = "'" + text.replace("'", "''") + "'"
        assert asking.ids(f"metadata.a.b = {quoted}") == f"r{number}"
        assert asking.ids(f"metadata.a.b IN ({quoted}, 'zzz')") == f"r{number}"
        assert asking.ids(f"metadata.model = {quoted}") == f"r{number}"
    asking.close()


def test_a_list_is_asked_for_its_elements(tmp_path: Path) -> None:
    asking = Asking(tmp_path, [{"id": "r", "metadata": {"model": ["x", "y"]}}])

    assert asking.ids("metadata.model IN ('x')") == "r"
    asking.close()
