"""The parts of a chaos run that must not be wrong: what is planned, what is damaged, and what counts as broken."""

import asyncio
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from otel_bridge_collector.spool.segment import list_segments, scan
from tests.chaos.damage import flip_byte, tear_tail
from tests.chaos.ledger import Expected, Ledger
from tests.chaos.plan import Damage, plan_round
from tests.chaos.verdict import Stored, Verdict, judge_destination, judge_store
from tests.support.otlp_request import span, traces
from tests.support.spool import ROUTING, open_spool, read_all


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    """A spool of three requests, each with one span."""
    with open_spool(tmp_path) as opened:
        for number in (1, 2, 3):
            asyncio.run(opened.append(ROUTING, traces(span(number)).SerializeToString()))
    return tmp_path


def chance(seed: int = 1) -> Random:
    return Random(seed)  # noqa: S311 - chance, not secrecy


def test_a_seed_always_plans_the_same() -> None:
    first, second = ([plan_round(each, index) for index in range(20)] for each in (chance(), chance()))

    assert first == second


def test_every_kind_of_fault_comes_in_ten_rounds() -> None:
    each = chance()
    rounds = [plan_round(each, index) for index in range(10)]

    assert any(each.disk_full for each in rounds)
    assert any(each.clock_s is not None for each in rounds)
    assert any(each.is_killed_starting for each in rounds)
    assert Damage.FLIPPED in {each.damage for each in rounds}
    assert len({answer for each in rounds for answer in each.answers}) == 5


@pytest.mark.parametrize("seed", range(5))
def test_a_torn_tail_costs_nothing_that_was_acknowledged(spool: Path, seed: int) -> None:
    assert tear_tail(spool, chance(seed))

    with open_spool(spool) as opened:
        assert len(read_all(opened.reader(0))) == 3


@pytest.mark.parametrize("seed", range(5))
def test_a_flipped_byte_costs_the_record_that_is_named_and_no_other(spool: Path, seed: int) -> None:
    flip = flip_byte(spool, chance(seed))

    assert flip is not None
    (segment,) = list_segments(spool)
    left = {found.record.payload for found in scan(segment)}
    whole = {f"{number:016x}": traces(span(number)).SerializeToString() for number in (1, 2, 3)}
    assert {span_id for span_id, payload in whole.items() if payload not in left} == flip.ids


@pytest.mark.parametrize(
    ("stored", "broken"),
    [
        pytest.param(Stored(project=0, output="o", score=0.5), "", id="as acknowledged"),
        pytest.param(None, "acknowledged and lost", id="missing"),
        pytest.param(
            Stored(project=1, output="o", score=0.5), "acknowledged and lost", id="of another project"
        ),
        pytest.param(
            Stored(project=0, output="old", score=0.5), "acknowledged and lost", id="without its update"
        ),
        pytest.param(
            Stored(project=0, output="o", score=None), "acknowledged and lost", id="without its rating"
        ),
    ],
)
def test_a_row_that_is_not_as_it_was_acknowledged_is_a_loss(stored: Stored | None, broken: str) -> None:
    ledger, verdict = Ledger(), Verdict()
    ledger.rows["a"] = Expected(project=0, has_row=True, output="o", score=0.5)

    judge_store(ledger, {"a": stored} if stored else {}, verdict)

    assert [each.partition(":")[0] for each in verdict.violations] == ([broken] if broken else [])


def test_what_was_never_sent_or_was_forbidden_is_found() -> None:
    ledger, verdict = Ledger(), Verdict()
    ledger.forbid(["x"])

    judge_store(ledger, {"x": Stored(project=0, output=None, score=None)}, verdict)
    judge_destination("there", Counter(["y"]), lambda _: True, ledger, verdict)

    assert len(verdict.violations) == 3


def test_what_a_flipped_byte_may_have_cost_is_no_violation() -> None:
    ledger, verdict = Ledger(), Verdict()
    ledger.acknowledge(["a"], project=0, is_otlp=True, poisoned=None)
    ledger.damage(["a"])

    lost = judge_store(ledger, {}, verdict)

    assert (lost, verdict.violations) == ({"a"}, [])
