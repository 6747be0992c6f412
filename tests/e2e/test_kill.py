"""What was acknowledged is there, once, whatever happens to the sidecar's process."""

import contextlib
import threading
import time
from collections import Counter
from itertools import count
from pathlib import Path
from typing import Final

import httpx
import pytest

from otel_bridge_collector.decode import protobuf
from tests.support.collector import running_collector, running_command
from tests.support.otlp_request import span, traces
from tests.support.spool import open_spool, read_all
from tests.support.steady import steady_sender

KILLS: Final = 200
KILLS_OF_THE_COMMAND: Final = 3
SPANS_OF_A_REQUEST: Final = 3
STEADY_SENDERS: Final = 4
STEADY_S: Final = 0.5
APART: Final = 1_000_000
PROTOBUF: Final = {"content-type": "application/x-protobuf"}


def send(otlp_http: str, first: int) -> list[str]:
    """Send spans numbered from `first` on; return the ids that are acknowledged."""
    numbers = range(first, first + SPANS_OF_A_REQUEST)
    body = traces(*(span(number) for number in numbers)).SerializeToString()
    response = httpx.post(f"{otlp_http}/v1/traces", content=body, headers=PROTOBUF, timeout=60)
    assert response.status_code == 200
    return [f"{number:016x}" for number in numbers]


def stored_ids(data_dir: Path) -> Counter[object]:
    """How often each row stands in the store, by id, after one more start."""
    with running_collector(data_dir) as collector:
        rows = collector.query("SELECT id FROM project_logs('default-otel-project') LIMIT 10000")
    return Counter(row["id"] for row in rows)


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_every_acknowledged_span_survives_two_hundred_kills_exactly_once(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    acknowledged: list[str] = []

    for number in range(KILLS):
        with running_collector(data_dir) as collector:
            acknowledged += send(collector.otlp_http, first=1 + number * SPANS_OF_A_REQUEST)
            collector.kill()

    assert stored_ids(data_dir) == Counter(acknowledged)


def test_the_command_itself_loses_nothing_when_it_is_killed(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    acknowledged: list[str] = []

    for number in range(KILLS_OF_THE_COMMAND):
        with running_command(data_dir) as collector:
            acknowledged += send(collector.otlp_http, first=1 + number * SPANS_OF_A_REQUEST)
            collector.kill()

    assert stored_ids(data_dir) == Counter(acknowledged)


def test_what_steady_senders_were_told_is_there_after_a_kill(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    acknowledged: list[int] = []

    for life in range(KILLS_OF_THE_COMMAND):
        with running_collector(data_dir) as collector:
            sending = [
                threading.Thread(target=send_on, args=(collector.otlp_http, 1 + life + first, acknowledged))
                for first in range(0, STEADY_SENDERS * APART, APART)
            ]
            for thread in sending:
                thread.start()
            time.sleep(STEADY_S)
            collector.kill()
            for thread in sending:
                thread.join()

    with open_spool(data_dir / "spool") as spool:
        records = read_all(spool.reader(0))
    kept = Counter(
        span.span_id for record in records for span in protobuf.spans(protobuf.parse_traces(record.payload))
    )
    assert len(acknowledged) > KILLS_OF_THE_COMMAND * STEADY_SENDERS
    assert set(kept.values()) == {1}
    assert {f"{number:016x}" for number in acknowledged} <= kept.keys()
    assert [record.seq for record in records] == sorted({record.seq for record in records})


def send_on(otlp_http: str, first: int, acknowledged: list[int]) -> None:
    """Send a span at a time over one connection, numbered from `first` on, until the sidecar is gone; note what is acknowledged."""
    with contextlib.suppress(OSError), steady_sender(otlp_http) as sender:
        for number in count(first, KILLS_OF_THE_COMMAND):
            assert sender.send(traces(span(number)).SerializeToString()) == 200
            acknowledged.append(number)


def test_a_span_that_is_sent_again_after_a_kill_is_one_row(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"

    with running_collector(data_dir) as collector:
        send(collector.otlp_http, first=1)
        collector.kill()
    with running_collector(data_dir) as collector:
        acknowledged = send(collector.otlp_http, first=1)

    assert stored_ids(data_dir) == Counter(acknowledged)
