"""Logging in as an app does it."""

from collections.abc import Iterator

import pytest
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter

import otel_bridge
from otel_bridge.api.login import MAX_ACCOUNTS, account_of, current_account
from otel_bridge.errors import LoginError
from otel_bridge.state import process
from tests.support.app import App
from tests.support.control_plane import ControlPlane, control_plane
from tests.support.otlp_receiver import OtlpReceiver


@pytest.fixture
def plane(monkeypatch: pytest.MonkeyPatch) -> Iterator[ControlPlane]:
    with control_plane() as running:
        monkeypatch.setenv("BRAINTRUST_APP_URL", running.url)
        monkeypatch.setenv("BRAINTRUST_API_KEY", "k1")
        yield running


def test_s49_a_second_login_asks_nobody(plane: ControlPlane) -> None:
    otel_bridge.login()
    otel_bridge.login(api_key="k1")

    assert len(plane.requests) == 1


@pytest.mark.usefixtures("plane")
def test_a_login_with_another_key_raises_and_tells_no_key() -> None:
    otel_bridge.login()

    with pytest.raises(LoginError, match="different api_key") as raised:
        otel_bridge.login(api_key="k2")

    assert "k1" not in str(raised.value)
    assert "k2" not in str(raised.value)


def test_a_login_can_be_forced(plane: ControlPlane) -> None:
    otel_bridge.login()
    otel_bridge.login(api_key="k2", force_login=True)

    assert [headers["authorization"] for _, _, headers, _ in plane.requests] == ["Bearer k1", "Bearer k2"]


@pytest.mark.usefixtures("plane")
def test_s49_the_key_of_a_login_is_that_of_the_loggers(receiver: OtlpReceiver) -> None:
    otel_bridge.login(api_key="k9")
    app = App(receiver)
    app.logger.log(input=1)
    otel_bridge.flush()

    assert {headers["authorization"] for _, headers in receiver.requests} == {"Bearer k9"}


@pytest.mark.usefixtures("plane")
def test_a_state_of_its_own_leaves_the_process_alone(receiver: OtlpReceiver) -> None:
    own = otel_bridge.login_to_state(api_key="k2", org_name="other")
    app = App(receiver, state=own)

    assert (process.account, app.logger.org_id, app.logger.logging_state) == (None, "org-2", own)


@pytest.mark.usefixtures("plane")
def test_the_organisation_of_the_process_is_asked_for() -> None:
    assert otel_bridge.org_id() == "org-1"


def test_s46_nothing_is_asked_before_it_is_needed(plane: ControlPlane, receiver: OtlpReceiver) -> None:
    app = App(receiver)
    app.logger.log(input=1)
    otel_bridge.flush()
    assert plane.requests == []

    assert app.logger.id == "id of p"
    assert (app.logger.project.name, app.logger.org_id) == ("p", "org-1")
    assert plane.paths == ["POST /api/apikey/login", "POST /v1/project"]


@pytest.mark.usefixtures("plane")
def test_s63_the_organisation_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRAINTRUST_ORG_NAME", "other")

    assert otel_bridge.org_id() == "org-2"


def test_without_a_braintrust_the_ids_are_local(app: App) -> None:
    assert (app.logger.id, app.logger.org_id) == ("p", "local")


@pytest.mark.usefixtures("plane")
def test_accounts_are_remembered_within_bounds() -> None:
    first = account_of(None, "k", None)
    assert account_of(None, "k", None) is first

    for number in range(MAX_ACCOUNTS):
        account_of(None, str(number), None)

    assert len(process.accounts) == MAX_ACCOUNTS
    assert account_of(None, "k", None) is not first


def test_s62_the_app_url_of_the_environment_is_used(plane: ControlPlane) -> None:
    assert current_account().app_url == plane.url


class Counting(HTTPAdapter):
    def __init__(self) -> None:
        super().__init__()
        self.sent: list[str | None] = []

    def send(self, request: PreparedRequest, *args: object, **kwargs: object) -> Response:
        self.sent.append(request.path_url)
        return super().send(request, *args, **kwargs)  # type: ignore[arg-type]  # passed through as they are


@pytest.mark.usefixtures("plane")
def test_s54_an_adapter_serves_spans_and_the_control_plane(receiver: OtlpReceiver) -> None:
    app, adapter = App(receiver), Counting()

    otel_bridge.set_http_adapter(adapter)
    app.logger.log(input=1)
    app.logger.log_feedback("r", scores={"s": 1})
    otel_bridge.flush()
    assert app.logger.id

    assert sorted(adapter.sent) == ["/api/apikey/login", "/v1/logs", "/v1/project", "/v1/traces"]  # type: ignore[type-var]  # texts
