"""API keys: made, found, ended; kept as a hash only."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from otel_bridge_collector.access import Scope
from otel_bridge_collector.errors import StoreError
from otel_bridge_collector.store.control_file import ControlFile
from otel_bridge_collector.store.keys import KeyRing, Keys, has_keys
from otel_bridge_collector.store.objects import Objects

READ = frozenset({Scope.READ})


@dataclass
class Clock:
    now_s: float = 1_000.0

    def __call__(self) -> float:
        return self.now_s


@dataclass
class Ring:
    """Both sides of one file: who manages keys, and the port that looks them up."""

    path: Path
    clock: Clock
    keys: Keys
    port: KeyRing


@pytest.fixture
def ring(tmp_path: Path) -> Iterator[Ring]:
    path, clock = tmp_path / "objects.sqlite", Clock()
    file = ControlFile(path)
    port = KeyRing(path, now_s=clock)
    yield Ring(path=path, clock=clock, keys=Keys(file, now_s=clock), port=port)
    port.close()
    file.close()


def test_a_key_is_found_by_its_text_and_kept_as_a_hash_only(ring: Ring) -> None:
    key, text = ring.keys.create("app", scopes=READ, projects=frozenset({"p"}))

    found = ring.port.find(text)

    assert found == key
    assert (found.access().scopes, found.access().projects) == (READ, frozenset({"p"}))
    secret = text.partition(f"{key.id}_")[2].encode()
    assert len(secret) >= 43
    assert all(secret not in file.read_bytes() for file in ring.path.parent.iterdir())


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda text: text[:-1] + ("A" if text[-1] != "A" else "B"), id="last letter"),
        pytest.param(lambda text: text + "x", id="longer"),
        pytest.param(lambda text: text.replace("obk_", "xyz_"), id="prefix"),
        pytest.param(lambda text: "obk_000000000000_" + text.rpartition("_")[2], id="id"),
        pytest.param(lambda text: "_".join(text.split("_")[:2]) + "_", id="no secret"),
        pytest.param(lambda _: "", id="nothing"),
        pytest.param(lambda _: "obk_\udc80é", id="no text"),
    ],
)
def test_what_is_not_exactly_a_key_is_none(ring: Ring, change: Callable[[str], str]) -> None:
    _, text = ring.keys.create("app", scopes=READ)

    assert ring.port.find(change(text)) is None


def test_a_key_is_good_until_just_before_it_expires(ring: Ring) -> None:
    key, text = ring.keys.create("app", scopes=READ, lifetime_s=60)

    ring.clock.now_s += 59.9
    assert ring.port.find(text) == key
    ring.clock.now_s += 0.1
    assert ring.port.find(text) is None
    assert key.state(ring.clock()) == "expired"


def test_a_revoked_key_is_good_no_more_and_stays_in_the_list(ring: Ring) -> None:
    key, text = ring.keys.create("app", scopes=READ)

    revoked = ring.keys.revoke(key)

    assert ring.port.find(text) is None
    assert [(each.id, each.state(ring.clock())) for each in ring.keys.all()] == [(key.id, "revoked")]
    ring.clock.now_s += 5
    assert ring.keys.revoke(revoked).revoked_s == revoked.revoked_s


def test_no_key_was_ever_made_until_the_first(ring: Ring) -> None:
    assert ring.port.is_empty()

    key, _ = ring.keys.create("app", scopes=READ)
    assert not ring.port.is_empty()

    ring.keys.revoke(key)
    assert not ring.port.is_empty(), "a revoked key must not open the ports"


def test_a_rotated_key_stays_good_for_the_overlap(ring: Ring) -> None:
    old, old_text = ring.keys.create("app", scopes=READ, projects=frozenset({"p"}), lifetime_s=100)
    ring.clock.now_s += 10

    new, new_text = ring.keys.rotate(old, overlap_s=20)

    assert (new.name, new.scopes, new.projects) == (old.name, old.scopes, old.projects)
    assert new.expires_s == 1_110
    assert [ring.port.find(text) is not None for text in (old_text, new_text)] == [True, True]
    ring.clock.now_s += 20
    assert [ring.port.find(text) is not None for text in (old_text, new_text)] == [False, True]


def test_rotating_never_makes_the_old_key_last_longer(ring: Ring) -> None:
    old, _ = ring.keys.create("app", scopes=READ, lifetime_s=5)

    ring.keys.rotate(old, overlap_s=50)

    found = ring.keys.find(old.id)
    assert found is not None
    assert found.expires_s == old.expires_s


def test_a_file_that_holds_no_keys_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot read the keys"):
        KeyRing(tmp_path / "empty.sqlite")


def test_whether_there_are_keys_is_seen_without_making_a_file(tmp_path: Path) -> None:
    path = tmp_path / "objects.sqlite"

    assert not has_keys(path)
    assert not path.exists()


def test_whether_there_are_keys_is_seen_while_another_has_the_file_open(tmp_path: Path) -> None:
    path = tmp_path / "objects.sqlite"

    with closing(Objects(path)) as objects:
        before = has_keys(path)
        objects.keys.create("app", scopes=frozenset([Scope.READ]))
        assert (before, has_keys(path)) == (False, True)
