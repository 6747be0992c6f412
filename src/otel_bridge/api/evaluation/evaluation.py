"""One evaluation from beginning to end: its experiment, its run, its summary, its report.

Whatever ends it early, what is done is kept: rows are sent, the exception carries the results (`partial`), and the
summary of what is there is printed and marked.

Source: `braintrust` 0.47.0 SDK, `framework.Eval`, measured (spec/evaluate.md section 1); where it is stopped, section 12.
"""

import asyncio
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

from otel_bridge.api.datasets import Dataset
from otel_bridge.api.evaluation import ground
from otel_bridge.api.evaluation.call import Caller
from otel_bridge.api.evaluation.case import EvalCase, shown_case
from otel_bridge.api.evaluation.casework import CaseWork, Place
from otel_bridge.api.evaluation.evaluator import Evaluator
from otel_bridge.api.evaluation.judging import Judge
from otel_bridge.api.evaluation.local_summary import local_summary
from otel_bridge.api.evaluation.parameters import checked_parameters
from otel_bridge.api.evaluation.progress import Told, progress_bar
from otel_bridge.api.evaluation.replay import Replay
from otel_bridge.api.evaluation.reporter import DEFAULT_REPORTER, ReporterDef, report
from otel_bridge.api.evaluation.result import EvalResultWithSummary
from otel_bridge.api.evaluation.run import Run
from otel_bridge.api.evaluation.scorer import scorers_of
from otel_bridge.api.evaluation.table import table
from otel_bridge.api.evaluation.telemetry import Telemetry
from otel_bridge.api.experiment import Experiment
from otel_bridge.api.interface import Span, StartArguments
from otel_bridge.api.room import drain, is_crowded
from otel_bridge.api.span import BridgeSpan
from otel_bridge.api.summary import ExperimentSummary
from otel_bridge.configure import flush_quietly
from otel_bridge.control.account import Account
from otel_bridge.errors import BridgeError, ControlError, FlushError
from otel_bridge.processor.stats import spans_waiting
from otel_bridge.processor.watch import Watch

_SENT_EVERY_S: Final = 0.1
"""How long what is finished may wait to be sent: short, since what a process that is killed has not sent is lost."""

_FILTERED: Final = "only the cases that pass the filters are in this experiment; the next one is compared with it, unless it names its base"

