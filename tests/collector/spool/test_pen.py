"""The pen that a spool shares with the compiled receiver."""

import threading
from pathlib import Path
from typing import Final

import pytest

from otel_bridge_collector.spool.pen import Leave, News, Pen, Place
from tests.support.compiled import compiled_library

COMPILED: Final = compiled_library()


@pytest.mark.parametrize(
    "marker",
    [
        pytest.param(b"8 bytes!", id="text"),
        pytest.param(b"\x00SV>\x87\x97\x00\xa4", id="zeros at the begin and within"),
        pytest.param(b"eU\xec\x12\x00\x00\x00\x00", id="zeros at the end"),
    ],
)
def test_what_is_given_back_is_told_to_the_next(marker: bytes) -> None:
    pen = Pen(COMPILED)
    place = Place(marker, 2**40, 7, 9)

    pen.take()
    pen.give(place, None)

    assert pen.extent() == place._replace(next_seq=0)
    assert pen.take() == place


def test_there_is_one_pen(tmp_path: Path) -> None:
    pen = Pen(COMPILED)
    place = pen.take()
    (tmp_path / "a.seg").touch()
    taken = threading.Event()

    def take() -> None:
        pen.take()
        taken.set()

    other = threading.Thread(target=take)
    other.start()

    assert not taken.wait(0.1)
    pen.give(place, Leave(tmp_path / "a.seg", 10, 20))

    assert taken.wait(20)
    other.join()


def test_pens_know_nothing_of_each_other() -> None:
    one, other = Pen(COMPILED), Pen(COMPILED)

    one.give(Place(b"8 bytes!", 1, 2, 3), None)

    assert other.extent() == Place(bytes(8), 0, 0, 0)


def test_transactions_grow_by_the_room_that_each_takes() -> None:
    pen = Pen(COMPILED)

    assert [pen.next_xact(10, 5), pen.next_xact(10, 0), pen.next_xact(10, 0), pen.next_xact(99, 0)] == [
        10,
        16,
        17,
        99,
    ]


def test_without_news_nothing_is_new() -> None:
    assert Pen(COMPILED).hear(0.01) == News(is_new=False, durations_s=[])


def test_a_closed_pen_lets_nobody_wait_for_news() -> None:
    pen = Pen(COMPILED)
    heard: list[News | None] = []
    waiting = threading.Thread(target=lambda: heard.append(pen.hear(60)))
    waiting.start()

    pen.close()

    waiting.join(20)
    assert heard == [None]
