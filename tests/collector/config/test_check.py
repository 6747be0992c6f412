"""Sections that do not fit together."""

import pytest

from otel_bridge_collector.config.load import Sources, load_config
from otel_bridge_collector.errors import SettingsError

EXPORTERS = "exporters: {otlphttp: {endpoint: 'https://a'}, file: {directory: /f}}\nprocessors: {fields: {remove: [input]}, filter: {keep: 'true'}}\n"


def pipelines(text: str) -> str:
    return f"yaml:{EXPORTERS}service: {{pipelines: {{{text}}}}}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            "metrics: {receivers: [otlp], exporters: [file]}",
            "a pipeline is of traces or of logs",
            id="signal",
        ),
        pytest.param(
            "traces: {receivers: [otpl], exporters: [file]}",
            "there is no 'otpl' among the receivers; did you mean 'otlp'",
            id="receiver",
        ),
        pytest.param(
            "traces: {receivers: [otlp], processors: [filters], exporters: [file]}",
            "there is no 'filters' among the processors; did you mean 'filter'",
            id="processor",
        ),
        pytest.param(
            "traces: {receivers: [otlp], exporters: [file, otlphttp/a]}",
            "there is no 'otlphttp/a' among the exporters; did you mean 'otlphttp'",
            id="exporter",
        ),
        pytest.param(
            "traces: {receivers: [otlp], processors: [filter], exporters: [store]}",
            "the store keeps everything",
            id="a filter before the store",
        ),
        pytest.param(
            "traces: {receivers: [otlp], processors: [fields], exporters: [otlphttp]}",
            "requests are forwarded untouched",
            id="fields of a request",
        ),
        pytest.param(
            "traces: {receivers: [otlp], exporters: [file]}, traces/b: {receivers: [otlp], exporters: [file]}",
            "'file' stands in 'traces' already: give it another name for a second flow, like file/second",
            id="twice",
        ),
        pytest.param(
            "traces: {receivers: [otlp], processors: [filter, fields], exporters: [file]}",
            "exporters.otlphttp: it stands in no pipeline",
            id="unused",
        ),
        pytest.param("traces: {receivers: [], exporters: [file]}", "at least 1 item", id="no receiver"),
    ],
)
def test_what_does_not_fit_is_told(text: str, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        load_config(Sources(files=[pipelines(text)]))


def test_masking_may_stand_before_the_store_and_before_requests_that_are_forwarded() -> None:
    text = (
        f"yaml:{EXPORTERS}".replace(
            "processors: {", "processors: {masking: {rules: [{patterns: [emails]}]}, "
        )
        + "service: {pipelines: {traces: {receivers: [otlp], processors: [masking], exporters: [store, otlphttp]},"
        " traces/b: {receivers: [otlp], processors: [fields, filter], exporters: [file]}}}"
    )

    assert load_config(Sources(files=[text])).config.service is not None


def test_one_exporter_may_stand_in_a_pipeline_of_each_signal() -> None:
    text = (
        "traces: {receivers: [otlp], processors: [filter], exporters: [otlphttp]},"
        " logs: {receivers: [otlp], exporters: [otlphttp]},"
        " traces/b: {receivers: [otlp, braintrust], processors: [fields], exporters: [file]}"
    )

    assert load_config(Sources(files=[pipelines(text)])).config.service is not None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("exporters: {otlphttp: {}}", "endpoint is missing", id="no endpoint"),
        pytest.param("exporters: {store/b: {}}", "there is one store", id="a second store"),
    ],
)
def test_an_exporter_that_cannot_work_is_told(text: str, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        load_config(Sources(files=[f"yaml:{text}"]))
