"""Preparing records one after the other."""

from collections.abc import Iterable

import pytest

from otel_bridge_collector.deliver.preparation import Prepared, prepare_guarded, prepare_onto
from otel_bridge_collector.errors import RetryableError
from otel_bridge_collector.spool.record import Record, Routing

ROUTING = Routing(signal="traces", parent="project_id:p-1", xact=1000197156530614077, received_ns=0)
RECORDS = [Record(seq=seq, routing=ROUTING, payload=b"") for seq in (1, 2, 3)]


class Raising:
    """A preparation that raises for the record with number 2."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def prepare(self, record: Record) -> Prepared[int]:
        if record.seq == 2:
            raise self._error
        return Prepared(writes=[record.seq])

    def remember(self, records: Iterable[Record]) -> None:
        raise NotImplementedError


def test_what_was_prepared_before_a_failure_is_kept_and_not_prepared_again() -> None:
    done: list[tuple[Record, Prepared[int]]] = []

    with pytest.raises(RetryableError):
        prepare_onto(done, RECORDS, Raising(RetryableError("not now")).prepare)
    prepare_onto(done, RECORDS, lambda record: Prepared(writes=[record.seq * 10]))

    assert [each.writes for _, each in done] == [[1], [20], [30]]


def test_a_bug_costs_the_record_that_meets_it() -> None:
    prepared = prepare_guarded(Raising(KeyError("x")), RECORDS[1])

    assert (prepared.writes, prepared.faults, prepared.lost) == ([], ["KeyError: 'x'"], None)


def test_what_may_pass_later_is_no_fault() -> None:
    with pytest.raises(RetryableError):
        prepare_guarded(Raising(RetryableError("not now")), RECORDS[1])
