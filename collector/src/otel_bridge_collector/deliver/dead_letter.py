"""Dead letters: records that a destination will never take, kept with the reason. It retries nothing.

One JSON object a line: `seq`, `reason`, the routing's fields, and `payload` in base64, from which the record can
be sent again.
"""

import base64
import logging
import os
from dataclasses import asdict
from pathlib import Path

import orjson

from otel_bridge_collector.spool.record import Record

logger = logging.getLogger(__name__)


class DeadLetters:
    """The file of one destination."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def bury(self, record: Record, reason: str) -> None:
        """Append a record durably. A record that was buried before a crash may stand there twice.

        Raises:
            OSError: the file cannot be written.
        """
        letter = {
            "seq": record.seq,
            "reason": reason,
            **asdict(record.routing),
            "payload": base64.b64encode(record.payload).decode("ascii"),
        }
        with self._path.open("ab") as file:
            file.write(orjson.dumps(letter) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        # The reason may quote a value, so it stands in the file only.
        logger.error("record %d will never pass; it lies in %s", record.seq, self._path)
