"""Statements of readers: their connections and their time."""

import threading
import time
from collections.abc import Iterator

import duckdb
import pytest

from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.store.interface import Statement
from otel_bridge_collector.store.readers import Readers

ENDLESS = Statement(
    sql="SELECT count(*) FROM range(100000000000) a, range(1000) b WHERE (a.range * b.range) % 7 = 3"
)
ONE = Statement(sql="SELECT 1")


@pytest.fixture
def readers() -> Iterator[Readers]:
    connection = duckdb.connect(":memory:")
    opened = Readers(connection)
    yield opened
    opened.close()
    connection.close()


def select(readers: Readers, statement: Statement, timeout_s: float = 30) -> list[tuple[object, ...]]:
    return readers.select(statement, timeout_s=timeout_s, max_bytes=None)[0]


def connection_of(readers: Readers) -> object:
    """What tells a connection from another one."""
    return select(readers, Statement(sql="SELECT current_connection_id()"))


def test_a_connection_is_kept_for_the_next_statement(readers: Readers) -> None:
    assert connection_of(readers) == connection_of(readers)


def test_a_connection_whose_rows_were_left_is_not_kept(readers: Readers) -> None:
    before = connection_of(readers)
    many = Statement(sql="SELECT repeat('x', 100) FROM range(5000)")

    rows, is_cut = readers.select(many, timeout_s=30, max_bytes=1000)

    assert (len(rows), is_cut) == (10, True)
    assert connection_of(readers) != before


def test_a_connection_whose_statement_failed_is_not_kept(readers: Readers) -> None:
    before = connection_of(readers)

    with pytest.raises(QueryError):
        select(readers, Statement(sql="SELECT CAST('x' AS INTEGER)"))

    assert connection_of(readers) != before


def test_the_shortest_time_counts_whatever_was_asked_before(readers: Readers) -> None:
    select(readers, ONE)
    begin_s = time.monotonic()

    with pytest.raises(TimeoutError, match=r"longer than 0\.2 s"):
        select(readers, ENDLESS, timeout_s=0.2)

    assert 0.2 <= time.monotonic() - begin_s < 10
    assert select(readers, ONE) == [(1,)]


def test_a_statement_is_interrupted_though_its_time_was_over_before_it_began(readers: Readers) -> None:
    with pytest.raises(TimeoutError):
        select(readers, ENDLESS, timeout_s=0)


def test_what_ended_in_time_interrupts_nothing_later(readers: Readers) -> None:
    select(readers, ONE, timeout_s=0.05)

    # On the same connection, and still running when the other's time is over.
    found = select(readers, Statement(sql="SELECT count(*) FROM range(300000000) WHERE range % 7 = 3"))

    assert found == [(42857143,)]


def test_statements_of_several_threads_run_beside_each_other(readers: Readers) -> None:
    found: list[object] = []

    def ask(number: int) -> None:
        found.extend(select(readers, Statement(sql="SELECT $n", parameters={"n": number}))[0])

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(map(str, found)) == sorted(map(str, range(20)))
