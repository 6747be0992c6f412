"""Replays that are noted down."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from otel_bridge_collector.deliver.replay import MAX_FAULTS, Replay, ReplayError, Replays, first_since
from tests.support.spool import ROUTING, open_spool


def test_a_replay_goes_on_after_a_restart_where_it_was(tmp_path: Path) -> None:
    replays = Replays(tmp_path / "replay")
    replays.begin(Replay(next_seq=3, until_seq=9))
    running = replays.waiting()
    assert running is not None
    running.count(rows=2, changed={"metadata": 1})
    replays.advance(running, 5)

    taken_up = Replays(tmp_path / "replay").waiting()

    assert taken_up == running
    assert (taken_up.next_seq, taken_up.until_seq, taken_up.changed) == (5, 9, {"metadata": 1})


def test_what_is_refused_is_counted_and_the_first_of_it_named() -> None:
    replay = Replay()
    replay.refuse(7, [f"row {number}: {'x' * 600}" for number in range(MAX_FAULTS - 1)])
    replay.refuse(8, ["row a: no", "row b: no"])

    assert (replay.refused, len(replay.faults), len(replay.faults[0])) == (MAX_FAULTS + 1, MAX_FAULTS, 500)
    assert replay.faults[-1] == "request 8: row a: no"


def test_one_at_a_time(tmp_path: Path) -> None:
    replays = Replays(tmp_path / "replay")
    replays.begin(Replay())

    with pytest.raises(ReplayError, match="another replay is running"):
        replays.begin(Replay())

    running = replays.waiting()
    assert running is not None
    replays.end(running)
    replays.begin(Replay())


def test_one_that_is_done_is_not_taken_up(tmp_path: Path) -> None:
    replays = Replays(tmp_path / "replay")
    replays.begin(replay := Replay())
    replays.end(replay)

    assert (replays.last, Replays(tmp_path / "replay").last) == (replay, None)


def test_a_file_that_a_crash_left_empty_is_no_replay(tmp_path: Path) -> None:
    (tmp_path / "replay").write_bytes(b"")

    assert Replays(tmp_path / "replay").waiting() is None


@pytest.mark.parametrize(("since_ns", "seq"), [(0, 1), (15, 2), (20, 2), (21, 3), (99, 4)])
def test_the_first_record_since_a_time_is_found(tmp_path: Path, since_ns: int, seq: int) -> None:
    with open_spool(tmp_path) as spool:
        for received_ns in (10, 20, 30):
            asyncio.run(spool.append(replace(ROUTING, received_ns=received_ns), b"x"))

        assert first_since(spool, since_ns) == seq
