"""Quotas over what a sidecar has."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from otel_bridge_collector.access import Scope
from otel_bridge_collector.config.load import Sources
from otel_bridge_collector.errors import SettingsError
from otel_bridge_collector.pipeline.quotas import StoreNames, quota_config
from otel_bridge_collector.settings import Settings, load_settings
from otel_bridge_collector.store.objects import Objects

CONFIG = (
    "yaml:extensions: {quotas: {bytes_per_second: 1MiB, burst: 5s, keys: {batch: {spans_per_second: 2.5}}}}"
)


@pytest.fixture
def objects(tmp_path: Path) -> Iterator[Objects]:
    opened = Objects(tmp_path / "objects.sqlite")
    yield opened
    opened.close()


def test_the_configuration_says_what_may_be_sent() -> None:
    config = quota_config(load_settings(Sources(files=[CONFIG])))

    assert (config.bytes_per_second, config.spans_per_second, config.burst) == (1 << 20, None, 5)
    assert config.keys["batch"].spans_per_second == 2.5


def test_without_a_word_everything_may_be_sent() -> None:
    config = quota_config(Settings())

    assert (config.bytes_per_second, config.spans_per_second, config.burst) == (None, None, 10)


def test_a_setting_counts_more_than_the_configuration() -> None:
    given = load_settings(Sources(files=[CONFIG]), quota_bytes_per_s=7, quota_spans_per_s=3, quota_burst_s=1)

    config = quota_config(given)

    assert (config.bytes_per_second, config.spans_per_second, config.burst) == (7, 3, 1)


@pytest.mark.parametrize(
    "quota", ["bytes_per_second: 0", "spans_per_second: 0", "burst: 0", "keys: {a: {bytes_per_second: -1}}"]
)
def test_a_quota_of_nothing_is_refused(quota: str) -> None:
    with pytest.raises(SettingsError, match=r"extensions\.quotas"):
        load_settings(Sources(files=[f"yaml:extensions: {{quotas: {{{quota}}}}}"]))


def test_names_are_those_of_the_data_folder(objects: Objects) -> None:
    names = StoreNames(objects)
    project = objects.create_project("checkout")
    key, _ = objects.keys.create("batch", scopes=frozenset({Scope.INGEST}))

    assert (names.project_id("checkout"), names.project_name(project.id), names.key_name(key.id)) == (
        project.id,
        "checkout",
        "batch",
    )
    assert (names.project_id("none"), names.project_name("none"), names.key_name("none")) == (None,) * 3
