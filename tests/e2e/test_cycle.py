"""The worked cycle of examples/, as a reader runs it."""

import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

CYCLE: Final = Path(__file__).parents[2] / "examples" / "cycle.py"


@pytest.fixture(scope="module")
def shown() -> str:
    return subprocess.run(
        [sys.executable, CYCLE], check=True, capture_output=True, text=True, timeout=100
    ).stdout


def part(shown: str, number: int) -> str:
    return shown.partition(f"\n{number}. ")[2].partition(f"\n{number + 1}. ")[0]


def test_a_reviewer_finds_the_bad_answer(shown: str) -> None:
    found = [line.strip() for line in part(shown, 2).splitlines() if "not helpful" in line]

    assert found == ["not helpful: How long can I return the tea?"]


def test_the_new_prompt_is_compared_with_the_one_in_use(shown: str) -> None:
    line = next(
        line
        for line in part(shown, 3).splitlines()
        if line.startswith("Levenshtein  100") or "100.00%" in line
    )

    assert line.split() == ["Levenshtein", "100.00%", "+25.64%", "1", "0"]


def test_the_app_answers_with_what_was_deployed(shown: str) -> None:
    assert (
        part(shown, 4).splitlines()[-1].split("  ")[-1].strip() == "You can return the tea for thirty days."
    )
