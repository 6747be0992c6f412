"""Who is asking: the key in a header."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from otel_bridge_collector.access import OWNER, Scope
from otel_bridge_collector.errors import OverloadedError, UnauthenticatedError
from otel_bridge_collector.receive.auth import FAILURE_WINDOW_S, MAX_FAILURES, Authenticator
from otel_bridge_collector.store.keys import KeyRing
from otel_bridge_collector.store.objects import Objects


@dataclass
class Door:
    """An authenticator, its keys and its clock."""

    objects: Objects
    ring: KeyRing
    now_s: float = 0.0
    is_required: bool = False

    def __post_init__(self) -> None:
        self.authenticator = Authenticator(self.ring, is_required=self.is_required, now_s=lambda: self.now_s)

    def key(self) -> str:
        return self.objects.keys.create("app", scopes=frozenset({Scope.READ}))[1]

    def fails(self, authorization: str, times: int, address: str = "10.0.0.1") -> None:
        for _ in range(times):
            with pytest.raises(UnauthenticatedError):
                self.authenticator.access_of(authorization, address=address)


@pytest.fixture
def make_door(tmp_path: Path) -> Iterator[Callable[[bool], Door]]:
    objects = Objects(tmp_path / "objects.sqlite")
    ring = KeyRing(tmp_path / "objects.sqlite")
    yield lambda is_required: Door(objects, ring, is_required=is_required)
    ring.close()
    objects.close()


@pytest.fixture
def door(make_door: Callable[[bool], Door]) -> Door:
    return make_door(False)  # noqa: FBT003 - keys are not required


@pytest.mark.parametrize("authorization", [None, "Bearer anything", "Basic x"])
def test_while_there_is_no_key_everyone_may_do_everything(door: Door, authorization: str | None) -> None:
    assert door.authenticator.access_of(authorization, address="") is OWNER


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer ", "Basic {key}", "{key}", "Bearer x"])
def test_once_there_is_a_key_everyone_needs_one(door: Door, authorization: str | None) -> None:
    key = door.key()

    with pytest.raises(UnauthenticatedError, match="Authorization: Bearer KEY"):
        door.authenticator.access_of(authorization and authorization.format(key=key), address="")


@pytest.mark.parametrize(
    "authorization", ["Bearer {key}", "bearer {key}", "BEARER  {key}", " Bearer {key} ", "Bearer {key}\n"]
)
def test_a_key_is_read_however_the_sdks_write_it(door: Door, authorization: str) -> None:
    access = door.authenticator.access_of(authorization.format(key=door.key()), address="")

    assert access.scopes == {Scope.READ}


def test_where_keys_are_required_nobody_comes_in_while_there_is_none(
    make_door: Callable[[bool], Door],
) -> None:
    with pytest.raises(UnauthenticatedError):
        make_door(True).authenticator.access_of("Bearer anything", address="")  # noqa: FBT003 - required


def test_one_wrong_key_too_many_has_to_wait(door: Door) -> None:
    door.key()
    door.fails("Bearer wrong", MAX_FAILURES)
    door.now_s = 20

    with pytest.raises(OverloadedError) as caught:
        door.authenticator.access_of("Bearer wrong", address="10.0.0.1")

    assert (caught.value.retry_after_s, caught.value.is_own) == (FAILURE_WINDOW_S - 20, True)


def test_who_has_a_valid_key_cannot_be_locked_out_by_a_neighbour(door: Door) -> None:
    key = door.key()
    door.fails("Bearer wrong", MAX_FAILURES)

    assert door.authenticator.access_of(f"Bearer {key}", address="10.0.0.1").scopes == {Scope.READ}


def test_other_addresses_and_later_attempts_are_counted_anew(door: Door) -> None:
    door.key()
    door.fails("Bearer wrong", MAX_FAILURES)

    door.fails("Bearer wrong", MAX_FAILURES, address="10.0.0.2")
    door.now_s = FAILURE_WINDOW_S
    door.fails("Bearer wrong", MAX_FAILURES)


def test_having_no_key_at_all_is_no_failed_login(door: Door) -> None:
    door.key()

    door.fails("", MAX_FAILURES + 5)


def test_no_key_stands_in_the_log(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    door.key()

    door.fails("Bearer obk_secret_secret", 3)

    assert "was shown from 10.0.0.1" in caplog.text
    assert "obk_secret" not in caplog.text
