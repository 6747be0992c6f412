"""`otel-bridge eval` as its users call it: a process, files, and a sidecar where something is sent."""

import json
import subprocess
import sysconfig
from pathlib import Path
from typing import Final

import httpx
import pytest

from tests.support.collector import running_collector

COMMAND: Final = Path(sysconfig.get_path("scripts")) / "otel-bridge"

TWICE: Final = """
from otel_bridge import Eval, EvalAsync

def twice(input):
    return input * 2

def exact(output, expected):
    return output == expected

CASES = [{"input": 1, "expected": 2}, {"input": 2, "expected": 5, "metadata": {"kind": "hard"}}]
Eval("cli", data=CASES, task=twice, scores=[exact], experiment_name="first")
"""


def run(folder: Path, *arguments: str, api: str = "") -> subprocess.CompletedProcess[str]:
    variables = [f"BRAINTRUST_{name}={value}" for name, value in
                 {"API_URL": api, "APP_URL": api, "API_KEY": "any"}.items() if api]  # fmt: skip
    return subprocess.run(
        ["/usr/bin/env", *variables, str(COMMAND), "eval", *arguments],
        cwd=folder, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def summaries(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def test_files_of_a_folder_run_and_give_a_line_each(tmp_path: Path) -> None:
    (tmp_path / "eval_a.py").write_text(TWICE)
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "eval_b.py").write_text(TWICE.replace('"first"', '"second"'))
    (tmp_path / "other.py").write_text("raise SystemExit('not one of them')")

    done = run(tmp_path, "--jsonl", "--no-send-logs")

    assert done.returncode == 0, done.stderr
    found = summaries(done.stdout)
    assert [each["experiment_name"] for each in found] == [
        "cli [experiment_name=second]",
        "cli [experiment_name=first]",
    ]
    assert found[0]["scores"]["exact"]["score"] == 0.5  # type: ignore[index]


def test_what_is_sent_becomes_an_experiment(tmp_path: Path) -> None:
    (tmp_path / "eval_a.py").write_text(TWICE)
    with running_collector(tmp_path / "data") as collector:
        done = run(tmp_path, "eval_a.py", api=collector.api)
        experiments = httpx.get(f"{collector.api}/v1/experiment").json()["objects"]

    assert done.returncode == 0, done.stderr
    assert [each["name"] for each in experiments] == ["first"]
    assert "exact" in done.stdout


def test_list_names_the_evaluations_and_runs_none(tmp_path: Path) -> None:
    (tmp_path / "eval_a.py").write_text(TWICE.replace("return input * 2", "raise SystemExit(9)"))

    done = run(tmp_path, "--list")

    assert (done.returncode, done.stdout) == (0, "cli [experiment_name=first]\n")


@pytest.mark.parametrize(
    ("filters", "score"),
    [
        pytest.param(["--filter", "input=2"], 0.0, id="number"),
        pytest.param(["--filter", "metadata.kind=h.rd"], 0.0, id="path"),
        pytest.param(["--filter", "input=1", "--filter", "expected=2"], 1.0, id="all have to match"),
    ],
)
def test_a_filter_chooses_cases_and_swallows_no_file(
    tmp_path: Path, filters: list[str], score: float
) -> None:
    (tmp_path / "eval_a.py").write_text(TWICE)

    done = run(tmp_path, *filters, "eval_a.py", "--jsonl", "--no-send-logs")

    (found,) = summaries(done.stdout)
    assert found["scores"]["exact"]["score"] == score  # type: ignore[index]


def test_a_task_that_fails_ends_it_with_one(tmp_path: Path) -> None:
    (tmp_path / "eval_a.py").write_text(TWICE.replace("return input * 2", "raise ValueError('no')"))

    done = run(tmp_path, "--jsonl", "--no-send-logs")

    assert done.returncode == 1
    (told,) = summaries(done.stdout)
    assert told["eval_name"] == "cli [experiment_name=first]"
    assert "Traceback" not in done.stderr


def test_the_reporter_that_the_files_declare_has_the_last_word(tmp_path: Path) -> None:
    (tmp_path / "eval_a.py").write_text(
        f"from otel_bridge import Reporter\nReporter('r', lambda result: 1, lambda results: print(results))\n{TWICE}"
    )

    done = run(tmp_path, "--no-send-logs")

    assert (done.returncode, done.stdout) == (1, "[1]\n")


def test_a_reporter_can_be_named(tmp_path: Path) -> None:
    (tmp_path / "eval_a.py").write_text(
        "from otel_bridge import Reporter\n"
        "Reporter('a', lambda result: 1, lambda results: False)\nReporter('b', lambda result: 1, lambda results: True)\n"
        + TWICE.replace('experiment_name="first"', 'reporter="b"')
    )

    assert run(tmp_path, "--no-send-logs").returncode == 0


def test_a_file_that_cannot_be_loaded_is_told_and_the_others_run(tmp_path: Path) -> None:
    (tmp_path / "eval_a.py").write_text("import nosuch")
    (tmp_path / "eval_b.py").write_text(TWICE)

    done = run(tmp_path, "--jsonl", "--no-send-logs")

    assert done.returncode == 0
    assert "Failed to import eval_a.py: No module named 'nosuch'" in done.stderr
    assert len(summaries(done.stdout)) == 1
    assert run(tmp_path, "--terminate-on-failure", "--no-send-logs").returncode == 1


def test_a_file_that_calls_exit_does_not_keep_the_others_from_running(tmp_path: Path) -> None:
    (tmp_path / "eval_a.py").write_text("import sys; sys.exit(0)")
    (tmp_path / "eval_b.py").write_text(TWICE)

    done = run(tmp_path, "--jsonl", "--no-send-logs")

    assert "Failed to import eval_a.py: it called exit(0)" in done.stderr
    assert len(summaries(done.stdout)) == 1
    assert run(tmp_path, "--terminate-on-failure", "--no-send-logs").returncode == 1


def test_a_task_that_calls_exit_ends_its_evaluation_alone_and_not_well(tmp_path: Path) -> None:
    (tmp_path / "eval_a.py").write_text(TWICE.replace("return input * 2", "raise SystemExit(0)"))
    (tmp_path / "eval_b.py").write_text(TWICE)

    done = run(tmp_path, "--jsonl", "--no-send-logs")

    assert done.returncode == 1
    assert "cli [experiment_name=first] has ended early" in done.stderr
    assert len([line for line in done.stdout.splitlines() if '"scores"' in line]) == 1


def test_a_sidecar_that_is_away_is_told_without_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "eval_a.py").write_text(TWICE)

    done = run(tmp_path, api="http://127.0.0.1:9")

    assert done.returncode == 1
    assert "is the sidecar running?" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(["nosuch.py"], "there is no nosuch.py: name a file, or a folder", id="file"),
        pytest.param(["--filter", "x"], "'x' is no filter: expected PATH=REGEX", id="filter"),
        pytest.param(["--filter", "x=("], "'(' is no regular expression", id="expression"),
    ],
)
def test_wrong_usage_says_what_was_expected(tmp_path: Path, arguments: list[str], said: str) -> None:
    done = run(tmp_path, *arguments)

    assert done.returncode == 2
    assert said in done.stderr


def test_a_folder_without_evaluations_says_where_it_looked(tmp_path: Path) -> None:
    assert "no Eval(...) was found in ." in run(tmp_path).stderr


def test_the_help_has_examples() -> None:
    assert "otel-bridge eval evals/ --no-send-logs" in run(Path.cwd(), "--help").stdout
