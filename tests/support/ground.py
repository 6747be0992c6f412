"""What destinations stand on, in a folder."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from otel_bridge_collector.deliver.dead_letter import DeadLetters
from otel_bridge_collector.deliver.destination import Destination
from otel_bridge_collector.deliver.media import MediaKeeper
from otel_bridge_collector.deliver.request_rows import request_rows
from otel_bridge_collector.deliver.route import Router
from otel_bridge_collector.deliver.routed_rows import RoutedRows
from otel_bridge_collector.model import RowWrite
from otel_bridge_collector.pipeline.build import Ground
from otel_bridge_collector.spool.cursor import Cursor
from otel_bridge_collector.store.attachments import Attachments
from otel_bridge_collector.store.objects import Objects
from tests.support.sinks import MemorySink


@contextmanager
def ground_in(folder: Path, *, end_seq: int = 1) -> Iterator[Ground]:
    attachments = Attachments(folder / "attachments")
    with closing(Objects(folder / "objects.sqlite")) as objects:
        yield Ground(
            folder=folder,
            objects=objects,
            attachments=attachments,
            router=Router(objects, default_parent="project_id:p"),
            media=MediaKeeper(attachments, min_bytes=0),
            translate_request=request_rows,
            end_seq=lambda: end_seq,
            price=lambda _: None,
        )


def memory_store(ground: Ground, sink: MemorySink) -> Destination[RowWrite]:
    """A destination in the place of the store."""
    return Destination(
        name="store",
        sink=sink,
        cursor=Cursor(ground.folder / "store.cursor"),
        dead_letters=DeadLetters(ground.folder / "store.dead.jsonl"),
        new_preparation=lambda: RoutedRows(ground.router, ground.media),
        replay_file=ground.folder / "store.replay",
    )
