"""What changes while the sidecar runs."""

import logging

from otel_bridge_collector.config.load import Sources
from otel_bridge_collector.pipeline.reload import apply_log_level, changed_settings, fixed_changes
from otel_bridge_collector.settings import load_settings


def test_what_needs_a_new_start_is_named_with_both_values() -> None:
    old = load_settings(Sources())
    new = load_settings(
        Sources(assignments=["extensions.api.endpoint=127.0.0.1:1", "extensions.file_storage.keep=1h"])
    )

    assert fixed_changes(old, new) == [
        "extensions.api.endpoint stays 127.0.0.1:8585: 127.0.0.1:1 needs a new start"
    ]


def test_online_scoring_goes_on_as_it_was() -> None:
    new = load_settings(Sources(assignments=["extensions.online_scoring.interval=9s"]))

    assert fixed_changes(load_settings(Sources()), new) == [
        "extensions.online_scoring stays as it was: another needs a new start"
    ]


def test_the_level_of_logs_changes_at_once() -> None:
    ours = [logging.getLogger(name) for name in ("otel_bridge", "otel_bridge_collector")]
    before = [each.level for each in ours]
    try:
        apply_log_level(load_settings(Sources(assignments=["service.telemetry.logs.level=error"])))
        assert {each.level for each in ours} == {logging.ERROR}
    finally:
        for each, level in zip(ours, before, strict=True):
            each.setLevel(level)


def test_what_takes_effect_at_once_is_named_without_its_values() -> None:
    old = load_settings(
        Sources(files=["yaml:exporters: {otlphttp/a: {endpoint: 'http://x', headers: {k: old}}}"])
    )
    new = load_settings(
        Sources(
            files=["yaml:exporters: {otlphttp/a: {endpoint: 'http://x', headers: {k: secret}}}"],
            assignments=[
                "extensions.retention.logs.max_age=1d",
                "extensions.retention.projects.shop.history=2d",
                "extensions.retention.dead_letters=3d",
                "extensions.quotas.keys.noisy.spans_per_second=4",
                "extensions.file_storage.keep=1h",
            ],
        )
    )

    assert changed_settings(old, new) == [
        "extensions.retention.logs.max_age",
        "extensions.file_storage.keep",
        "exporters.otlphttp/a",
        "extensions.quotas.keys.noisy",
        "extensions.retention.dead_letters",
        "extensions.retention.projects.shop",
    ]


def test_providers_change_at_once() -> None:
    old = load_settings(Sources())
    new = load_settings(Sources(files=["yaml:providers: {p: {base_url: http://a, api_key: secret}}"]))

    assert (fixed_changes(old, new), changed_settings(old, new)) == ([], ["providers.p"])
