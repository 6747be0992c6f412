"""The door into the spool."""

import asyncio
import threading
import time
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from otel_bridge.contract.names import PARENT
from otel_bridge.contract.parent import Parent
from otel_bridge.contract.row import Row
from otel_bridge_collector.decode import protobuf
from otel_bridge_collector.errors import (
    BodyTooLargeError,
    ForbiddenError,
    MalformedBodyError,
    QuotaError,
    SpoolError,
    SpoolFullError,
)
from otel_bridge_collector.ingest import Ingest
from otel_bridge_collector.intake import Encoding, Outcome
from otel_bridge_collector.metrics.catalog import ACCEPTED, REFUSED
from otel_bridge_collector.pipeline.masks import DoorMasks
from otel_bridge_collector.quota.quotas import Quotas
from otel_bridge_collector.receipt.ledger import Word
from otel_bridge_collector.spool.limits import SpoolLimits
from otel_bridge_collector.spool.record import Record
from otel_bridge_collector.spool.spool import Spool
from otel_bridge_collector.telemetry import Counters
from tests.support.masking import rules_of
from tests.support.otlp_request import log_record, logs, span, to_json, traces
from tests.support.quotas import Clock, key, quotas_of
from tests.support.spool import open_spool, read_all


class Everywhere:
    """The gate of who may write everywhere."""

    def projects(self) -> Sequence[str] | None:
        return None

    def home(self, requested: str | None) -> str | None:
        return requested

    def fault(self, parent: Parent) -> str:
        raise AssertionError(f"asked for {parent}")


class OwnProjectOnly(Everywhere):
    """The gate of a key for one project."""

    def projects(self) -> Sequence[str] | None:
        return ["mine"]

    def home(self, requested: str | None) -> str | None:
        return requested or "project_id:mine"

    def fault(self, parent: Parent) -> str:
        return "" if parent.value == "mine" else f"not yours: {parent}"


def ingest_into(spool: Spool, counters: Counters | None = None) -> Ingest:
    return Ingest(spool, counters or Counters(), Everywhere(), now_ns=lambda: 77)


def masking_into(spool: Spool) -> Ingest:
    masks = DoorMasks()
    masks.rules = rules_of("{patterns: [emails]}")
    return Ingest(spool, Counters(), OwnProjectOnly(), masks)


def metered_into(spool: Spool, quotas: Quotas, counters: Counters | None = None) -> Ingest:
    return Ingest(spool, counters or Counters(), OwnProjectOnly(), quotas=quotas)


def test_what_is_accepted_is_durable(tmp_path: Path) -> None:
    body = traces(span(1), span(2)).SerializeToString()
    with open_spool(tmp_path) as spool:
        outcome = asyncio.run(ingest_into(spool).traces(body, Encoding.PROTOBUF, parent="project_name:p"))
        (record,) = read_all(spool.reader(0))

    assert outcome == Outcome(accepted=2, rejected=0, reason="")
    assert (record.payload, record.routing.parent, record.routing.received_ns) == (body, "project_name:p", 77)


def test_a_large_request_is_kept_like_a_small_one(tmp_path: Path) -> None:
    body = traces(span(attributes={"text": "x" * (2 << 20)})).SerializeToString()
    with open_spool(tmp_path) as spool:
        asyncio.run(ingest_into(spool).traces(body, Encoding.PROTOBUF, parent=None))

        assert [record.payload for record in read_all(spool.reader(0))] == [body]


def test_every_request_is_a_transaction_of_its_own(tmp_path: Path) -> None:
    async def two_requests(ingest: Ingest) -> None:
        await ingest.traces(traces(span()).SerializeToString(), Encoding.PROTOBUF, parent=None)
        await ingest.logs(to_json(logs(log_record())), Encoding.JSON, parent=None)

    with open_spool(tmp_path) as spool:
        asyncio.run(two_requests(ingest_into(spool)))
        first, second = read_all(spool.reader(0))

    assert first.routing.xact < second.routing.xact
    assert second.payload == logs(log_record()).SerializeToString()


