"""Who tells how an evaluation went: a reporter of the user's, or the table and the tracebacks.

Source: `braintrust` 0.47.0 SDK, `framework.Reporter`, measured (spec/evaluate.md sections 1.10 and 1.13).
"""

import json
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from otel_bridge.api.evaluation.binding import arguments_for, parameters_of
from otel_bridge.api.evaluation.call import Caller
from otel_bridge.api.evaluation.evaluator import Evaluator
from otel_bridge.api.evaluation.result import EvalResult, EvalResultWithSummary
from otel_bridge.api.evaluation.table import table
from otel_bridge.state import process

Report = TypeVar("Report")


@dataclass(slots=True)
class ReporterDef(Generic[Report]):
    """A reporter.

    Attributes:
        name: of the reporter.
        report_eval: takes `evaluator`, `result`, `verbose` and `jsonl`, and returns anything.
        report_run: takes `results`, which are what `report_eval` returned, `verbose` and `jsonl`; whether all went well.
    """

    name: str
    report_eval: Callable[..., Report | Awaitable[Report]]
    report_run: Callable[..., bool | Awaitable[bool]]


def Reporter(  # noqa: N802 - Braintrust's name
    name: str,
    report_eval: Callable[..., Report | Awaitable[Report]],
    report_run: Callable[..., bool | Awaitable[bool]],
) -> ReporterDef[Report]:
    """Return a reporter for `Eval(reporter=...)`; its functions may be coroutines.

    Args:
        name: of the reporter.
        report_eval: is called with `evaluator`, `result`, `verbose` and `jsonl`, as far as it has such parameters.
        report_run: is called with `results` (a list of what `report_eval` returned), `verbose` and `jsonl`.
    """
    reporter = ReporterDef(name=name, report_eval=report_eval, report_run=report_run)
    if process.declarations is not None:
        process.declarations.add_reporter(reporter)
    return reporter


async def report(
    reporter: ReporterDef[Any],
    evaluator: Evaluator[Any, Any, Any],
    result: EvalResultWithSummary[Any, Any, Any],
    *,
    verbose: bool = True,
    jsonl: bool = False,
) -> bool:
    """Let a reporter tell of one evaluation; return what it says of the whole."""
    caller = Caller()
    told = {"verbose": verbose, "jsonl": jsonl}
    try:
        each = {"evaluator": evaluator, "result": result, **told}
        said = await caller.call(
            reporter.report_eval, **arguments_for(parameters_of(reporter.report_eval), each)
        )
        whole = {"results": [said], **told}
        return bool(
            await caller.call(reporter.report_run, **arguments_for(parameters_of(reporter.report_run), whole))
        )
    finally:
        await caller.close()


def _report_eval(
    evaluator: Evaluator[Any, Any, Any],
    result: EvalResultWithSummary[Any, Any, Any],
    verbose: bool,  # noqa: FBT001 - Braintrust's signature
    jsonl: bool,  # noqa: FBT001 - Braintrust's signature
) -> bool:
    failed = [each for each in result.results if each.error is not None]
    if failed:
        _tell_failures(evaluator.eval_name, failed, verbose=verbose, jsonl=jsonl)
    if not jsonl and len(failed) < len(result.results):
        sys.stdout.write(f"{table(result.summary, result.results)}\n")
    if jsonl and not failed:
        sys.stdout.write(f"{json.dumps(result.summary.as_dict())}\n")
    return not failed


def _report_run(results: Sequence[bool], verbose: bool, jsonl: bool) -> bool:  # noqa: FBT001 - Braintrust's signature
    del verbose, jsonl
    return all(results)


def _tell_failures(
    eval_name: str, failed: Sequence[EvalResult[Any, Any, Any]], *, verbose: bool, jsonl: bool
) -> None:
    if jsonl:
        sys.stdout.write(
            f"{json.dumps({'eval_name': eval_name, 'errors': [each.exc_info for each in failed]})}\n"
        )
        return
    texts = [str(each.exc_info) if verbose else _last_line(str(each.exc_info)) for each in failed]
    hint = "" if verbose else "Add --verbose to see full stack traces.\n"
    count = f"{len(failed)} {'error' if len(failed) == 1 else 'errors'}"
    sys.stderr.write(f"Evaluator {eval_name} failed with {count}\n" + "\n".join([*texts, hint]))


def _last_line(text: str) -> str:
    return text.rstrip().rpartition("\n")[2]


DEFAULT_REPORTER: Final = ReporterDef(name="default", report_eval=_report_eval, report_run=_report_run)
"""Prints the table, unless all tasks failed; of failed tasks the tracebacks, on stderr."""
