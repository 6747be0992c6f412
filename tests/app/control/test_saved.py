"""Saved prompts from a control plane that fails in the ways that servers do."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from otel_bridge.control.account import Account
from otel_bridge.control.prompt_cache import PromptCache
from otel_bridge.control.saved import Wanted, load_saved
from otel_bridge.errors import ControlError
from otel_bridge.settings import Plane
from tests.support.collector import Collector
from tests.support.control_plane import ControlPlane, control_plane
from tests.support.prompts import pin, save_prompt


def account(url: str, key: str = "k") -> Account:
    return Account(Plane(api_url=url, app_url="http://app", is_local=False, timeout_s=10), key)


def wanted(
    project: str | None = "p", slug: str | None = "s", *, id: str | None = None, version: str | None = None,
    environment: str | None = None,
) -> Wanted:  # fmt: skip
    return Wanted(
        project=project, project_id=None, slug=slug, id=id, version=version, environment=environment
    )


@pytest.fixture
def cache(tmp_path: Path) -> PromptCache:
    return PromptCache(tmp_path / "prompts", memory_size=10, disk_size=10)


def test_a_version_and_an_environment_choose_a_state(
    shared_sidecar: Collector, project: str, cache: PromptCache
) -> None:
    here = account(shared_sidecar.api)
    first = save_prompt(shared_sidecar.api, project, slug="s")
    pin(shared_sidecar.api, first, "production")
    newest = save_prompt(shared_sidecar.api, project, {"options": {"model": "new"}}, slug="s")

    def version(which: Wanted) -> object:
        return load_saved(here, which, cache)["_xact_id"]

    assert version(wanted(project)) == newest["_xact_id"]
    assert version(wanted(project, version=first["_xact_id"])) == first["_xact_id"]
    assert version(wanted(project, environment="production")) == first["_xact_id"]
    assert version(wanted(id=first["id"])) == newest["_xact_id"]
    assert version(wanted(id=first["id"], environment="production")) == first["_xact_id"]


def test_none_of_that_name_is_told(shared_sidecar: Collector, project: str, cache: PromptCache) -> None:
    with pytest.raises(ValueError, match=f"Prompt nope not found in project {project}"):
        load_saved(account(shared_sidecar.api), wanted(project, "nope"), cache)
    with pytest.raises(ValueError, match="Prompt with id x not found"):
        load_saved(account(shared_sidecar.api), wanted(id="x"), cache)


def test_the_state_that_is_missing_is_told(
    shared_sidecar: Collector, project: str, cache: PromptCache
) -> None:
    here = account(shared_sidecar.api)
    saved = save_prompt(shared_sidecar.api, project, slug="s")

    with pytest.raises(ValueError, match=f"s not found in project {project} in the environment staging"):
        load_saved(here, wanted(project, environment="staging"), cache)
    with pytest.raises(ValueError, match=f"s not found in project {project} at version 12"):
        load_saved(here, wanted(project, version="12"), cache)
    with pytest.raises(ValueError, match="not found in the environment staging"):
        load_saved(here, wanted(id=saved["id"], environment="staging"), cache)


def test_an_environment_that_pins_nothing_has_no_prompt(
    shared_sidecar: Collector, project: str, cache: PromptCache
) -> None:
    save_prompt(shared_sidecar.api, project, slug="s")

    with pytest.raises(ValueError, match="Prompt s not found"):
        load_saved(account(shared_sidecar.api), wanted(project, environment="nowhere"), cache)


@pytest.fixture
def plane() -> Iterator[ControlPlane]:
    with control_plane() as running:
        running.prompts = [{"id": "i", "name": "kept"}]
        yield running


@pytest.mark.parametrize("status", [500, 503, 429, 408])
def test_while_the_server_is_away_the_last_state_stands_in(
    status: int, plane: ControlPlane, cache: PromptCache, caplog: pytest.LogCaptureFixture
) -> None:
    there = account(plane.url)
    load_saved(there, wanted(), cache)
    plane.failures, plane.prompts = [status] * 4, []

    assert load_saved(there, wanted(), cache) == {"id": "i", "name": "kept"}
    assert f"answered with {status}" in caplog.text
    assert "attempting to fall back to cache" in caplog.text


def test_a_server_that_is_there_is_asked_and_not_the_cache(plane: ControlPlane, cache: PromptCache) -> None:
    there = account(plane.url)
    load_saved(there, wanted(), cache)
    plane.prompts = [{"id": "i", "name": "newer"}]

    assert load_saved(there, wanted(), cache)["name"] == "newer"


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_server_that_refuses_is_no_server_that_is_away(
    status: int, plane: ControlPlane, cache: PromptCache
) -> None:
    there = account(plane.url)
    load_saved(there, wanted(), cache)
    plane.failures = [status] * 4

    with pytest.raises(ControlError) as raised:
        load_saved(there, wanted(), cache)
    assert raised.value.status == status


def test_a_version_or_an_environment_is_never_taken_from_the_cache(
    plane: ControlPlane, cache: PromptCache
) -> None:
    there = account(plane.url)
    for which in (wanted(), wanted(version="7"), wanted(environment="production")):
        load_saved(there, which, cache)

    for which in (wanted(version="7"), wanted(environment="production")):
        plane.failures = [503] * 4
        with pytest.raises(ValueError, match="Prompt not found with specified parameters"):
            load_saved(there, which, cache)


def test_the_state_of_an_environment_does_not_stand_in_for_the_newest(
    plane: ControlPlane, cache: PromptCache
) -> None:
    there = account(plane.url)
    load_saved(there, wanted(), cache)
    plane.prompts = [{"id": "i", "name": "pinned"}]
    load_saved(there, wanted(environment="production"), cache)
    plane.failures = [503] * 4

    assert load_saved(there, wanted(), cache)["name"] == "kept"


def test_prompts_of_another_key_are_others(plane: ControlPlane, cache: PromptCache) -> None:
    load_saved(account(plane.url, "mine"), wanted(), cache)
    plane.failures = [503] * 4

    with pytest.raises(
        ValueError, match=r"Prompt s \(version latest\) not found \(not found on server or in local cache"
    ):
        load_saved(account(plane.url, "yours"), wanted(), cache)


def test_where_nobody_answers_the_reason_is_told(cache: PromptCache) -> None:
    with pytest.raises(
        ValueError, match=r"not found on server or in local cache\): GET to http://127.0.0.1:9 failed"
    ):
        load_saved(account("http://127.0.0.1:9"), wanted(id="i"), cache)
