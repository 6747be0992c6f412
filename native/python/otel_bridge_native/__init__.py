"""The compiled receiver and translator of otel-bridge-collector: a library for ctypes, and nothing else."""

from pathlib import Path
from typing import Final

__all__ = ["LIBRARY"]

LIBRARY: Final = Path(__file__).with_name("libotel_bridge_native.so")
"""What cargo has built; where it has not, there is no such file."""
