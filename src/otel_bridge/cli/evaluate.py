"""`otel-bridge eval`: run what the files declare, one evaluation after the other, and say whether all went well.

Source: `braintrust` 0.47.0 SDK, `cli/eval`, measured (spec/evaluate.md section 1.13).
"""

import argparse
import asyncio
import sys
import traceback
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from otel_bridge.api.evaluation.evaluation import Evaluation, Outcome
from otel_bridge.api.evaluation.registry import Registry, declaring
from otel_bridge.api.evaluation.turns import short_turns
from otel_bridge.auto.blocking import blocked_clients
from otel_bridge.cli import environment
from otel_bridge.cli.case_filter import CaseFilter, parse_filter, wanted_by
from otel_bridge.cli.condition import Condition, parse_condition
from otel_bridge.cli.files import find_files, load
from otel_bridge.cli.gate import scorers_failed
from otel_bridge.cli.gating import tell_verdicts
from otel_bridge.cli.watch import watch
from otel_bridge.errors import BridgeError, MissingExtraError

if TYPE_CHECKING:
    from argparse import _SubParsersAction  # pyright: ignore[reportPrivateUsage]  # argparse has no public name for it

_FAILED: Final = 1
_WRONG_USAGE: Final = 2

_EXAMPLES: Final = """\
otel-bridge eval
otel-bridge eval evals/ --no-send-logs
otel-bridge eval eval_answers.py --filter metadata.kind=hard --filter 'input=.*refund'
otel-bridge eval eval_answers.py --jsonl > summary.jsonl
otel-bridge eval evals/ --fail-if 'regression > 2%' --fail-if 'score.exact < 0.8'
otel-bridge eval evals/ --watch --no-send-logs
otel-bridge eval evals/ --replay

Exit code 0: every reporter says that all went well (the usual one does when no task failed), and no condition is met. 1: one
does not, a condition is, a file could not be loaded, an evaluation could not be run, or no case passes the filters. 2: wrong usage.
"""


