"""Rows merge as in the real `braintrust` SDK, where both define what happens."""

import copy
from typing import Any, cast

from braintrust.merge_row_batch import merge_row_batch
from hypothesis import given
from hypothesis import strategies as st

from otel_bridge.contract.merge import merge_row
from otel_bridge.contract.row import CONTROL_FIELDS, Row

TEXT = st.text(max_size=4)
SCALAR = st.none() | st.booleans() | st.integers(-3, 3) | TEXT
JSON: st.SearchStrategy[Any] = st.recursive(
    SCALAR,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=6,
)
TAGS = st.none() | st.lists(st.sampled_from("xyz"), max_size=4)
ROW = st.fixed_dictionaries(
    {"id": st.just("row"), "span_id": st.just("first"), "created": st.just("then")},
    optional={
        "input": JSON,
        "output": JSON,
        "metadata": st.dictionaries(st.sampled_from("abc"), JSON, max_size=3),
        "tags": TAGS,
    },
)
UPDATE = st.fixed_dictionaries(
    {"id": st.just("row"), "_is_merge": st.just(value=True)},
    optional={
        "span_id": st.just("second"),
        "created": st.just("now"),
        "input": JSON,
        "output": JSON,
        "metadata": st.dictionaries(st.sampled_from("abc"), JSON, max_size=3),
        "tags": TAGS,
    },
)


@given(row=ROW, updates=st.lists(UPDATE, max_size=3))
def test_updates_merge_as_in_a_batch_of_braintrust(row: Any, updates: list[Any]) -> None:
    (expected,) = merge_row_batch(copy.deepcopy([row, *updates]))
    merged = cast("Row", row)
    for update in updates:
        merged = merge_row(merged, cast("Row", update))

    assert merged == {name: value for name, value in expected.items() if name not in CONTROL_FIELDS}


@given(row=ROW, update=UPDATE)
def test_merging_changes_neither_argument(row: Any, update: Any) -> None:
    before = copy.deepcopy((row, update))

    merge_row(row, update)

    assert (row, update) == before


FIELDS = st.dictionaries(st.sampled_from(("span_id", "input", "metadata", "tags", "comments")), JSON)


@given(row=FIELDS, update=FIELDS)
def test_rows_without_a_common_field_merge_by_the_same_rules(row: Any, update: Any) -> None:
    apart = cast("Row", {name: value for name, value in update.items() if name not in row})

    # What is marked as an update goes the long way.
    assert merge_row(row, apart) == merge_row(row, cast("Row", {**apart, "_is_merge": True}))
