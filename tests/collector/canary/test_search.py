"""Looking for secrets past the door."""

import asyncio
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from otel_bridge_collector.canary.search import Kept, buried, bytes_of, holds
from otel_bridge_collector.deliver.dead_letter import DeadLetters
from otel_bridge_collector.model import RowWrite
from otel_bridge_collector.spool.record import CANARY_PROJECT, Record
from otel_bridge_collector.store.duckdb import DuckDBStore
from tests.support.rows import row
from tests.support.spool import ROUTING, open_spool

OWN = replace(ROUTING, projects=[CANARY_PROJECT])
MARK = [b"mark"]


def test_only_canaries_are_looked_at_and_removed(tmp_path: Path) -> None:
    (tmp_path / "spool").mkdir()
    with open_spool(tmp_path / "spool") as spool, closing(DuckDBStore(tmp_path / "rows.duckdb")) as store:
        kept = Kept(spool=spool, store=store)
        for routing in (ROUTING, OWN):
            asyncio.run(spool.append(routing, b"mark"))
        theirs, own = row("a", input="mark"), row("b", input="mark", project_id=CANARY_PROJECT)
        fact = RowWrite(row=row("b", expected="mark", project_id=CANARY_PROJECT), fact="f")
        store.apply([RowWrite(row=theirs), RowWrite(row=own), fact], next_seq=1)

        assert [record.routing.projects for record in kept.records_from(1)] == [[CANARY_PROJECT]]
        assert [holds(text, MARK) for text in kept.stored()] == [True, True]

        kept.forget()

        assert list(kept.stored()) == []
        assert store.newest_xact_id() > 0


def test_dead_letters_are_looked_at_with_their_reasons(tmp_path: Path) -> None:
    letters = DeadLetters(tmp_path / "dead")
    letters.bury(Record(seq=1, routing=ROUTING, payload=b"mark"), "")
    letters.bury(Record(seq=2, routing=OWN, payload=b""), "of mark")

    assert [holds(text, MARK) for text in buried([letters])] == [True]


def test_what_a_record_says_of_its_sender_is_looked_at() -> None:
    record = Record(seq=1, routing=replace(OWN, receipt="mark"), payload=b"")

    assert holds(bytes_of(record), MARK)
