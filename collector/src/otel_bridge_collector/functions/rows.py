"""The rows of one call: a span of the function, and below it one of each call of a model. Pure but for ids and times, which are passed in."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, cast

from otel_bridge.contract.merge import merge_value
from otel_bridge.contract.row import Json
from otel_bridge.contract.slug import SpanComponents
from otel_bridge_collector.functions.answer import Answer
from otel_bridge_collector.functions.definition import Call, Definition
from otel_bridge_collector.translate.usage import counts_in, token_metrics

_INHERITED: Final = ("span_attributes", "metadata", "tags")
"""Fields that a slug may hand on to the spans below."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the rows of a call belong.

    Attributes:
        ids: of the object, as rows carry them.
        under: the span that they hang under; None for a root.
    """

    ids: Mapping[str, Json]
    under: SpanComponents | None


@dataclass(slots=True, kw_only=True)
class SpanOf:
    """A span while it runs.

    Attributes:
        row: what is known at its beginning, its ids among it.
        started_s: Unix seconds.
        ended_s: Unix seconds; None while it runs.
        output: what it gave; None for nothing.
        error: why it failed; empty when it did not.
        metrics: beside its times.
    """

    row: Mapping[str, Json]
    started_s: float
    ended_s: float | None = None
    output: Json = None
    error: str = ""
    metrics: dict[str, Json] = field(default_factory=dict[str, Json])

    def as_row(self, now_s: float) -> dict[str, Json]:
        """Return its row; one that runs ends now."""
        ended_s = now_s if self.ended_s is None else self.ended_s
        row: dict[str, Json] = {
            **self.row,
            "created": datetime.fromtimestamp(self.started_s, UTC).isoformat(),
            "metrics": {"start": self.started_s, "end": ended_s, **self.metrics},
        }
        if self.output is not None:
            row["output"] = self.output
        if self.error:
            row["error"] = self.error
        return row


class Trace:
    """The spans of one call.

    Attributes:
        function: that of the function.
    """

    def __init__(
        self,
        definition: Definition,
        call: Call,
        place: Place,
        *,
        new_id: Callable[[int], str],
        now_s: Callable[[], float],
    ) -> None:
        """Begin.

        Args:
            definition: what is called.
            call: what it is given.
            place: where its rows belong.
            new_id: gives an id of so many bytes, in hex digits.
            now_s: the time, in Unix seconds.
        """
        self._definition, self._place, self._new_id, self._now_s = definition, place, new_id, now_s
        self._variables = call.input if isinstance(call.input, Mapping) else {"input": call.input}
        under = place.under
        self._root = str(under.root_span_id) if under else new_id(16)
        self._models: list[SpanOf] = []
        attributes = {"name": definition.name, "type": definition.span_type}
        # What scorers ask of models is no cost of what they score.
        purpose = {"purpose": "scorer"} if definition.span_type == "score" else {}
        self._purpose: dict[str, Json] = dict(purpose)
        self.function = self._begin(
            {**attributes, **self._purpose},
            str(under.span_id) if under else None,
            input=call.input,
            metadata={**call.metadata, "function": definition.told()},
            tags=list(call.tags) or None,
        )

    def begin_model(self, request: Mapping[str, Json]) -> SpanOf:
        """Begin a span of a call of a model."""
        params = {name: value for name, value in request.items() if name != "messages"}
        prompt: Json = {**self._definition.told(), "variables": self._variables}
        span = self._begin(
            {"name": "Chat Completion", "type": "llm", **self._purpose},
            str(self.function.row["span_id"]),
            input=request.get("messages"),
            metadata={**params, "prompt": prompt},
        )
        self._models.append(span)
        return span

    def end_model(self, span: SpanOf, answer: Answer) -> None:
        """End it with what the model answered."""
        span.ended_s = self._now_s()
        span.output = answer.choices
        span.metrics |= metrics_of(answer.usage)
        if answer.model:
            metadata = cast("Mapping[str, Json]", span.row["metadata"])
            span.row = {**span.row, "metadata": {**metadata, "model": answer.model}}

    def rows(self) -> Sequence[Json]:
        """Return the rows; what still runs ends now."""
        now_s = self._now_s()
        return [self._inheriting(span.as_row(now_s)) for span in (self.function, *self._models)]

    def _begin(self, attributes: Mapping[str, Json], parent: str | None, **fields: Json) -> SpanOf:
        own = self._new_id(8)
        row: dict[str, Json] = {
            "id": own,
            "span_id": own,
            "root_span_id": self._root,
            "span_parents": [parent] if parent else None,
            "span_attributes": dict(attributes),
            **{name: value for name, value in fields.items() if value is not None},
            **self._place.ids,
        }
        return SpanOf(row=row, started_s=self._now_s())

    def _inheriting(self, row: dict[str, Json]) -> Json:
        under = self._place.under
        handed_on = (under.propagated_event if under else None) or {}
        return {
            **row,
            **{
                name: merge_value(handed_on[name], row[name])
                if row.get(name) is not None
                else handed_on[name]
                for name in _INHERITED
                if handed_on.get(name) is not None
            },
        }


def metrics_of(usage: Mapping[str, Json]) -> dict[str, Json]:
    """Return token counts as rows have them."""
    return {entry.key: entry.value for entry in token_metrics(counts_in(dict(usage), ""))}
