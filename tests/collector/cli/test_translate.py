"""`translate` on the command line: files in, JSON lines out."""

import json
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result

from otel_bridge.contract.row import Row
from otel_bridge_collector.cli.main import main
from otel_bridge_collector.decode import otlp_json
from tests.support.conventions import FOLDER, Case
from tests.support.otlp_request import span, traces

CASE = Case(convention="gen_ai", name="openai-message-events")
TRACES = FOLDER / "gen_ai" / "openai-message-events.otlp.json"
LOGS = FOLDER / "gen_ai" / "openai-message-events.logs.otlp.json"


def translate(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["translate", *(str(argument) for argument in arguments)])


def rows_of(text: str) -> list[Row]:
    return [orjson.loads(line) for line in text.split("\n") if line]


@pytest.fixture
def binary(tmp_path: Path) -> tuple[Path, Path]:
    """The recording in protobuf: traces and logs."""
    traces, logs = tmp_path / "chat.binpb", tmp_path / "chat.logs.binpb"
    traces.write_bytes(otlp_json.parse_traces(TRACES.read_bytes()).SerializeToString())
    logs.write_bytes(otlp_json.parse_logs(LOGS.read_bytes()).SerializeToString())
    return traces, logs


def test_protobuf_and_json_give_the_same_rows(binary: tuple[Path, Path]) -> None:
    expected = orjson.loads(CASE.expected.read_bytes())

    assert rows_of(translate(TRACES, LOGS).stdout) == expected
    assert rows_of(translate(*binary).stdout) == expected


def test_the_order_of_the_files_makes_no_difference_to_a_row(binary: tuple[Path, Path]) -> None:
    one_way, other_way = rows_of(translate(*binary).stdout), rows_of(translate(*reversed(binary)).stdout)

    assert sorted(one_way, key=lambda row: row.get("id", "")) == sorted(
        other_way, key=lambda row: row.get("id", "")
    )


def test_traces_and_logs_are_told_apart_by_what_they_hold(binary: tuple[Path, Path], tmp_path: Path) -> None:
    traces, logs = tmp_path / "a.binpb", tmp_path / "b.binpb"
    binary[0].rename(traces)
    binary[1].rename(logs)

    assert rows_of(translate(traces, logs).stdout) == orjson.loads(CASE.expected.read_bytes())


def test_lines_end_at_line_feeds_only_and_text_stays_as_it_is(tmp_path: Path) -> None:
    span = {"traceId": "aa" * 16, "spanId": "bb" * 8, "name": "Zürich\u2028\u6771"}
    path = tmp_path / "odd.json"
    path.write_text(json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}), encoding="utf-8")

    output = translate(path).stdout

    assert output.count("\n") == 1
    assert "Zürich\u2028\u6771" in output


def test_every_scenario_of_a_folder_gets_a_file_of_its_own(binary: tuple[Path, Path], tmp_path: Path) -> None:
    corpus, out = tmp_path / "corpus", tmp_path / "rows"
    for name in ("one", "deep/two.v1"):
        target = corpus / name
        target.parent.mkdir(parents=True, exist_ok=True)
        for path, suffix in zip(binary, (".binpb", ".logs.binpb"), strict=True):
            Path(f"{target}{suffix}").write_bytes(path.read_bytes())
    (corpus / "one.metrics.binpb").write_bytes(b"not read")
    (corpus / "only.logs.binpb").write_bytes(binary[1].read_bytes())

    result = translate("--each", corpus, "--out", out)

    assert result.exit_code == 0
    files = {
        str(path.relative_to(out)): rows_of(path.read_text(encoding="utf-8")) for path in out.rglob("*.jsonl")
    }
    expected = orjson.loads(CASE.expected.read_bytes())
    assert set(files) == {"one.rows.jsonl", "deep/two.v1.rows.jsonl", "only.rows.jsonl"}
    assert files["one.rows.jsonl"] == files["deep/two.v1.rows.jsonl"] == expected
    assert {(row.get("span_attributes") or {})["type"] for row in files["only.rows.jsonl"]} == {"log"}


def test_a_broken_span_is_left_out_and_named(tmp_path: Path) -> None:
    spans = [{"traceId": "aa" * 16, "spanId": "bb" * 8}, {"spanId": "cc" * 8}]
    path = tmp_path / "broken.json"
    path.write_text(json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}), encoding="utf-8")

    result = translate(path)

    assert len(rows_of(result.stdout)) == 1
    assert result.stderr == f"{path}: 1 left out, the trace id is missing\n"


def test_a_file_that_holds_no_request_is_named(tmp_path: Path) -> None:
    path = tmp_path / "notes.json"
    path.write_text("hello", encoding="utf-8")

    result = translate(path)

    assert result.exit_code == 1
    assert f"{path}: the body is no JSON" in result.stderr


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("hello", encoding="utf-8")

    result = translate(path)

    assert result.exit_code == 1
    assert "expected a name that ends in .binpb or .json" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param([], id="nothing"),
        pytest.param(["--each", FOLDER], id="no place for the rows"),
        pytest.param(["--out", FOLDER], id="nothing to translate"),
        pytest.param([TRACES, "--out", FOLDER], id="files and a folder"),
    ],
)
def test_what_to_translate_must_be_said_in_one_way(arguments: list[object]) -> None:
    result = translate(*arguments)

    assert result.exit_code == 2
    assert "give either FILES (- for standard input) or both --each and --out" in result.stderr


def test_the_help_shows_examples() -> None:
    assert "otel-bridge-collector translate --each corpus --out rows" in translate("--help").stdout


@pytest.mark.parametrize(
    ("name", "body"),
    [
        pytest.param("empty.json", b"{}", id="no field"),
        pytest.param("empty.json", b'{"resourceSpans": [{"scopeSpans": []}]}', id="no spans"),
        pytest.param("empty.json", b'{"resourceLogs": []}', id="no log records"),
        pytest.param("empty.logs.json", b'{"resourceLogs": []}', id="no log records, as the name says"),
        pytest.param("empty.binpb", b"", id="no byte"),
    ],
)
def test_a_file_without_spans_is_said_to_be_so(tmp_path: Path, name: str, body: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(body)

    result = translate(path)

    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == f"{path}: holds no spans and no log records\n"


def test_json_of_another_kind_is_no_request(tmp_path: Path) -> None:
    path = tmp_path / "package.json"
    path.write_bytes(b'{"name": "x"}')

    result = translate(path)

    assert result.exit_code == 1
    assert 'no JSON object with "resourceSpans"' in result.stderr


def from_stdin(body: bytes) -> Result:
    return CliRunner().invoke(main, ["translate", "-"], input=body)


def test_standard_input_is_read_in_either_form(binary: tuple[Path, Path]) -> None:
    expected = translate(TRACES).stdout

    assert from_stdin(TRACES.read_bytes()).stdout == expected
    assert from_stdin(binary[0].read_bytes()).stdout == expected


def test_protobuf_that_looks_like_json_behind_a_line_feed_is_protobuf() -> None:
    request = traces(span(name="x" * 30))
    request.resource_spans[0].schema_url = ""
    while len(request.resource_spans[0].SerializeToString()) < ord("{"):
        request.resource_spans[0].schema_url += "u"
    body = request.SerializeToString()

    assert body.startswith(b"\n{")
    assert len(rows_of(from_stdin(body).stdout)) == 1


def test_what_is_wrong_with_standard_input_is_said_of_it() -> None:
    assert from_stdin(b"{").stderr.startswith("Error: standard input: the body is no JSON")
    assert from_stdin(b"{}").stderr == "standard input: holds no spans and no log records\n"
