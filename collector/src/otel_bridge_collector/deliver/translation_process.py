"""The sidecar's side of a process that translates: begun, asked one request at a time, ended. When it is worth one, `shared_translation` decides."""

import subprocess
import sys
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Final, Self

from otel_bridge_collector.deliver.packed_rows import unpack_rows
from otel_bridge_collector.deliver.request_rows import OtlpSignal, RequestRows
from otel_bridge_collector.deliver.translation_pipe import MARK_OF, PYTHON_ALONE, TRANSLATED

_MODULE: Final = "otel_bridge_collector.deliver.translation_worker"
_PATIENCE_S: Final = 30.0
"""How long its start or an answer may take; a request takes some milliseconds."""


class ProcessLostError(Exception):
    """The process is of no more use; the text says why."""


class TranslationProcess:
    """A process that translates. The thread that begins it must live as long as it does."""

    def __init__(self, process: "subprocess.Popen[bytes]", pipe: "Connection[bytes, bytes]") -> None:
        self._process = process
        self._pipe = pipe

    @classmethod
    def begin(cls, *, is_native: bool = True) -> Self:
        """Begin one, and return when it takes requests.

        Args:
            is_native: whether it may use the compiled translator.

        Raises:
            ProcessLostError: it cannot be begun, or ends at once.
        """
        try:
            ours, theirs = Pipe()
        except OSError as error:
            raise ProcessLostError(f"there is no pipe for it: {error.strerror}") from error
        try:
            with theirs:
                process = subprocess.Popen(  # noqa: S603 - our own program
                    [sys.executable, "-I", "-m", _MODULE, str(theirs.fileno()), *([] if is_native else [PYTHON_ALONE])],
                    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                    env={}, pass_fds=[theirs.fileno()], start_new_session=True,
                )  # fmt: skip
        except OSError as error:
            ours.close()
            raise ProcessLostError(f"it cannot be begun: {error.strerror}") from error
        begun = cls(process, ours)
        try:
            begun._answer()  # READY: it says nothing else before it is asked
        except ProcessLostError:
            begun.end()
            raise
        return begun

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    def translate(self, signal: OtlpSignal, payload: bytes) -> RequestRows | None:
        """Return the rows of a request, or None where the process cannot translate it.

        Raises:
            ProcessLostError: it has ended, or does not answer.
        """
        try:
            self._pipe.send_bytes(MARK_OF[signal] + payload)
        except OSError as error:
            raise ProcessLostError("it has ended") from error
        answer = self._answer()
        if answer[:1] != TRANSLATED:
            return None
        try:
            return unpack_rows(answer[1:])
        except (EOFError, TypeError, ValueError) as error:
            raise ProcessLostError("it answers what is no rows") from error

    def end(self) -> None:
        """End it, and wait for that."""
        self._pipe.close()
        self._process.kill()
        self._process.wait()

    def _answer(self) -> bytes:
        try:
            if self._pipe.poll(_PATIENCE_S):
                return self._pipe.recv_bytes()
        except (EOFError, OSError) as error:
            raise ProcessLostError("it has ended") from error
        raise ProcessLostError(f"it has not answered for {_PATIENCE_S:g} s")
