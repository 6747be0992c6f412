"""Rows that were rated, shown anew when their project's settings change."""

from collections.abc import Awaitable, Callable
from typing import Final

import anyio.to_thread

from otel_bridge.contract.row import Json
from otel_bridge_collector.api.reading import TIMEOUT_S
from otel_bridge_collector.api.writing import RowWriter
from otel_bridge_collector.store.columns import OBJECT_ID_FIELDS, ROWS_TABLE
from otel_bridge_collector.store.confined import Selects
from otel_bridge_collector.store.interface import Statement

_BATCH: Final = 1_000
_RATED: Final = (
    "SELECT object_type, object_id, id FROM "  # noqa: S608 - our own names
    f"{ROWS_TABLE} WHERE project_id = $project_id AND base IS NOT NULL AND scores IS NOT NULL"
)


class Ratings:
    """Knows which rows have ratings."""

    def __init__(self, store: Selects, writer: RowWriter, caught_up: Callable[[], Awaitable[bool]]) -> None:
        self._store = store
        self._writer = writer
        self._caught_up = caught_up

    async def show_again(self, project_id: str) -> None:
        """Write to each rated row of a project that nothing changes: the store then puts it together anew.

        Raises:
            RequestError: the spool cannot take it now.
        """
        await self._caught_up()
        found = await anyio.to_thread.run_sync(self._rated, project_id)
        rows: list[Json] = [
            {OBJECT_ID_FIELDS[object_type]: object_id, "id": row_id, "_is_merge": True}
            for object_type, object_id, row_id in found
        ]
        for start in range(0, len(rows), _BATCH):
            await self._writer.write(rows[start : start + _BATCH])

    def _rated(self, project_id: str) -> list[tuple[str, str, str]]:
        statement = Statement(sql=_RATED, parameters={"project_id": project_id})
        return [(str(a), str(b), str(c)) for a, b, c in self._store.select(statement, timeout_s=TIMEOUT_S)]