def test_what_is_masked_is_kept_masked_only(tmp_path: Path) -> None:
    request = traces(span(attributes={"a": "bob@x.example"}))

    async def all_ways(ingest: Ingest) -> None:
        await ingest.traces(request.SerializeToString(), Encoding.PROTOBUF, parent=None)
        await ingest.traces(to_json(request), Encoding.JSON, parent=None)
        await ingest.logs(to_json(logs(log_record("bob@x.example"))), Encoding.JSON, parent=None)
        await ingest.logs(
            logs(log_record("bob@x.example")).SerializeToString(), Encoding.PROTOBUF, parent=None
        )
        await ingest.rows([{"id": "r", "project_id": "mine", "input": "bob@x.example"}])

    with open_spool(tmp_path) as spool:
        asyncio.run(all_ways(masking_into(spool)))
        kept = read_all(spool.reader(0))

    assert len(kept) == 5
    assert all(b"[email]" in record.payload and b"bob" not in record.payload for record in kept)


def test_what_rules_find_nothing_in_keeps_its_bytes(tmp_path: Path) -> None:
    body = traces(span(attributes={"a": "b"})).SerializeToString()
    with open_spool(tmp_path) as spool:
        asyncio.run(masking_into(spool).traces(body, Encoding.PROTOBUF, parent=None))

        assert [record.payload for record in read_all(spool.reader(0))] == [body]


def test_fields_of_objects_are_masked(tmp_path: Path) -> None:
    with open_spool(tmp_path) as spool:
        assert masking_into(spool).masked({"description": "bob@x.example"}) == {"description": "[email]"}
        assert ingest_into(spool).masked({"description": "bob@x.example"}) == {"description": "bob@x.example"}


