"""`otel-bridge eval` as its users call it: a process, files, and a sidecar where something is sent."""

import json
import signal
import subprocess
from pathlib import Path

import httpx
import psutil  # type: ignore[import-untyped]  # it has none
import pytest

from tests.support.collector import running_collector
from tests.support.eval_command import COMMAND, TWICE, run_eval, summaries
from tests.support.otlp_receiver import wait_until


def test_files_of_a_folder_run_and_give_a_line_each(tmp_path: Path) -> None:
    (tmp_path / "eval_a.py").write_text(TWICE)
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "eval_b.py").write_text(TWICE.replace('"first"', '"second"'))
    (tmp_path / "other.py").write_text("raise SystemExit('not one of them')")

    done = run_eval(tmp_path, "--jsonl", "--no-send-logs")

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
        done = run_eval(tmp_path, "eval_a.py", api=collector.api)
        experiments = httpx.get(f"{collector.api}/v1/experiment").json()["objects"]

    assert done.returncode == 0, done.stderr
    assert [each["name"] for each in experiments] == ["first"]
    assert "exact" in done.stdout


def test_list_names_the_evaluations_and_runs_none(tmp_path: Path) -> None:
    (tmp_path / "eval_a.py").write_text(TWICE.replace("return input * 2", "raise SystemExit(9)"))

    done = run_eval(tmp_path, "--list")

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

    done = run_eval(tmp_path, *filters, "eval_a.py", "--jsonl", "--no-send-logs")

    (found,) = summaries(done.stdout)
    assert found["scores"]["exact"]["score"] == score  # type: ignore[index]


def test_a_task_that_fails_ends_it_with_one(tmp_path: Path) -> None:
    (tmp_path / "eval_a.py").write_text(TWICE.replace("return input * 2", "raise ValueError('no')"))

    done = run_eval(tmp_path, "--jsonl", "--no-send-logs")

    assert done.returncode == 1
    (told,) = summaries(done.stdout)
    assert told["eval_name"] == "cli [experiment_name=first]"
    assert "Traceback" not in done.stderr


def test_the_reporter_that_the_files_declare_has_the_last_word(tmp_path: Path) -> None:
    (tmp_path / "eval_a.py").write_text(
        f"from otel_bridge import Reporter\nReporter('r', lambda result: 1, lambda results: print(results))\n{TWICE}"
    )

    done = run_eval(tmp_path, "--no-send-logs")

    assert (done.returncode, done.stdout) == (1, "[1]\n")


def test_a_reporter_can_be_named(tmp_path: Path) -> None:
    (tmp_path / "eval_a.py").write_text(
        "from otel_bridge import Reporter\n"
        "Reporter('a', lambda result: 1, lambda results: False)\nReporter('b', lambda result: 1, lambda results: True)\n"
        + TWICE.replace('experiment_name="first"', 'reporter="b"')
    )

    assert run_eval(tmp_path, "--no-send-logs").returncode == 0


def test_a_file_that_cannot_be_loaded_is_told_and_the_others_run(tmp_path: Path) -> None:
    (tmp_path / "eval_a.py").write_text("import nosuch")
    (tmp_path / "eval_b.py").write_text(TWICE)

    done = run_eval(tmp_path, "--jsonl", "--no-send-logs")

    assert done.returncode == 1
    assert "Failed to import eval_a.py: No module named 'nosuch'" in done.stderr
    assert "Error: 1 of 2 files could not be loaded, see above" in done.stderr
    assert len(summaries(done.stdout)) == 1
    assert run_eval(tmp_path, "--terminate-on-failure", "--no-send-logs").returncode == 1


def test_a_file_that_calls_exit_does_not_keep_the_others_from_running(tmp_path: Path) -> None:
    (tmp_path / "eval_a.py").write_text("import sys; sys.exit(0)")
    (tmp_path / "eval_b.py").write_text(TWICE)

    done = run_eval(tmp_path, "--jsonl", "--no-send-logs")

    assert "Failed to import eval_a.py: it called exit(0)" in done.stderr
    assert len(summaries(done.stdout)) == 1
    assert run_eval(tmp_path, "--terminate-on-failure", "--no-send-logs").returncode == 1


def test_a_task_that_calls_exit_ends_its_evaluation_alone_and_not_well(tmp_path: Path) -> None:
    (tmp_path / "eval_a.py").write_text(TWICE.replace("return input * 2", "raise SystemExit(0)"))
    (tmp_path / "eval_b.py").write_text(TWICE)

    done = run_eval(tmp_path, "--jsonl", "--no-send-logs")

    assert done.returncode == 1
    assert "cli [experiment_name=first] has ended early" in done.stderr
    assert len([line for line in done.stdout.splitlines() if '"scores"' in line]) == 1


