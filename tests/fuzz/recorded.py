"""Requests of real instrumentations, as recorded for the cases of the conventions."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from otel_bridge_collector.decode import otlp_json, protobuf
from tests.fuzz.mutation import Request, attributes_of

RECORDED: Final = Path(__file__).parents[1] / "conventions"


def recorded_requests(folder: Path = RECORDED) -> list[Request]:
    """Return the requests with attributes below `folder`, in OTLP/JSON and in protobuf."""
    files = [file for file in sorted(folder.rglob("*")) if file.name.endswith((".otlp.json", ".binpb"))]
    return [request for file in files if attributes_of(request := _recorded(file))]


def _recorded(file: Path) -> Request:
    decoder = protobuf if file.suffix == ".binpb" else otlp_json
    parse: Callable[[bytes], Request] = decoder.parse_logs if ".logs." in file.name else decoder.parse_traces
    return parse(file.read_bytes())
