"""How many calls run at a time."""

import pytest

from otel_bridge_collector.config.proxy import Proxy
from otel_bridge_collector.errors import OverloadedError
from otel_bridge_collector.proxy.places import Places


def test_one_key_takes_no_more_than_its_places() -> None:
    places = Places(Proxy(max_calls=3, max_calls_per_key=2))
    for _ in range(2):
        places.take("a")

    with pytest.raises(OverloadedError, match="max_calls_per_key") as raised:
        places.take("a")

    assert raised.value.is_own


def test_all_together_take_no_more_than_there_are() -> None:
    places = Places(Proxy(max_calls=3, max_calls_per_key=2))
    for caller in ("a", "a", "b"):
        places.take(caller)

    with pytest.raises(OverloadedError, match=r"max_calls\)") as raised:
        places.take("c")

    assert not raised.value.is_own


def test_a_place_is_given_back_once() -> None:
    places = Places(Proxy(max_calls=2, max_calls_per_key=2))
    give_back, _ = places.take("a"), places.take("a")
    give_back()
    give_back()

    places.take("a")
    with pytest.raises(OverloadedError):
        places.take("a")
