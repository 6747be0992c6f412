"""`explain` on the command line, against an API on a real socket."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from otel_bridge_collector.cli.main import main
from tests.support.explaining import explaining
from tests.support.listening import listening
from tests.support.otlp_request import span, traces

CALL = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-4o",
    "gen_ai.usage.input_tokens": "1000",
    "llm.model_name": "other",
    "http.route": "/chat",
}


@contextmanager
def sidecar(folder: Path, **more: str) -> Iterator[str]:
    body = traces(span(1, attributes={**CALL, **more}), span(2)).SerializeToString()
    with explaining(folder, [("traces", body)]) as app, listening(app) as url:
        yield url


def explain(number: int, url: str, *options: str) -> Result:
    return CliRunner().invoke(main, ["explain", f"{number:016x}", "--url", url, *options])


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    with sidecar(tmp_path) as found:
        yield found


def test_a_table_names_the_attribute_of_a_field_with_what_it_held(url: str) -> None:
    result = explain(1, url)

    assert result.exit_code == 0
    (line,) = (each for each in result.stdout.splitlines() if "metrics.prompt_tokens" in each)
    assert [part.strip() for part in line.split("│")[1:5]] == [
        "metrics.prompt_tokens",
        "1000",
        "gen_ai",
        "gen_ai.usage.input_tokens = 1000",
    ]


def test_what_lost_and_what_was_left_over_is_told(url: str) -> None:
    stdout = explain(1, url).stdout

    assert "llm.model_name" in stdout.partition("read, and not taken:")[2]
    assert "left over, in metadata: llm.model_name, http.route\n" in stdout


def test_the_cost_is_told_by_bucket(url: str) -> None:
    stdout = explain(1, url).stdout

    assert "tokens: count in a sum over the trace" in stdout
    assert "cost: $0.0025, from the price table" in stdout
    assert "promptUncachedTokens" in stdout


def test_a_model_without_a_price_says_why_it_has_no_cost(tmp_path: Path) -> None:
    with sidecar(tmp_path, **{"gen_ai.request.model": "our-own"}) as url:
        result = explain(1, url)

    assert "cost: none; genai-prices" in result.stdout


def test_a_span_of_which_nothing_lost_has_no_table_of_it(url: str) -> None:
    result = explain(2, url)

    assert "not taken" not in result.stdout
    assert "left over, in metadata: nothing" in result.stdout
    assert (result.exit_code, result.stderr) == (0, "")


def test_json_is_the_answer_of_the_api(url: str) -> None:
    answer = json.loads(explain(1, url, "--format", "json").stdout)

    assert answer["span_id"] == f"{1:016x}"
    assert answer["cost"]["usd"] == pytest.approx(0.0025)


def test_an_unknown_span_is_an_error(url: str) -> None:
    result = explain(9, url)

    assert (result.exit_code, result.stderr) == (1, f"Error: there is no span {9:016x}\n")
