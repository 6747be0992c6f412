"""TLS of ports in a configuration."""

import pytest

from otel_bridge_collector.config.load import Sources, load_config
from otel_bridge_collector.errors import SettingsError


def load(place: str, tls: str) -> object:
    return load_config(Sources(assignments=[f"{place}.tls={tls}"]))


@pytest.mark.parametrize("version", ["1.3", '"1.3"'])
def test_a_version_stands_with_or_without_quotes(version: str) -> None:
    load("extensions.api", f"{{min_version: {version}}}")


def test_a_version_that_is_not_spoken_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"min_version: input should be '1.2' or '1.3'"):
        load("extensions.api", "{min_version: 1.1}")


def test_grpc_cannot_be_held_to_the_newest_version() -> None:
    with pytest.raises(SettingsError, match=r"takes TLS 1\.2 and 1\.3 and cannot be told to take less"):
        load("receivers.otlp.protocols.grpc", "{min_version: 1.3}")


def test_a_mistyped_key_is_suggested() -> None:
    with pytest.raises(SettingsError, match="did you mean 'client_ca_file'"):
        load("receivers.otlp.protocols.http", "{client_ca: ca.pem}")
