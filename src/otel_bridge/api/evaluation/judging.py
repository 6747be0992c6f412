"""Run the scorers and classifiers of a case, each in a span of its own; one that fails costs no other.

Source: `braintrust` 0.47.0 SDK, `framework._run_evaluator_internal_impl`, measured (spec/evaluate.md sections 1.4 to
1.8).
"""

import asyncio
import traceback
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from otel_bridge.api.evaluation.binding import arguments_for
from otel_bridge.api.evaluation.call import Caller
from otel_bridge.api.evaluation.score import Classification, ScoreLike
from otel_bridge.api.evaluation.scored import classifications_of, grouped, scores_of
from otel_bridge.api.evaluation.scorer import Scorer
from otel_bridge.api.interface import Span
from otel_bridge.contract.choice import choice_fault
from otel_bridge.errors import NoChoiceError


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What the scorers or classifiers of a case gave.

    Attributes:
        given: what each gave that did not fail, in their order.
        errors: what the others raised, by their name.
        tracebacks: the same as texts.
    """

    given: list[Any] = field(default_factory=list[Any])
    errors: dict[str, Exception] = field(default_factory=dict[str, Exception])
    tracebacks: dict[str, str] = field(default_factory=dict[str, str])


class Judge:
    """The scorers and classifiers of an evaluation."""

    def __init__(self, caller: Caller, scorers: Sequence[Scorer], classifiers: Sequence[Scorer]) -> None:
        self._caller = caller
        self.scorers, self.classifiers = scorers, classifiers

    async def judge(self, root: Span, offered: Mapping[str, Any]) -> tuple[Judged, Judged]:
        """Run all at the same time over what a task gave; raises only what ends the evaluation."""
        if (
            len(self.scorers) == 1 and not self.classifiers
        ):  # a task of its own would cost as much as its span
            return await _collected(self.scorers, [self._score(self.scorers[0], root, offered)]), Judged()
        started = [
            [asyncio.ensure_future(run(each, root, offered)) for each in group]
            for run, group in ((self._score, self.scorers), (self._classify, self.classifiers))
        ]
        try:
            return (
                await _collected(self.scorers, started[0]),
                await _collected(self.classifiers, started[1]),
            )
        finally:
            await _stopped([task for group in started for task in group])

    async def _score(self, scorer: Scorer, root: Span, offered: Mapping[str, Any]) -> list[ScoreLike]:
        with _start(scorer.name, "score", root, offered) as span:
            scores = scores_of(await self._called(scorer, offered), scorer.name)
            outputs = [(each.name, _rest(each)) for each in scores]
            told = [each.metadata for each in scores]
            span.log(
                output=outputs[0][1] if len(outputs) == 1 else dict(outputs),
                metadata=told[0]
                if len(told) == 1
                else grouped([(each.name, each.metadata) for each in scores]),
                scores={each.name: each.score for each in scores},
            )
            return scores

    async def _classify(
        self, classifier: Scorer, root: Span, offered: Mapping[str, Any]
    ) -> list[Classification]:
        with _start(classifier.name, "classifier", root, offered) as span:
            returned = await self._called(classifier, offered)
            found = classifications_of(returned, classifier.name)
            if returned is None:
                return []
            outputs: dict[str, list[dict[str, Any]]] = {}
            for each in found:
                outputs.setdefault(str(each.name), []).append(each.as_item())
            told = [each.metadata for each in found]
            span.log(
                output=found[0].as_item() if len(found) == 1 else outputs,
                metadata=told[0] if len(told) == 1 else grouped([(str(e.name), e.metadata) for e in found]),
            )
            return found

    async def _called(self, scorer: Scorer, offered: Mapping[str, Any]) -> Any:
        own = {**offered, "metadata": dict(offered["metadata"])}
        try:
            return await self._caller.call(scorer.function, **arguments_for(scorer.parameters, own))
        except Exception as error:
            if fault := choice_fault(getattr(scorer.function, "__self__", None), error):
                raise NoChoiceError(fault) from error
            raise


def _start(name: str, kind: str, root: Span, offered: Mapping[str, Any]) -> Span:
    shown = {key: value for key, value in offered.items() if key != "trace"}
    inherited: Mapping[str, Any] = getattr(root, "propagated_event", None) or {}
    attributes = {**inherited.get("span_attributes", {}), "purpose": "scorer"}
    return root.start_span(
        name=name,
        span_attributes={"type": kind, "purpose": "scorer"},
        propagated_event={**inherited, "span_attributes": attributes},
        input=shown,
    )


def _rest(score: ScoreLike) -> dict[str, Any]:
    return {key: value for key, value in score.as_dict().items() if key not in {"metadata", "name"}}


async def _collected(scorers: Sequence[Scorer], tasks: Sequence[Awaitable[Any]]) -> Judged:
    judged = Judged()
    for scorer, task in zip(scorers, tasks, strict=True):
        try:
            judged.given.append(await task)
        except Exception as error:  # noqa: BLE001 - a user's function may raise anything; its case goes on
            judged.errors[scorer.name] = error
            judged.tracebacks[scorer.name] = "".join(traceback.format_exception(error))
    return judged


async def _stopped(tasks: Sequence["asyncio.Future[Any]"]) -> None:
    """Cancel those that still run, and wait: their spans end before that of the case does."""
    running = [task for task in tasks if not task.done()]
    for task in running:
        task.cancel()
    if running:
        await asyncio.gather(*running, return_exceptions=True)
