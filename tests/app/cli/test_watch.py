"""The command that `--watch` runs again; that it does is in test_evaluate."""

from pathlib import Path

import pytest

from otel_bridge.cli import watch
from otel_bridge.errors import MissingExtraError


def test_the_flag_takes_itself_out() -> None:
    assert watch.without_flag(["otel-bridge", "eval", "--watch", "a.py"]) == ["otel-bridge", "eval", "a.py"]


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> object:
        raise ImportError(name)

    monkeypatch.setattr(watch, "import_module", missing)

    with pytest.raises(MissingExtraError, match=r"pip install 'otel-bridge\[eval\]'"):
        watch.watch([Path()])
