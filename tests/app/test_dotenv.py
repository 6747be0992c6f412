"""`.env.braintrust`, read as the real SDK reads it."""

import os
from pathlib import Path

import pytest
from braintrust.env import BraintrustEnv

from otel_bridge.dotenv import FILE, read_variables

KEY = "BRAINTRUST_API_KEY"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        pytest.param("BRAINTRUST_API_KEY=k", "k", id="plain"),
        pytest.param("export BRAINTRUST_API_KEY = 'a b'  # why", "a b", id="quoted, exported, commented"),
        pytest.param('# c\n\nOTHER=1\nBRAINTRUST_API_KEY="k#1"\n', "k#1", id="among others"),
        pytest.param("BRAINTRUST_API_KEY=", None, id="empty"),
        pytest.param("#BRAINTRUST_API_KEY=k", None, id="commented out"),
        pytest.param("BRAINTRUST_API_KEY='k", None, id="open quote"),
    ],
)
def test_a_key_is_read_as_braintrust_does(
    text: str, key: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    assert (read_variables().get(KEY) or None) == key
    assert BraintrustEnv.API_KEY.get(None, use_dotenv=True) == key


def test_s60_the_nearest_file_counts(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / FILE).write_text(f"{KEY}=far", encoding="utf-8")
    (tmp_path / "a" / FILE).write_text(f"{KEY}=near", encoding="utf-8")

    assert read_variables(inner)[KEY] == "near"


def test_the_search_ends_above_64_folders(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(f"{KEY}=k", encoding="utf-8")
    within = tmp_path.joinpath(*["d"] * 64)

    assert read_variables(within) == {KEY: "k"}
    assert read_variables(within / "d") == {}


def test_other_variables_are_not_taken(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("PATH=/evil\nBRAINTRUST_ENVIRONMENT_NAME=n\n", encoding="utf-8")

    assert read_variables(tmp_path) == {"BRAINTRUST_ENVIRONMENT_NAME": "n"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(f"{KEY}=k", encoding="utf-8")
    (tmp_path / FILE).chmod(0)

    assert read_variables(tmp_path) == {}
