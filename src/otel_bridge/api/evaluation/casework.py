"""One case in one trial: the root span, the task in its own, then the scorers; whatever fails marks the case.

Source: `braintrust` 0.47.0 SDK, `framework._run_evaluator_internal_impl`, measured (spec/evaluate.md sections 1.3, 1.4
and 1.8).
"""

import asyncio
import threading
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from otel_bridge.api.evaluation.binding import wants_hooks
from otel_bridge.api.evaluation.call import Caller
from otel_bridge.api.evaluation.case import EvalCase
from otel_bridge.api.evaluation.evaluator import Evaluator
from otel_bridge.api.evaluation.hooks import DictEvalHooks, SSEProgressEvent, TaskProgressEvent
from otel_bridge.api.evaluation.judging import Judge, Judged
from otel_bridge.api.evaluation.replay import UNCHANGED, Prepared, Replay
from otel_bridge.api.evaluation.result import EvalResult
from otel_bridge.api.evaluation.telemetry import Telemetry
from otel_bridge.api.evaluation.trace import LocalTrace
from otel_bridge.api.interface import Span, StartArguments


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the cases of an evaluation go.

    Attributes:
        start: starts the root span of a case.
        dataset_id: of the dataset that the cases are records of, or None.
        trace: returns the trace of a root span and its row so far, for scorers; None where there is none.
        stream: takes what tasks report of themselves, or None.
        telemetry: told of scores and cases; None where nothing is sent.
        replay: says what stands in for calls of tasks; None where they are made.
    """

    start: Callable[[StartArguments], Span]
    dataset_id: str | None = None
    trace: Callable[[Span, Mapping[str, Any]], LocalTrace] | None = None
    stream: Callable[[SSEProgressEvent], None] | None = None
    telemetry: Telemetry | None = None
    replay: Replay | None = None


class CaseWork:
    """Runs the cases of one evaluation.

    Attributes:
        scorer_errors: what scorers and classifiers raised, by their name, the first of each with the case that it was in.
    """

    def __init__(
        self,
        evaluator: Evaluator[Any, Any, Any],
        place: Place,
        caller: Caller,
        judge: Judge,
        parameters: Mapping[str, Any] | None,
        cancel_event: threading.Event,
    ) -> None:
        self._evaluator, self._place, self._caller, self._judge = evaluator, place, caller, judge
        self._parameters, self._cancel_event = parameters, cancel_event
        self._wants_hooks = wants_hooks(evaluator.task)
        self.scorer_errors: dict[str, tuple[Exception, EvalCase[Any, Any]]] = {}

    async def run(self, case: EvalCase[Any, Any], trial_index: int) -> EvalResult[Any, Any, Any]:
        """Return what became of a case; raises only what ends the evaluation.

        Raises:
            ValueError: its tags are none, or one comes twice.
        """
        result: EvalResult[Any, Any, Any] = EvalResult(
            input=case.input,
            output=None,
            scores={},
            expected=case.expected,
            metadata=dict(case.metadata or {}),
            origin=case.origin_in(self._place.dataset_id),
        )
        prepared = await self._place.replay.prepare(case) if self._place.replay else UNCHANGED
        root = self._place.start(_root_of(case, trial_index, result.origin))
        hooks = self._hooks(case, trial_index, root, result)
        result.tags = hooks.tags or None
        with root:
            try:
                await self._task(root, hooks, result, prepared)
            except Exception as error:  # noqa: BLE001 - a user's task may raise anything; the others go on
                self._failed(root, hooks, error, result)
                self._make_up(root, case, [each.name for each in self._judge.scorers], result)
            else:
                await self._scored(root, case, result)
        if self._place.telemetry:
            self._place.telemetry.done(result.error)
        return result

    async def _task(
        self, root: Span, hooks: DictEvalHooks[Any], result: EvalResult[Any, Any, Any], prepared: Prepared
    ) -> None:
        arguments = (result.input, hooks) if self._wants_hooks else (result.input,)
        with root.start_span("task", span_attributes={"type": "task"}) as span:
            hooks.set_span(span)
            self._go_on()
            with prepared.standing_in():
                result.output = await self._caller.call(self._evaluator.task, *arguments)
            span.log(input=result.input, output=result.output)
        self._go_on()
        result.tags = hooks.tags or None
        root.log(output=result.output, metadata=hooks.metadata, tags=result.tags)

    async def _scored(self, root: Span, case: EvalCase[Any, Any], result: EvalResult[Any, Any, Any]) -> None:
        trace = self._place.trace(root, _row(root, result)) if self._place.trace else None
        scored, classified = await self._judge.judge(
            root,
            {
                "input": case.input, "expected": case.expected, "metadata": result.metadata,
                "output": result.output, "trace": trace, "id": case.id, "tags": result.tags,
            },
        )  # fmt: skip
        if self._place.telemetry:
            self._place.telemetry.scored(scored)
        scores = {score.name: score.score for group in scored.given for score in group}
        result.classifications = _items(classified) or None
        if result.classifications:
            root.log(classifications=result.classifications)
        self._tell_errors(root, case, scored, classified, result)
        self._make_up(root, case, list(scored.errors), result)
        result.scores = {**result.scores, **scores}

    def _failed(
        self, root: Span, hooks: DictEvalHooks[Any], error: Exception, result: EvalResult[Any, Any, Any]
    ) -> None:
        result.error, result.output = error, None
        result.exc_info = "".join(traceback.format_exception(error))
        result.tags = hooks.tags or None
        root.log(error=result.exc_info, tags=result.tags)

    def _tell_errors(
        self,
        root: Span,
        case: EvalCase[Any, Any],
        scored: Judged,
        classified: Judged,
        result: EvalResult[Any, Any, Any],
    ) -> None:
        """Write the tracebacks of scorers and classifiers into the metadata of the case."""
        said = {"scorer_errors": scored.tracebacks, "classifier_errors": classified.tracebacks}
        told = {name: texts for name, texts in said.items() if texts}
        if not told:
            return
        for errors in (classified.errors, scored.errors):
            for name, error in errors.items():
                self.scorer_errors.setdefault(name, (error, case))
        result.metadata = {**(result.metadata or {}), **told}
        root.log(metadata=told)

    def _make_up(
        self, root: Span, case: EvalCase[Any, Any], names: list[str], result: EvalResult[Any, Any, Any]
    ) -> None:
        """Ask the user's handler for scores in the place of those that are missing."""
        handler = self._evaluator.error_score_handler
        if handler is None or not names:
            return
        try:
            result.scores = handler(root, case, names) or {}
        except Exception as error:  # noqa: BLE001 - likewise
            self.scorer_errors.setdefault(f"error_score_handler for {', '.join(names)}", (error, case))

    def _hooks(
        self, case: EvalCase[Any, Any], trial_index: int, root: Span, result: EvalResult[Any, Any, Any]
    ) -> DictEvalHooks[Any]:
        metadata = dict(result.metadata or {})
        result.metadata = metadata  # what the task changes in it is part of the result

        def report(event: TaskProgressEvent) -> None:
            if self._place.stream is None:
                return
            own = {"id": root.id, "object_type": "task", "name": self._evaluator.eval_name}
            origin = {"origin": result.origin} if result.origin else {}
            self._place.stream(cast("SSEProgressEvent", {**event, **own, **origin}))

        return DictEvalHooks(
            metadata,
            case.expected,
            trial_index=trial_index,
            tags=case.tags,
            report=report,
            parameters=self._parameters,
            cancel_event=self._cancel_event,
        )

    def _go_on(self) -> None:
        if self._cancel_event.is_set():
            raise asyncio.CancelledError


def _root_of(case: EvalCase[Any, Any], trial_index: int, origin: Mapping[str, Any] | None) -> StartArguments:
    event = {
        "input": case.input, "expected": case.expected, "tags": case.tags, "origin": origin,
        "id": case.row_id(trial_index),
    }  # fmt: skip
    said = {name: value for name, value in event.items() if value is not None}
    return StartArguments(name="eval", span_attributes={"type": "eval"}, event=said)


def _items(classified: Judged) -> dict[str, list[dict[str, Any]]]:
    items: dict[str, list[dict[str, Any]]] = {}
    for each in (classification for group in classified.given for classification in group):
        items.setdefault(str(each.name), []).append(each.as_item())
    return items


def _row(root: Span, result: EvalResult[Any, Any, Any]) -> Mapping[str, Any]:
    """The row of a case as it is before the scorers."""
    return {
        "id": root.id, "span_id": root.span_id, "root_span_id": root.root_span_id, "span_parents": root.span_parents,
        "input": result.input, "output": result.output, "expected": result.expected, "metadata": result.metadata,
        "tags": result.tags, "span_attributes": {"name": "eval", "type": "eval"},
    }  # fmt: skip
