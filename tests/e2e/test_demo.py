"""The demo, as `make demo` runs it."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

DEMO: Final = Path(__file__).parents[2] / "examples" / "demo.py"


@pytest.fixture(scope="module")
def shown() -> str:
    return subprocess.run(
        [sys.executable, DEMO], check=True, capture_output=True, text=True, timeout=100
    ).stdout


def tree(shown: str) -> list[str]:
    """The lines of the tree: depth as blanks, type and name; durations and scores are left out."""
    lines = [
        line.replace("│", " ").replace("├──", "   ").replace("└──", "   ") for line in shown.splitlines()
    ]
    start = next(index for index, line in enumerate(lines) if "as a tree" in line) + 1
    end = lines.index("", start)
    return [line.split("  ")[0] if line[0] != " " else _indented(line) for line in lines[start:end]]


def _indented(line: str) -> str:
    text = line.lstrip()
    return line[: len(line) - len(text)] + text.split("  ")[0]


def test_it_shows_the_trace_as_one_tree(shown: str) -> None:
    assert tree(shown) == [
        "task weather question",
        "    function answer",
        "        llm chat gpt-4o-mini",
        "        tool get_weather",
        "            task GET /forecast",
        "        tool get_weather",
        "            task GET /forecast",
        "        llm chat gpt-4o-mini",
    ]


def test_it_shows_tokens_scores_feedback_and_the_error(shown: str) -> None:
    assert re.search(r"llm chat gpt-4o-mini  [\d.]+ ms  \d+ tokens", shown)
    assert "mentions_city 1  helpful 1  “Right about Lisbon.”" in shown
    assert "LookupError: no city named Atlantis" in shown


def test_it_answers_a_query_with_the_failed_tool_call_only(shown: str) -> None:
    answer = shown.partition("one query")[2]

    assert answer.count('"name"') == 1
    assert '"city": "Atlantis"' in answer
