"""The process that runs the code of one function, once: a line of JSON in, lines of JSON out. It has limits, and is sealed first.

    {"code": "def handler(input): return input", "arguments": {"input": 1}} ->
        {"console": "text", "stream": "stdout"} ... {"value": 1} or {"error": "..."}

What the code imports is imported before the seal, as far as Python brings it, or `autoevals` does; then there are no files any more.
"""

import ast
import contextlib
import difflib
import importlib
import inspect
import io
import json
import os
import sys
import traceback
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final, cast

from otel_bridge_collector.worker.limits import limit
from otel_bridge_collector.worker.seal import SealError, seal

HANDLER: Final = "handler"

_FILE: Final = "<function>"
_ERROR_CHARACTERS: Final = 2_000
_ALIKE: Final = 0.75
_CONSOLE_CHARACTERS: Final = 64_000
_LATE: Final = ("_strptime", "encodings.idna", "encodings.utf_8", "encodings.ascii", "encodings.latin_1")
"""What Python imports by itself when it is needed."""

_OTHERS: Final = frozenset({"autoevals"})
_NOT_OURS: Final = frozenset(
    {"antigravity", "this", "idlelib", "turtle", "turtledemo", "tkinter", "lib2to3", "test"}
)
"""Parts of Python that do things when they are imported, or are programs."""

_PROGRAM: Final = "__main__"
"""What a package does as a program: importing it runs it, and nothing is sealed yet."""


def main() -> None:
    """Run what stdin says."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    limit(int(sys.argv[1]), int(sys.argv[2]))
    answer = _answer(json.loads(sys.stdin.readline()), answers)
    answers.write(f"{json.dumps(answer)}\n")
    answers.flush()
    # Nothing is left to be tidied up, and the seal would refuse it.
    os._exit(0)


def _answer(asked: Mapping[str, Any], answers: io.TextIOBase) -> Mapping[str, Any]:
    try:
        handler = _handler(asked["code"])
        with (
            _Console(answers, "stdout") as out,
            _Console(answers, "stderr") as errors,
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(errors),
        ):
            value = _returned(_called(handler, asked["arguments"]))
        return {"value": json.loads(json.dumps(value, allow_nan=False))}
    except SealError as error:
        return {"refused": str(error)}
    except MemoryError:
        return {"error": "it needs more memory than it may have"}
    except BaseException as error:  # noqa: BLE001 - code may raise anything, also what ends a process
        return {"error": _text(error)}


def _handler(code: str) -> Callable[..., Any]:
    """Import what the code names, seal the process, and run the code; what it defines is not run yet."""
    parsed = ast.parse(code, _FILE)
    for name in (*_LATE, *_imported(parsed)):
        _import(name)
    seal()
    namespace: dict[str, Any] = {"__name__": "function"}
    exec(compile(parsed, _FILE, "exec"), namespace)  # noqa: S102 - what this process is for, behind the seal
    handler = namespace.get(HANDLER)
    if not callable(handler):
        raise TypeError(f'the code defines no function "{HANDLER}"')
    return cast("Callable[..., Any]", handler)


def _imported(parsed: ast.AST) -> list[str]:
    found: list[str] = []
    for node in ast.walk(parsed):
        if isinstance(node, ast.Import):
            found += [each.name for each in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found += [node.module, *(f"{node.module}.{each.name}" for each in node.names)]
    return found


def _import(name: str) -> None:
    top, *parts = name.split(".")
    if top in _NOT_OURS or _PROGRAM in parts or (top not in sys.stdlib_module_names and top not in _OTHERS):
        return
    # What is missing is told by the code's own import, at its line.
    with contextlib.suppress(ImportError):
        importlib.import_module(name)


def _called(handler: Callable[..., Any], arguments: Mapping[str, Any]) -> Any:
    """Call a handler with those of the arguments that it names; one of other names gets the input alone."""
    parameters = inspect.signature(handler).parameters.values()
    named = [each for each in parameters if each.kind in {each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY}]
    given = arguments["named"]
    _check_names([each.name for each in named], given)
    if any(each.kind is each.VAR_KEYWORD for each in parameters):
        return handler(**given)
    if all(each.name in given for each in named if each.default is each.empty):
        return handler(**{each.name: given[each.name] for each in named if each.name in given})
    if len([each for each in named if each.default is each.empty]) == 1:
        return handler(arguments["input"])
    missing = [each.name for each in named if each.default is each.empty and each.name not in given]
    raise TypeError(
        f"{HANDLER} wants {', '.join(missing)}, and the input has {', '.join(sorted(given)) or 'nothing'}"
    )


def _check_names(named: Collection[str], given: Collection[str]) -> None:
    """See that no parameter looks like a member of the input that the handler does not name otherwise.

    Raises:
        TypeError: one does.
    """
    left = [each for each in given if each not in named]
    for name in named:
        if name not in given and (meant := difflib.get_close_matches(name, left, 1, _ALIKE)):
            raise TypeError(f"{HANDLER} wants {name}, and the input has {meant[0]}: did you mean that?")


def _returned(value: Any) -> Any:
    if not inspect.iscoroutine(value):
        return value.as_dict() if hasattr(value, "as_dict") else value
    try:
        value.send(None)
    except StopIteration as stopped:
        return stopped.value
    raise RuntimeError("the handler awaits something, and nothing happens here beside it")


def _text(error: BaseException) -> str:
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == _FILE]
    where = f" (line {lines[-1]})" if lines else ""
    return f"{type(error).__name__}: {error}"[:_ERROR_CHARACTERS] + where


class _Console(io.TextIOBase):
    """Passes on what is printed, line by line, up to a length."""

    def __init__(self, answers: io.TextIOBase, stream: str) -> None:
        self._answers, self._stream, self._left = answers, stream, _CONSOLE_CHARACTERS
        self._begun = ""

    def write(self, text: str, /) -> int:
        """Print a part of a text."""
        *lines, self._begun = (self._begun + text).split("\n")
        for line in lines:
            self._tell(line)
        self._begun = self._begun[: self._left]
        return len(text)

    def close(self) -> None:
        """Print what has no end of a line yet."""
        if self._begun:
            self._tell(self._begun)
        self._begun = ""
        super().close()

    def _tell(self, line: str) -> None:
        if self._left > 0:
            told = {"console": line[: self._left], "stream": self._stream}
            self._answers.write(f"{json.dumps(told)}\n")
            self._answers.flush()
            self._left -= len(line) + 1


if __name__ == "__main__":
    main()
