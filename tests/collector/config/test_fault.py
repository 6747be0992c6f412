"""What users are told of a wrong configuration."""

import pytest

from otel_bridge_collector.config.document import Place
from otel_bridge_collector.config.fault import Fault, refusal
from otel_bridge_collector.config.load import Sources, load_config
from otel_bridge_collector.errors import SettingsError


def fault(text: str) -> str:
    with pytest.raises(SettingsError) as caught:
        load_config(Sources(files=[f"yaml:{text}"]))
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            "reciever: {}",
            "yaml:1:1: reciever: there is no such setting; did you mean 'receivers'?",
            id="at the top",
        ),
        pytest.param(
            "exporters:\n  otlphttp/a:\n    endpoint: https://a\n    heders: {}",
            "yaml:4:5: exporters.otlphttp/a.heders: there is no such setting; did you mean 'headers'?",
            id="in a component",
        ),
        pytest.param(
            "service: {pipelines: {traces: {receiver: [otlp], exporters: [store], receivers: [otlp]}}}",
            "yaml:1:32: service.pipelines.traces.receiver: there is no such setting; did you mean 'receivers'?",
            id="in a pipeline",
        ),
        pytest.param(
            "exporters: {qqqq: {}}",
            "yaml:1:13: exporters.qqqq: there is no exporter of this type; known here: braintrust, file, otlp, otlphttp, store",
            id="a type that nothing is like",
        ),
        pytest.param(
            "exporters: {otlp_http: {}}",
            "yaml:1:13: exporters.otlp_http: there is no exporter of this type; did you mean 'otlphttp'?",
            id="a type that is like another",
        ),
        pytest.param(
            "processors: {batch: {}}",
            "yaml:1:14: processors.batch: there is no processor of this type: delivery batches by itself; leave it out",
            id="what the Collector needs",
        ),
        pytest.param(
            "exporters: {otlphttp: {endpoint: 'https://a', sending_queue: {}}}",
            "yaml:1:47: exporters.otlphttp.sending_queue: there is no such setting: the spool is the queue of every exporter; leave it out",
            id="what an exporter of the Collector needs",
        ),
        pytest.param(
            "exporters: {file: {}}", "yaml:1:13: exporters.file.directory: is missing", id="missing"
        ),
        pytest.param(
            "exporters: {braintrust: {api_url: a.b}}",
            "yaml:1:26: exporters.braintrust.api_url: 'a.b' has not the form ^https?://[^/\\s]+",
            id="no URL",
        ),
        pytest.param(
            "extensions: {api: {endpoint: 8585}}",
            "yaml:1:20: extensions.api.endpoint: expected HOST:PORT with a port up to 65535, for example 127.0.0.1:4318, not 8585",
            id="no address",
        ),
        pytest.param(
            "processors: {filter: {keep: 3}}",
            "yaml:1:23: processors.filter.keep: expected a text; put a number, true or false in quotes",
            id="another type",
        ),
        pytest.param(
            "exporters: {'otlp/a b': {}}",
            "yaml:1:13: exporters.otlp/a b: expected TYPE or TYPE/NAME of letters, digits, - and _, for example otlphttp/backup, not 'otlp/a b'",
            id="no name",
        ),
    ],
)
def test_a_fault_says_where_and_what_to_write(text: str, message: str) -> None:
    assert message in fault(text).splitlines()


def test_a_wrong_key_is_not_shown() -> None:
    assert "hunter2" not in fault("exporters: {braintrust: {api_key: [hunter2]}}")


def test_a_fault_of_a_single_setting_names_its_place_once() -> None:
    path = ("service", "drain_timeout")
    source = Place("--set service.drain_timeout")

    error = refusal([Fault(path=path, message="is no duration")], {path: source}, "settings")

    assert str(error) == "--set service.drain_timeout: is no duration"
