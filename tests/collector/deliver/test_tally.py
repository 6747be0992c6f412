"""The counters of one destination."""

from otel_bridge_collector.deliver.preparation import Prepared
from otel_bridge_collector.deliver.tally import Tally, refused_of
from otel_bridge_collector.metrics import catalog
from otel_bridge_collector.spool.record import Record
from otel_bridge_collector.telemetry import Counters
from tests.support.spool import ROUTING

RECORDS = [Record(seq=seq, routing=ROUTING, payload=b"") for seq in (1, 2)]


def test_what_arrived_is_counted_by_what_its_writes_stand_for_without_what_was_refused() -> None:
    counters = Counters()
    tally = Tally[str](counters, "file", len)

    part = [(RECORDS[0], Prepared(writes=["aaa", "b"])), (RECORDS[1], Prepared(writes=["cc"]))]
    tally.sent(part, refused={1})

    assert counters.values(catalog.SENT["traces"]) == {("file",): 5}
    assert counters.values(catalog.SENT_REQUESTS) == {("file",): 2}


def test_what_was_refused_is_counted_with_its_dead_letter() -> None:
    counters = Counters()
    tally = Tally[str](counters, "file", len)

    tally.refused(RECORDS[0], refused_of(4, ["aaa", "b"], {5: "no"}))
    tally.not_translated()

    assert counters.values(catalog.SEND_FAILED["traces"]) == {("file",): 1}
    assert counters.values(catalog.DEAD_LETTERS) == {("file", "refused"): 1, ("file", "not_translated"): 1}


def test_attempts_and_time_add_up() -> None:
    counters = Counters()
    tally = Tally[str](counters, "file", len)

    tally.failed()
    tally.failed()
    tally.translated(0.25)
    tally.translated(0.5)

    assert counters.values(catalog.FAILED_ATTEMPTS) == {("file",): 2}
    assert counters.values(catalog.TRANSLATION) == {("file",): 0.75}
