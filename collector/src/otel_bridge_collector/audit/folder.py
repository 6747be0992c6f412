"""The audit of one data folder, and of the files that the exporters of its configuration have written."""

from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from pathlib import Path

from otel_bridge_collector.audit.files import audit_attachments, audit_file, files_of
from otel_bridge_collector.audit.findings import Findings
from otel_bridge_collector.audit.records import Advance, audit_dead_letters, audit_spool
from otel_bridge_collector.audit.store import StoreAudit, audit_objects
from otel_bridge_collector.config.exporter import FileExporter
from otel_bridge_collector.config.model import Config
from otel_bridge_collector.masking.rules import RuleSet
from otel_bridge_collector.spool.segment import list_segments

Progress = Callable[[str, int | None], AbstractContextManager[Advance]]
"""Shows how far a long step is: what it is, and how much there is to do."""


def audit_folder(folder: Path, config: Config, rules: RuleSet, progress: Progress) -> Findings:
    """Look through everything; nobody may write there meanwhile.

    Raises:
        StoreError: the store or the objects cannot be read.
        OSError: a file cannot be read.
    """
    findings = Findings(rules)
    spool = folder / "spool"
    with progress("spool (bytes)", sum(segment.size for segment in list_segments(spool))) as advance:
        audit_spool(spool, rules, findings, advance)
    if (store := folder / "rows.duckdb").exists():
        with closing(StoreAudit(store)) as audit, progress("store (rows)", audit.size()) as advance:
            audit.run(rules, findings, advance)
    if (objects := folder / "objects.sqlite").exists():
        audit_objects(objects, rules, findings)
    for letters in sorted((folder / "delivery").glob("*.dead.jsonl")):
        audit_dead_letters(letters, rules, findings)
    audit_attachments(folder / "attachments", rules, findings)
    _audit_exporters(config, rules, findings, progress)
    return findings


def _audit_exporters(config: Config, rules: RuleSet, findings: Findings, progress: Progress) -> None:
    files = [
        (f"files: {name}", path)
        for name, exporter in config.exporters.items()
        if isinstance(exporter, FileExporter)
        for path in files_of(exporter)
    ]
    with progress("files of exporters", len(files)) as advance:
        for place, path in files:
            audit_file(place, path, rules, findings)
            advance(1)
