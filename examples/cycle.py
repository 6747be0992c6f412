"""The cycle of Braintrust's workflow beside a sidecar of its own and a fake model: see `cycle_app.py`.

Everything runs on free ports of 127.0.0.1 and in a temporary folder, and is stopped at the end.

Run: python examples/cycle.py
"""

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from demo import DEADLINE_S, sidecar
from fake_openai import fake_openai

APP: Final = Path(__file__).with_name("cycle_app.py")


def main() -> None:
    """Start both servers, and run the app as a process of its own."""
    with (
        TemporaryDirectory(prefix="otel-bridge-cycle-") as folder,
        sidecar(Path(folder)) as ready,
        fake_openai() as openai_url,
    ):
        environment = os.environ | {  # noqa: TID251 - the example hands its own environment on
            "BRAINTRUST_API_URL": ready["api"],
            "BRAINTRUST_APP_URL": ready["api"],
            "BRAINTRUST_API_KEY": "any",
            "OPENAI_BASE_URL": openai_url,
        }
        subprocess.run([sys.executable, str(APP)], env=environment, check=True, timeout=2 * DEADLINE_S)


if __name__ == "__main__":
    main()
