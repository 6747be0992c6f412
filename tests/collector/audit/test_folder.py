"""The audit of a whole folder."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from otel_bridge_collector.audit.folder import audit_folder
from otel_bridge_collector.config.load import Sources, load_config
from tests.support.masking import rules_of

RULES = rules_of("{patterns: [emails]}")


def test_a_folder_without_anything_is_clean_and_every_step_is_told(tmp_path: Path) -> None:
    (tmp_path / "spool").mkdir()
    told: list[str] = []

    @contextmanager
    def progress(what: str, total: int | None) -> Generator[Callable[[int], None]]:
        told.append(f"{what} {total}")
        yield lambda _: None

    findings = audit_folder(tmp_path, load_config(Sources()).config, RULES, progress)

    assert (findings.listed(), told) == ([], ["spool (bytes) 0", "files of exporters 0"])
