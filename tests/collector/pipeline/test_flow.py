"""What goes to which exporter."""

from otel_bridge_collector.config.load import Sources, load_config
from otel_bridge_collector.pipeline.flow import at_door, flows

EXPORTERS = "yaml:exporters: {file: {directory: /f}, otlphttp: {endpoint: 'https://a'}, store: {}}\n"


def test_without_pipelines_every_exporter_gets_everything() -> None:
    config = load_config(Sources(files=[EXPORTERS])).config

    everything = {"traces": (), "rows": (), "logs": ()}
    assert flows(config) == {"file": everything, "otlphttp": everything}


def test_a_pipeline_says_signals_and_processors() -> None:
    text = (
        "processors: {filter: {keep: 'true'}}\nservice: {pipelines: {"
        "traces: {receivers: [otlp], processors: [filter], exporters: [file, store]},"
        "traces/b: {receivers: [otlp, braintrust], exporters: [otlphttp]},"
        "logs: {receivers: [otlp, braintrust], exporters: [file]}}}"
    ).replace("filter], exporters: [file, store]", "filter], exporters: [file]")
    config = load_config(Sources(files=[EXPORTERS + text])).config

    assert flows(config) == {
        "file": {"traces": ("filter",), "logs": ()},
        "otlphttp": {"traces": (), "rows": ()},
    }


def test_without_exporters_there_is_the_store_alone() -> None:
    assert flows(load_config(Sources()).config) == {}


def test_what_masks_at_the_door_is_no_step_of_an_exporter() -> None:
    text = (
        "processors: {masking/door: {rules: [{patterns: [emails]}]}, masking/out: {rules: [{fields: [input]}]}}\n"
        "service: {pipelines: {"
        "traces: {receivers: [otlp], processors: [masking/door], exporters: [store]},"
        "traces/b: {receivers: [otlp], processors: [masking/door, masking/out], exporters: [file, otlphttp]}}}"
    )
    config = load_config(Sources(files=[EXPORTERS + text])).config

    assert at_door(config) == ("masking/door",)
    assert flows(config) == {"file": {"traces": ("masking/out",)}, "otlphttp": {"traces": ("masking/out",)}}
