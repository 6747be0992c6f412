"""What was sent and acknowledged, and what may be missing for a reason: the other side of the account. Any thread may call."""

import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Expected:
    """One row that was acknowledged.

    Attributes:
        project: index of its project.
        has_row: the row itself was acknowledged, not only feedback on it.
        output: what the last acknowledged update said; None where there was none.
        score: that of its feedback; None where there was none.
        is_otlp: it came over OTLP, so that OTLP destinations get it.
        is_poisoned: it holds what destinations never take.
        is_beside_poison: another of its request does, so that a destination which gets whole requests does not take it.
    """

    project: int
    has_row: bool = False
    output: str | None = None
    score: float | None = None
    is_otlp: bool = True
    is_poisoned: bool = False
    is_beside_poison: bool = False


@dataclass
class Ledger:
    """The account.

    Attributes:
        rows: id -> what is expected of it.
        damaged: ids in records of the spool of which a byte was flipped: what they said may be lost, and has to be reported.
        refused: how often each refusal came that says "later".
        wrong: answers that no sender should ever get.
        forbidden: ids that were sent to another's project and must be nowhere.
        open: ids in requests that had no answer when everything stopped.
    """

    rows: dict[str, Expected] = field(default_factory=dict)
    damaged: set[str] = field(default_factory=set)
    refused: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    forbidden: set[str] = field(default_factory=set)
    open: set[str] = field(default_factory=set)
    _changing: threading.Lock = field(default_factory=threading.Lock)

    def acknowledge(self, ids: Iterable[str], *, project: int, is_otlp: bool, poisoned: str | None) -> None:
        """Note the rows of a request down; one of them may be poisoned."""
        with self._changing:
            for each in ids:
                told = self.rows.setdefault(each, Expected(project=project))
                told.has_row, told.is_otlp = True, is_otlp
                told.is_poisoned = each == poisoned
                told.is_beside_poison = poisoned is not None

    def acknowledge_output(self, row_id: str, output: str) -> None:
        """Note down what an update said."""
        with self._changing:
            self.rows[row_id].output = output

    def acknowledge_score(self, row_id: str, score: float, *, project: int) -> None:
        """Note feedback down, which may come before its row."""
        with self._changing:
            self.rows.setdefault(row_id, Expected(project=project)).score = score

    def count_refusal(self, status: str) -> None:
        """Count an answer that says "later"."""
        with self._changing:
            self.refused[status] += 1

    def note_wrong(self, what: str) -> None:
        """Note down an answer that should never come."""
        with self._changing:
            self.wrong.append(what)

    def forbid(self, ids: Iterable[str]) -> None:
        """Note down what must be nowhere."""
        with self._changing:
            self.forbidden |= set(ids)

    def leave_open(self, ids: Iterable[str]) -> None:
        """Note down what may have been kept or not."""
        with self._changing:
            self.open |= set(ids)

    def damage(self, ids: Iterable[str]) -> None:
        """Note down what a flipped byte may cost."""
        with self._changing:
            self.damaged |= set(ids)
