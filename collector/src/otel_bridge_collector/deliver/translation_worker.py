"""The process that translates beside the sidecar: a request comes through a pipe, its rows go back. It delivers nothing.

Run as `python -m otel_bridge_collector.deliver.translation_worker FD`, with the number of its end of the pipe, and with `PYTHON_ALONE` behind it where the
compiled translator is turned off. It ends with the pipe.
"""

import sys
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Final

from otel_bridge_collector.deliver.packed_rows import pack_rows
from otel_bridge_collector.deliver.request_rows import RequestTranslator, python_rows, request_rows
from otel_bridge_collector.deliver.translation_pipe import FAILED, PYTHON_ALONE, READY, SIGNAL_OF, TRANSLATED
from otel_bridge_collector.garbage import search_rarely
from otel_bridge_collector.worker.limits import limit
from otel_bridge_collector.worker.seal import SealError, seal

_MEMORY_BYTES: Final = 128 << 20
"""Of address space: a third is its own, and the largest usual request takes some megabytes. What takes more, the sidecar does, within its own limit."""


def main() -> None:
    """Answer until the pipe is closed."""
    pipe: Connection[bytes, bytes] = Connection(int(sys.argv[1]))
    limit(_MEMORY_BYTES, nice=0)
    search_rarely()
    with suppress(SealError):  # It runs nobody else's code: a seal is one more wall, not the only one.
        seal()
    translate = python_rows if PYTHON_ALONE in sys.argv else request_rows
    pipe.send_bytes(READY)
    with suppress(EOFError, OSError):
        while True:
            pipe.send_bytes(_answer(translate, pipe.recv_bytes()))


def _answer(translate: RequestTranslator, request: bytes) -> bytes:
    try:
        return TRANSLATED + pack_rows(translate(SIGNAL_OF[request[:1]], request[1:]))
    except Exception:  # noqa: BLE001 - the sidecar tries it itself, and says what is wrong
        return FAILED


if __name__ == "__main__":
    main()
