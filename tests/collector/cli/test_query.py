"""`query` on the command line, against an API on a real socket."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from otel_bridge_collector.cli.main import main
from tests.support.api import client_of
from tests.support.listening import listening
from tests.support.receivers import receiving
from tests.support.rows import Asking


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("query")
    example = Asking(folder)
    with listening(client_of(example).app) as address:
        yield address
    example.close()


def query(text: str, url: str, *options: str) -> Result:
    return CliRunner().invoke(main, ["query", text, "--url", url, *options])


def test_a_table_shows_the_columns_that_tell_rows_apart(url: str) -> None:
    result = query("limit: 2", url)

    assert result.exit_code == 0
    assert "How many apples?" in result.stdout
    assert "_xact_id" not in result.stdout
    assert result.stdout.splitlines()[-1] == "2 rows"


def test_a_table_of_chosen_columns_has_all_of_them(url: str) -> None:
    result = query("select: id, _xact_id, output | limit: 1", url)

    assert all(name in result.stdout for name in ("id", "_xact_id", "output"))
    assert result.stdout.splitlines()[-1] == "1 row"


def test_no_rows_are_said_to_be_none(url: str) -> None:
    assert query("filter: false", url).stdout == "no rows\n"


def test_json_has_every_field(url: str) -> None:
    result = query("filter: id = 'a'", url, "--format", "json")

    (row,) = json.loads(result.stdout)
    assert (row["metadata"], row["output"]) == ({"user_id": "1234", "model": "gpt-4"}, None)


def test_lines_have_one_row_each(url: str) -> None:
    result = query("select: id", url, "--format", "jsonl")

    assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == ["e", "d", "c", "b", "a"]


def test_csv_has_the_columns_in_the_order_of_selection(url: str) -> None:
    result = query("select: tags, id, input | filter: root_span_id = 't2'", url, "--format", "csv")

    assert list(csv.reader(io.StringIO(result.stdout))) == [
        ["tags", "id", "input"],
        ["", "d", ""],
        ['["done", "triage"]', "c", '{"text": "50% off"}'],
    ]


def test_a_wrong_query_is_shown_with_a_caret_under_the_place(url: str) -> None:
    result = query("measures: cuont(1)", url)

    assert result.exit_code == 2
    assert "did you mean count?" in result.stderr
    assert "measures: cuont(1)\n          ^^^^^" in result.stderr


def test_a_warning_goes_to_stderr(url: str) -> None:
    result = query("select: id, metadata2.x | limit: 1", url, "--format", "jsonl")

    assert "did you mean metadata?" in result.stderr
    assert json.loads(result.stdout)["id"] == "e"


def test_something_else_that_answers_is_no_sidecar(url: str) -> None:
    result = query("limit: 1", f"{url}/nosuch")

    assert (result.exit_code, "there is nothing at /nosuch/btql" in result.stderr) == (1, True)


def test_without_a_url_the_setting_of_the_sidecar_counts(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_BRIDGE_API", url.removeprefix("http://"))

    assert CliRunner().invoke(main, ["query", "filter: false"]).stdout == "no rows\n"


def test_the_words_of_an_otlp_port_are_shown(tmp_path: Path) -> None:
    with receiving(tmp_path) as receivers:
        result = query("limit: 1", receivers.http)

    assert result.exit_code == 1
    assert "there is no /btql here: send OTLP traces to /v1/traces" in result.stderr
    assert "the API and its page have a port of their own" in result.stderr
