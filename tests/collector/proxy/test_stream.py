"""What of a stream passes, waits or is hidden."""

import json
from typing import Any

from otel_bridge_collector.proxy.stream import Stream

DONE = b"data: [DONE]\n\n"


def event(**value: Any) -> bytes:
    return b"data: " + json.dumps(value).encode() + b"\n\n"


SAID = event(choices=[{"index": 0, "delta": {"content": "h"}}])
COUNTS = event(choices=[], usage={"total_tokens": 7})


def test_what_is_said_passes_and_the_end_waits() -> None:
    stream = Stream(lambda: 5.0, hides_counts=False)

    assert [stream.take(each) for each in (b": ping\n\n", SAID, COUNTS, DONE)] == [
        b": ping\n\n",
        SAID,
        COUNTS,
        b"",
    ]
    assert (stream.last, stream.body) == (DONE, b": ping\n\n" + SAID + COUNTS + DONE)


def test_counts_that_nobody_asked_for_are_hidden_and_known() -> None:
    stream = Stream(lambda: 5.0, hides_counts=True)

    assert [stream.take(each) for each in (SAID, COUNTS, DONE)] == [SAID, b"", b""]
    assert stream.body == SAID + DONE
    assert stream.assembly.output().usage == {"total_tokens": 7}


def test_the_event_with_a_whole_response_waits() -> None:
    stream = Stream(lambda: 5.0, hides_counts=False)
    last = event(type="response.completed", response={})

    assert stream.take(last) == b""
    assert stream.last == last


def test_the_first_word_has_a_time() -> None:
    times = iter((1.0, 2.0))
    stream = Stream(lambda: next(times), hides_counts=False)

    stream.take(b": ping\n\n")
    assert stream.first_s is None
    stream.take(event(type="response.output_text.delta", delta="h"))
    stream.take(SAID)
    assert stream.first_s == 1.0
