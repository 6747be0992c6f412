"""A gate as CI runs it: the command, a sidecar, and what is printed."""

import subprocess
from pathlib import Path

from tests.support.collector import Collector, running_collector
from tests.support.eval_command import TWICE, run_eval, summaries

NOISY = """
import os
from otel_bridge import Eval

WRONG = int(os.environ.get("WRONG", "0"))

def task(number):
    return number >= WRONG

def exact(output):
    return output

Eval("gated", data=[{"input": number} for number in range(20)], task=task, scores=[exact])
"""


def gated(
    folder: Path, collector: Collector, wrong: int, *arguments: str
) -> subprocess.CompletedProcess[str]:
    (folder / "eval_a.py").write_text(NOISY.replace('"WRONG", "0"', f'"WRONG", "{wrong}"'))
    return run_eval(folder, *arguments, api=collector.api)


def test_a_fall_fails_the_run_and_what_chance_explains_does_not(tmp_path: Path) -> None:
    condition = ("--fail-if", "regression > 2%")
    with running_collector(tmp_path / "data") as collector:
        first = gated(tmp_path, collector, 0, *condition)
        one_case = gated(tmp_path, collector, 1, *condition)
        many = gated(tmp_path, collector, 15, *condition)

    assert first.returncode == 0, first.stderr
    assert "passed  regression > 2%: not judged, there is no experiment to compare with" in first.stdout
    assert one_case.returncode == 0, one_case.stdout
    assert "exact fell by 5.00%, which chance explains: 20 such cases show" in one_case.stdout
    assert many.returncode == 1
    assert "FAILED  regression > 2%: exact fell by 70.00%" in many.stdout


def test_verdicts_are_a_line_of_json(tmp_path: Path) -> None:
    (tmp_path / "eval_a.py").write_text(TWICE)

    done = run_eval(tmp_path, "--jsonl", "--no-send-logs", "--fail-if", "score.exact < 0.8")

    assert done.returncode == 1
    verdict = summaries(done.stdout)[1]
    assert verdict["conditions"] == [{"condition": "score.exact < 0.8", "failed": True, "why": "it is 0.5"}]


def test_statistics_name_flaky_cases(tmp_path: Path) -> None:
    (tmp_path / "eval_a.py").write_text(
        TWICE.replace(
            "def twice(input):", "def twice(input, hooks):\n    if hooks.trial_index: return 0"
        ).replace('experiment_name="first"', "trial_count=2")
    )

    done = run_eval(tmp_path, "--no-send-logs", "--statistics")

    assert "flaky, trials do not agree: 1 cases\n  1: exact" in done.stdout
