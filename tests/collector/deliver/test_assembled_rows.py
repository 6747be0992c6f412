"""Rows for destinations that keep no facts: whatever the order of arrival, the last state is the same."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import pytest

from otel_bridge.contract.merge import merge_row
from otel_bridge.contract.row import Row
from otel_bridge_collector.decode.native import pack_rows
from otel_bridge_collector.deliver.assembled_rows import AssembledRows
from otel_bridge_collector.deliver.route import Router
from otel_bridge_collector.deliver.routed_rows import RoutedRows
from otel_bridge_collector.deliver.step import ChangeFields, Keep, Sample, Step
from otel_bridge_collector.spool.record import Record, Routing, Signal
from otel_bridge_collector.store.objects import Objects
from tests.support.otlp_request import span, traces

XACT = 1000197156530614077


@pytest.fixture
def router(tmp_path: Path) -> Iterator[Router]:
    objects = Objects(tmp_path / "objects.sqlite")
    yield Router(objects, default_parent="project_id:p")
    objects.close()


def record(seq: int, payload: bytes, signal: Signal = "rows") -> Record:
    routing = Routing(signal=signal, parent="project_id:p", xact=XACT + seq, received_ns=seq)
    return Record(seq=seq, routing=routing, payload=payload)


def rows(seq: int, *sent: Mapping[str, Any]) -> Record:
    complete = [{"project_id": "p", "log_id": "g", **row} for row in sent]
    return record(seq, pack_rows(cast("Sequence[Row]", complete)))


def assembled(router: Router, *steps: Step, **limits: int) -> AssembledRows:
    signals: tuple[Signal, ...] = ("traces", "logs", "rows")
    return AssembledRows(RoutedRows(router), dict.fromkeys(signals, steps), **limits)


def sent(preparation: AssembledRows, *records: Record) -> list[Row]:
    return [row for each in records for row in preparation.prepare(each).writes]


def final(rows: Sequence[Row]) -> dict[str, Row]:
    """What a destination holds that replaces rows and merges updates, as Braintrust does."""
    held: dict[str, Row] = {}
    for row in rows:
        before = held.get(row["id"])
        held[row["id"]] = merge_row(before, row) if row.get("_is_merge") and before else merge_row(row, {})
    return held


ROW = {"id": "a", "span_id": "a", "root_span_id": "t", "input": "hi", "span_attributes": {"name": "n"}}
FIRST = {"id": "a", "_is_merge": True, "_audit_source": "app", "scores": {"s": 0.1}, "tags": ["x"]}
SECOND = {"id": "a", "_is_merge": True, "_audit_source": "app", "scores": {"s": 0.9}}


def test_a_row_and_its_feedback_end_alike_in_every_order(router: Router) -> None:
    # Feedback is stated when it comes; what is sent when shows in the number of its record.
    records = [rows(1, FIRST), rows(2, SECOND), rows(3, ROW)]
    ends = []
    for order in itertools.permutations(records):
        row = final(sent(assembled(router), *order))["a"]
        ends.append((row["input"], row["scores"], row["tags"]))

    assert ends == [("hi", {"s": 0.9}, ["x"])] * 6


def test_feedback_of_a_known_row_is_sent_alone(router: Router) -> None:
    preparation = assembled(router)
    sent(preparation, rows(1, ROW))

    (update,) = sent(preparation, rows(2, FIRST))

    assert (update["_is_merge"], update["_audit_source"], "input" in update) == (True, "app", False)


def test_a_row_that_comes_again_keeps_its_feedback(router: Router) -> None:
    again = {**ROW, "input": "ho"}

    row = final(sent(assembled(router), rows(1, ROW), rows(2, FIRST), rows(3, again)))["a"]

    assert (row["input"], row["scores"]) == ("ho", {"s": 0.1})


def test_feedback_about_the_span_of_a_row_goes_to_the_row(router: Router) -> None:
    row = {**ROW, "id": "own", "span_id": "sp"}
    fact = {**FIRST, "id": "sp"}

    after = final(sent(assembled(router), rows(1, row), rows(2, fact)))
    assert (list(after), after["own"]["scores"]) == (["own"], {"s": 0.1})

    waited = sent(assembled(router, Sample(1.0)), rows(1, fact), rows(2, row))
    assert final(waited)["own"]["scores"] == {"s": 0.1}


def test_feedback_about_a_row_of_long_ago_is_an_update(router: Router) -> None:
    (update,) = sent(assembled(router), rows(1, FIRST))

    assert (update["id"], update["_is_merge"]) == ("a", True)


def test_an_update_of_a_sender_is_sent_as_it_is(router: Router) -> None:
    update = {"id": "a", "span_id": "a", "_is_merge": True, "output": "x", "_merge_paths": [["output"]]}

    whole, merged = sent(assembled(router), rows(1, ROW), rows(2, update))

    assert (whole["input"], merged["output"], merged["_merge_paths"]) == ("hi", "x", [["output"]])


def test_a_deletion_forgets_what_was_known(router: Router) -> None:
    deletion = {"id": "a", "_object_delete": True}

    out = sent(assembled(router), rows(1, ROW), rows(2, FIRST), rows(3, deletion), rows(4, ROW))

    assert [bool(row.get("_object_delete")) for row in out] == [False, False, True, False]
    assert "scores" not in out[-1]


def has_low_score(found: Sequence[Row]) -> list[bool]:
    return [((row.get("scores") or {}).get("s") or 1) < 0.5 for row in found]


def test_a_row_passes_as_soon_as_all_that_is_known_of_it_does(router: Router) -> None:
    preparation = assembled(router, Keep(has_low_score))

    assert sent(preparation, rows(1, ROW)) == []
    whole, fact = sent(preparation, rows(2, FIRST))
    (later,) = sent(preparation, rows(3, SECOND))

    assert (whole["input"], fact["scores"], later["scores"]) == ("hi", {"s": 0.1}, {"s": 0.9})


def test_feedback_of_a_row_that_is_not_wanted_stays(router: Router) -> None:
    assert sent(assembled(router, Sample(0.0)), rows(1, FIRST), rows(2, ROW), rows(3, SECOND)) == []


def test_steps_change_updates_too(router: Router) -> None:
    hide = ChangeFields(remove=["scores.s"], rename={}, set={})

    assert [row.get("scores") for row in sent(assembled(router, hide), rows(1, ROW), rows(2, FIRST))] == [
        None,
        {},
    ]


def test_what_was_remembered_before_a_restart_counts(router: Router) -> None:
    preparation = assembled(router)
    preparation.remember([rows(1, FIRST), record(2, b"no rows", "traces")])

    assert final(sent(preparation, rows(3, ROW)))["a"]["scores"] == {"s": 0.1}


@pytest.mark.parametrize(
    ("limits", "knows"),
    [
        pytest.param({"max_rows": 2}, True, id="just enough rows"),
        pytest.param({"max_rows": 1}, False, id="one row too few"),
        pytest.param({"max_bytes": 1 << 20}, True, id="enough bytes"),
        pytest.param({"max_bytes": 10}, False, id="too few bytes"),
    ],
)
def test_memory_is_bounded(router: Router, limits: dict[str, int], knows: bool) -> None:  # noqa: FBT001 - a case
    preparation = assembled(router, **limits)
    sent(preparation, rows(1, FIRST), rows(2, {"id": "b"}))

    assert ("scores" in final(sent(preparation, rows(3, ROW)))["a"]) is knows


def test_a_signal_that_is_not_wanted_gives_nothing(router: Router) -> None:
    preparation = AssembledRows(RoutedRows(router), {"traces": ()})

    assert sent(preparation, rows(1, ROW)) == []
    assert len(sent(preparation, record(2, traces(span(1)).SerializeToString(), "traces"))) == 1
