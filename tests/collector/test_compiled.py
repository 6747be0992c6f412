"""The compiled receiver is there, or it is said why not."""

import _ctypes
import sys
from pathlib import Path
from types import ModuleType

import pytest

from otel_bridge_collector import compiled


def test_the_library_is_loaded_where_it_is_built() -> None:
    pytest.importorskip("otel_bridge_native", reason="there is no cargo")

    assert compiled.library() is not None
    assert compiled.absence() == ""


def test_without_the_package_it_is_said_that_it_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "otel_bridge_native", None)

    assert _absence() == "otel-bridge-native is not installed"


def test_a_package_without_its_library_is_no_fault_of_the_sidecar(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "otel_bridge_native", _package(tmp_path / "missing.so"))

    assert _absence().startswith("otel-bridge-native cannot be loaded: ")


def test_a_library_of_something_else_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "otel_bridge_native", _package(Path(_ctypes.__file__)))

    assert _absence().startswith("otel-bridge-native cannot be loaded: ")


def _absence() -> str:
    compiled._found.cache_clear()
    try:
        assert compiled.library() is None
        return compiled.absence()
    finally:
        compiled._found.cache_clear()


def _package(library: Path) -> ModuleType:
    package = ModuleType("otel_bridge_native")
    package.LIBRARY = library  # type: ignore[attr-defined]
    return package
