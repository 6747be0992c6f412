"""Each fuzz target works, and finds nothing in a moment."""

from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from tests.fuzz.bytes import dumped
from tests.fuzz.campaign import run_campaign, try_seed
from tests.fuzz.target import Input
from tests.fuzz.targets import TARGETS

_MOMENT_S = 5.0


class Picky:
    """A parser that breaks on one byte."""

    name = "picky"

    def make(self, chance: Random) -> Input:
        return Input("text", chance.randbytes(20) + b"!" + chance.randbytes(20))

    def check(self, given: Input) -> None:
        if b"!" in given.body:
            raise ValueError("there it is")

    def close(self) -> None:
        """Nothing to let go of."""


@pytest.mark.slow
@pytest.mark.parametrize("name", TARGETS)
def test_a_parser_survives_what_it_should_not_be_sent(name: str, tmp_path: Path) -> None:
    with closing(TARGETS[name]()) as target:
        failed = run_campaign(target, seconds=_MOMENT_S, first_seed=0, failures=tmp_path / "failed")

    assert failed == 0, [path.read_bytes()[:500] for path in (tmp_path / "failed").iterdir()]


@pytest.mark.parametrize("name", ["translate", "slug", "config"])
def test_a_seed_always_makes_the_same_input(name: str) -> None:
    with closing(TARGETS[name]()) as target:
        made = [[target.make(Random(seed)) for seed in range(20)] for _ in range(2)]  # noqa: S311 - chance, not secrecy

    assert made[0] == made[1]
    assert len(set(made[0])) > 1


def test_what_fails_is_made_small_and_written_down_once(tmp_path: Path) -> None:
    known: set[str] = set()

    passed = [try_seed(Picky(), seed, tmp_path, known) for seed in (1, 2)]

    assert passed == [False, False]
    assert [Input.from_bytes(path.read_bytes()) for path in tmp_path.iterdir()] == [Input("text", b"!")]


def test_what_is_nested_deeper_than_python_writes_can_be_sent() -> None:
    nested: list[object] = []
    for _ in range(1_600):
        nested = [nested]

    assert dumped(nested) == b"[" * 1_601 + b"]" * 1_601
