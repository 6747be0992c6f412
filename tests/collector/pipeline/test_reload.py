"""What changes while the sidecar runs."""

import logging

from otel_bridge_collector.config.load import Sources
from otel_bridge_collector.pipeline.reload import apply_log_level, fixed_changes
from otel_bridge_collector.settings import load_settings


def test_what_needs_a_new_start_is_named_with_both_values() -> None:
    old = load_settings(Sources())
    new = load_settings(
        Sources(assignments=["extensions.api.endpoint=127.0.0.1:1", "extensions.file_storage.keep=1h"])
    )

    assert fixed_changes(old, new) == [
        "extensions.api.endpoint stays 127.0.0.1:8585: 127.0.0.1:1 needs a new start"
    ]


def test_the_level_of_logs_changes_at_once() -> None:
    before = logging.getLogger().level
    try:
        apply_log_level(load_settings(Sources(assignments=["service.telemetry.logs.level=error"])))
        assert logging.getLogger().level == logging.ERROR
    finally:
        logging.getLogger().setLevel(before)
