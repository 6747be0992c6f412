"""Destinations without canaries."""

from collections.abc import Iterable
from dataclasses import replace

from otel_bridge_collector.deliver.preparation import Prepared
from otel_bridge_collector.deliver.without_canaries import WithoutCanaries
from otel_bridge_collector.spool.record import CANARY_PROJECT, Record
from tests.support.spool import ROUTING

THEIRS = Record(seq=1, routing=ROUTING, payload=b"")
OWN = Record(seq=2, routing=replace(ROUTING, projects=[CANARY_PROJECT]), payload=b"")
OF_SEVERAL = Record(seq=3, routing=replace(ROUTING, projects=["p", CANARY_PROJECT]), payload=b"")


class Numbers:
    """Prepares the number of a record."""

    def __init__(self) -> None:
        self.remembered: list[int] = []

    def prepare(self, record: Record) -> Prepared[int]:
        return Prepared(writes=[record.seq])

    def remember(self, records: Iterable[Record]) -> None:
        self.remembered += [record.seq for record in records]


def test_what_the_sidecar_sent_itself_is_left_out() -> None:
    preparation = WithoutCanaries(Numbers())

    assert [preparation.prepare(each).writes for each in (THEIRS, OWN, OF_SEVERAL)] == [[1], [], [3]]


def test_it_is_not_remembered_either() -> None:
    numbers = Numbers()

    WithoutCanaries(numbers).remember([THEIRS, OWN, OF_SEVERAL])

    assert numbers.remembered == [1, 3]
