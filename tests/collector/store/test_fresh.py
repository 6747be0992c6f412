"""Which rows of a batch need nothing but to be written."""

from collections.abc import Collection, Iterable
from typing import Any

import pytest

from otel_bridge.contract.row import Row
from otel_bridge_collector.model import RowWrite
from otel_bridge_collector.store.columns import key_of
from otel_bridge_collector.store.fresh import fresh_rows
from tests.support.rows import XACT, row


def fact(name: str, **fields: Any) -> RowWrite:
    return RowWrite(row=row(name, _is_merge=True, **fields), fact="f")


def fresh(*writes: RowWrite, stored: Collection[str] = ()) -> list[int]:
    def known(names: Iterable[str]) -> list[str]:
        return [name for name in names if name in stored]

    keyed = [(key_of(write.row), write) for write in writes]
    return list(fresh_rows(keyed, known, lambda _: None))


def test_a_new_row_that_nothing_is_said_about_is_fresh() -> None:
    assert fresh(RowWrite(row=row("a")), fact("c"), RowWrite(row=row("b", span_parents=["a"]))) == [0, 2]


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(fact("a"), id="its id"),
        pytest.param(fact("s"), id="its span"),
        pytest.param(fact("t"), id="its trace"),
        pytest.param(RowWrite(row=row("a", _is_merge=True)), id="an update to it"),
        pytest.param(RowWrite(row=row("a", _object_delete=True)), id="that it is gone"),
    ],
)
def test_a_row_that_something_else_in_the_batch_is_about_is_not(other: RowWrite) -> None:
    whole = RowWrite(row=row("a", span_id="s", root_span_id="t"))

    assert fresh(whole, other) == fresh(other, whole) == []


@pytest.mark.parametrize("name", ["a", "s", "t"])
def test_a_row_of_which_the_store_may_know_a_name_is_not(name: str) -> None:
    assert fresh(RowWrite(row=row("a", span_id="s", root_span_id="t")), stored={name}) == []


def test_the_trace_is_a_name_of_its_root_alone() -> None:
    assert fresh(RowWrite(row=row("a", span_parents=["r"], root_span_id="t")), stored={"t"}) == [0]


def test_a_log_row_has_no_name_but_its_id() -> None:
    line = RowWrite(row=row("a", span_id="s", root_span_id="t", span_attributes={"type": "log"}))

    assert fresh(line, stored={"s", "t"}) == [0]


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"span_id": ""}, id="no span"),
        pytest.param({"root_span_id": None}, id="no trace"),
        pytest.param({"span_parents": []}, id="parents that are none"),
        pytest.param({"audit_data": []}, id="audit data of its own"),
        pytest.param({"_audit_source": "app"}, id="who wrote it"),
    ],
)
def test_a_row_that_is_not_kept_as_it_is_is_not(fields: dict[str, Any]) -> None:
    assert fresh(RowWrite(row=row("a", **fields))) == []


def test_a_fresh_row_is_shown_as_it_was_written() -> None:
    given = row("a", index=3, input="said")

    (found,) = fresh_rows([(key_of(given), RowWrite(row=given))], lambda _: [], lambda _: 0.5).values()

    assert found.row is given
    assert (found.key, found.xact_id, found.base, found.cost) == (key_of(given), XACT, None, 0.5)
    assert f"p{found.pagination_key:020d}" == given["_pagination_key"]


@pytest.mark.parametrize("field", ["_xact_id", "_pagination_key"])
def test_a_row_without_its_transaction_is_an_error(field: str) -> None:
    given: Row = row("a")
    given.pop(field)  # type: ignore[misc]  # it is made wrong

    with pytest.raises(ValueError, match=f"has no {field}"):
        fresh_rows([(key_of(given), RowWrite(row=given))], lambda _: [], lambda _: None)
