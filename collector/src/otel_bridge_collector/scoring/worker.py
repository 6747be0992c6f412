"""The process that scores: one JSON object a line in, one out. It has limits, and neither the environment nor a network.

    {"scorer": "Levenshtein", "arguments": {"output": "a", "expected": "b"}} -> {"score": 0.0, "metadata": {}} or {"error": "..."}

The audit hook keeps scorers from what they have no reason to do. It is no jail for code that means harm: none runs here.
"""

import importlib
import json
import os
import sys
from collections.abc import Mapping
from io import TextIOWrapper
from typing import Any, Final, cast

from otel_bridge_collector.worker.limits import limit

_ERROR_CHARACTERS: Final = 500
_FORBIDDEN: Final = ("socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.system", "ctypes.")


def main() -> None:
    """Score what stdin says, until it ends."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a scorer prints is no answer
    limit(int(sys.argv[1]))
    autoevals = _autoevals()
    sys.addaudithook(_refuse)
    for line in cast("TextIOWrapper", sys.stdin):
        answers.write(f"{json.dumps(_answer(autoevals, json.loads(line)))}\n")
        answers.flush()


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
