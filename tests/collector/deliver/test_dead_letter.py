"""Records that will never pass."""

import base64
import json
from dataclasses import replace
from pathlib import Path

import pytest

from otel_bridge_collector.deliver.dead_letter import DeadLetters
from otel_bridge_collector.spool.record import Record
from tests.support.spool import ROUTING


def test_a_letter_holds_the_record_and_the_reason(tmp_path: Path) -> None:
    letters = DeadLetters(tmp_path / "store.dead.jsonl")

    letters.bury(Record(seq=3, routing=ROUTING, payload=b"\x00\xff"), "no such type")
    letters.bury(Record(seq=4, routing=ROUTING, payload=b""), "other")

    first, second = [json.loads(line) for line in (tmp_path / "store.dead.jsonl").read_text().splitlines()]
    assert (first["seq"], first["reason"], first["signal"]) == (3, "no such type", "traces")
    assert base64.b64decode(first["payload"]) == b"\x00\xff"
    assert second["seq"] == 4


def test_the_log_says_where_it_lies_and_no_value(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    DeadLetters(tmp_path / "dead").bury(Record(seq=3, routing=ROUTING, payload=b""), "value 'secret'")

    assert str(tmp_path / "dead") in caplog.text
    assert "secret" not in caplog.text


def test_letters_are_read_back_as_records(tmp_path: Path) -> None:
    letters = DeadLetters(tmp_path / "dead")
    record = Record(seq=3, routing=ROUTING, payload=b"\x00\xff")
    letters.bury(record, "why")
    with (tmp_path / "dead").open("ab") as file:
        file.write(b'{"seq":4,"rea')

    assert [(letter.record, letter.reason) for letter in letters.read()] == [(record, "why")]


def test_a_line_that_was_cut_costs_no_letter_that_comes_after_it(tmp_path: Path) -> None:
    (tmp_path / "dead").write_bytes(b'{"seq":4,"rea')

    DeadLetters(tmp_path / "dead").bury(Record(seq=5, routing=ROUTING, payload=b""), "why")

    assert [letter.record.seq for letter in DeadLetters(tmp_path / "dead").read()] == [5]


def test_a_letter_that_was_sent_is_taken_out(tmp_path: Path) -> None:
    letters = DeadLetters(tmp_path / "dead")
    for seq in (3, 4, 3):
        letters.bury(Record(seq=seq, routing=ROUTING, payload=b""), "why")

    letters.remove([3])

    assert [letter.record.seq for letter in letters.read()] == [4]


def test_letters_are_read_one_at_a_time_as_they_were_when_reading_began(tmp_path: Path) -> None:
    letters = DeadLetters(tmp_path / "dead")
    for seq in (3, 4):
        letters.bury(Record(seq=seq, routing=ROUTING, payload=b""), "why")

    reading = letters.read()
    read = [next(reading).record.seq]
    letters.bury(Record(seq=5, routing=ROUTING, payload=b""), "why")
    letters.remove([3])
    read += [letter.record.seq for letter in reading]

    assert read == [3, 4]
    assert [*letters.numbers()] == [4, 5]


def test_lines_that_are_no_letters_are_counted(tmp_path: Path) -> None:
    letters = DeadLetters(tmp_path / "dead")
    (tmp_path / "dead").write_bytes(b'{"seq":4,"rea')
    letters.bury(Record(seq=5, routing=ROUTING, payload=b""), "why")

    assert letters.unreadable() == 1


def test_without_a_file_there_are_no_letters(tmp_path: Path) -> None:
    assert [*DeadLetters(tmp_path / "dead").read()] == []


def test_letters_of_requests_that_came_before_a_time_go_and_the_others_stay(tmp_path: Path) -> None:
    letters = DeadLetters(tmp_path / "x.dead.jsonl")
    for seq, received_ns in ((1, 9), (2, 10), (3, 11)):
        routing = replace(ROUTING, received_ns=received_ns)
        letters.bury(Record(seq=seq, routing=routing, payload=b"p"), "why")

    gone = letters.expire(10)

    assert (gone, [each.record.seq for each in letters.read()]) == (1, [2, 3])
    assert DeadLetters(tmp_path / "none").expire(10) == 0
