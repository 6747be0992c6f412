"""An app in a process of its own."""

import os
import subprocess
import sys
import textwrap

from tests.support.otlp_receiver import OtlpReceiver


def run_program(
    program: str, receiver: OtlpReceiver | None = None, python: str = sys.executable, **environment: str
) -> str:
    """Run a program whose spans go to the receiver, or nowhere; return what it said on stderr."""
    endpoint = receiver.url if receiver else "http://127.0.0.1:9"
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}  # noqa: TID251 - for the child
    finished = subprocess.run(
        [python, "-c", textwrap.dedent(program)],
        env={**inherited, "OTEL_BRIDGE_ENDPOINT": endpoint, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return finished.stderr
