"""Sessions and their adapter."""

from requests.adapters import HTTPAdapter

from otel_bridge.exporter.session import new_session, set_adapter


def test_an_adapter_serves_sessions_before_and_after_it() -> None:
    before, adapter = new_session(), HTTPAdapter(max_retries=3)

    set_adapter(adapter)

    assert before.get_adapter("https://a") is adapter
    assert new_session().get_adapter("http://a") is adapter
