"""Functions that share their list of arguments."""

import asyncio
import inspect

import pytest

from otel_bridge.api.same_arguments import with_arguments_of


def pair(first: int, *, second: str = "b") -> tuple[int, str]:
    return first, second


@with_arguments_of(pair)
def joined(made: tuple[int, str]) -> str:
    """Join them."""
    return f"{made[0]}{made[1]}"


def test_it_is_called_with_the_arguments_of_the_other() -> None:
    assert (joined(1), joined(first=2, second="c")) == ("1b", "2c")


def test_its_signature_is_that_of_the_other_with_its_own_result() -> None:
    assert str(inspect.signature(joined)) == "(first: int, *, second: str = 'b') -> str"
    assert (joined.__name__, joined.__doc__) == ("joined", "Join them.")


def test_a_wrong_argument_is_refused() -> None:
    with pytest.raises(TypeError, match="third"):
        joined(1, third=3)  # type: ignore[call-arg]  # the mistake is the point


def test_a_coroutine_function_stays_one() -> None:
    @with_arguments_of(pair)
    async def later(made: tuple[int, str]) -> str:
        return f"{made[0]}{made[1]}"

    assert inspect.iscoroutinefunction(later)
    assert asyncio.run(later(1)) == "1b"
