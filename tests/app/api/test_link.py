"""Links to spans."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest

from otel_bridge import NOOP_SPAN, current_span, flush, init_logger, permalink, start_span
from tests.support.app import App
from tests.support.collector import Collector
from tests.support.control_plane import ControlPlane, control_plane
from tests.support.otlp_receiver import OtlpReceiver

ERROR = "https://www.braintrust.dev/error-generating-link?msg="
NOOP = "https://www.braintrust.dev/noop-span"


@pytest.fixture
def plane(monkeypatch: pytest.MonkeyPatch) -> Iterator[ControlPlane]:
    with control_plane() as running:
        monkeypatch.setenv("BRAINTRUST_APP_URL", running.url)
        monkeypatch.setenv("BRAINTRUST_API_KEY", "k")
        yield running


def test_v86_a_link_needs_an_organisation_and_asks_nobody(
    plane: ControlPlane, receiver: OtlpReceiver
) -> None:
    App(receiver)

    assert start_span("a").link() == f"{ERROR}login-or-provide-org-name"
    assert plane.requests == []


def test_a_link_to_a_project_by_its_name(
    plane: ControlPlane, receiver: OtlpReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BRAINTRUST_ORG_NAME", "o")
    App(receiver, project="my app")
    span = start_span("a", id="r")

    assert span.link() == f"{plane.url}/app/o/p/my%20app/logs?oid=r"


def test_a_link_to_a_project_by_its_id(receiver: OtlpReceiver) -> None:
    App(receiver, project_id="i", app_url="http://app", org_name="o")

    link = start_span("a", id="r").link()

    assert link == "http://app/app/o/object?object_type=project_logs&object_id=i&id=r"


def test_s23_a_permalink_asks_for_what_is_not_known(plane: ControlPlane, receiver: OtlpReceiver) -> None:
    App(receiver)
    span = start_span("a", id="r")

    expected = f"{plane.url}/app/acme/object?object_type=project_logs&object_id=id+of+p&id=r"
    assert permalink(span.export()) == expected
    assert span.permalink() == expected
    assert plane.paths == ["POST /api/apikey/login", "POST /v1/project"]


def test_s23_a_permalink_takes_the_arguments_that_it_is_given(
    plane: ControlPlane, receiver: OtlpReceiver
) -> None:
    App(receiver, project_id="i")
    slug = start_span("a", id="r").export()

    link = permalink(slug, org_name="o", app_url="http://app")

    assert link == "http://app/app/o/object?object_type=project_logs&object_id=i&id=r"
    assert plane.requests == []


@pytest.mark.usefixtures("plane")
def test_a_permalink_without_a_key_says_so(receiver: OtlpReceiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BRAINTRUST_API_KEY")
    App(receiver)

    assert start_span("a").permalink() == f"{ERROR}login-or-provide-org-name"


@pytest.mark.parametrize("slug", ["junk", "BAIB"])
@pytest.mark.usefixtures("plane")
def test_a_permalink_of_no_span_leads_to_the_error_page(slug: str) -> None:
    assert permalink(slug) == ERROR


def test_the_span_that_is_none_has_a_page_of_its_own() -> None:
    assert (permalink(""), NOOP_SPAN.link(), NOOP_SPAN.permalink()) == (NOOP, NOOP, NOOP)


def test_a_span_of_others_has_a_link(receiver: OtlpReceiver) -> None:
    app = App(receiver, project_id="i", app_url="http://app", org_name="o")

    with app.tracer.start_as_current_span("theirs"):
        span = current_span()
        links = {span.link(), span.permalink()}

    assert links == {f"http://app/app/o/object?object_type=project_logs&object_id=i&id={span.id}"}


def test_a_link_to_a_sidecar_needs_no_login(receiver: OtlpReceiver) -> None:
    App(receiver, project="p")

    link = start_span("a", id="r").link()

    assert link.endswith("/app/local/p/p/logs?oid=r")
    assert link.startswith("http://127.0.0.1:")


@pytest.mark.usefixtures("plane")
def test_links_begin_with_the_public_url(receiver: OtlpReceiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRAINTRUST_ORG_NAME", "acme")
    monkeypatch.setenv("BRAINTRUST_APP_PUBLIC_URL", "https://public.test/")
    App(receiver, project="p")
    span = start_span("a", id="r")

    assert span.link() == "https://public.test/app/acme/p/p/logs?oid=r"
    assert span.permalink().startswith("https://public.test/app/acme/object?")


@pytest.mark.parametrize("port", ["otlp", "api"])
def test_links_of_an_app_that_knows_one_port_of_a_sidecar_lead_to_its_page(
    shared_sidecar: Collector, monkeypatch: pytest.MonkeyPatch, project: str, port: str
) -> None:
    known = shared_sidecar.otlp_http if port == "otlp" else shared_sidecar.api
    monkeypatch.setenv("OTEL_BRIDGE_ENDPOINT", known)
    init_logger(project=project)
    with start_span("a") as span:
        span.log(input="what was asked")
    flush()

    for link in (span.link(), span.permalink(), permalink(span.export())):
        assert link.startswith(f"{known}/app/local/")
        shown = httpx.get(link, follow_redirects=True, timeout=60)
        assert shown.status_code == 200
        assert f"http://{shown.url.netloc.decode()}" == shared_sidecar.api
        assert "what was asked" in shown.text


@pytest.mark.parametrize(
    "variables",
    [
        pytest.param({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"}, id="elsewhere"),
        pytest.param(
            {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:9/v1/traces"}, id="another port"
        ),
    ],
)
def test_where_no_page_can_be_known_the_link_names_the_setting(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    init_logger(project="p")
    span = start_span("a")

    assert {span.link(), span.permalink()} == {f"{ERROR}provide-OTEL_BRIDGE_API_URL"}
    assert permalink(span.export(), app_url="http://app").startswith("http://app/app/local/")


@pytest.mark.parametrize(
    ("variables", "place"),
    [
        pytest.param({}, "http://127.0.0.1:8585", id="here"),
        pytest.param(
            {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318"}, "http://127.0.0.1:8585", id="here by OpenTelemetry"
        ),
        pytest.param(
            {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://h:1", "OTEL_BRIDGE_API_URL": "http://h:2"}, "http://h:2", id="named"
        ),
        pytest.param(
            {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://h:1", "BRAINTRUST_APP_PUBLIC_URL": "http://h:3"}, "http://h:3",
            id="public",
        ),
    ],
)  # fmt: skip
def test_a_link_begins_with_the_page_that_is_known(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], place: str
) -> None:
    monkeypatch.setenv("BRAINTRUST_ORG_NAME", "local")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    init_logger(project="p")

    split = urlsplit(start_span("a").link())
    assert f"{split.scheme}://{split.netloc}" == place
