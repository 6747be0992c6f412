"""What the log of an app says where a real sidecar does not take its spans."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.support.collector import Collector, running_collector
from tests.support.keys import make_key

pytestmark = pytest.mark.one_python

PROGRAM = """
import logging, sys
from otel_bridge import init_logger
logging.basicConfig(level=logging.WARNING)
logger = init_logger(project="p")
logger.start_span("work", input="x" * int(sys.argv[1])).end()
logger.flush()
"""


@pytest.fixture(scope="module")
def collector(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collector]:
    small = {"OTEL_BRIDGE_MAX_BODY_BYTES": "2048"}
    with running_collector(
        tmp_path_factory.mktemp("refusing") / "data", "--require-keys", env=small
    ) as running:
        yield running


@pytest.mark.parametrize(
    ("scope", "size", "said", "remedy"),
    [
        pytest.param("", 1, "it answered 401: a key is needed here", "set OTEL_BRIDGE_API_KEY", id="no key"),
        pytest.param("read", 1, "it answered 403: this needs a key with the scope ingest", "keys create", id="a key to read"),
        pytest.param("ingest", 90_000, "it answered 413: the body has more than 2048 bytes", "OTEL_BRIDGE_MAX_BODY_BYTES", id="too large"),
    ],
)  # fmt: skip
def test_the_answers_own_words_and_what_mends_it(
    collector: Collector, scope: str, size: int, said: str, remedy: str
) -> None:
    key = {"OTEL_BRIDGE_API_KEY": make_key(collector.data_dir, scope)} if scope else {}

    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(size)],
        env={"OTEL_BRIDGE_ENDPOINT": collector.otlp_http, "PATH": "", **key},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    (line,) = [line for line in ran.stderr.splitlines() if "spans lost on the way" in line]
    assert said in line
    assert remedy in line
    assert "is the sidecar running?" not in line
