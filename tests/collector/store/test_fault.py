"""Which of some writes a store can never keep."""

import math
from collections.abc import Sequence

from otel_bridge_collector.model import RowWrite
from otel_bridge_collector.store.fault import faults_in
from tests.support.rows import row, writes

GIVEN = writes([row(str(number)) for number in range(1_000)])


def test_the_ones_at_fault_are_found_in_few_tries() -> None:
    tries: list[int] = []

    def fault_of(part: Sequence[RowWrite]) -> str | None:
        tries.append(len(part))
        return "bad" if any(write.row.get("id") in {"7", "700"} for write in part) else None

    assert faults_in(GIVEN, fault_of) == {7: "bad", 700: "bad"}
    assert len(tries) <= 2 * 2 * math.ceil(math.log2(len(GIVEN))) + 1


def test_where_only_several_together_fail_none_is_at_fault() -> None:
    assert faults_in(GIVEN, lambda part: "too many" if len(part) > 500 else None) == {}


def test_nothing_is_wrong_with_nothing() -> None:
    assert faults_in([], lambda _: "asked") == {}
