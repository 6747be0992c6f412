"""Rows on their way to a server that fails on request."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

import otel_bridge
from otel_bridge.api.login import account_of
from otel_bridge.control import rows
from otel_bridge.control.rows import RowSender, sender_of
from otel_bridge.errors import ControlError
from tests.support.control_plane import ControlPlane, control_plane
from tests.support.otlp_receiver import wait_until


@pytest.fixture
def plane(monkeypatch: pytest.MonkeyPatch) -> Iterator[ControlPlane]:
    with control_plane() as running:
        monkeypatch.setenv("BRAINTRUST_API_URL", running.url)
        monkeypatch.setenv("BRAINTRUST_APP_URL", running.url)
        monkeypatch.setenv("BRAINTRUST_API_KEY", "k")
        yield running


@pytest.fixture
def sender(plane: ControlPlane) -> RowSender:
    del plane
    return sender_of(account_of(None, None, None))


def written(plane: ControlPlane) -> list[list[Any]]:
    """The ids of the rows of each request."""
    bodies = [json.loads(body) for _, path, _, body in plane.requests if path == "/logs3"]
    return [[row["id"] for row in body["rows"]] for body in bodies]


def test_rows_are_sent_in_order_and_in_batches(plane: ControlPlane, sender: RowSender) -> None:
    for number in range(250):
        sender.add({"id": str(number)})
    sender.flush()

    assert [row for batch in written(plane) for row in batch] == [str(number) for number in range(250)]
    assert max(map(len, written(plane))) <= rows.BATCH_ROWS
    assert sender.waiting == 0


def test_a_batch_is_split_by_its_size(plane: ControlPlane, sender: RowSender) -> None:
    for number in range(3):
        sender.add({"id": str(number), "input": "x" * (rows.BATCH_BYTES // 2)})
    sender.flush()

    assert written(plane) == [["0"], ["1"], ["2"]]


def test_rows_leave_without_a_flush(plane: ControlPlane, sender: RowSender) -> None:
    sender.settings = replace(sender.settings, schedule_delay_ms=1)
    sender.add({"id": "a"})

    wait_until(lambda: written(plane))
    assert written(plane) == [["a"]]


def test_rows_wait_for_a_server_that_is_away(plane: ControlPlane, sender: RowSender) -> None:
    plane.failures = [401, 401]
    sender.add({"id": "a"})

    with pytest.raises(ControlError, match="1 rows could not be written yet"):
        sender.flush()
    sender.add({"id": "b"})
    sender.flush()

    assert written(plane)[-1] == ["a", "b"]


def test_a_row_that_is_refused_costs_no_other(plane: ControlPlane, sender: RowSender) -> None:
    for row_id in "abcd":
        sender.add({"id": row_id})
    plane.failures = [400, 400, 400]  # all four, then the first two, then the first alone

    with pytest.raises(ControlError, match="1 rows were refused"):
        sender.flush()

    assert written(plane) == [["a", "b", "c", "d"], ["a", "b"], ["a"], ["b"], ["c", "d"]]
    assert (sender.refused, sender.waiting) == (1, 0)


def test_more_rows_than_may_wait_are_an_error(
    plane: ControlPlane, sender: RowSender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "MAX_WAITING", 2)
    plane.failures = [401, 401, 401]
    sender.add({"id": "a"})
    sender.add({"id": "b"})

    with pytest.raises(ControlError):
        sender.add({"id": "c"})


def test_rows_are_masked_when_they_leave(plane: ControlPlane, sender: RowSender) -> None:
    sender.add({"id": "a", "input": "secret"})
    otel_bridge.set_masking_function(lambda _: "masked")
    sender.flush()

    assert b"secret" not in plane.requests[-1][3]
    assert json.loads(plane.requests[-1][3])["rows"][0]["input"] == "masked"


def test_the_flush_of_the_process_sends_rows(plane: ControlPlane, sender: RowSender) -> None:
    sender.add({"id": "a"})

    otel_bridge.flush()

    assert written(plane) == [["a"]]
    sender.shutdown()
