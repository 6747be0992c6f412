"""A running experiment: its spans and rows, and what it came to.

Its rows are OpenTelemetry spans whose `braintrust.parent` is the experiment, in the context and in the baggage, so that
whatever instrumentations emit below them, here or in a service that is called, is part of it. Spans wait for room in
the queue rather than being dropped.

Source: `braintrust` 0.47.0 SDK, `logger.Experiment`, measured (spec/evaluate.md section 2).
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

from opentelemetry import trace
from opentelemetry.context import Context, get_value

from otel_bridge.api.caller import START_AT_FRAMES
from otel_bridge.api.experiment_check import check_logged
from otel_bridge.api.facts import Feedback, feedback_attributes, update_attributes
from otel_bridge.api.fields import checked
from otel_bridge.api.interface import ParentArgument, Span, StartArguments
from otel_bridge.api.place import Place, object_components, place_of, span_context_of
from otel_bridge.api.records import Record, Records
from otel_bridge.api.registered import Registered
from otel_bridge.api.room import wait_for_room
from otel_bridge.api.start import start
from otel_bridge.api.summary import DISABLED, ExperimentSummary, SummaryResult, SummarySkipped, success_of
from otel_bridge.configure import Bridge, flush
from otel_bridge.contract import names
from otel_bridge.contract.checks import check_row_id
from otel_bridge.contract.row import FeedbackSource
from otel_bridge.control import objects
from otel_bridge.control.account import Account
from otel_bridge.control.objects import ProjectObject
from otel_bridge.control.once import Once
from otel_bridge.control.paging import ObjectRows
from otel_bridge.errors import ConcurrentLogError, ControlError
from otel_bridge.state import PARENT_KEY, Route, live_context


@dataclass(slots=True)
class ExperimentIdentifier:
    """An experiment by id and name."""

    id: str
    name: str


class Experiment(Registered):
    """What `init` returns. Iterating gives the rows that arrived, latest written first."""

    def __init__(
        self, bridge: Bridge, account: Account, registered: Once[ProjectObject], dataset: object = None
    ) -> None:
        super().__init__(account, registered)
        self.bridge = bridge
        self.dataset = dataset
        self._records = Records(self._rows)
        self._last_start_time = time.time()
        self._spans_in_use = False

    def __str__(self) -> str:
        """As it stands in a row where it was logged itself."""
        return "<experiment>"

    @property
    def route(self) -> Route | None:
        """The way of the experiment's spans; None for the usual one."""
        return self.bridge.route

    @property
    def parent(self) -> str:
        """The parent string of the experiment's spans; see `id`."""
        return f"experiment_id:{self.id}"

    @property
    def version(self) -> str:
        """The newest transaction of the rows; `0` without rows."""
        self.flush()
        return self._records.version()

    @property
    def fetched_data(self) -> list[Record]:
        """All rows; see `fetch`."""
        self.flush()
        return self._records.all()

    def log(  # noqa: PLR0913, PLR0917 - Braintrust's signature
        self,
        input: Any = None,
        output: Any = None,
        expected: Any = None,
        error: Any = None,
        tags: Sequence[str] | None = None,
        scores: Mapping[str, float | None] | None = None,
        metadata: Any = None,
        metrics: Mapping[str, float] | None = None,
        id: str | None = None,
        dataset_record_id: str | None = None,
        allow_concurrent_with_spans: bool = False,  # noqa: FBT001, FBT002 - Braintrust's signature
    ) -> str:
        """Log a case as a row of its own trace, and return its id. It lasts from the end of the previous one until now.

        Args:
            input: what the task got; by it, cases of two experiments are compared.
            output: what it gave.
            expected: what it should have given.
            error: what went wrong.
            tags: of the case.
            scores: 0 to 1 by name, or None.
            metadata: about the case.
            metrics: numbers by name.
            id: of the row.
            dataset_record_id: deprecated; id of the record of the dataset.
            allow_concurrent_with_spans: whether it may be called beside `start_span`.

        Raises:
            ConcurrentLogError: spans are in use and `allow_concurrent_with_spans` is not set.
            ValueError: input, output or scores are missing, or a field cannot be what it is.
            ControlError: the experiment could not be made.
        """
        if self._spans_in_use and not allow_concurrent_with_spans:
            raise ConcurrentLogError(
                "Cannot run toplevel `log` method while using spans. To log to the span,"
                " call `experiment.start_span` and then log with `span.log`"
            )
        check_logged(input, output, scores)
        event = {
            "input": input, "output": output, "expected": expected, "error": error, "tags": tags,
            "scores": scores, "metadata": metadata, "metrics": metrics, "id": id,
            "dataset_record_id": dataset_record_id,
        }  # fmt: skip
        span = self.start_root(StartArguments(start_time=self._last_start_time, event=event))
        self._last_start_time = span.end()
        return span.id

    def log_feedback(  # noqa: PLR0913, PLR0917 - Braintrust's signature
        self,
        id: str,
        scores: Mapping[str, float | None] | None = None,
        expected: Any = None,
        tags: Sequence[str] | None = None,
        comment: str | None = None,
        metadata: Any = None,
        source: FeedbackSource | None = None,
    ) -> None:
        """Say what a user thinks of the row of that id; see `Logger.log_feedback`."""
        feedback = Feedback(
            scores=scores, expected=expected, tags=tags, comment=comment, metadata=metadata, source=source
        )
        attributes = feedback_attributes(id, feedback, self.parent)
        self.bridge.facts.send(names.FEEDBACK_EVENT, attributes, None)

    def start_span(  # noqa: PLR0913, PLR0917 - Braintrust's signature
        self,
        name: str | None = None,
        type: str | None = None,
        span_attributes: Mapping[str, Any] | None = None,
        start_time: float | None = None,
        set_current: bool | None = None,  # noqa: FBT001 - Braintrust's signature
        parent: ParentArgument = None,
        propagated_event: Mapping[str, Any] | None = None,
        internal: object = None,  # noqa: ARG002 - Braintrust's signature
        **event: Any,
    ) -> Span:
        """Start a span: under the current one if that is of this experiment, else the root of a case; see `start_span`.

        Raises:
            ControlError: the experiment could not be made.
        """
        arguments = StartArguments(
            name, type, span_attributes, start_time, set_current, propagated_event, event
        )
        return self.start_at(place_of(parent), arguments)

    def start_at(
        self, place: Place | None, arguments: StartArguments, context: Context | None = None
    ) -> Span:
        """Start a span at `place`, by default in the current span of this experiment or as a root.

        `context` is the live one, where it is known.
        """
        self._spans_in_use = True
        live = live_context() if context is None else context
        if place is None and get_value(PARENT_KEY, live) != self.parent:
            return self.start_root(arguments)
        wait_for_room(self.bridge)
        place = place or Place(live, self.parent, "eval")
        return start(self.bridge, place, arguments, START_AT_FRAMES)

    def start_root(self, arguments: StartArguments) -> Span:
        """Start the root of a trace in this experiment, whatever is current."""
        wait_for_room(self.bridge)
        return start(self.bridge, self.root_place(), arguments)

    def root_place(self) -> Place:
        """Return the place of a root in this experiment."""
        context = trace.set_span_in_context(trace.INVALID_SPAN, live_context())
        return Place(context=context, parent=self.parent, default_type="eval")

    def update_span(self, id: str, **event: Any) -> None:
        """Merge fields into the row of that id, which has been sent; see `Logger.update_span`."""
        span_id, root_span_id = event.pop("span_id", None), event.pop("root_span_id", None)
        if (span_id is None) != (root_span_id is None):
            raise ValueError("both root_span_id and span_id must be set, or neither")
        attributes = update_attributes(check_row_id(id), checked(event), self.parent)
        self.bridge.facts.send(names.UPDATE_EVENT, attributes, span_context_of(id, span_id, root_span_id))

    def fetch_base_experiment(self) -> ExperimentIdentifier | None:
        """Return what this experiment is compared with, or None.

        Raises:
            ControlError: it could not be asked.
        """
        found = objects.base_of(self.account, self.id)
        return ExperimentIdentifier(*found) if found else None

    def fetch(self, batch_size: int | None = None) -> Iterator[Record]:
        """Return the rows that arrived, latest written first, each once.

        Args:
            batch_size: rows of one page, by default 1000.

        Raises:
            ControlError: they could not be read.
        """
        self.flush()
        self._records.forget()
        return iter(self._records.all(batch_size))

    def summarize(
        self,
        summarize_scores: bool = True,  # noqa: FBT001, FBT002 - Braintrust's signature
        comparison_experiment_id: str | None = None,
    ) -> ExperimentSummary:
        """Send what waits, and return what the experiment came to beside another one.

        Cases of the two are matched by their input. Where the numbers cannot be had, the summary says why.

        Args:
            summarize_scores: False leaves the numbers out.
            comparison_experiment_id: by default the base experiment, else the one before.

        Raises:
            ControlError: the experiment could not be made.
        """
        flush()
        project_url = objects.project_url(self.account, self.project.name)
        base, comparison = self._compared(comparison_experiment_id) if summarize_scores else (None, DISABLED)
        return ExperimentSummary(
            project_name=self.project.name,
            project_id=self.project.id,
            experiment_id=self.id,
            experiment_name=self.name,
            project_url=project_url,
            experiment_url=f"{project_url}/experiments/{quote(self.name, safe='')}",
            comparison_experiment_name=base,
            comparison=comparison,
        )

    def export(self) -> str:
        """Return a slug by which another process can start spans in this experiment; see `id`."""
        return object_components(self.parent).encode()

    def close(self) -> str:
        """Do nothing but return the id, as Braintrust's does."""
        return self.id

    def flush(self) -> None:
        """Send what waits, of all spans."""
        flush()

    def __iter__(self) -> Iterator[Record]:
        return self.fetch()

    def __next__(self) -> Record:
        return self._records.next()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        """Leave the experiment as it is, as Braintrust's does."""

    def _compared(self, comparison_experiment_id: str | None) -> tuple[str | None, SummaryResult]:
        params = {"summarize_scores": "true"}
        if comparison_experiment_id is not None:
            params["comparison_experiment_id"] = comparison_experiment_id
        try:
            answer = self.account.request(
                "GET", f"/v1/experiment/{quote(self.id, safe='')}/summarize", params=params
            )
        except ControlError as error:
            return None, SummarySkipped(f"Failed to fetch experiment summary: {error}")
        return answer.get("comparison_experiment_name"), success_of(answer)

    def _rows(self) -> ObjectRows:
        return ObjectRows(self.account, "experiment", self.id)
