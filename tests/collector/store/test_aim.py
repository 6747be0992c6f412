"""Which row a fact means."""

from typing import Any, Final

import pytest

from otel_bridge_collector.model import RowWrite
from otel_bridge_collector.store.aim import Identity, aim, identities_of
from otel_bridge_collector.store.columns import RowKey, key_of
from tests.support.rows import row

ROOT: Final = row("r", span_id="s", root_span_id="t")
CHILD: Final = row("c", span_id="d", root_span_id="t", span_parents=["s"])
LOG: Final = row("l", span_id="d", root_span_id="t", span_attributes={"type": "log"})


def keyed(*rows: Any) -> list[tuple[RowKey, RowWrite]]:
    return [(key_of(each), RowWrite(row=each)) for each in rows]


def fact(name: str) -> tuple[RowKey, RowWrite]:
    said = row(name, scores={"x": 1})
    return key_of(said), RowWrite(row=said, fact="f", fact_ns=1)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        pytest.param("r", "r", id="id"),
        pytest.param("s", "r", id="span"),
        pytest.param("t", "r", id="trace"),
        pytest.param("d", "c", id="span-with-a-log-row"),
        pytest.param("x", "x", id="unknown"),
    ],
)
def test_a_fact_goes_to_the_row_that_it_names_in_any_way(name: str, meant: str) -> None:
    rows = keyed(LOG, CHILD, ROOT)

    (aimed, _), *_ = aim([fact(name), *rows], identities_of(rows))

    assert aimed.id == meant


def test_a_stored_row_is_meant_too() -> None:
    stored = identities_of(keyed(ROOT))

    assert [key.id for key, _ in aim([fact("t")], stored)] == ["r"]


def test_an_id_counts_more_than_a_span() -> None:
    other = row("s", span_id="other", root_span_id="other")

    assert [key.id for key, _ in aim([fact("s")], identities_of(keyed(ROOT, other)))] == ["s"]


def test_rows_of_other_objects_are_not_meant() -> None:
    elsewhere = [Identity(key=RowKey("project_logs", "other", "r"), span_id="s", trace="t")]

    assert [key.id for key, _ in aim([fact("s")], elsewhere)] == ["s"]


def test_a_change_of_a_row_tells_no_names() -> None:
    assert (
        identities_of(keyed({**ROOT, "_object_delete": True}, row("m", _is_merge=True, span_id=None))) == []
    )