def add_to(commands: "_SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to those of a parser."""
    parser = commands.add_parser(
        "eval",
        help="run the evaluations that files declare",
        description="Run every Eval(...) of the files. Folders are searched for eval_*.py.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,  # --watch takes itself out of the arguments
    )
    add = parser.add_argument
    add(
        "paths",
        nargs="*",
        type=Path,
        default=[Path()],
        metavar="FILE",
        help="files and folders; by default .",
    )
    add("--filter", action="append", type=_filter, default=[], metavar="PATH=REGEX",
        help="run the cases whose member at PATH matches; may be given several times, all have to match")  # fmt: skip
    add("--list", action="store_true", help="print the names of the evaluations, and run none")
    add("--jsonl", action="store_true", help="print a line of JSON for each evaluation instead of a table")
    add(
        "--no-send-logs",
        action="store_true",
        help="send nothing: no experiment is made, the summary is made here",
    )
    add("--no-progress-bars", action="store_true", help="show no progress")
    add(
        "--terminate-on-failure",
        action="store_true",
        help="a file that cannot be loaded ends it, with its traceback",
    )
    add("--fail-if", action="append", type=_condition, default=[], metavar="CONDITION",
        help="fail when it is met, as 'regression > 0.02', 'score.exact < 0.8', 'metric.duration > 1.5', 'errors > 0', 'flaky > 0'; may be given several times")  # fmt: skip
    add(
        "--statistics",
        action="store_true",
        help="show how sure each change against the base is, and which cases are flaky, also without a condition",
    )
    add("--fail-on-scorer-error", action="store_true", help="fail when a scorer failed")
    add(
        "--replay",
        action="store_true",
        help="answer what tasks call, functions traced as tool or llm, as it was recorded when the cases were traced",
    )
    add("--call-unrecorded", action="store_true", help="with --replay, call what was not recorded")
    environment.add_to(parser)
    add("--watch", action="store_true", help="run again whenever a Python file changes, until Ctrl-C")
    add("-v", "--verbose", action="store_true", help="show whole tracebacks of tasks that failed")
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Run the command; return its exit code."""
    if given.call_unrecorded and not given.replay:
        return _tell("--call-unrecorded says what a replay may call: give --replay too", _WRONG_USAGE)
    try:
        files = find_files(given.paths)
        environment.apply(given)
    except (OSError, UnicodeDecodeError) as error:
        return _tell(str(error), _WRONG_USAGE)
    return _watched(given.paths) if given.watch else _run_files(files, given)


def _run_files(files: Sequence[Path], given: argparse.Namespace) -> int:
    with declaring() as registry:
        are_loaded = [_is_loaded(file, told_whole=given.terminate_on_failure) for file in files]
    if given.terminate_on_failure and not all(are_loaded):
        return _FAILED
    if given.list:
        sys.stdout.writelines(f"{evaluation.name}\n" for evaluation in registry.evaluations)
    elif not _all_go_well(registry, given):
        return _FAILED
    if not all(are_loaded):
        return _tell(
            f"{are_loaded.count(False)} of {len(files)} files could not be loaded, see above", _FAILED
        )
    return 0


def _all_go_well(registry: Registry, given: argparse.Namespace) -> bool:
    if not registry.evaluations:
        places = ", ".join(map(str, given.paths))
        sys.stderr.write(f"no Eval(...) was found in {places}: name a file, or a folder with eval_*.py\n")
    try:
        chosen = [_chosen(each, registry, given) for each in registry.evaluations]
    except ValueError as error:
        _tell(str(error), _FAILED)
        return False
    with blocked_clients() if given.replay else nullcontext():
        went_well = [_went_well(each, given) for each in chosen]  # all of them, also after one that failed
    if given.filter and not any(each.outcome and each.outcome.results for each in chosen):
        _tell("no case passes the filters", _FAILED)
        return False
    return all(went_well)


def _watched(paths: Sequence[Path]) -> int:
    try:
        return watch(paths)
    except MissingExtraError as error:
        return _tell(str(error), _WRONG_USAGE)


def _is_loaded(file: Path, *, told_whole: bool) -> bool:
    """Load a file; tell why where that fails, and with the traceback where it is to be told whole."""
    try:
        load(file)
    except Exception as error:  # noqa: BLE001 - the file is the user's
        sys.stderr.write(f"Failed to import {file}: {str(error) or type(error).__name__}\n")
        if told_whole:
            traceback.print_exc()
    except SystemExit as ended:  # the files behind it run all the same
        sys.stderr.write(f"Failed to import {file}: it called exit({ended.code})\n")
    else:
        return True
    return False


def _chosen(evaluation: Evaluation, registry: Registry, given: argparse.Namespace) -> Evaluation:
    """Return the evaluation as the command is to run it."""
    filters: Sequence[CaseFilter] = given.filter
    changed: dict[str, Any] = {
        "reporter": evaluation.options.reporter or _only_reporter(registry),
        "is_wanted": wanted_by(filters) if filters else None,
        "verbose": given.verbose,
        "jsonl": given.jsonl,
        "shows_progress": not given.no_progress_bars,
        "replays": given.replay,
        "calls_unrecorded": given.call_unrecorded,
    }
    if given.no_send_logs:
        changed["no_send_logs"] = True
    return evaluation.with_options(**changed)


def _only_reporter(registry: Registry) -> object:
    """Return the reporter of the files where they declare one; None where they declare none."""
    if len(registry.reporters) > 1:
        names = ", ".join(registry.reporters)
        raise ValueError(
            f"several reporters are declared ({names}): let each Eval(reporter=...) name its own"
        )
    return next(iter(registry.reporters.values()), None)


def _went_well(evaluation: Evaluation, given: argparse.Namespace) -> bool:
    try:
        evaluation.begin()
        with short_turns():
            outcome = asyncio.run(evaluation.run())
        passes = _passes(evaluation, outcome, given)
    except BridgeError as error:
        sys.stderr.write(f"{evaluation.name}: {error}\n")
        return False
    # Data, tasks, scorers and reporters are the user's, whatever they raise.
    except (Exception, SystemExit, asyncio.CancelledError):  # noqa: BLE001 - see above
        sys.stderr.write(f"{evaluation.name} has ended early:\n")
        traceback.print_exc()
        return False
    return evaluation.is_well and passes


def _passes(evaluation: Evaluation, outcome: Outcome, given: argparse.Namespace) -> bool:
    failed_scorers = scorers_failed(outcome.results) if given.fail_on_scorer_error else 0
    if failed_scorers:
        sys.stderr.write(
            f"{evaluation.name}: scorers failed in {failed_scorers} cases (--fail-on-scorer-error)\n"
        )
    if not outcome.results or not (given.fail_if or given.statistics):
        return not failed_scorers
    is_met = tell_verdicts(evaluation, outcome, given.fail_if, jsonl=given.jsonl)
    return not failed_scorers and not is_met


def _condition(text: str) -> Condition:
    try:
        return parse_condition(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _filter(text: str) -> CaseFilter:
    try:
        return parse_filter(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _tell(what: str, code: int) -> int:
    sys.stderr.write(f"Error: {what}\n")
    return code
