"""Every span arrives exactly once, however the process that made it began and ends."""

import os
import subprocess
import sys
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
