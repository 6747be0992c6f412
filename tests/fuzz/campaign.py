"""A fuzz campaign: inputs from one seed after the other, each within a time limit; what fails is made small and written down."""

import re
import signal
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Final

from tests.fuzz.target import Input, Target

INPUT_S: Final = 20.0
"""How long one input may take: no parser needs as much, also where this machine does other things beside."""

_REPORT_EVERY_S: Final = 60.0
_MOST_FAILURES: Final = 200
_SHRINK_S: Final = 20.0


class SlowError(Exception):
    """An input took too long."""


def run_campaign(target: Target, *, seconds: float, first_seed: int, failures: Path) -> int:
    """Try seeds until the time is up; return how many failed.

    Args:
        target: the parser.
        seconds: how long.
        first_seed: where to begin.
        failures: folder of the inputs that failed, made when there is one.
    """
    begun = reported = time.monotonic()
    failed, seed = 0, first_seed
    known: set[str] = set()
    while (now := time.monotonic()) - begun < seconds and failed < _MOST_FAILURES:
        if now - reported > _REPORT_EVERY_S:
            reported = now
            _say(f"{target.name}: {seed - first_seed} inputs, {failed} failed")
        failed += not try_seed(target, seed, failures, known)
        seed += 1
    _say(f"{target.name}: {seed - first_seed} inputs from seed {first_seed} on, {failed} failed")
    return failed


def try_seed(target: Target, seed: int, failures: Path, known: set[str]) -> bool:
    """Try the input of one seed; where it fails in a way that is not `known` yet, write it down. Tell whether it passed."""
    given = target.make(Random(seed))  # noqa: S311 - chance, not secrecy
    fault = fault_of(target, given)
    if fault is None:
        return True
    if (way := _way(fault)) in known:
        return False
    known.add(way)
    small = shrunk(target, given, type(fault))
    failures.mkdir(exist_ok=True)
    path = failures / f"{target.name}-{seed}"
    path.write_bytes(small.as_bytes())
    _say(f"{target.name}, seed {seed}: {path}\n" + "".join(traceback.format_exception(fault, limit=-3)))
    return False


def _way(fault: BaseException) -> str:
    """Return what tells one way of failing from another: the error, where it was raised, and its words without what may vary."""
    frames = traceback.extract_tb(fault.__traceback__)
    place = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    words = re.sub(r"\d+|'[^']*'|\"[^\"]*\"", "", str(fault))[:60]
    return f"{type(fault).__name__} {place} {words}"


def fault_of(target: Target, given: Input) -> BaseException | None:
    """Return what an input breaks, or None."""
    try:
        with _within(INPUT_S):
            target.check(given)
    except Exception as error:  # noqa: BLE001 - what it may raise is the question
        return error
    return None


def shrunk(target: Target, given: Input, kind: type[BaseException]) -> Input:
    """Return a smaller input that fails in the same way: without what may be left out of it."""
    end = time.monotonic() + _SHRINK_S
    step = max(len(given.body) // 2, 1)
    while step and time.monotonic() < end:
        for smaller in _without_parts(given, step):
            if time.monotonic() >= end:
                break
            if isinstance(fault_of(target, smaller), kind):
                given = smaller
                break
        else:
            step //= 2
    return given


def _without_parts(given: Input, step: int) -> Iterator[Input]:
    for start in range(0, len(given.body), step):
        yield replace(given, body=given.body[:start] + given.body[start + step :])


@contextmanager
def _within(seconds: float) -> Iterator[None]:
    def slow(*_: object) -> None:
        raise SlowError(f"it took more than {seconds:g} s")

    before = signal.signal(signal.SIGALRM, slow)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - a command
