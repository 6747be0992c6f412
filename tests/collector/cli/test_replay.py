"""`replay`, against a real sidecar."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from otel_bridge_collector.cli.main import main
from otel_bridge_collector.cli.replay import parse_since, raise_refused, told
from tests.support.collector import COMMAND, Collector, running_collector
from tests.support.otlp_receiver import otlp_receiver, wait_until
from tests.support.otlp_request import post, span


def send(collector: Collector, number: int) -> None:
    post(collector.otlp_http, span(number, name=f"n{number}"))


def replay(collector: Collector, *options: str) -> str:
    result = CliRunner().invoke(main, ["replay", "--url", collector.api, *options])
    assert result.exit_code == 0, result.output
    return result.output


def test_what_was_delivered_and_what_was_buried_is_sent_again(tmp_path: Path) -> None:
    with otlp_receiver() as receiver:
        config = f"yaml:exporters: {{otlphttp: {{endpoint: '{receiver.url}'}}}}"
        with running_collector(tmp_path / "data", "--config", config) as collector:
            dead = tmp_path / "data" / "delivery" / "otlphttp.dead.jsonl"
            receiver.poison = b"n2"
            send(collector, 1)
            send(collector, 2)
            wait_until(dead.exists, timeout_s=60)
            receiver.poison = b""
            letters = replay(collector, "--dead-letters", "--sink", "otlphttp")
            again = replay(collector, "--since", "1h", "--sink", "otlphttp")
            store = replay(collector, "--since", "1h")
            ids = collector.query("SELECT id FROM project_logs('default-otel-project')")

    assert letters.startswith("otlphttp: 1 requests sent again")
    assert again.startswith("otlphttp: 2 requests sent again")
    assert store.splitlines() == [
        "store: 2 requests sent again, 2 rows or requests in them",
        "nothing changed",
    ]
    assert sorted(each.name for each in receiver.raw_spans) == ["n1", "n1", "n2", "n2"]
    assert (len(ids), dead.read_bytes()) == (2, b"")


def test_what_is_not_taken_is_named_and_the_rest_is_sent(tmp_path: Path) -> None:
    with otlp_receiver() as receiver:
        config = f"yaml:exporters: {{otlphttp: {{endpoint: '{receiver.url}'}}}}"
        with running_collector(tmp_path / "data", "--config", config) as collector:
            for number in (1, 2, 3):
                send(collector, number)
            wait_until(lambda: len(receiver.raw_spans) == 3, timeout_s=60)
            receiver.poison = b"n2"
            replaying = [COMMAND, "replay", "--url", collector.api, "--since", "1h", "--sink", "otlphttp"]
            done = subprocess.run(replaying, capture_output=True, text=True, check=False, timeout=60)

    assert done.returncode == 1
    assert done.stdout.splitlines() == ["otlphttp: 2 requests sent again, 2 rows or requests in them"]
    told = done.stderr.splitlines()
    assert told[0] == "Error: 1 not taken; their requests are among the dead letters:"
    assert told[1].startswith("request 2: ")
    assert [each.name for each in receiver.raw_spans] == ["n1", "n2", "n3", "n1", "n3"]


def test_more_than_is_named_is_counted() -> None:
    with pytest.raises(click.ClickException, match=r"3 not taken.*\nrequest 1: row a: no\nand 2 more"):
        raise_refused({"refused": 3, "faults": ["request 1: row a: no"]})


@pytest.mark.parametrize("options", [[], ["--since", "1h", "--dead-letters"], ["--since", "soon"]])
def test_what_cannot_be_meant_is_wrong_usage(options: list[str]) -> None:
    assert CliRunner().invoke(main, ["replay", "--url", "http://127.0.0.1:1", *options]).exit_code == 2


NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        pytest.param("2h", datetime(2026, 1, 31, 10, tzinfo=UTC), id="ago"),
        pytest.param("1.5d", datetime(2026, 1, 30, 0, tzinfo=UTC), id="a fraction"),
        pytest.param("2026-01-01", datetime(2026, 1, 1, tzinfo=UTC), id="a day"),
    ],
)
def test_a_time_is_given_as_such_or_as_how_long_ago(text: str, moment: datetime) -> None:
    assert parse_since(text, NOW) == moment


def test_what_is_no_time_is_refused() -> None:
    with pytest.raises(click.BadParameter, match="is no time"):
        parse_since("soon")


def test_what_changed_is_told_the_most_frequent_first() -> None:
    lines = told("store", {"records": 2, "rows": 5, "changed": {"": 1, "metrics": 2, "metadata": 4}})

    assert lines[1:] == [
        "1 rows were not there before",
        "metadata changed in 4 rows",
        "metrics changed in 2 rows",
    ]
