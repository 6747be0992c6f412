"""An answer that comes in parts: a reader that takes none for a while is hung up on, since something is held for it meanwhile."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping

from starlette.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send

logger = logging.getLogger(__name__)

STALLED_S = 60.0
"""How long a reader may take nothing."""


class Streamed(StreamingResponse):
    """See the module."""

    def __init__(
        self,
        parts: AsyncIterator[bytes],
        what: str,
        *,
        media_type: str,
        headers: Mapping[str, str],
        stalled_s: float = STALLED_S,
    ) -> None:
        """Answer with parts.

        Args:
            parts: of the body.
            what: it is, for the log.
            media_type: of the body.
            headers: of the answer.
            stalled_s: how long a reader may take nothing.
        """
        super().__init__(parts, media_type=media_type, headers=headers)
        self._what, self._stalled_s = what, stalled_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answer; without the end of its body the connection is closed."""
        has_stalled = asyncio.Event()

        async def send_soon(message: Message) -> None:
            try:
                async with asyncio.timeout(self._stalled_s):
                    await send(message)
            except TimeoutError:
                has_stalled.set()
                raise

        try:
            await super().__call__(scope, receive, send_soon)
        except Exception:
            if not has_stalled.is_set():
                raise
            logger.warning("%s was given up: its reader took nothing for %g s", self._what, self._stalled_s)
