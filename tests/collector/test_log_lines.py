"""What the log of the sidecar holds, in a process of its own."""

import json
import subprocess
import sys
from typing import Final

import pytest

# The lines of a program stand in its frames, also of one that is given as a text since Python 3.13: they say no secret.
RAISES: Final = """
secret = "-".join(["private", "4711"])
try:
    try:
        raise KeyError(secret)
    except KeyError as error:
        raise ValueError(secret) from error
except ValueError:
    logging.getLogger({name!r}).exception({message!r})
"""


def logged(code: str, level: str = "info", encoding: str = "console") -> str:
    """What a program writes to stderr that logs as the sidecar does."""
    program = (
        "import logging; from otel_bridge_collector.log_lines import log_to_stderr;"
        f" log_to_stderr({level!r}, {encoding!r})\n{code}"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout == ""
    return result.stderr


def ours(call: str) -> str:
    return f"logging.getLogger('otel_bridge_collector.spool').{call}"


def test_lines_for_people_go_to_stderr() -> None:
    assert logged(ours("info('here %d', 1)")).endswith("INFO otel_bridge_collector.spool: here 1\n")


def test_what_a_sender_has_named_makes_no_line_of_its_own_and_tells_a_terminal_nothing() -> None:
    code = ours(r"warning('no %s', 'project\n2026 ERROR all is lost\r\x1b[31m\x9b1m\u2028ü')")

    (line,) = logged(code).splitlines()

    assert line.endswith(r"no project\n2026 ERROR all is lost\r\x1b[31m\x9b1m\u2028ü")


def test_a_line_of_json_is_one_object() -> None:
    line = json.loads(logged(ours("warning('one\\ntwo %s', 'three')"), encoding="json"))

    assert line.pop("ts").endswith("+00:00")
    assert line == {"level": "warning", "logger": "otel_bridge_collector.spool", "msg": "one\ntwo three"}


@pytest.mark.parametrize("encoding", ["console", "json"])
@pytest.mark.parametrize("name", ["otel_bridge_collector.app", "asyncio"])
def test_an_error_is_told_by_kind_and_frames_without_its_message(encoding: str, name: str) -> None:
    message = (
        "task failed"
        if name != "asyncio"
        else "task failed\nfuture: <Task exception=ValueError('private-4711')>"
    )

    text = logged(RAISES.format(name=name, message=message), "debug", encoding)

    assert "private-4711" not in text
    assert "task failed" in text
    assert "KeyError" in text
    assert "ValueError" in text


@pytest.mark.parametrize(
    ("level", "lines"), [pytest.param("info", 0, id="info"), pytest.param("debug", 1, id="debug")]
)
def test_our_lines_follow_the_level(level: str, lines: int) -> None:
    assert len(logged(ours("debug('x')"), level).splitlines()) == lines


@pytest.mark.parametrize("name", ["httpx", "httpcore", "grpc", "uvicorn", "asyncio"])
def test_libraries_speak_from_warnings_on_at_every_level(name: str) -> None:
    code = f"logging.getLogger({name!r}).info('a request'); logging.getLogger({name!r}).warning('trouble')"

    assert [line.rsplit(" ")[-1] for line in logged(code, "debug").splitlines()] == ["trouble"]


def test_exporters_of_opentelemetry_which_log_what_they_are_answered_are_mute() -> None:
    assert logged("logging.getLogger('opentelemetry.exporter.otlp.proto.http').critical('x')", "debug") == ""
