"""Logging in, and asking for projects."""

import re
import threading
from collections.abc import Iterator

import pytest

from otel_bridge.control.account import TEST_API_KEY, Account
from otel_bridge.settings import Plane, Settings
from tests.support.control_plane import ControlPlane, control_plane


@pytest.fixture
def plane() -> Iterator[ControlPlane]:
    with control_plane() as running:
        yield running


def account(plane: ControlPlane, key: str | None = "k", org_name: str | None = None) -> Account:
    return Account(Plane(api_url=None, app_url=plane.url, org_name=org_name, is_local=False), key)


def test_a_login_asks_once(plane: ControlPlane) -> None:
    one = account(plane)

    threads = [threading.Thread(target=one.login) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (one.org_id, one.org_name, one.api_url) == ("org-1", "acme", plane.url)
    assert plane.paths == ["POST /api/apikey/login"]


def test_an_organisation_is_found_by_its_name(plane: ControlPlane) -> None:
    assert account(plane, org_name="other").org_id == "org-2"


def test_an_organisation_that_the_key_does_not_have_raises(plane: ControlPlane) -> None:
    with pytest.raises(
        ValueError, match=re.escape("Organization nope not found. Must be one of acme, other")
    ):
        account(plane, org_name="nope").login()


def test_a_login_without_a_key_raises(plane: ControlPlane) -> None:
    with pytest.raises(ValueError, match="You may need to set BRAINTRUST_API_KEY"):
        account(plane, key=None).login()


def test_the_test_key_needs_no_network() -> None:
    one = Account(Plane(api_url=None, app_url="http://127.0.0.1:9", is_local=False), TEST_API_KEY)

    assert (one.login().id, one.org_name) == ("test-org-id", "test-org-name")


def test_a_sidecar_needs_neither_key_nor_login() -> None:
    assert Account(Plane(api_url="http://127.0.0.1:9"), None).login().name == "local"


def test_a_sidecar_that_our_own_variable_names_needs_no_key_either() -> None:
    named = Settings.from_environment({"OTEL_BRIDGE_API_URL": "http://sidecar:9000"}).plane

    assert Account(named, None).login().api_url == "http://sidecar:9000"


@pytest.mark.parametrize(
    "variables",
    [
        pytest.param({"OTEL_BRIDGE_API_URL": "https://api.braintrust.dev"}, id="Braintrust's own"),
        pytest.param({"BRAINTRUST_API_URL": "http://sidecar:9000"}, id="by Braintrust's variable"),
        pytest.param(
            {
                "OTEL_BRIDGE_API_URL": "http://sidecar:9000",
                "BRAINTRUST_APP_URL": "https://www.braintrust.dev",
            },
            id="with another app",
        ),
    ],
)
def test_a_braintrust_needs_a_key(variables: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="You may need to set BRAINTRUST_API_KEY"):
        Account(Settings.from_environment(variables).plane, None).login()


def test_a_project_is_asked_for_once(plane: ControlPlane) -> None:
    one = account(plane)

    assert one.project("p") == one.project("p")
    assert one.project("p").full_info["org_id"] == "org-1"
    assert plane.paths == ["POST /api/apikey/login", "POST /v1/project"]
