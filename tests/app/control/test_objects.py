"""Projects, experiments and datasets at a real sidecar."""

import logging

import pytest

from otel_bridge.api.login import account_of
from otel_bridge.control import objects
from otel_bridge.control.account import Account
from otel_bridge.errors import ControlError

pytestmark = pytest.mark.usefixtures("sidecar")


@pytest.fixture
def account(sidecar: object) -> Account:
    del sidecar
    return account_of(None, None, None)


def test_a_project_is_found_by_name_and_by_id(account: Account, project: str) -> None:
    made = objects.find_project(account, project, None)

    assert objects.find_project(account, None, made.id).name == project
    assert objects.find_project(account, "label", made.id).name == "label"


def test_an_object_is_found_by_its_id(account: Account, project: str) -> None:
    home = objects.find_project(account, project, None)
    made = objects.make_object(account, "dataset", home, {"name": "d", "description": None})

    found = objects.object_of_id(account, "dataset", made.id)

    assert (found.id, found.name, found.project.name) == (made.id, "d", project)


def test_an_id_of_nothing_is_an_error_with_its_status(account: Account) -> None:
    with pytest.raises(ControlError) as raised:
        objects.object_of_id(account, "dataset", "nobody")
    assert raised.value.status == 404


def test_an_experiment_without_an_earlier_one_has_no_base(account: Account, project: str) -> None:
    home = objects.find_project(account, project, None)
    first = objects.make_object(account, "experiment", home, {"name": "a", "ensure_new": True}, once=True)
    second = objects.make_object(account, "experiment", home, {"name": "a", "ensure_new": True}, once=True)

    assert objects.base_of(account, first.id) is None
    assert objects.base_of(account, second.id) == (first.id, "a")
    assert second.name.startswith("a-")


def test_a_base_that_is_not_there_is_warned_of(
    account: Account, project: str, caplog: pytest.LogCaptureFixture
) -> None:
    home = objects.find_project(account, project, None)

    with caplog.at_level(logging.WARNING):
        assert objects.base_experiment_id(account, "nope", home) is None
    assert "Base experiment nope not found." in caplog.text


def test_an_environment_without_a_version_is_an_error(account: Account, project: str) -> None:
    home = objects.find_project(account, project, None)
    made = objects.make_object(account, "dataset", home, {"name": "d"})

    with pytest.raises(ControlError):
        objects.environment_version(account, made.id, "production")


def test_links_lead_to_the_project(account: Account) -> None:
    assert objects.project_url(account, "a b/c").endswith("/p/a%20b%2Fc")
