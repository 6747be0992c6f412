"""Make room: delete, from time to time, what every destination has and nobody wants to replay. It delivers nothing."""

import asyncio
import logging
from collections.abc import Sequence
from typing import NoReturn

from otel_bridge_collector.spool.cursor import Cursor
from otel_bridge_collector.spool.spool import Spool

logger = logging.getLogger(__name__)


async def trim_regularly(spool: Spool, cursors: Sequence[Cursor], *, interval_s: float = 30.0) -> NoReturn:
    """Trim the spool every `interval_s` until cancelled."""
    while True:
        await asyncio.sleep(interval_s)
        try:
            await asyncio.to_thread(spool.trim, min(cursor.next_seq for cursor in cursors))
        except OSError as error:
            logger.warning("old spool segments cannot be deleted: %s", error)
