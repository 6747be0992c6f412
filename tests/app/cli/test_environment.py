"""What flags of `otel-bridge eval` say to the files that it runs."""

from pathlib import Path

from tests.support.eval_command import run_eval

TELLS = """
import os, sys, threading, time
from otel_bridge import Eval, Reporter

print(*(os.environ.get(name) for name in ("BRAINTRUST_API_KEY", "BRAINTRUST_ORG_NAME", "BRAINTRUST_APP_URL", "MINE")), file=sys.stderr)
threads = set()

def task(input):
    threads.add(threading.current_thread().name)
    time.sleep(0.05)

def tell(result):
    print(len(threads), "threads", file=sys.stderr)
    return True

reporter = Reporter("r", tell, lambda results: True)
Eval("cli", data=[{"input": n} for n in range(4)], task=task, scores=[], reporter=reporter)
"""


def test_flags_and_a_file_set_the_variables(tmp_path: Path) -> None:
    (tmp_path / "eval_a.py").write_text(TELLS)
    (tmp_path / "variables").write_text("BRAINTRUST_API_KEY=of-the-file\nexport MINE='a b' # why\n")

    done = run_eval(
        tmp_path, "--list", "--env-file", "variables", "--api-key", "k", "--org-name", "o", "--app-url", "http://a"
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith("k o http://a a b\n")


def test_a_variable_that_is_set_counts_more_than_the_file(tmp_path: Path) -> None:
    (tmp_path / "eval_a.py").write_text(TELLS)
    (tmp_path / "variables").write_text("BRAINTRUST_API_KEY=of-the-file\n")

    done = run_eval(tmp_path, "--list", "--env-file", "variables", api="http://127.0.0.1:9")

    assert done.stderr.startswith("any ")


def test_a_file_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    (tmp_path / "eval_a.py").write_text(TELLS)

    done = run_eval(tmp_path, "--env-file", "nowhere")

    assert done.returncode == 2
    assert "nowhere" in done.stderr


def test_so_many_plain_functions_run_at_a_time(tmp_path: Path) -> None:
    (tmp_path / "eval_a.py").write_text(TELLS)

    found = [
        run_eval(tmp_path, "--no-send-logs", "--num-workers", number).stderr.split("\n")[-2]
        for number in ("1", "4")
    ]

    assert found == ["1 threads", "4 threads"]


def test_no_workers_is_wrong_usage(tmp_path: Path) -> None:
    done = run_eval(tmp_path, "--num-workers", "0")

    assert done.returncode == 2
    assert "1 is the least" in done.stderr
