"""Who reaches the ports."""

from pathlib import Path
from typing import Final

import pytest

from otel_bridge_collector.errors import SettingsError
from otel_bridge_collector.receive.exposure import open_ports, refuse_strangers
from otel_bridge_collector.settings import Address, load_settings

LOOPBACK: Final = Address(host="127.0.0.1", port=0)
EVERYWHERE: Final = Address(host="0.0.0.0", port=4318)  # noqa: S104 - nobody listens


def test_ports_that_others_reach_are_named_as_on_the_command_line() -> None:
    assert open_ports(LOOPBACK, EVERYWHERE, LOOPBACK) == ["--otlp-http 0.0.0.0:4318"]


def test_a_port_for_others_is_refused_without_keys(tmp_path: Path) -> None:
    settings = load_settings(data_dir=tmp_path, otlp_http=str(EVERYWHERE))

    with pytest.raises(SettingsError, match=r"--otlp-http 0\.0\.0\.0:4318 without keys"):
        refuse_strangers(settings, has_keys=False)


def test_a_port_for_others_is_fine_where_there_are_keys(tmp_path: Path) -> None:
    refuse_strangers(load_settings(data_dir=tmp_path, otlp_http=str(EVERYWHERE)), has_keys=True)
