"""The hottest paths of the app side do not get slower unnoticed.

Each is held against plain OpenTelemetry, or against the standard library, in the same process and run: CPU time, the least of several
rounds. The bounds are a good two times what was measured (docs/performance.md), so that they speak of the code, not of the machine.
"""

import gc
import json
import time
from collections.abc import Callable
from typing import Final

import pytest
from opentelemetry.sdk.trace import TracerProvider

from otel_bridge import init_logger, start_span, traced
from otel_bridge.attributes.encode import encode
from otel_bridge.attributes.to_json import to_json
from otel_bridge.contract.row import Json
from otel_bridge.masking.rules import rules_of
from otel_bridge.processor.masking import Masking

pytestmark = pytest.mark.one_python

ROUNDS: Final = 12
TIMES: Final = 100

INPUT: Final = {"uid": "u1", "q": "hello world", "k": 3, "flag": True}
MESSAGES: Final[list[Json]] = [{"role": "user", "content": "the quick brown fox " * 50} for _ in range(4)]
ROW: Final[dict[str, Json]] = {
    "input": MESSAGES,
    "output": MESSAGES[:1],
    "metadata": {"model": "gpt-5"},
    "metrics": {"prompt_tokens": 1000, "completion_tokens": 500},
    "span_attributes": {"type": "llm"},
}


@traced
def answer(question: object) -> object:
    return question


def plainly(provider: TracerProvider) -> Callable[[], object]:
    """A span of plain OpenTelemetry that says as much as that of `answer`."""
    tracer = provider.get_tracer("plain")

    def call() -> None:
        with tracer.start_as_current_span("answer") as span:
            span.set_attribute("input", json.dumps(INPUT))
            span.set_attribute("output", json.dumps(INPUT))

    return call


def bridged() -> None:
    with start_span(name="chat", type="llm") as span:
        span.log(input=INPUT, output=INPUT)


def dumped() -> None:
    json.dumps(MESSAGES)


def masked() -> None:
    Masking(RULES).attributes(ATTRIBUTES)


ATTRIBUTES: Final = encode(ROW)
RULES: Final = rules_of(lambda value: value)


def ratio(path: Callable[[], object], reference: Callable[[], object]) -> float:
    """How many times the CPU time of `reference` it takes, both at their best; measured in turns."""
    rounds = [(cpu_s(path), cpu_s(reference)) for _ in range(ROUNDS)]
    return min(own for own, _ in rounds) / min(other for _, other in rounds)


def cpu_s(call: Callable[[], object]) -> float:
    begin = time.thread_time()
    for _ in range(TIMES):
        call()
    return time.thread_time() - begin


@pytest.mark.parametrize(
    ("path", "is_own", "at_most"),
    [
        pytest.param(lambda: answer(INPUT), True, 2.8, id="traced, light"),
        pytest.param(bridged, True, 2.3, id="start, log and end, light"),
        pytest.param(lambda: answer(INPUT), False, 3.7, id="traced, of the SDK"),
        pytest.param(bridged, False, 3.2, id="start, log and end, of the SDK"),
    ],
)
def test_a_span_of_ours_takes_no_more_of_a_plain_one_than_it_did(
    path: Callable[[], object],
    is_own: bool,  # noqa: FBT001 - a parameter of the test
    at_most: float,
) -> None:
    provider = TracerProvider(shutdown_on_exit=False)
    init_logger("p", tracer_provider=None if is_own else provider)

    assert ratio(path, plainly(provider)) < at_most


@pytest.mark.parametrize(
    ("path", "at_most"),
    [
        pytest.param(lambda: to_json(MESSAGES), 0.5, id="copy"),
        pytest.param(lambda: encode(ROW), 5, id="encode"),
        pytest.param(masked, 17, id="mask"),
    ],
)
def test_a_value_takes_no_more_of_its_json_than_it_did(path: Callable[[], object], at_most: float) -> None:
    assert ratio(path, dumped) < at_most


def test_ended_spans_leave_nothing_to_the_garbage_collector() -> None:
    init_logger("p", tracer_provider=TracerProvider(shutdown_on_exit=False))
    answer(INPUT)
    gc.collect()
    gc.disable()
    try:
        for _ in range(1_000):
            answer(INPUT)

        # The threads that send leave something at times; a span would leave some objects each time.
        assert gc.collect() < 1_000
    finally:
        gc.enable()
