"""The process that scores: one JSON object a line in, one out. It has limits, and neither the environment nor a network.

    {"scorer": "Levenshtein", "arguments": {"output": "a", "expected": "b"}} -> {"score": 0.0, "metadata": {}} or {"error": "..."}

The audit hook keeps scorers from what they have no reason to do. It is no jail for code that means harm: none runs here.
"""

import ctypes
import importlib
import json
import os
import resource
import signal
import sys
from collections.abc import Mapping
from io import TextIOWrapper
from typing import Any, Final, cast

_NICE: Final = 10
_PR_SET_PDEATHSIG: Final = 1
"""Linux: be killed when the parent ends (prctl(2))."""

_OPEN_FILES: Final = 64
_ERROR_CHARACTERS: Final = 500
_FORBIDDEN: Final = ("socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.system", "ctypes.")


def main() -> None:
    """Score what stdin says, until it ends."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a scorer prints is no answer
    _limit(int(sys.argv[1]))
    autoevals = _autoevals()
    sys.addaudithook(_refuse)
    for line in cast("TextIOWrapper", sys.stdin):
        answers.write(f"{json.dumps(_answer(autoevals, json.loads(line)))}\n")
        answers.flush()


def _limit(memory_bytes: int) -> None:
    if sys.platform == "linux":
        # Whatever it is computing, it does not outlive a sidecar that is killed.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    os.nice(_NICE)
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, _OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _autoevals() -> Any:
    try:
        return importlib.import_module("autoevals")  # an extra
    except ImportError:
        return None


def _refuse(event: str, _: object) -> None:
    if event.startswith(_FORBIDDEN):
        raise PermissionError(f"a scorer may not use {event.partition('.')[0]}")


def _answer(autoevals: Any, asked: Mapping[str, Any]) -> Mapping[str, Any]:
    if autoevals is None:
        return {"error": "autoevals is not installed: pip install 'otel-bridge-collector[scoring]'"}
    try:
        score = getattr(autoevals, asked["scorer"])()(**asked["arguments"])
    except Exception as error:  # noqa: BLE001 - a scorer may raise anything; its row says so
        return {"error": _text(error)}
    if score.error is not None:
        return {"error": _text(score.error)}
    return {"score": score.score, "metadata": score.metadata}


def _text(error: object) -> str:
    return f"{type(error).__name__}: {error}"[:_ERROR_CHARACTERS]


if __name__ == "__main__":
    main()
