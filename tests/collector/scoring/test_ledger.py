"""What was decided is remembered, for a day's budget and against scoring twice."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from otel_bridge_collector.errors import StoreError
from otel_bridge_collector.scoring.ledger import MAX_AGE_S, VERSION, ScoringLedger
from otel_bridge_collector.store.xact import xact_at

DAY_S = 86_400.0


def test_what_was_scored_is_known_after_a_restart(tmp_path: Path) -> None:
    with closing(ScoringLedger(tmp_path / "s.sqlite")) as ledger:
        ledger.note("r", {"1": "scored", "2": "failed"})
        ledger.advance("r", 7, since=None)

    with closing(ScoringLedger(tmp_path / "s.sqlite")) as ledger:
        assert ledger.decided("r", [str(number) for number in range(1_000)]) == {"1", "2"}
        assert ledger.decided("another", ["1"]) == set()
        assert (ledger.place("r"), ledger.place("another")) == (7, None)


def test_a_budget_is_that_of_a_day_and_of_a_rule(tmp_path: Path) -> None:
    now_s = [10 * DAY_S]
    with closing(ScoringLedger(tmp_path / "s.sqlite", now_s=lambda: now_s[0])) as ledger:
        ledger.note("r", {"1": "scored", "2": "failed"})
        ledger.note("another", {"1": "scored"})
        spent = ledger.spent("r")
        now_s[0] += DAY_S

        assert (spent, ledger.spent("r")) == (2, 0)


def test_old_decisions_are_forgotten(tmp_path: Path) -> None:
    now_s = [100 * DAY_S]
    with closing(ScoringLedger(tmp_path / "s.sqlite", now_s=lambda: now_s[0])) as ledger:
        ledger.note("r", {"1": "scored"})
        now_s[0] += MAX_AGE_S + DAY_S
        ledger.note("r", {"2": "scored"})

        assert ledger.decided("r", ["1", "2"]) == {"2"}


def test_a_file_that_is_none_or_newer_is_told(tmp_path: Path) -> None:
    (tmp_path / "bad.sqlite").write_bytes(b"x" * 5_000)
    with pytest.raises(StoreError, match="cannot open the decisions of online scoring"):
        ScoringLedger(tmp_path / "bad.sqlite")

    ScoringLedger(tmp_path / "new.sqlite").close()
    with closing(sqlite3.connect(tmp_path / "new.sqlite")) as file:
        file.execute(f"PRAGMA user_version = {VERSION + 1}")
    with pytest.raises(StoreError, match=f"are of version {VERSION + 1}"):
        ScoringLedger(tmp_path / "new.sqlite")


def test_a_rule_is_moved_back_and_never_forward(tmp_path: Path) -> None:
    with closing(ScoringLedger(tmp_path / "s.sqlite")) as ledger:
        ledger.advance("r", xact_at(100), since=None)
        ledger.move_back("r", 200, created_s=10)
        after_forward = ledger.place("r")
        ledger.move_back("r", 50, created_s=10)

        assert (after_forward, ledger.place("r")) == (xact_at(100), xact_at(50) - 1)


@pytest.mark.parametrize("since_s", [pytest.param(5, id="before"), pytest.param(500, id="after")])
def test_a_rule_without_a_place_is_moved_to_where_it_was_made_or_before(
    tmp_path: Path, since_s: float
) -> None:
    with closing(ScoringLedger(tmp_path / "s.sqlite")) as ledger:
        ledger.move_back("r", since_s, created_s=10)

        assert ledger.place("r") == xact_at(min(since_s, 10)) - 1


def test_a_move_back_forgets_what_failed_since_then_but_not_what_it_cost(tmp_path: Path) -> None:
    now_s = [10 * DAY_S]
    with closing(ScoringLedger(tmp_path / "s.sqlite", now_s=lambda: now_s[0])) as ledger:
        ledger.note("r", {"earlier": "failed"})
        now_s[0] += DAY_S
        ledger.note("r", {"1": "scored", "2": "failed"})
        ledger.note("another", {"2": "failed"})

        ledger.move_back("r", 11 * DAY_S + 60, created_s=0)

        assert ledger.decided("r", ["earlier", "1", "2"]) == {"earlier", "1"}
        assert ledger.decided("another", ["2"]) == {"2"}
        assert ledger.spent("r") == 2


def test_of_what_is_deleted_nothing_is_kept(tmp_path: Path) -> None:
    with closing(ScoringLedger(tmp_path / "s.sqlite")) as ledger:
        for each in ("stays", "goes"):
            ledger.advance(each, 7, since=None)
            ledger.note_told(each, 8)

        ledger.keep_only({"stays", "new"})

        assert [ledger.place(each) for each in ("stays", "goes")] == [7, None]
        assert [ledger.told_s(each) for each in ("stays", "goes")] == [8, 0]
