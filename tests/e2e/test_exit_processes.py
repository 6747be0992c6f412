"""Every span arrives exactly once, however the process that made it began and ends."""

import os
import signal
import subprocess
import sys
import textwrap
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.otlp_receiver import OtlpReceiver, otlp_receiver

APP = """
import multiprocessing, os, sys, warnings
import otel_bridge

warnings.simplefilter("ignore", DeprecationWarning)

def work(number):
    otel_bridge.init_logger(project="p").start_span(f"work {number}").end()

def main(method):
    logger = otel_bridge.init_logger(project="p")
    logger.start_span("before").end()
    how, _, method = method.partition(" ")
    context = multiprocessing.get_context(method or "fork")
    if how == "process":
        children = [context.Process(target=work, args=(number,)) for number in range(4)]
        for child in children:
            child.start()
        for child in children:
            child.join()
    elif how == "pool":
        pool = context.Pool(2)
        pool.map(work, range(4))
        pool.close()
        pool.join()
    else:
        children = []
        for number in range(4):
            if (child := os.fork()) == 0:
                work(number)
                if how == "_exit":
                    otel_bridge.flush()
                    os._exit(0)
                sys.exit(0)
            children.append(child)
        for child in children:
            assert os.waitpid(child, 0)[1] == 0
    logger.start_span("after").end()

if __name__ == "__main__":
    main(sys.argv[1])
"""

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


@pytest.fixture
def receiver() -> Iterator[OtlpReceiver]:
    with otlp_receiver() as running:
        yield running


@pytest.mark.parametrize(
    "how", ["fork", "_exit", "process fork", "process spawn", "process forkserver", "pool fork", "pool spawn"]
)
def test_every_span_of_parent_and_children_arrives_once(
    how: str, receiver: OtlpReceiver, tmp_path: Path
) -> None:
    app = tmp_path / "app.py"
    app.write_text(APP)
    environment = {"PATH": os.defpath, "OTEL_BRIDGE_ENDPOINT": receiver.url}

    subprocess.run([sys.executable, str(app), how], env=environment, timeout=60, check=True)

    arrived = Counter(span.name for span in receiver.raw_spans)
    assert arrived == Counter(["before", "after", *(f"work {number}" for number in range(4))])


def run(program: str, receiver: OtlpReceiver, **environment: str) -> int:
    """Run a program whose spans are sent at its end or not at all; return its exit code."""
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        env={
            "PATH": os.defpath,
            "OTEL_BRIDGE_ENDPOINT": receiver.url,
            "OTEL_BRIDGE_SCHEDULE_DELAY_MS": "600000",
            "OTEL_BRIDGE_SHUTDOWN_TIMEOUT_MS": "20000",
            **environment,
        },
        timeout=60,
        check=False,
    ).returncode


def names(receiver: OtlpReceiver) -> list[str]:
    return sorted(span.name for span in receiver.raw_spans)


def test_sigterm_that_nobody_takes_loses_nothing_and_keeps_its_exit_code(receiver: OtlpReceiver) -> None:
    code = run(
        """
        import os, signal, threading
        import otel_bridge
        logger = otel_bridge.init_logger(project="p")
        logger.start_span("ended").end()
        logger.start_span("open")
        os.kill(os.getpid(), signal.SIGTERM)
        threading.Event().wait(20)
        """,
        receiver,
    )

    assert code == -signal.SIGTERM
    assert names(receiver) == ["ended", "open"]


def test_what_ends_after_a_sigterm_that_the_app_takes_is_sent_at_once(receiver: OtlpReceiver) -> None:
    run(
        """
        import os, signal
        signal.signal(signal.SIGTERM, lambda *_: None)
        import otel_bridge
        logger = otel_bridge.init_logger(project="p")
        logger.start_span("before").end()
        os.kill(os.getpid(), signal.SIGTERM)
        logger.start_span("after").end()
        os._exit(0)
        """,
        receiver,
    )

    assert names(receiver) == ["after", "before"]


def test_sigterm_can_be_left_alone(receiver: OtlpReceiver) -> None:
    code = run(
        """
        import os, signal
        import otel_bridge
        otel_bridge.init_logger(project="p")
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
        """,
        receiver,
        OTEL_BRIDGE_FLUSH_ON_SIGTERM="false",
    )

    assert code == 0


@pytest.mark.parametrize(
    "environment",
    [
        pytest.param({"OTEL_BRIDGE_FLUSH_ON_ROOT_END": "true"}, id="asked for"),
        pytest.param({"AWS_LAMBDA_FUNCTION_NAME": "f"}, id="in a place that freezes"),
    ],
)
def test_a_root_that_ended_survives_os_exit(
    environment: dict[str, str], receiver: OtlpReceiver
) -> None:  # R4
    run(
        """
        import os
        import otel_bridge
        logger = otel_bridge.init_logger(project="p")
        for number in range(10):
            if os.fork() == 0:
                with logger.start_span(f"root {number}") as root:
                    root.start_span("child").end()
                    root.log_feedback(comment="c")
                os._exit(0)
        for _ in range(10):
            os.wait()
        os._exit(0)
        """,
        receiver,
        **environment,
    )

    assert names(receiver) == sorted([*(["child"] * 10), *(f"root {number}" for number in range(10))])
    assert len(receiver.records) == 10


def test_tasks_that_are_cancelled_lose_no_span(receiver: OtlpReceiver) -> None:
    run(
        """
        import asyncio
        import otel_bridge
        otel_bridge.init_logger(project="p")

        @otel_bridge.traced
        async def work(number):
            with otel_bridge.start_span(f"part {number}"):
                await asyncio.sleep(60)

        async def main():
            tasks = [asyncio.create_task(work(number)) for number in range(5)]
            await asyncio.sleep(0.01)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

        asyncio.run(main())
        """,
        receiver,
    )

    assert names(receiver) == sorted([*(["work"] * 5), *(f"part {number}" for number in range(5))])


def test_a_fork_that_python_does_not_know_of_delivers(receiver: OtlpReceiver) -> None:  # R2
    run(
        """
        import ctypes, os
        import otel_bridge
        logger = otel_bridge.init_logger(project="p")
        logger.start_span("queued").end()
        # As uwsgi does: the interpreter's lock is kept, the hooks of os.fork are not called.
        if ctypes.PyDLL(None).fork() == 0:
            logger.start_span("in child").end()
            otel_bridge.flush()
            os._exit(0)
        os.wait()
        """,
        receiver,
    )

    assert names(receiver) == ["in child", "queued"]
