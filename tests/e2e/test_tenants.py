"""A key of one project against every endpoint, with another project behind it: nothing is seen, nothing is changed."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.collector import Collector, running_collector
from tests.support.keys import bearer, make_key
from tests.support.tenants import (
    ANSWERED_WITH_NO,
    ENDPOINTS,
    SECRET,
    Victim,
    attempts,
    overwrite_attachment,
    settle,
)

SCOPES = ("ingest", "read", "write", "admin")


@pytest.fixture(scope="module")
def collector(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collector]:
    with running_collector(tmp_path_factory.mktemp("tenants") / "data") as running:
        yield running


def client_of(collector: Collector, *projects: str) -> httpx.Client:
    key = make_key(collector.data_dir, *SCOPES, projects=projects)
    return httpx.Client(base_url=collector.api, headers=bearer(key), timeout=30)


@pytest.fixture(scope="module")
def victim(collector: Collector) -> Iterator[Victim]:
    with client_of(collector, "beta") as client:
        yield settle(client, "beta")


@pytest.fixture(scope="module")
def world(victim: Victim) -> list[object]:
    """All of the victim's, before anybody else has come."""
    return victim.world()


@pytest.fixture(scope="module")
def stranger(collector: Collector, world: list[object]) -> Iterator[httpx.Client]:
    assert SECRET in str(world)
    with client_of(collector, "alpha") as client:
        yield client


def test_no_endpoint_tells_or_changes_what_is_anothers(
    stranger: httpx.Client, victim: Victim, world: list[object]
) -> None:
    answers = [(key, stranger.request(**attempt)) for key in ENDPOINTS for attempt in attempts(victim, *key)]

    assert [key for key, answer in answers if SECRET in answer.text] == []
    assert [key for key, answer in answers if answer.status_code == 500] == []
    assert victim.world() == world


def test_an_attachment_of_another_is_neither_found_nor_overwritten(
    stranger: httpx.Client, victim: Victim, world: list[object]
) -> None:
    found = stranger.get("/attachment", params={"key": victim.ids["attachment"]})
    overwrite_attachment(stranger, victim.ids["attachment"])

    assert found.status_code == 404
    assert victim.world() == world


def test_each_endpoint_would_have_told_or_changed_something_for_its_owner(tmp_path: Path) -> None:
    def order(key: tuple[str, str]) -> tuple[bool, bool, bool]:
        """Rename the project first, and delete it last."""
        method, path = key
        return (method == "DELETE" or "delete" in path, method != "PATCH", path == "/v1/project/{project_id}")

    with running_collector(tmp_path / "data") as collector, client_of(collector) as owner:
        owner.post("/v1/project", json={"name": "beta"})
        victim = settle(owner, "beta")
        unreached = {
            key
            for key in sorted(ENDPOINTS, key=order)
            if not any(owner.request(**attempt).is_success for attempt in attempts(victim, *key))
        }

    assert unreached == set(ANSWERED_WITH_NO)
