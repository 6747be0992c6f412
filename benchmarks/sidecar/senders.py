"""Senders in a closed loop, over a few connections: each sends its next request when it has the answer to the last."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# (the stubs of grpc leave the types of requests and answers open)

import itertools
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import grpc

_EXPORT: Final = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
_ANSWER_BYTES: Final = 4096
_TIMEOUT_S: Final = 60.0


def send_http(
    address: str,
    bodies: Sequence[bytes],
    *,
    requests: int,
    connections: int = 4,
    headers: Mapping[str, str] | None = None,
) -> float:
    """Send trace requests to `HOST:PORT`, the bodies in turn; return how many seconds it took.

    Raises:
        ConnectionError: an answer was not 200.
    """
    host, _, port = address.rpartition(":")
    more = "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items())

    def run(numbers: "itertools.count[int]") -> None:
        with socket.create_connection((host, int(port)), timeout=_TIMEOUT_S) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while (number := next(numbers)) < requests:
                _post(connection, address, bodies[number % len(bodies)], more)

    return _in_threads(run, connections)


def send_grpc(address: str, bodies: Sequence[bytes], *, requests: int, connections: int = 4) -> float:
    """Send the same over gRPC.

    Raises:
        grpc.RpcError: an answer was not OK.
    """

    def run(numbers: "itertools.count[int]") -> None:
        with grpc.insecure_channel(address, options=[("grpc.use_local_subchannel_pool", 1)]) as channel:
            export = channel.unary_unary(_EXPORT, _as_is, _as_is)
            while (number := next(numbers)) < requests:
                export(bodies[number % len(bodies)], timeout=_TIMEOUT_S)

    return _in_threads(run, connections)


def _in_threads(run: Callable[["itertools.count[int]"], None], connections: int) -> float:
    numbers = itertools.count()
    faults: list[Exception] = []

    def guarded() -> None:
        try:
            run(numbers)
        except Exception as error:  # noqa: BLE001 - told to the caller below
            faults.append(error)

    threads = [threading.Thread(target=guarded, daemon=True) for _ in range(connections)]
    start_s = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    return time.perf_counter() - start_s


def _post(connection: socket.socket, host: str, body: bytes, more: str) -> None:
    head = f"POST /v1/traces HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/x-protobuf\r\ncontent-length: {len(body)}\r\n{more}\r\n"
    connection.sendall(head.encode())
    connection.sendall(body)
    answer = b""
    while not _is_whole(answer):
        received = connection.recv(_ANSWER_BYTES)
        if not received:
            raise ConnectionError("the connection ended before its answer")
        answer += received
    if not answer.startswith(b"HTTP/1.1 200"):
        raise ConnectionError(f"answered {answer[:200]!r}")


def _is_whole(answer: bytes) -> bool:
    head, found, body = answer.partition(b"\r\n\r\n")
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return bool(found) and len(body) >= (int(lengths[0].partition(b":")[2]) if lengths else 0)


def _as_is(body: bytes) -> bytes:
    return body