def test_a_sidecar_that_is_away_is_told_without_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "eval_a.py").write_text(TWICE)

    done = run_eval(tmp_path, api="http://127.0.0.1:9")

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
    done = run_eval(tmp_path, *arguments)

    assert done.returncode == 2
    assert said in done.stderr


def test_a_folder_without_evaluations_says_where_it_looked(tmp_path: Path) -> None:
    assert "no Eval(...) was found in ." in run_eval(tmp_path).stderr


def test_the_help_has_examples() -> None:
    assert "otel-bridge eval evals/ --no-send-logs" in run_eval(Path.cwd(), "--help").stdout


def test_a_condition_that_is_none_is_wrong_usage(tmp_path: Path) -> None:
    done = run_eval(tmp_path, "--fail-if", "exact < 1")

    assert done.returncode == 2
    assert "'exact < 1' is no condition: expected for example" in done.stderr


def test_a_failing_scorer_fails_the_run_only_when_asked_to(tmp_path: Path) -> None:
    (tmp_path / "eval_a.py").write_text(TWICE.replace("return output == expected", "raise ValueError('no')"))

    assert run_eval(tmp_path, "--no-send-logs").returncode == 0
    done = run_eval(tmp_path, "--no-send-logs", "--fail-on-scorer-error")
    assert done.returncode == 1
    assert "scorers failed in 2 cases (--fail-on-scorer-error)" in done.stderr


def test_filters_that_no_case_passes_make_no_experiment_and_fail(tmp_path: Path) -> None:
    (tmp_path / "eval_a.py").write_text(TWICE)
    with running_collector(tmp_path / "data") as collector:
        done = run_eval(tmp_path, "--filter", "input=nosuch", api=collector.api)
        experiments = httpx.get(f"{collector.api}/v1/experiment").json()["objects"]

    assert (done.returncode, experiments) == (1, [])
    assert "no case passes the filters, so no experiment was made" in done.stderr


def test_an_experiment_of_some_cases_says_so(tmp_path: Path) -> None:
    (tmp_path / "eval_a.py").write_text(TWICE)
    with running_collector(tmp_path / "data") as collector:
        done = run_eval(tmp_path, "--filter", "input=1", api=collector.api)

    assert done.returncode == 0, done.stderr
    assert "Experiment first is running at" in done.stderr
    assert "only the cases that pass the filters are in this experiment" in done.stderr


def test_one_failing_task_does_not_hide_the_table(tmp_path: Path) -> None:
    (tmp_path / "eval_a.py").write_text(TWICE.replace("return input * 2", "return 2 / (input - 2)"))

    done = run_eval(tmp_path, "--no-send-logs")

    assert done.returncode == 1
    assert "failed with 1 error" in done.stderr
    assert "exact" in done.stdout


def test_an_interrupt_while_it_leaves_is_told_nowhere(tmp_path: Path) -> None:
    leaving = "import atexit, os, signal\natexit.register(lambda: os.kill(os.getpid(), signal.SIGINT))\n"
    (tmp_path / "eval_a.py").write_text(leaving + TWICE)

    done = run_eval(tmp_path, "--no-send-logs", "--no-progress-bars")

    assert done.returncode == -signal.SIGINT
    assert done.stderr == ""


def runs_of(pid: int) -> list[psutil.Process]:
    """Return the runs of a watching process that have not ended; one that is interrupted at its very end says so."""
    children = psutil.Process(pid).children()
    return [each for each in children if each.is_running() and each.status() != psutil.STATUS_ZOMBIE]


def test_it_runs_again_when_a_file_changes(tmp_path: Path) -> None:
    (tmp_path / "eval_a.py").write_text(TWICE)
    with subprocess.Popen(
        [str(COMMAND), "eval", "--watch", "--no-send-logs", "--jsonl"],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        try:
            assert process.stdout is not None
            before = json.loads(process.stdout.readline())
            wait_until(lambda: not runs_of(process.pid))
            (tmp_path / "eval_a.py").write_text(TWICE.replace("input * 2", "input"))
            after = json.loads(process.stdout.readline())
            wait_until(lambda: not runs_of(process.pid))
        finally:
            process.send_signal(signal.SIGINT)
            told = process.communicate(timeout=30)[1].splitlines()

    assert (before["scores"]["exact"]["score"], after["scores"]["exact"]["score"]) == (0.5, 0)
    assert process.returncode == 0
    assert told == ["Watching Python files; Ctrl-C ends it", "1 changed, running again"]
