"""P9: how soon a sidecar takes traffic, what it takes idle, and what above its cap under more than it can take."""

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from benchmarks.overload import memory
from benchmarks.sidecar.figure import Figure, figure
from benchmarks.sidecar.process import cpu_s, quiet

from tests.support.collector import running_command

_OVERLOAD_S: Final = 45


def measure(rounds: int) -> list[Figure]:
    """Start an empty sidecar several times, then overload one by benchmarks/overload.py."""
    ready: list[float] = []
    used: list[float] = []
    idle: list[float] = []
    for _ in range(max(rounds, 3)):
        with tempfile.TemporaryDirectory(prefix="bench-start-") as folder:
            begin_s = time.perf_counter()
            with running_command(Path(folder) / "data") as collector:
                ready.append(time.perf_counter() - begin_s)
                used.append(cpu_s(collector.process.pid))
                quiet(collector.process.pid)
                idle.append(memory(collector.process.pid)["VmRSS"] / 1e6)
    command = [sys.executable, "-m", "benchmarks.overload", "--seconds", str(_OVERLOAD_S)]
    overload = subprocess.run(command, capture_output=True, text=True, check=False)
    print(overload.stdout.strip().splitlines()[-1])
    return [
        figure("P9", "from the start of the process to ready, s", ready, at_most=1.5),
        figure("", "processor time until then, s", used),
        figure("P9", "resident memory when idle, MB", idle, at_most=150),
        figure(
            "P9",
            f"above the cap and 100 MB in {_OVERLOAD_S} s of overload (0: not)",
            [float(overload.returncode)],
            at_most=0,
        ),
    ]