Outcome: TypeAlias = EvalResultWithSummary[Any, Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What of the arguments of `Eval` is not about the experiment itself.

    Attributes:
        account: where it logs in.
        reporter: who tells how it went, or None for the table.
        no_send_logs: whether nothing is sent.
        on_start: told of the experiment before the first case, or None.
        stream: takes what tasks report of themselves, or None.
        parent: slug of what the cases hang under, instead of an experiment, or None.
        is_wanted: says whether a case is to run; None for all. With it, the experiment is made when the first one is found.
        verbose: whether a reporter is to show whole tracebacks.
        jsonl: whether a reporter is to print a line of JSON.
        shows_progress: whether a bar is shown where somebody looks.
        replays: whether what was recorded when cases were traced stands in for calls of tasks.
        calls_unrecorded: whether such calls are made where nothing is recorded.
    """

    account: Account
    reporter: ReporterDef[Any] | None = None
    no_send_logs: bool = False
    on_start: Callable[[ExperimentSummary], None] | None = None
    stream: ground.Stream | None = None
    parent: str | None = None
    is_wanted: Callable[[EvalCase[Any, Any]], bool] | None = None
    verbose: bool = True
    jsonl: bool = False
    shows_progress: bool = True
    replays: bool = False
    calls_unrecorded: bool = False


class Evaluation:
    """An evaluation.

    Attributes:
        outcome: what came of it; None before its end, or where it was stopped early.
        partial: what was done when it was stopped early, or did not arrive whole; None before that.
        is_well: whether the reporter says so, and a replay lacked nothing; False before it was asked.
    """

    def __init__(self, evaluator: Evaluator[Any, Any, Any], options: Options) -> None:
        self._evaluator, self._options = evaluator, options
        self._experiment: Experiment | None = None
        self._watch = Watch()
        self._replay = (
            Replay(options.account, calls_unrecorded=options.calls_unrecorded) if options.replays else None
        )
        self._has_begun = False
        self.outcome: Outcome | None = None
        self.partial: Outcome | None = None
        self.is_well = False
        if not options.no_send_logs and options.parent is None:
            self._experiment = ground.experiment_for(evaluator, options.account)

    @property
    def name(self) -> str:
        """What people call it: the project, and the experiment where it has a name."""
        return self._evaluator.eval_name

    def with_options(self, **changed: Any) -> "Evaluation":
        """Return the same evaluation, not begun, with other options."""
        return Evaluation(self._evaluator, replace(self._options, **changed))

    @property
    def options(self) -> Options:
        """Those that it was made with."""
        return self._options

    def begin(self) -> None:
        """Make the experiment, and tell of it.

        Raises:
            ControlError: it could not be made.
        """
        if self._options.is_wanted is None:
            self._begin()

    def _begin(self) -> None:
        self._has_begun = True
        if self._experiment is None:
            return
        summary = self._experiment.summarize(summarize_scores=False)
        sys.stderr.write(f"Experiment {summary.experiment_name} is running at {summary.experiment_url}\n")
        if self._options.on_start:
            self._options.on_start(summary)

    async def run(self) -> Outcome:
        """Run it, and report; see `run.Run` for what it raises."""
        with self._watch:
            return await self._run()

    async def _run(self) -> Outcome:
        caller = Caller()
        evaluator = self._evaluator
        parameters = checked_parameters(evaluator.parameters, evaluator.parameter_values)
        cancel_event = evaluator.cancel_event or threading.Event()
        judge = Judge(
            caller, scorers_of(evaluator.scores or []), scorers_of(evaluator.classifiers or [], "classifier")
        )
        work = CaseWork(
            evaluator, replace(self._place(), replay=self._replay), caller, judge, parameters, cancel_event
        )
        data = await asyncio.to_thread(ground.data_of, evaluator, self._experiment)
        with progress_bar(evaluator.eval_name, is_wanted=self._options.shows_progress) as told:
            shown = self._safe_shown(told)
            run = Run(
                work,
                trial_count=evaluator.trial_count,
                max_concurrency=evaluator.max_concurrency,
                on_progress=shown,
                is_wanted=self._options.is_wanted or (lambda _: True),
                make_room=self._make_room if self._experiment else None,
            )
            sending = asyncio.ensure_future(_send_on(run, shown)) if not self._options.no_send_logs else None
            try:
                await run.until_done(data, timeout_s=evaluator.timeout, cancel_event=evaluator.cancel_event)
            except BaseException:
                cancel_event.set()
                await caller.close()
                await self._keep(run, work)
                raise
            finally:
                if sending is not None:
                    sending.cancel()
        await caller.close()
        return await self._told(run, work)

    def _safe_shown(self, told: Told) -> Told:
        """Tell of a case as done when a receiver has taken all its spans: then it outlives this process."""
        return lambda begun, done: told(begun, done - self._watch.unsafe)

    async def _make_room(self) -> None:
        """Wait for a queue that is nearly full, without holding up the cases that run; before the first case, begin."""
        if not self._has_begun:
            await asyncio.to_thread(self._begin)
        if self._experiment and is_crowded(self._experiment.bridge):
            await asyncio.to_thread(drain)

    async def _told(self, run: Run, work: CaseWork) -> Outcome:
        if not run.begun:
            sys.stderr.write(self._said_of_nothing())
        elif self._options.is_wanted is not None and self._experiment is not None:
            sys.stderr.write(f"{self._evaluator.eval_name}: {_FILTERED}\n")
        outcome, fault = await asyncio.to_thread(self._outcome, run)
        _tell_scorer_errors(work)
        options = self._options
        self.is_well = await report(
            options.reporter or DEFAULT_REPORTER,
            self._evaluator,
            outcome,
            verbose=options.verbose,
            jsonl=options.jsonl,
        )
        if self._replay:
            self.is_well = self._replay.tell() and self.is_well
        if fault is not None:
            self.partial = outcome
            raise fault
        self.outcome = outcome
        return outcome

    def _said_of_nothing(self) -> str:
        name = self._evaluator.eval_name
        if self._options.is_wanted is None:
            data = self._evaluator.data
            said = f"Warning: no data rows found for evaluator '{name}'. The experiment will be empty.\n"
            of = (
                f"The dataset {data.name!r} has no records; one that is not there is made\n"
                if isinstance(data, Dataset)
                else ""
            )
            return said + of
        return f"{name}: no case passes the filters, so no experiment was made\n"

    def _outcome(self, run: Run) -> tuple[Outcome, BridgeError | None]:
        """Return what came of it; with what is wrong, where not all of it arrived, and then summed up here."""
        fault: BridgeError
        try:
            summary = self._summary(run)
        except ControlError as error:
            fault = error
        else:
            missing = self._watch.missing
            if missing == 0:
                return EvalResultWithSummary(summary=summary, results=run.results), None
            fault = FlushError(
                f"{missing} spans of this evaluation have not arrived, so that its experiment is not whole:"
                " the log says why; the summary is of the cases as they ran here"
            )
        summary = local_summary(self._evaluator.project_name, self._evaluator.eval_name, run.results)
        return EvalResultWithSummary(summary=summary, results=run.results), fault

    async def _keep(self, run: Run, work: CaseWork) -> None:
        """Send what is there, and say how far it came, where it came anywhere."""
        await asyncio.to_thread(drain)
        if not run.results:
            self.partial = EvalResultWithSummary(
                summary=local_summary(self._evaluator.project_name, self._evaluator.eval_name, []), results=[]
            )
            return
        summary = await asyncio.to_thread(self._summary, run)
        self.partial = EvalResultWithSummary(summary=summary, results=run.results)
        _tell_scorer_errors(work)
        sys.stderr.write(f"Stopped: {len(run.results)} of {run.begun} cases that had begun are done\n")
        shown = replace(summary, experiment_name=f"{summary.experiment_name} (partial)")
        sys.stdout.write(f"{table(shown)}\n")

    def _summary(self, run: Run) -> ExperimentSummary:
        evaluator, experiment = self._evaluator, self._experiment
        if experiment is None or not self._has_begun:
            if not self._options.no_send_logs:
                drain()
            return local_summary(evaluator.project_name, evaluator.eval_name, run.results)
        drain()
        base_id = evaluator.base_experiment_id or experiment.data.get("base_exp_id")
        return experiment.summarize(evaluator.summarize_scores, base_id)

    def _place(self) -> Place:
        options, data = self._options, self._evaluator.data
        if self._experiment is not None:
            return self._watched(ground.in_experiment(self._experiment, options.stream))
        if options.no_send_logs or options.parent is None:
            return ground.nowhere(options.account, data, options.stream)
        return self._watched(ground.under_parent(options.parent, options.account, data, options.stream))

    def _watched(self, place: Place) -> Place:
        def start(arguments: StartArguments) -> Span:
            root = place.start(arguments)
            if isinstance(root, BridgeSpan):
                self._watch.add(root.span_context)
            return root

        return replace(place, start=start, telemetry=Telemetry(self._evaluator.eval_name))


async def _send_on(run: Run, shown: Told) -> None:
    """Send what is finished soon, and show what of it is safe."""
    while True:
        await asyncio.sleep(_SENT_EVERY_S)
        if spans_waiting():
            await asyncio.to_thread(flush_quietly)
            shown(run.begun, run.done)


def _tell_scorer_errors(work: CaseWork) -> None:
    if work.scorer_errors:
        told = ", ".join(
            f"{name} [{error!r}] (first in the case {shown_case(case)})"
            for name, (error, case) in work.scorer_errors.items()
        )
        sys.stderr.write(f"Found exceptions for the following scorers: {told}\n")
