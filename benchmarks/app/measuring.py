"""Run the children, the libraries in turns, so that a change of the machine's mood meets all of them."""

import json
import subprocess
import sys
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

HERE: Final = Path(__file__).parent
ROOT: Final = HERE.parents[1]
_CHILD_S: Final = 180

PEERS: Final = ("fastotel", "langfuse", "logfire")
"""Libraries with an environment of their own; the others are in ours."""

FIRST_NAMES: Final = "otel_bridge and the first names"
"""What follows soon after our import: the names of a traced app, which are imported when they are asked for."""

IMPORTS: Final[Mapping[str, str]] = {
    "bare": "import opentelemetry.sdk.trace.export, opentelemetry.exporter.otlp.proto.http.trace_exporter",
    "otel_bridge": "import otel_bridge",
    FIRST_NAMES: "from otel_bridge import init_logger, start_span, traced",
    "braintrust": "import braintrust",
    "fastotel": "import opentelemetry.sdk.trace, fastotel",
    "langfuse": "import langfuse",
    "logfire": "import logfire",
}

LIBRARIES: Final = tuple(name for name in IMPORTS if name != FIRST_NAMES)

_IMPORT: Final = "import time; begin = time.process_time(); {}; print((time.process_time() - begin) * 1e3)"

Results = dict[str, list[dict[str, Any]]]


def python_of(library: str) -> Path:
    """The interpreter that has `library`."""
    return ROOT / f".venv-bench-{library}" / "bin" / "python" if library in PEERS else Path(sys.executable)


def install(library: str) -> None:
    """Make the environment of a peer, if it is not there."""
    python = python_of(library)
    if library in PEERS and not python.exists():
        subprocess.run([sys.executable, "-m", "venv", python.parents[1]], check=True)
        wanted = [library, "opentelemetry-sdk", "opentelemetry-exporter-otlp-proto-http"]
        subprocess.run([python, "-m", "pip", "install", "-qq", *wanted], check=True)


@contextmanager
def sink(delay_ms: int = 0) -> Generator[str]:
    """The URL of a sink that answers after `delay_ms`."""
    command = [sys.executable, str(HERE / "sink.py"), str(delay_ms)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline() if process.stdout else 0)}"
        finally:
            process.terminate()


def measure(
    libraries: Iterable[str], workload: str, mode: str, *, rounds: int, spans: int = 0, delay_ms: int = 0
) -> Results:
    """Return what the children said, by library; a library whose children fail is left out."""
    found: Results = {}
    with sink(delay_ms) as url:
        for _ in range(rounds):
            for library in libraries:
                command = [python_of(library), HERE / "child.py", library, workload, mode, url, str(spans)]
                line = _line(command)
                if line is not None:
                    found.setdefault(library, []).append(json.loads(line))
    return found


def import_ms(libraries: Iterable[str], rounds: int) -> Results:
    """Return the CPU time of the imports in milliseconds, by library."""
    found: Results = {library: [] for library in libraries}
    for _ in range(rounds + 1):  # the first one writes byte code
        for library, times in found.items():
            line = _line([python_of(library), "-c", _IMPORT.format(IMPORTS[library])])
            if line is not None:
                times.append({"ms": float(line)})
    return {library: times[1:] for library, times in found.items() if times[1:]}


def _line(command: list[Any]) -> str | None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=_CHILD_S, check=False)
    if done.returncode or not done.stdout.strip():
        print(f"{command[2]}: {done.stderr[-300:]}", file=sys.stderr)
        return None
    return done.stdout.strip().splitlines()[-1]
