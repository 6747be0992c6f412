"""The recorded cases of tests/conventions: OTLP as a real SDK sent it, and the rows that we make of it.

`<convention>/<case>.otlp.json` holds the traces, `<case>.logs.otlp.json` the logs beside them, if any, and
`<case>.row.json` the rows.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson

from otel_bridge.contract.row import Row
from otel_bridge_collector.decode import otlp_json, protobuf
from otel_bridge_collector.model import RowWrite
from otel_bridge_collector.translate import NestedCalls, record_writes, span_writes, summary_of
from otel_bridge_collector.translate.assembly import final_rows

FOLDER: Final = Path(__file__).parents[1] / "conventions"

_TRACES: Final = ".otlp.json"
_LOGS: Final = ".logs.otlp.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One recording.

    Attributes:
        convention: name of the folder.
        name: what was recorded.
    """

    convention: str
    name: str

    @property
    def expected(self) -> Path:
        """Where the rows stand."""
        return self._path(".row.json")

    def traces(self) -> bytes:
        """Return the recorded traces in OTLP/JSON."""
        return self._path(_TRACES).read_bytes()

    def translate(self) -> list[Row]:
        """Return the rows of the recording as the translator makes them now."""
        calls = NestedCalls()
        writes: list[RowWrite] = []
        for span in protobuf.spans(otlp_json.parse_traces(self.traces())):
            if own := span_writes(span):
                writes += [*own, *calls.observe(summary_of(span, own[0].row))]
        if self._path(_LOGS).exists():
            for record in protobuf.log_records(otlp_json.parse_logs(self._path(_LOGS).read_bytes())):
                writes += record_writes(record)
        return final_rows(writes)

    def _path(self, suffix: str) -> Path:
        return FOLDER / self.convention / f"{self.name}{suffix}"


def cases() -> list[Case]:
    """Return every case, in order of its path."""
    recordings = sorted(path for path in FOLDER.rglob(f"*{_TRACES}") if not path.name.endswith(_LOGS))
    return [Case(convention=path.parent.name, name=path.name.removesuffix(_TRACES)) for path in recordings]


def written(rows: list[Row]) -> bytes:
    """Return rows as they stand in a `.row.json`."""
    return orjson.dumps(rows, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)
