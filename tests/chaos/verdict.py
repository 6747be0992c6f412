"""The account at the end: what was acknowledged against what is in the store, at the destinations and in the dead letters."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import duckdb
import httpx

from otel_bridge_collector.deliver.dead_letter import DeadLetters
from tests.chaos.damage import Flip, ids_of
from tests.chaos.ledger import Expected, Ledger
from tests.chaos.receiver import POISON, Receiver
from tests.chaos.sender import Tenant

_PAGE: Final = 5_000
_SHOWN: Final = 5


@dataclass
class Verdict:
    """What was counted, and what is wrong.

    Attributes:
        counts: lines of the table.
        violations: what breaks a promise; empty when all are kept.
    """

    counts: dict[str, object] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)

    def expect_none(self, what: str, found: Sequence[object]) -> None:
        """Count `found`, which has to be empty."""
        self.counts[what] = len(found)
        if found:
            self.violations.append(f"{what}: {len(found)}, for example {', '.join(map(str, found[:_SHOWN]))}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """One row as its project sees it."""

    project: int
    output: object
    score: object


def read_store(api: str, tenants: Sequence[Tenant], verdict: Verdict) -> dict[str, Stored]:
    """Return every row by id, as each project's own key sees it; rows that stand there twice or are another's are noted."""
    stored: dict[str, Stored] = {}
    twice: list[str] = []
    foreign: list[str] = []
    for tenant in tenants:
        for row in _rows(api, tenant, tenant.project_id):
            twice += [row["id"]] if row["id"] in stored else []
            foreign += [row["id"]] if int(row["id"][:2], 16) != tenant.number + 1 else []
            score = (row.get("scores") or {}).get("helpful")
            stored[row["id"]] = Stored(project=tenant.number, output=row.get("output"), score=score)
        for other in tenants:
            if other is not tenant:
                foreign += [row["id"] for row in _rows(api, tenant, other.project_id)]
    verdict.expect_none("rows twice", twice)
    verdict.expect_none("foreign rows seen", foreign)
    return stored


def judge_store(ledger: Ledger, stored: Mapping[str, Stored], verdict: Verdict) -> set[str]:
    """Compare the store with what was acknowledged; return the ids that a flipped byte cost anything."""
    wanted = {each: expected for each, expected in ledger.rows.items() if expected.has_row}
    verdict.counts["rows acknowledged"] = len(wanted)
    verdict.counts["rows stored"] = len(stored)
    lost = {each for each, expected in ledger.rows.items() if not _is_kept(expected, stored.get(each))}
    verdict.expect_none("acknowledged and lost", sorted(lost - ledger.damaged))
    verdict.expect_none("stored and never sent", sorted(stored.keys() - wanted.keys() - ledger.open))
    verdict.expect_none("forbidden and stored", sorted(ledger.forbidden & stored.keys()))
    verdict.counts["rows that a flipped byte cost something"] = len(lost & ledger.damaged)
    return lost & ledger.damaged


def judge_reports(flips: Sequence[Flip], lost: set[str], log: Path, verdict: Verdict) -> None:
    """See that every damage that cost something was reported with its segment."""
    text = log.read_text()
    reported = [line for line in text.splitlines() if "damaged" in line or "unfinished write" in line]
    silent = [
        flip.segment
        for flip in flips
        if flip.ids & lost and not any(flip.segment in line for line in reported)
    ]
    verdict.expect_none("losses that the log does not report", silent)


def judge_file(path: Path, verdict: Verdict) -> None:
    """Count the rows of the stopped sidecar's store itself."""
    with duckdb.connect(str(path), read_only=True) as file:
        found = file.execute(
            "SELECT count(*), count(*) - count(DISTINCT (object_type, object_id, id)) FROM rows"
        ).fetchone()
    assert found is not None
    verdict.counts["rows in the file"] = found[0]
    verdict.expect_none("duplicates in the file", [None] * int(found[1]))


