"""Masking of rows that travel as rows."""

from typing import Any

import pytest

import otel_bridge
from otel_bridge.control.masked_row import masked_row


def test_fields_pass_the_function_and_places_do_not() -> None:
    otel_bridge.set_masking_function(lambda value: "x" if isinstance(value, str) else value)

    row = masked_row({"id": "a", "dataset_id": "d", "tags": ["t"], "input": "secret", "expected": 1})

    assert row == {"id": "a", "dataset_id": "d", "tags": ["t"], "input": "x", "expected": 1}


@pytest.mark.parametrize("broken", [lambda _: 1 // 0, lambda _: object()], ids=["raises", "no-json"])
def test_what_cannot_be_masked_stays_back(broken: Any) -> None:
    otel_bridge.set_masking_function(broken)

    row = masked_row({"id": "a", "input": "secret", "metadata": {"k": "secret"}, "scores": {"s": 1}})

    assert "secret" not in str(row)
    assert set(row) == {"id", "input", "metadata", "error"}
    assert str(row["input"]).startswith("ERROR: Failed to mask field 'input' - ")


def test_without_a_function_nothing_changes() -> None:
    assert masked_row({"id": "a", "input": "plain"}) == {"id": "a", "input": "plain"}
