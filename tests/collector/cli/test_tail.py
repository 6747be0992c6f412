"""`tail` against an API on a real socket."""

import json
import threading

import httpx
import pytest
from click.testing import CliRunner, Result

from otel_bridge_collector.cli.main import main


def tail(url: str, *options: str) -> Result:
    return CliRunner().invoke(main, ["tail", "--url", url, "--interval", "0.1", *options])


def test_the_last_rows_come_first(example_url: str) -> None:
    result = tail(example_url, "--lines", "2", "--count", "2", "--format", "json")

    assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == ["d", "e"]


def test_a_line_tells_time_type_name_and_error(example_url: str) -> None:
    result = tail(example_url, "--filter", "error IS NOT NULL", "--count", "1")

    assert result.exit_code == 0
    assert "2026-01-09T08:00:02.000Z  llm" in result.stdout
    assert "timeout: upstream" in result.stdout


def test_rows_are_shown_as_they_come(example_url: str) -> None:
    rows = [{"id": name, "project_id": "q", "input": name} for name in ("other", "new")]
    write = threading.Timer(
        0.3, httpx.post, [f"{example_url}/logs3"], {"json": {"rows": rows, "api_version": 2}}
    )
    write.start()

    result = tail(example_url, "--filter", "input = 'new'", "--count", "1", "--format", "json")

    write.join()
    assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == ["new"]


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        pytest.param(["--filter", "((("], 2, "expected an expression", id="filter"),
        pytest.param(["--interval", "0"], 2, "--interval", id="interval"),
    ],
)
def test_what_is_wrong_is_said(example_url: str, options: list[str], code: int, words: str) -> None:
    result = tail(example_url, *options)

    assert (result.exit_code, words in result.stderr) == (code, True)
