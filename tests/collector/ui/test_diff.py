"""What differs between two texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_bridge_collector.ui import diff
from otel_bridge_collector.ui.diff import changes_of


def told(before: str, after: str) -> list[tuple[str, str]]:
    return [(each.kind, each.text) for each in changes_of(before, after)]


def test_words_that_differ_are_marked() -> None:
    assert told("it is red", "it is green") == [("same", "it is "), ("removed", "red"), ("added", "green")]


def test_long_texts_are_compared_by_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diff, "MAX_PARTS", 3)

    assert told("a b c\nd\n", "a b x\nd\n") == [("removed", "a b c\n"), ("added", "a b x\n"), ("same", "d\n")]


def test_longer_ones_are_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diff, "MAX_PARTS", 1)

    assert told("a\nb", "a\nc") == [("removed", "a\nb"), ("added", "a\nc")]


@given(st.text(), st.text())
def test_both_texts_come_back_whole(before: str, after: str) -> None:
    found = changes_of(before, after)

    assert "".join(each.text for each in found if each.kind != "added") == before
    assert "".join(each.text for each in found if each.kind != "removed") == after
