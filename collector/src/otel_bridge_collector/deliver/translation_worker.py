"""The process that translates beside the sidecar: a request comes through a pipe, its rows go back. It delivers nothing.

Run as `python -m otel_bridge_collector.deliver.translation_worker FD`, with the number of its end of the pipe. It ends with the pipe.
"""

import sys
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Final

from otel_bridge_collector.deliver.packed_rows import pack_rows
from otel_bridge_collector.deliver.request_rows import request_rows
from otel_bridge_collector.deliver.translation_pipe import FAILED, READY, SIGNAL_OF, TRANSLATED
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
    pipe.send_bytes(READY)
    with suppress(EOFError, OSError):
        while True:
            pipe.send_bytes(_answer(pipe.recv_bytes()))


def _answer(request: bytes) -> bytes:
    try:
        return TRANSLATED + pack_rows(request_rows(SIGNAL_OF[request[:1]], request[1:]))
    except Exception:  # noqa: BLE001 - the sidecar tries it itself, and says what is wrong
        return FAILED


if __name__ == "__main__":
    main()
