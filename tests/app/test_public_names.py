"""The package's public names are imported when they are first asked for; type checkers read the same names from the stub."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import otel_bridge

STUB = Path(otel_bridge.__file__).with_suffix(".pyi")


def test_the_stub_names_what_the_package_offers_and_where_it_stands() -> None:
    stubbed = {
        alias.name: statement.module
        for statement in ast.parse(STUB.read_text()).body
        if isinstance(statement, ast.ImportFrom)
        for alias in statement.names
    }

    offered = {
        name: f"otel_bridge.{home}"
        for home, names in otel_bridge._NAMES.items()  # type: ignore[attr-defined]
        for name in names
    }
    assert offered == stubbed
    assert sorted(stubbed) == sorted(otel_bridge.__all__)


@pytest.mark.parametrize("name", otel_bridge.__all__)
def test_a_public_name_is_there(name: str) -> None:
    assert getattr(otel_bridge, name) is not None


def test_a_name_that_is_none_is_refused_as_by_any_module() -> None:
    with pytest.raises(AttributeError, match="module 'otel_bridge' has no attribute 'nosuch'"):
        _ = otel_bridge.nosuch  # type: ignore[attr-defined]


def test_the_import_alone_loads_nothing_of_opentelemetry() -> None:
    program = (
        "import sys, otel_bridge; print([name for name in sys.modules if name.startswith('opentelemetry')])"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_every_name_is_listed_by_dir() -> None:
    assert set(otel_bridge.__all__) <= set(dir(otel_bridge))


def test_the_errors_can_be_named_without_an_import_of_their_own() -> None:
    program = "import otel_bridge; print(otel_bridge.errors.ControlError.__name__)"

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "ControlError"
