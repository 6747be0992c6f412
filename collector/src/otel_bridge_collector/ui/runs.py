"""Runs of prompts for the playground: once, or on the records of a dataset, each through the way of `/function/invoke`."""

import secrets
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import Final, cast

import anyio

from otel_bridge.contract.parent import Parent
from otel_bridge.contract.row import Json, Row
from otel_bridge.contract.slug import ObjectType, SpanComponents
from otel_bridge_collector.api.errors import RequestError
from otel_bridge_collector.api.invocation import Invoker, value_of
from otel_bridge_collector.api.writing import RowWriter
from otel_bridge_collector.errors import CollectorError
from otel_bridge_collector.functions.definition import Call, Definition
from otel_bridge_collector.functions.piece import FunctionError
from otel_bridge_collector.functions.rows import Trace
from otel_bridge_collector.functions.score import scores_in
from otel_bridge_collector.store.project_objects import ProjectObject
from otel_bridge_collector.translate.cost import estimated_cost
from otel_bridge_collector.ui.playground_stream import Tell
from otel_bridge_collector.ui.urls import row_url
from otel_bridge_collector.ui.values import numbers_of

MAX_RUNNING: Final = 6
"""Calls of one run at a time; more wait."""

TAGS: Final = ("playground",)
"""Of the span of every run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one run.

    Attributes:
        error: why it failed; empty when it did not.
        took_s: seconds, with everything.
        tokens: kind -> number, as rows have them; empty where nobody said.
        usd: the estimated cost; None where it is not known.
        url: the page of its span; empty where nothing was logged.
        scores: what scorers say of the output, by name; None where one gave no score.
        unscored: scorers that failed, with the reason.
    """

    output: Json = None
    error: str = ""
    took_s: float = 0.0
    tokens: Mapping[str, float] = field(default_factory=dict[str, float])
    usd: float | None = None
    url: str = ""
    scores: Mapping[str, float | None] = field(default_factory=dict[str, float | None])
    unscored: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """What the runs of one variant come to.

    Attributes:
        mean_s: seconds of one, of those that gave something; None where none did.
        usd: of all whose cost is known; None where none is.
        scores: the mean of each, over the runs that have it.
    """

    failed: int
    mean_s: float | None
    tokens: float
    usd: float | None
    scores: Mapping[str, float] = field(default_factory=dict[str, float])


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A record of a dataset, and the call for it."""

    record: Mapping[str, Json]
    call: Call


class Runs:
    """Runs what the playground has."""

    def __init__(self, invoker: Invoker, writer: RowWriter) -> None:
        self._invoker, self._writer = invoker, writer

    async def once(
        self, definitions: Sequence[Definition], call: Call, project_id: str, tell: Tell | None = None
    ) -> Sequence[Outcome]:
        """Run each definition once, side by side, and log that in the project; `tell` gets what they give, as it comes."""
        parent = Parent(kind="project_id", value=project_id)
        return await _together(
            [
                partial(self._logged, each, call, parent, partial(tell, at) if tell else None)
                for at, each in enumerate(definitions)
            ]
        )

    async def on_records(
        self,
        definitions: Sequence[Definition],
        cases: Sequence[Case],
        project_id: str,
        scorers: Sequence[Definition] = (),
    ) -> Sequence[Sequence[Outcome]]:
        """Run each definition on each record, and log that in the project; the outcomes of each record."""
        return _by_record(
            await _together(
                [
                    partial(self._on_record, each, case, project_id, scorers)
                    for case in cases
                    for each in definitions
                ]
            ),
            len(definitions),
        )

    async def as_experiments(
        self,
        definitions: Sequence[Definition],
        cases: Sequence[Case],
        experiments: Sequence[ProjectObject],
        dataset_id: str,
        scorers: Sequence[Definition] = (),
    ) -> Sequence[Sequence[Outcome]]:
        """Run each definition on each record as a case of its own experiment; the outcomes of each record."""
        return _by_record(
            await _together(
                [
                    partial(self._case, definition, case, experiment, dataset_id, scorers)
                    for case in cases
                    for definition, experiment in zip(definitions, experiments, strict=True)
                ]
            ),
            len(definitions),
        )

    async def _logged(
        self,
        definition: Definition,
        call: Call,
        parent: Parent,
        tell: Callable[[str], None] | None = None,
    ) -> Outcome:
        outcome, trace = await self._run(definition, call, parent, tell)
        row_id = trace.function.row["id"] if trace else ""
        url = row_url(row_id, "project_logs", parent.value) if trace else ""
        return replace(outcome, url=url)

    async def _on_record(
        self, definition: Definition, case: Case, project_id: str, scorers: Sequence[Definition]
    ) -> Outcome:
        """Run a record, and the scorers below its span."""
        parent = Parent(kind="project_id", value=project_id)
        outcome, trace = await self._run(definition, case.call, parent)
        if trace is None:
            return outcome
        span = SpanComponents(
            object_type=ObjectType.PROJECT_LOGS,
            object_id=project_id,
            row_id=str(trace.function.row["id"]),
            span_id=str(trace.function.row["span_id"]),
            root_span_id=str(trace.function.row["root_span_id"]),
        )
        outcome = await self._scored(outcome, case.record, scorers, replace(parent, span=span))
        return replace(outcome, url=row_url(span.row_id, "project_logs", project_id))

    async def _case(
        self,
        definition: Definition,
        case: Case,
        experiment: ProjectObject,
        dataset_id: str,
        scorers: Sequence[Definition],
    ) -> Outcome:
        """Run a case and the scorers below it, and keep its root when it is known what became of it."""
        record = case.record
        root_id, span_id, started_s = secrets.token_hex(16), secrets.token_hex(8), time.time()
        span = SpanComponents(
            object_type=ObjectType.EXPERIMENT,
            object_id=experiment.id,
            row_id=span_id,
            span_id=span_id,
            root_span_id=root_id,
        )
        parent = Parent(kind="experiment_id", value=experiment.id, span=span)
        outcome, _ = await self._run(definition, case.call, parent)
        outcome = await self._scored(outcome, record, scorers, parent)
        said = {"output": outcome.output, "error": outcome.error or None}
        given = {name: record.get(name) for name in ("input", "expected", "tags")}
        row: dict[str, Json] = {
            "id": span_id,
            "span_id": span_id,
            "root_span_id": root_id,
            "experiment_id": experiment.id,
            "span_attributes": {"name": "eval", "type": "eval"},
            "created": datetime.fromtimestamp(started_s, UTC).isoformat(),
            "metrics": {"start": started_s, "end": time.time()},
            "metadata": record.get("metadata"),
            "origin": {
                "object_type": "dataset",
                "object_id": dataset_id,
                "id": record.get("id"),
                "_xact_id": record.get("_xact_id"),
                "created": record.get("created"),
            },
            **{name: value for name, value in {**given, **said}.items() if value is not None},
        }
        try:
            await self._writer.write([row])
        except (RequestError, CollectorError) as failed:
            return replace(outcome, error=f"it was run, and its case could not be kept: {failed}")
        return replace(outcome, url=row_url(span_id, "experiment", experiment.id))

    async def _scored(
        self, outcome: Outcome, record: Mapping[str, Json], scorers: Sequence[Definition], parent: Parent
    ) -> Outcome:
        """Return an outcome with what each scorer says of it; of one that failed there is nothing to say."""
        if outcome.error:
            return outcome
        shown: dict[str, Json] = {name: record.get(name) for name in ("input", "expected", "metadata")}
        call = Call(input={**shown, "output": outcome.output}, tags=TAGS)
        scores: dict[str, float | None] = {}
        unscored: dict[str, str] = {}
        for scorer in scorers:
            scored, trace = await self._run(scorer, call, parent)
            if scored.error:
                unscored[scorer.name] = scored.error
                continue
            try:
                found = scores_in(scored.output, scorer.name)
                await self._keep_scores(found, trace)
            except (FunctionError, RequestError, CollectorError) as failed:
                unscored[scorer.name] = str(failed)
            else:
                scores |= found
        return replace(outcome, scores=scores, unscored=unscored)

    async def _keep_scores(self, scores: Mapping[str, float | None], trace: Trace | None) -> None:
        """Write scores to the span of their scorer, where experiments and charts look for them."""
        if trace is None:
            return
        ids = ("id", "span_id", "root_span_id", "project_id", "experiment_id", "log_id")
        row: dict[str, Json] = {name: trace.function.row[name] for name in ids if name in trace.function.row}
        await self._writer.write([{**row, "_is_merge": True, "scores": dict(scores)}])

    async def _run(
        self,
        definition: Definition,
        call: Call,
        parent: Parent,
        tell: Callable[[str], None] | None = None,
    ) -> tuple[Outcome, Trace | None]:
        began_s = time.monotonic()
        trace: Trace | None = None
        output: Json = None
        error = ""
        try:
            asked = replace(call, stream=tell is not None)
            begun = await self._invoker.begin(definition, asked, parent)
            trace = begun.trace
            output = await value_of(begun.pieces, tell)
        except (FunctionError, RequestError, CollectorError) as failed:
            error = str(failed)
        took_s = time.monotonic() - began_s
        return _outcome(output, error, took_s, trace), trace


def case_of(record: Mapping[str, Json], given: Mapping[str, Json], *, is_strict: bool) -> Case:
    """Return a record with its call: the members of its input are variables.

    Args:
        record: with `input`, `expected`, `metadata`.
        given: variables that stand in where the record has none of the name.
        is_strict: whether a variable that is missing is an error, at its place in the table.
    """
    said, metadata = record.get("input"), record.get("metadata")
    own = said if isinstance(said, Mapping) else {"input": said}
    return Case(
        record=record,
        call=Call(
            input={**given, **own} if given else said,
            expected=record.get("expected"),
            metadata=metadata if isinstance(metadata, Mapping) else {},
            tags=TAGS,
            strict=is_strict,
        ),
    )


def totals(outcomes: Sequence[Sequence[Outcome]]) -> Sequence[Total]:
    """Return what the runs of each variant come to, of the outcomes of each record."""
    return [_total(of_variant) for of_variant in zip(*outcomes, strict=True)]


def _total(outcomes: Sequence[Outcome]) -> Total:
    good = [each for each in outcomes if not each.error]
    known = [each.usd for each in outcomes if each.usd is not None]
    return Total(
        failed=len(outcomes) - len(good),
        mean_s=sum(each.took_s for each in good) / len(good) if good else None,
        tokens=sum(each.tokens.get("tokens", 0) for each in outcomes),
        usd=sum(known) if known else None,
        scores=_means([each.scores for each in outcomes]),
    )


def _means(scores: Sequence[Mapping[str, float | None]]) -> dict[str, float]:
    found: dict[str, list[float]] = {}
    for each in scores:
        for name, score in each.items():
            if score is not None:
                found.setdefault(name, []).append(score)
    return {name: sum(values) / len(values) for name, values in found.items()}


def _outcome(output: Json, error: str, took_s: float, trace: Trace | None) -> Outcome:
    tokens: dict[str, float] = {}
    costs: list[float] = []
    for row in trace.rows()[1:] if trace else ():
        if isinstance(row, Mapping):
            for name, count in numbers_of(row.get("metrics")).items():
                if name.endswith("tokens"):
                    tokens[name] = tokens.get(name, 0) + count
            cost = estimated_cost(cast("Row", row))
            costs += [cost] if cost is not None else []
    return Outcome(
        output=output, error=error, took_s=took_s, tokens=tokens, usd=sum(costs) if costs else None
    )


async def _together(runs: Sequence[Callable[[], Awaitable[Outcome]]]) -> list[Outcome]:
    """Run a few at a time; the outcomes in the order of the runs. All of them end with who waits for them."""
    room = anyio.Semaphore(MAX_RUNNING)
    outcomes = [Outcome()] * len(runs)

    async def one(index: int) -> None:
        async with room:
            outcomes[index] = await runs[index]()

    async with anyio.create_task_group() as group:
        for index in range(len(runs)):
            group.start_soon(one, index)
    return outcomes


def _by_record(outcomes: Sequence[Outcome], variants: int) -> Sequence[Sequence[Outcome]]:
    return [outcomes[begin : begin + variants] for begin in range(0, len(outcomes), variants)]
