"""Make room: delete, from time to time, what every destination has and nobody wants to replay. It delivers nothing."""

import asyncio
import logging
from collections.abc import Callable
from typing import NoReturn

from otel_bridge_collector.spool.spool import Spool

logger = logging.getLogger(__name__)


async def trim_regularly(
    spool: Spool, passed_seq: Callable[[], int], *, interval_s: float = 30.0
) -> NoReturn:
    """Trim the spool every `interval_s` until cancelled.

    Args:
        spool: the spool.
        passed_seq: gives the number below which every destination has everything.
        interval_s: seconds between two trims.
    """
    while True:
        await asyncio.sleep(interval_s)
        try:
            await asyncio.to_thread(spool.trim, passed_seq())
        except OSError as error:
            logger.warning("old spool segments cannot be deleted: %s", error)