def test_rejected_log_records_are_logged_as_such(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    broken = log_record()
    broken.span_id = b"short"
    with open_spool(tmp_path) as spool:
        asyncio.run(ingest_into(spool).logs(logs(broken).SerializeToString(), Encoding.PROTOBUF, parent=None))

    assert "1 of a request's log records rejected" in caplog.text


def test_a_request_of_broken_spans_only_leaves_nothing(tmp_path: Path) -> None:
    broken = span()
    broken.trace_id = b""
    with open_spool(tmp_path) as spool:
        outcome = asyncio.run(
            ingest_into(spool).traces(traces(broken).SerializeToString(), Encoding.PROTOBUF, parent=None)
        )

        assert read_all(spool.reader(0)) == []

    assert (outcome.accepted, outcome.rejected) == (0, 1)


def test_what_comes_in_is_counted(tmp_path: Path) -> None:
    counters = Counters()
    broken = span(2)
    broken.span_id = b""
    with open_spool(tmp_path) as spool:
        body = traces(span(1), broken).SerializeToString()
        asyncio.run(ingest_into(spool, counters).traces(body, Encoding.PROTOBUF, parent=None))

    assert counters.values(ACCEPTED["traces"]) == {("otlp", "http"): 1}
    assert counters.values(REFUSED["traces"]) == {("otlp", "http", "invalid"): 1}


def test_what_there_is_no_room_for_is_counted_as_refused(tmp_path: Path) -> None:
    counters = Counters()
    with open_spool(tmp_path, limits=SpoolLimits(max_bytes=1)) as spool:
        body = traces(span(1), span(2)).SerializeToString()
        keeping = ingest_into(spool, counters).traces(body, Encoding.PROTOBUF, parent=None, transport="grpc")
        with pytest.raises(SpoolFullError):
            asyncio.run(keeping)

    assert counters.totals() == {"otelcol_receiver_refused_spans": 2}
    assert counters.values(REFUSED["traces"]) == {("otlp", "grpc", "spool_full"): 2}


def test_a_malformed_body_is_an_error(tmp_path: Path) -> None:
    with open_spool(tmp_path) as spool, pytest.raises(MalformedBodyError):
        asyncio.run(ingest_into(spool).traces(b"{", Encoding.JSON, parent=None))


@pytest.mark.parametrize("encoding", Encoding)
def test_a_request_of_more_messages_than_may_be_is_refused(tmp_path: Path, encoding: Encoding) -> None:
    request = traces(*(Span() for _ in range(20)))
    body = request.SerializeToString() if encoding is Encoding.PROTOBUF else to_json(request)
    messages = 22 if encoding is Encoding.PROTOBUF else 13  # JSON: brackets, two for each

    with open_spool(tmp_path) as spool:
        for limit, raises in ((messages, nullcontext()), (messages - 1, pytest.raises(BodyTooLargeError))):
            ingest = Ingest(spool, Counters(), Everywhere(), max_messages=limit)
            with raises:
                asyncio.run(ingest.traces(body, encoding, parent=None))


def test_a_request_that_cannot_be_kept_is_an_error(tmp_path: Path) -> None:
    with open_spool(tmp_path) as spool:
        pass

    with pytest.raises(SpoolError):
        asyncio.run(
            ingest_into(spool).traces(traces(span()).SerializeToString(), Encoding.PROTOBUF, parent=None)
        )


def test_spans_of_projects_out_of_reach_are_rejected_alone(tmp_path: Path) -> None:
    own = span(1, attributes={PARENT: "project_id:mine"})
    foreign = span(2, attributes={PARENT: "project_id:theirs"})
    unnamed = span(3)
    body = traces(own, foreign, unnamed).SerializeToString()
    with open_spool(tmp_path) as spool:
        ingest = Ingest(spool, Counters(), OwnProjectOnly())
        outcome = asyncio.run(ingest.traces(body, Encoding.PROTOBUF, parent=None))
        (record,) = read_all(spool.reader(0))

    assert outcome == Outcome(accepted=2, rejected=1, reason="not yours: project_id:theirs")
    assert record.payload == traces(own, unnamed).SerializeToString()
    assert (record.routing.parent, record.routing.projects) == ("project_id:mine", ["mine"])


def test_log_records_of_projects_out_of_reach_are_rejected_alone(tmp_path: Path) -> None:
    foreign = log_record(attributes={PARENT: "project_id:theirs"})
    body = logs(log_record(), foreign).SerializeToString()
    with open_spool(tmp_path) as spool:
        ingest = Ingest(spool, Counters(), OwnProjectOnly())
        outcome = asyncio.run(ingest.logs(body, Encoding.PROTOBUF, parent=None))

    assert (outcome.accepted, outcome.rejected) == (1, 1)


def test_a_batch_with_a_row_out_of_reach_is_not_kept(tmp_path: Path) -> None:
    rows: list[Row] = [{"id": "a", "project_id": "mine"}, {"id": "b", "project_id": "theirs"}]
    with open_spool(tmp_path) as spool:
        ingest = Ingest(spool, Counters(), OwnProjectOnly())
        with pytest.raises(ForbiddenError, match="not yours: project_id:theirs"):
            asyncio.run(ingest.rows(rows))

        assert read_all(spool.reader(0)) == []


class Heard:
    """A ledger that remembers what it hears."""

    def __init__(self) -> None:
        self.words: list[Word] = []

    def hear(self, word: Word, now_ns: int) -> None:
        assert now_ns == 77
        self.words.append(word)


RECEIPT = f"process={'ab' * 16};batch=1;ended=3"


def sent(folder: Path, *spans: Span, receipt: str | None = RECEIPT) -> tuple[list[Word], list[Record]]:
    """What is heard and what is kept of a request."""
    heard = Heard()
    with open_spool(folder) as spool:
        ingest = Ingest(spool, Counters(), Everywhere(), ledger=heard, now_ns=lambda: 77)
        body = traces(*spans).SerializeToString()
        asyncio.run(ingest.traces(body, Encoding.PROTOBUF, parent=None, receipt=receipt))
        return heard.words, read_all(spool.reader(0))


def test_the_receipt_and_the_senders_are_kept_beside_the_spans(tmp_path: Path) -> None:
    words, (record,) = sent(tmp_path, span(1), span(2))

    assert words == []
    assert record.routing.receipt == RECEIPT
    assert [sender["spans"] for sender in record.routing.senders or ()] == [2]


def test_a_receipt_that_cannot_be_read_is_not_kept(tmp_path: Path) -> None:
    words, (record,) = sent(tmp_path, span(1), receipt="x" * 100_000)

    assert words == []
    assert record.routing.receipt is None


def test_a_receipt_without_spans_is_heard_and_takes_no_room(tmp_path: Path) -> None:
    words, kept = sent(tmp_path)

    assert words == [Word(receipt=RECEIPT, projects=None, senders=())]
    assert kept == []


def test_a_request_without_spans_and_receipt_is_not_heard(tmp_path: Path) -> None:
    assert sent(tmp_path, receipt=None) == ([], [])


def test_what_is_rejected_is_heard_with_its_reason(tmp_path: Path) -> None:
    broken = span(2)
    broken.trace_id = b""

    (word,), (record,) = sent(tmp_path, span(1), broken)

    assert (word.rejected, word.reason, word.receipt) == (1, "the trace id is missing", RECEIPT)
    assert [sender["spans"] for sender in record.routing.senders or ()] == [1]


def test_large_requests_are_parsed_two_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    running: list[int] = [0, 0]
    changing = threading.Lock()
    parse = protobuf.parse_traces

    def parse_slowly(body: bytes) -> ExportTraceServiceRequest:
        with changing:
            running[0] += 1
            running[1] = max(running)
        time.sleep(0.05)
        with changing:
            running[0] -= 1
        return parse(body)

    monkeypatch.setattr(protobuf, "parse_traces", parse_slowly)
    body = traces(span(attributes={"text": "x" * (1 << 20)})).SerializeToString()

    async def send(ingest: Ingest) -> None:
        await asyncio.gather(*(ingest.traces(body, Encoding.PROTOBUF, parent=None) for _ in range(6)))

    with open_spool(tmp_path) as spool:
        asyncio.run(send(ingest_into(spool)))

    assert running[1] == 2


def test_bytes_spans_and_rows_of_all_ways_in_count_together(tmp_path: Path) -> None:
    quotas = quotas_of(Clock(), access=lambda: key("k"), spans_per_second=6, burst=1)
    counters = Counters()

    async def all_ways(ingest: Ingest) -> None:
        await ingest.traces(traces(span(1), span(2)).SerializeToString(), Encoding.PROTOBUF, parent=None)
        await ingest.logs(to_json(logs(log_record(), log_record())), Encoding.JSON, parent=None)
        await ingest.rows([{"id": "a", "project_id": "mine"}, {"id": "b", "project_id": "mine"}])
        ingest_again = [
            ingest.traces(traces(span(3)).SerializeToString(), Encoding.PROTOBUF, parent=None),
            ingest.logs(logs(log_record()).SerializeToString(), Encoding.PROTOBUF, parent=None),
            ingest.rows([{"id": "c", "project_id": "mine"}]),
        ]
        for again in ingest_again:
            with pytest.raises(QuotaError):
                await again

    with open_spool(tmp_path) as spool:
        asyncio.run(all_ways(metered_into(spool, quotas, counters)))

        assert len(read_all(spool.reader(0))) == 3
    assert [counters.values(REFUSED[signal]) for signal in ("traces", "logs", "rows")] == [
        {("otlp", "http", "quota"): 1},
        {("otlp", "http", "quota"): 1},
        {("braintrust", "http", "quota"): 1},
    ]


def test_a_request_counts_with_the_bytes_of_its_body(tmp_path: Path) -> None:
    body = traces(span()).SerializeToString()
    within, beyond = (
        quotas_of(Clock(), access=lambda: key("k"), bytes_per_second=size, burst=1)
        for size in (len(body) + 1, len(body))
    )

    async def send(ingest: Ingest) -> None:
        await ingest.traces(body, Encoding.PROTOBUF, parent=None)
        ingest.admit(None)

    with open_spool(tmp_path) as spool:
        asyncio.run(send(metered_into(spool, within)))
        with pytest.raises(QuotaError):
            asyncio.run(send(metered_into(spool, beyond)))


def test_what_cannot_be_read_counts_too(tmp_path: Path) -> None:
    quotas = quotas_of(Clock(), access=lambda: key("k"), bytes_per_second=5, burst=1)

    async def send(ingest: Ingest) -> None:
        with pytest.raises(MalformedBodyError):
            await ingest.traces(b"nonsense", Encoding.PROTOBUF, parent=None)
        ingest.admit(None)

    with open_spool(tmp_path) as spool, pytest.raises(QuotaError):
        asyncio.run(send(metered_into(spool, quotas)))


def test_rows_without_a_key_count_for_the_project_of_the_first(tmp_path: Path) -> None:
    quotas = quotas_of(Clock(), access=lambda: key(""), spans_per_second=2, burst=1)

    async def send(ingest: Ingest) -> None:
        await ingest.rows([{"id": "a", "project_id": "mine"}, {"id": "b", "project_id": "mine"}])
        ingest.admit("project_id:q")
        with pytest.raises(QuotaError):
            ingest.admit("project_id:mine")

    with open_spool(tmp_path) as spool:
        asyncio.run(send(metered_into(spool, quotas)))
