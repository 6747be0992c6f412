"""Server-sent events, cut at every place."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_bridge.control.events import Event, events_of

TEXT = "event: a\ndata: 1\n\n: a comment\nid: 7\n\ndata: first\r\ndata:second\r\n\r\nevent: é\rdata: ü\r\revent: none\n\n"
EVENTS = [Event("a", "1"), Event("message", "first\nsecond"), Event("é", "ü")]


@given(cuts=st.lists(st.integers(0, len(TEXT.encode())), max_size=8))
def test_events_come_whole_wherever_the_parts_end(cuts: list[int]) -> None:
    text = TEXT.encode()
    ends = [0, *sorted(cuts), len(text)]
    parts = [text[start:end] for start, end in itertools.pairwise(ends)]

    assert list(events_of(parts)) == EVENTS


@pytest.mark.parametrize(
    ("text", "events"),
    [
        pytest.param(b"", [], id="nothing"),
        pytest.param(b"event: a\ndata: 1\n", [], id="an event that is cut off is none"),
        pytest.param(b"\xef\xbb\xbfdata: 1\n\n", [Event("message", "1")], id="a byte order mark"),
        pytest.param(b"data\n\n", [Event("message", "")], id="a field without a value"),
        pytest.param(b"data:  1\n\n", [Event("message", " 1")], id="one space belongs to the colon"),
        pytest.param(b"data: \xff\n\n", [Event("message", "\ufffd")], id="no utf-8"),
    ],
)
def test_a_text_of_events(text: bytes, events: list[Event]) -> None:
    assert list(events_of([text])) == events
