"""Every span of real servers and workers arrives once: gunicorn with preload, Celery prefork, uvicorn --reload."""

import os
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import httpx
import pytest

from tests.support.otlp_receiver import OtlpReceiver, otlp_receiver, wait_until

BIN: Final = Path(sys.executable).parent
ADDRESS: Final = re.compile(r"http://127\.0\.0\.1:\d+")
TIMEOUT_S: Final = 60

WSGI: Final = """
import otel_bridge
logger = otel_bridge.init_logger(project="p")
logger.start_span("loaded").end()

def app(environ, start_response):
    logger.start_span(f"request {environ['PATH_INFO']}").end()
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"ok"]
"""

ASGI: Final = """
import otel_bridge
logger = otel_bridge.init_logger(project="p")

async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    with logger.start_span(f"VERSION {scope['path']}"):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"VERSION"})
"""

TASKS: Final = """
import celery
import otel_bridge

logger = otel_bridge.init_logger(project="p")
app = celery.Celery("tasks", broker="filesystem://")
app.conf.broker_transport_options = {"data_folder_in": "queue", "data_folder_out": "queue", "polling_interval": 0.05}

@app.task
def work(number):
    logger.start_span(f"work {number}").end()

if __name__ == "__main__":
    for number in range(6):
        work.delay(number)
"""

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


@pytest.fixture
def receiver() -> Iterator[OtlpReceiver]:
    with otlp_receiver() as running:
        yield running


@contextmanager
def server(folder: Path, receiver: OtlpReceiver, *command: str) -> Iterator[Path]:
    """Run a command in `folder`; give the file of what it says. It is terminated at the end."""
    log = folder / "log"
    environment = {
        "PATH": os.defpath,
        "PYTHONPATH": str(folder),
        "OTEL_BRIDGE_ENDPOINT": receiver.url,
        # Longer than the test: only the end of a process can send.
        "OTEL_BRIDGE_SCHEDULE_DELAY_MS": "600000",
        "OTEL_BRIDGE_SHUTDOWN_TIMEOUT_MS": "20000",
    }
    with (
        log.open("w") as said,
        subprocess.Popen(
            [str(BIN / command[0]), *command[1:]], cwd=folder, env=environment, stdout=said, stderr=said
        ) as process,
    ):
        try:
            yield log
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            process.wait(TIMEOUT_S)


def address(log: Path) -> str:
    wait_until(lambda: ADDRESS.search(log.read_text()), TIMEOUT_S)
    return str(ADDRESS.findall(log.read_text())[0])


def get(url: str) -> str:
    text: str = httpx.get(url, timeout=TIMEOUT_S).text
    return text


def is_new(answers: list[str], url: str, app: Path) -> bool:
    """Ask once more; an app that is still old was perhaps written before the reloader looked for the first time.

    A worker that the reloader ends closes the connections that it took and had not read from: those requests were
    never handled, so that they count as not asked.
    """
    try:
        answers.append(get(f"{url}/"))
    except (httpx.ReadError, httpx.RemoteProtocolError):
        return False
    if answers[-1] == "old":
        app.touch()
    return answers[-1] == "new"


def arrived(receiver: OtlpReceiver) -> Counter[str]:
    return Counter(span.name for span in receiver.raw_spans)


def test_gunicorn_that_loads_the_app_before_it_forks(receiver: OtlpReceiver, tmp_path: Path) -> None:
    (tmp_path / "web.py").write_text(WSGI)
    command = ("gunicorn", "--preload", "--workers", "2", "--bind", "127.0.0.1:0", "web:app")

    with server(tmp_path, receiver, *command) as log:
        url = address(log)
        for number in range(6):
            get(f"{url}/{number}")

    assert arrived(receiver) == Counter(["loaded", *(f"request /{number}" for number in range(6))])


def test_uvicorn_that_reloads_the_app(receiver: OtlpReceiver, tmp_path: Path) -> None:
    app = tmp_path / "web.py"
    app.write_text(ASGI.replace("VERSION", "old"))
    command = ("uvicorn", "--reload", "--port", "0", "web:app")

    with server(tmp_path, receiver, *command) as log:
        wait_until(lambda: "startup complete" in log.read_text(), TIMEOUT_S)
        url = address(log)
        answers = [get(f"{url}/")]
        app.write_text(ASGI.replace("VERSION", "new"))
        wait_until(lambda: is_new(answers, url, app), TIMEOUT_S)

    assert arrived(receiver) == Counter(f"{answer} /" for answer in answers)


@pytest.mark.parametrize(
    "options", [(), ("--max-tasks-per-child", "1")], ids=["kept workers", "a worker a task"]
)
def test_celery_workers(options: tuple[str, ...], receiver: OtlpReceiver, tmp_path: Path) -> None:  # R1
    (tmp_path / "queue").mkdir()
    (tmp_path / "tasks.py").write_text(TASKS)
    subprocess.run([sys.executable, "tasks.py"], cwd=tmp_path, check=True, timeout=TIMEOUT_S)
    command = (
        "celery",
        "--app",
        "tasks",
        "worker",
        "--pool",
        "prefork",
        "--concurrency",
        "2",
        "--loglevel",
        "INFO",
    )

    with server(tmp_path, receiver, *command, *options) as log:
        wait_until(lambda: log.read_text().count(" succeeded in ") == 6, TIMEOUT_S)

    assert arrived(receiver) == Counter(f"work {number}" for number in range(6))