def judge_destination(
    name: str, received: Counter[str], wanted: Callable[[Expected], bool], ledger: Ledger, verdict: Verdict
) -> None:
    """See that a destination has each row at least once, under an id that was sent."""
    due = {each for each, expected in ledger.rows.items() if expected.has_row and wanted(expected)}
    known = ledger.rows.keys() | ledger.open
    verdict.counts[f"{name}: ids received, times"] = f"{len(received)}, {received.total()}"
    verdict.expect_none(f"{name}: missing", sorted(due - received.keys() - ledger.damaged))
    verdict.expect_none(f"{name}: ids never sent", sorted(received.keys() - known))


def judge_dead_letters(folder: Path, ledger: Ledger, verdict: Verdict) -> None:
    """See that every dead letter tells of a poisoned row, and each poisoned request is among them."""
    poisoned = {key for key, each in ledger.rows.items() if each.is_poisoned}
    for path in sorted(folder.glob("*.dead.jsonl")):
        letters = [*DeadLetters(path).read()]
        verdict.counts[f"dead letters: {path.name}"] = len(letters)
        cut = len(path.read_bytes().splitlines()) - len(letters)
        verdict.counts[f"lines that were cut: {path.name}"] = cut
        verdict.expect_none(
            f"unexplained: {path.name}",
            [
                f"{each.record.seq} ({each.reason})"
                for each in letters
                if POISON not in each.record.payload and not ids_of(each.record) & poisoned
            ],
        )
        if path.name.startswith("otlphttp"):
            buried = {each for letter in letters for each in ids_of(letter.record)}
            due = {key for key in poisoned if ledger.rows[key].is_otlp}
            verdict.expect_none("poisoned and not buried", sorted(due - buried - ledger.damaged))


def rows_of_files(folder: Path, verdict: Verdict) -> Counter[str]:
    """Return how often each id stands in the files of the exporter `file`, every line of which has to be whole."""
    found: Counter[str] = Counter()
    broken: list[str] = []
    for path in [*folder.glob("rows-*.jsonl"), folder / "rows.jsonl.part"]:
        for number, line in enumerate(path.read_bytes().splitlines() if path.exists() else (), 1):
            try:
                found[json.loads(line)["id"]] += 1
            except ValueError:
                broken.append(f"{path.name}:{number}")
    verdict.expect_none("file: broken lines", broken)
    return found


def judge_destinations(
    otlp: Receiver, braintrust: Receiver, files: Path, ledger: Ledger, verdict: Verdict
) -> None:
    """Judge all that are not the store."""
    judge_destination(
        "otlphttp", otlp.spans, lambda row: row.is_otlp and not row.is_beside_poison, ledger, verdict
    )
    judge_destination("braintrust", braintrust.rows, lambda row: not row.is_poisoned, ledger, verdict)
    judge_destination("file", rows_of_files(files, verdict), lambda _: True, ledger, verdict)


def _is_kept(expected: Expected, stored: Stored | None) -> bool:
    if not expected.has_row:
        return True  # feedback whose row never came waits for it
    return (
        stored is not None
        and stored.project == expected.project
        and expected.output in (None, stored.output)
        and expected.score in (None, stored.score)
    )


def _rows(api: str, tenant: Tenant, project_id: str) -> Iterator[dict[str, Any]]:
    cursor = ""
    while True:
        query = f"select: id, output, scores | from: project_logs('{project_id}') | limit: {_PAGE}" + cursor
        answer = httpx.post(
            f"{api}/btql",
            json={"query": query, "fmt": "json"},
            headers={"authorization": f"Bearer {tenant.key}"},
            timeout=120,
        )
        if answer.status_code != 200:
            if project_id != tenant.project_id:
                return
            raise RuntimeError(f"the store cannot be read: {answer.status_code} {answer.text[:300]}")
        content = answer.json()
        yield from content["data"]
        if not content.get("cursor"):
            return
        cursor = f" | cursor: '{content['cursor']}'"
