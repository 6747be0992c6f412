"""What an installed pair of packages offers; run against the wheels by `make wheel`."""

import pkgutil
import subprocess
import sys
import sysconfig
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

import otel_bridge
import otel_bridge_collector

COLLECTOR = Path(sysconfig.get_path("scripts")) / "otel-bridge-collector"


def test_all_names_the_public_names() -> None:
    public = {
        name
        for name in dir(otel_bridge)
        if not name.startswith("_") and not isinstance(getattr(otel_bridge, name), type(sys))
    }

    assert set(otel_bridge.__all__) == public


def test_every_module_of_both_packages_can_be_imported() -> None:
    for package in (otel_bridge, otel_bridge_collector):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            assert import_module(module.name).__doc__, f"{module.name} has no docstring"


def test_the_command_tells_its_version() -> None:
    shown = subprocess.run([COLLECTOR, "--version"], check=True, capture_output=True, text=True).stdout

    assert version("otel-bridge-collector") in shown
