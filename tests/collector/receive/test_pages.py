"""Which pages may ask which port."""

from otel_bridge_collector.config.load import Sources
from otel_bridge_collector.receive.origin import Allowed
from otel_bridge_collector.receive.pages import api_pages, otlp_pages
from otel_bridge_collector.settings import load_settings

PAGE = "https://app.example.com"


def test_no_page_may_ask_unless_told_otherwise() -> None:
    settings = load_settings()

    assert (api_pages(settings).origins, otlp_pages(settings).origins) == (frozenset(), frozenset())


def test_pages_of_the_api_give_feedback_and_nothing_else() -> None:
    pages = api_pages(load_settings(Sources(assignments=[f"extensions.api.cors.allowed_origins=[{PAGE}]"])))

    assert pages.allows([PAGE], "/v1/feedback")
    assert not any(pages.allows([PAGE], path) for path in ("/btql", "/logs3", "/v1/traces", "/v1/feedback/x"))


def test_pages_of_the_otlp_port_send_spans_and_logs() -> None:
    own = f"{{allowed_origins: [{PAGE}], allowed_headers: [X-Team], max_age: 1m}}"
    settings = load_settings(Sources(assignments=[f"receivers.otlp.protocols.http.cors={own}"]))

    assert otlp_pages(settings) == Allowed(
        origins=frozenset({PAGE}),
        paths=frozenset({"/v1/traces", "/v1/logs", "/otel/v1/traces", "/otel/v1/logs"}),
        headers=("x-team",),
        max_age_s=60,
    )
    assert not api_pages(settings).origins
