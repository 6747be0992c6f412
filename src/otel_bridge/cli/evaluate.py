"""`otel-bridge eval`: run what the files declare, one evaluation after the other, and say whether all went well.

Source: `braintrust` 0.47.0 SDK, `cli/eval`, measured (spec/evaluate.md section 1.13).
"""

import argparse
import asyncio
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from otel_bridge.api.evaluation.evaluation import Evaluation
from otel_bridge.api.evaluation.registry import Registry, declaring
from otel_bridge.api.evaluation.turns import short_turns
from otel_bridge.cli.case_filter import CaseFilter, parse_filter, wanted_by
from otel_bridge.cli.files import find_files, load
from otel_bridge.errors import BridgeError

if TYPE_CHECKING:
    from argparse import _SubParsersAction  # pyright: ignore[reportPrivateUsage]  # argparse has no public name for it

_FAILED: Final = 1
_WRONG_USAGE: Final = 2

_EXAMPLES: Final = """\
otel-bridge eval
otel-bridge eval evals/ --no-send-logs
otel-bridge eval eval_answers.py --filter metadata.kind=hard --filter 'input=.*refund'
otel-bridge eval eval_answers.py --jsonl > summary.jsonl

Exit code 0: every reporter says that all went well; the usual one does when no task failed. 1: one does not, or an
evaluation could not be run. 2: wrong usage.
"""


def add_to(commands: "_SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to those of a parser."""
    parser = commands.add_parser(
        "eval",
        help="run the evaluations that files declare",
        description="Run every Eval(...) of the files. Folders are searched for eval_*.py.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
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
    add("-v", "--verbose", action="store_true", help="show whole tracebacks of tasks that failed")
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Run the command; return its exit code."""
    try:
        files = find_files(given.paths)
    except FileNotFoundError as error:
        return _tell(str(error), _WRONG_USAGE)
    with declaring() as registry:
        are_loaded = [_is_loaded(file, told_whole=given.terminate_on_failure) for file in files]
    if given.terminate_on_failure and not all(are_loaded):
        return _FAILED
    if given.list:
        sys.stdout.writelines(f"{evaluation.name}\n" for evaluation in registry.evaluations)
        return 0
    if not registry.evaluations:
        places = ", ".join(map(str, given.paths))
        sys.stderr.write(f"no Eval(...) was found in {places}: name a file, or a folder with eval_*.py\n")
    try:
        chosen = [_chosen(each, registry, given) for each in registry.evaluations]
    except ValueError as error:
        return _tell(str(error), _FAILED)
    went_well = [_went_well(evaluation) for evaluation in chosen]  # all of them, also after one that failed
    return 0 if all(went_well) else _FAILED


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
        "is_wanted": wanted_by(filters),
        "verbose": given.verbose,
        "jsonl": given.jsonl,
        "shows_progress": not given.no_progress_bars,
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


def _went_well(evaluation: Evaluation) -> bool:
    try:
        evaluation.begin()
        with short_turns():
            asyncio.run(evaluation.run())
    except BridgeError as error:
        sys.stderr.write(f"{evaluation.name}: {error}\n")
        return False
    # Data, tasks, scorers and reporters are the user's, whatever they raise.
    except (Exception, SystemExit, asyncio.CancelledError):  # noqa: BLE001 - see above
        sys.stderr.write(f"{evaluation.name} has ended early:\n")
        traceback.print_exc()
        return False
    return evaluation.is_well


def _filter(text: str) -> CaseFilter:
    try:
        return parse_filter(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _tell(what: str, code: int) -> int:
    sys.stderr.write(f"Error: {what}\n")
    return code
