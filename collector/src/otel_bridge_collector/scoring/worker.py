"""The process that scores: one JSON object a line in, one out. It has limits, and neither the environment nor a network.

    {"scorer": "Levenshtein", "arguments": {"output": "a", "expected": "b"}} -> {"score": 0.0, "metadata": {}} or {"error": "..."}

A judge has a "model" beside, and asks it through the sidecar before it answers: {"ask": {...}} out, {"answer": {...}} or {"error": "..."} in; for
embeddings, {"ask": {...}, "what": "embeddings"}. "options" are further arguments.

The audit hook keeps scorers from what they have no reason to do. It is no jail for code that means harm: none runs here.
"""

import importlib
import json
import os
import sys
from collections.abc import Mapping
from io import TextIOWrapper
from typing import Any, Final, TextIO, cast

from otel_bridge.contract.choice import choice_fault
from otel_bridge_collector.worker.limits import limit

_ERROR_CHARACTERS: Final = 500
_FORBIDDEN: Final = ("socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.system", "ctypes.")


def main() -> None:
    """Score what stdin says, until it ends."""
    talk = _Talk(os.fdopen(os.dup(1), "w"), cast("TextIOWrapper", sys.stdin))
    os.dup2(2, 1)  # what a scorer prints is no answer
    limit(int(sys.argv[1]))
    autoevals = _imported("autoevals")
    sys.addaudithook(_refuse)
    while (asked := talk.read()) is not None:
        talk.write(_answer(autoevals, asked, talk))


class _Talk:
    """The lines to and from the sidecar."""

    def __init__(self, answers: TextIO, asked: TextIO) -> None:
        self._answers, self._asked = answers, asked

    def read(self) -> Mapping[str, Any] | None:
        line = self._asked.readline()
        return cast("Mapping[str, Any]", json.loads(line)) if line else None

    def write(self, said: Mapping[str, Any]) -> None:
        self._answers.write(f"{json.dumps(said)}\n")
        self._answers.flush()

    def ask_model(self, **request: Any) -> Any:
        """Ask for a chat completion, as OpenAI's client does."""
        return self._of_model({"ask": request})

    def ask_embeddings(self, **request: Any) -> Any:
        """Ask for embeddings, as OpenAI's client does."""
        return self._of_model({"ask": request, "what": "embeddings"})

    def _of_model(self, question: Mapping[str, Any]) -> Any:
        self.write(question)
        said = self.read() or {"error": "the sidecar is gone"}
        if "error" in said:
            raise RuntimeError(said["error"])
        return said["answer"]


def _imported(extra: str) -> Any:
    try:
        return importlib.import_module(extra)
    except ImportError:
        return None


def _client(talk: _Talk) -> Any:
    """Return a client for a judge, whose every call goes through the sidecar: it opens no connection."""
    openai, parts = importlib.import_module("openai"), importlib.import_module("autoevals.oai")
    client = parts.LLMClient(
        openai=openai.OpenAI(api_key="none"), complete=talk.ask_model, embed=talk.ask_embeddings
    )
    # What it is made with, autoevals 0.4 replaces.
    client.complete, client.embed = talk.ask_model, talk.ask_embeddings
    return client


def _refuse(event: str, _: object) -> None:
    if event.startswith(_FORBIDDEN):
        raise PermissionError(f"a scorer may not use {event.partition('.')[0]}")


def _answer(autoevals: Any, asked: Mapping[str, Any], talk: _Talk) -> Mapping[str, Any]:
    if autoevals is None:
        return {"error": "autoevals is not installed: pip install 'otel-bridge-collector[scoring]'"}
    try:
        model = asked.get("model")
        options = {"model": model, "client": _client(talk)} if model else {}
        scorer = getattr(autoevals, asked["scorer"])(**options)
    except Exception as error:  # noqa: BLE001 - a scorer may raise anything; its row says so
        return {"error": _text(error)}
    try:
        score = scorer(**_told(asked))
    except Exception as error:  # noqa: BLE001 - likewise
        return {"error": choice_fault(scorer, error) or _text(error)}
    if score.error is not None:
        return {"error": _text(score.error)}
    return {"score": score.score, "metadata": score.metadata}


def _told(asked: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a scorer gets: the fields of the row, and what the rule says beside."""
    arguments = {**asked["arguments"], **asked.get("options", {})}
    if asked["scorer"] == "Battle":  # what was to be done, where nothing else is said
        arguments.setdefault("instructions", arguments.get("input"))
    return arguments


def _text(error: object) -> str:
    return f"{type(error).__name__}: {error}"[:_ERROR_CHARACTERS]


if __name__ == "__main__":
    main()
