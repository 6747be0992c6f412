"""Files of exporters, and what is known of uploads."""

from pathlib import Path

from otel_bridge_collector.audit.files import audit_attachments, audit_file, files_of
from otel_bridge_collector.audit.findings import Findings
from otel_bridge_collector.config.exporter import FileExporter
from otel_bridge_collector.decode.native import pack_rows
from otel_bridge_collector.sinks.parquet import write_parquet
from otel_bridge_collector.store.attachments import Attachments
from tests.support.masking import rules_of
from tests.support.rows import row

MAIL = "bob@x.example"
RULES = rules_of("{patterns: [emails]}")


def lines(path: Path) -> Path:
    path.write_bytes(pack_rows([row("a", input=MAIL)])[1:-1] + b"\n")
    return path


def found(path: Path) -> Findings:
    findings = Findings(RULES)
    audit_file("files", path, RULES, findings)
    return findings


def test_json_lines_and_parquet_are_looked_through(tmp_path: Path) -> None:
    write_parquet(lines(tmp_path / "rows.jsonl"), tmp_path / "rows-1.parquet")

    for name in ("rows.jsonl", "rows-1.parquet"):
        assert [each.field for each in found(tmp_path / name).listed()] == ["input"]


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_bytes(b"{")
    (tmp_path / "rows.parquet").write_bytes(b"{")

    for path in tmp_path.iterdir():
        assert found(path).unreadable == {"files": 1}


def test_files_that_grow_and_closed_ones_belong_to_an_exporter(tmp_path: Path) -> None:
    names = ["rows-2.jsonl", "rows-3.parquet", "rows.jsonl.part"]
    for name in (*names, "other-1.jsonl", "rows.jsonl.started"):
        (tmp_path / name).touch()

    found_files = files_of(FileExporter(type="file", directory=tmp_path))

    assert [path.name for path in found_files] == names


def test_the_state_of_an_upload_is_looked_at(tmp_path: Path) -> None:
    attachments = Attachments(tmp_path / "attachments")
    attachments.state("k", {"upload_status": "error", "error_message": MAIL})
    (tmp_path / "attachments" / "x.status.json").write_bytes(b"{")
    findings = Findings(RULES)

    audit_attachments(tmp_path / "attachments", RULES, findings)

    assert [each.field for each in findings.listed()] == ["error_message"]
    assert findings.unreadable == {"attachments": 1}
