"""The fixture `bridge_trace`, in pytest runs of their own."""

import subprocess
import sys
from pathlib import Path

PLUGIN = ("-p", "otel_bridge_plugins.pytest_plugin", "-p", "no:cacheprovider")


def run_pytest(folder: Path, tests: str) -> str:
    """Run tests with our plugin and no other; return what pytest shows."""
    (folder / "test_app.py").write_text(tests)
    finished = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-W", "error", *PLUGIN, "test_app.py"],
        cwd=folder,
        env={"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout


def test_who_does_not_use_it_loads_no_opentelemetry(tmp_path: Path) -> None:
    run_pytest(
        tmp_path,
        """
import sys
def test_nothing():
    assert not {"opentelemetry", "otel_bridge", "requests"} & set(sys.modules)
""",
    )


def test_rows_ids_and_times_are_the_same_in_every_test(tmp_path: Path) -> None:
    run_pytest(
        tmp_path,
        """
import otel_bridge, pytest
from opentelemetry import trace

otel_bridge.init_logger(project="of the module")

@otel_bridge.traced
def answer(question):
    with trace.get_tracer("others").start_as_current_span("theirs", attributes={"k": 1}):
        otel_bridge.current_span().log(metadata={"user": "u"})
    return "42"

@pytest.mark.parametrize("_", [1, 2])
def test_one(_, bridge_trace):
    otel_bridge.init_logger(project="p", api_key="another key")
    answer("why?")
    ours, theirs = bridge_trace.rows
    assert ours == {
        "id": "0000000000000001",
        "span_id": "0000000000000001",
        "root_span_id": "00000000000000000000000000000001",
        "span_parents": None,
        "is_root": True,
        "created": "2026-01-01T00:00:00+00:00",
        "parent": "project_name:p",
        "input": {"question": "why?"},
        "output": "42",
        "span_attributes": {"name": "answer", "type": "function", "exec_counter": 1},
        "metrics": {"start": 1767225600.0, "end": 1767225603.0},
    }
    assert theirs["span_parents"] == ["0000000000000001"]
    assert theirs["metadata"] == {"k": 1, "user": "u"}
""",
    )


def test_feedback_and_updates_are_in_their_rows(tmp_path: Path) -> None:
    run_pytest(
        tmp_path,
        """
import otel_bridge

def test_one(bridge_trace):
    logger = otel_bridge.init_logger(project="p")
    with logger.start_span("a", output="x") as span:
        pass
    logger.log_feedback(span.id, scores={"good": 1}, comment="c", tags=["t"])
    logger.update_span(span.id, metadata={"more": True})
    row = bridge_trace.row("a")
    assert (row["scores"], row["tags"], row["metadata"]) == ({"good": 1}, ["t"], {"more": True})
    assert row["comments"] == [{"text": "c"}]
""",
    )


def test_an_error_and_a_mask_are_seen_as_they_would_leave(tmp_path: Path) -> None:
    run_pytest(
        tmp_path,
        """
import otel_bridge, pytest

@otel_bridge.traced
def fail(secret):
    raise LookupError("nothing")

def test_one(bridge_trace):
    otel_bridge.set_masking_function(lambda value: {"secret": "***"} if value == {"secret": "s"} else value)
    otel_bridge.init_logger(project="p")
    with pytest.raises(LookupError):
        fail("s")
    row = bridge_trace.row("fail")
    assert row["input"] == {"secret": "***"}
    assert "LookupError" in row["error"]
    with pytest.raises(LookupError, match="0 rows are named 'other'; the rows are \\\\['fail'\\\\]"):
        bridge_trace.row("other")

def test_two(bridge_trace):
    assert bridge_trace.rows == []
    assert otel_bridge.current_logger() is None
""",
    )


def test_the_provider_of_the_app_is_used(tmp_path: Path) -> None:
    run_pytest(
        tmp_path,
        """
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider

def test_one(bridge_trace):
    with trace.get_tracer("t").start_as_current_span("a"):
        pass
    assert bridge_trace.row("a")["is_root"]
    assert trace.get_tracer_provider() is PROVIDER

PROVIDER = TracerProvider()
trace.set_tracer_provider(PROVIDER)
""",
    )
