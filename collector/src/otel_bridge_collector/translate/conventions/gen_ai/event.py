"""Messages, details and evaluations in events of the GenAI conventions, on spans or as log records.

Source: semantic-conventions 1.36 and before (message events), semantic-conventions-genai at 2781a13 (the others);
spec/translation.md sections 4.3 and 14 (8).
"""

from collections.abc import Iterator, Sequence
from typing import Final

from otel_bridge.contract import names
from otel_bridge_collector.model import Attributes, SpanEvent
from otel_bridge_collector.translate import message_event
from otel_bridge_collector.translate.conventions.gen_ai.content import text_content
from otel_bridge_collector.translate.message_event import Message
from otel_bridge_collector.translate.partial import Content, Entry, Rank, Reading

DETAILS: Final = "gen_ai.client.inference.operation.details"
"""It carries the attributes of an inference span, content included."""

_TEXT_OF: Final = {
    "gen_ai.content.prompt": ("input", "user", "gen_ai.prompt"),
    "gen_ai.content.completion": ("output", "assistant", "gen_ai.completion"),
}
_SCORE: Final = "gen_ai.evaluation.score.value"
_SCORE_NAME: Final = "gen_ai.evaluation.name"


def readings(events: Sequence[SpanEvent]) -> Iterator[Reading]:
    """Yield what the events of a span say; they are kept elsewhere, so no attribute is used up."""
    told = [(event.name, found) for event in events if (found := message(event.name, event.attributes))]
    for field, value in message_event.sides(told).items():
        yield Content(field, value, Rank.EVENTS, ())
    for event in events:
        if event.name == names.GEN_AI_EVALUATION_RESULT_EVENT:
            yield from evaluation(event.attributes)


def message(name: str, told: Attributes) -> Message | None:
    """Return the messages of an event; None when it is no message event or was recorded without content.

    Args:
        name: the event's name.
        told: its attributes, or the body of a log record.
    """
    if name not in _TEXT_OF:
        return message_event.message(name, told)
    field, role, key = _TEXT_OF[name]
    value = text_content(role, told.get(key))
    return Message(field, value) if isinstance(value, list) and value else None


def evaluation(told: Attributes) -> Iterator[Entry]:
    """Yield the score of an evaluation; one outside of 0 to 1 is no score and goes to `metadata`."""
    name, value = told.get(_SCORE_NAME), told.get(_SCORE)
    if not isinstance(name, str) or isinstance(value, bool) or not isinstance(value, int | float):
        return
    if 0 <= value <= 1:
        yield Entry("scores", name, value, ())
    else:
        yield Entry("metadata", f"gen_ai.evaluation.{name}", value, ())
