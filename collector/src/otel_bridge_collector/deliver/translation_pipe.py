"""What the sidecar and its process for translation say to each other: a byte that says what it is, and what it is about."""

from collections.abc import Mapping
from typing import Final

from otel_bridge_collector.deliver.request_rows import OtlpSignal

PYTHON_ALONE: Final = "python-alone"
"""An argument of the process: it uses no compiled translator."""

READY: Final = b"r"
"""From the process, once: it takes requests."""

MARK_OF: Final[Mapping[OtlpSignal, bytes]] = {"traces": b"t", "logs": b"l"}
"""Before the payload of a request."""

SIGNAL_OF: Final[Mapping[bytes, OtlpSignal]] = {mark: signal for signal, mark in MARK_OF.items()}

TRANSLATED: Final = b"w"
"""Before packed rows."""

FAILED: Final = b"f"
"""Alone: the request cannot be translated there."""

MAX_PAYLOAD: Final = 2 << 20
"""Bytes of a request that is translated there; larger ones would make a second process large."""
