"""The routes of the API port, apart from those of OTLP. Each resource answers in a module of its own."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from otel_bridge_collector.api import operations
from otel_bridge_collector.api.attachments import AttachmentsEndpoint
from otel_bridge_collector.api.body import json_response
from otel_bridge_collector.api.btql import BtqlEndpoint
from otel_bridge_collector.api.cross_insert import CrossInsertEndpoint
from otel_bridge_collector.api.environments import EnvironmentObjectsEndpoint
from otel_bridge_collector.api.feedback import FeedbackEndpoint
from otel_bridge_collector.api.feedback_token import RowsOf
from otel_bridge_collector.api.kinds import DATASET, DATASET_SNAPSHOT, EXPERIMENT, FUNCTION, KINDS, PROMPT
from otel_bridge_collector.api.legacy import InsertFunctionsEndpoint, LegacyEndpoint
from otel_bridge_collector.api.login import LoginEndpoint
from otel_bridge_collector.api.logs3 import Logs3Endpoint
from otel_bridge_collector.api.object_rows import ObjectRowsEndpoint
from otel_bridge_collector.api.objects import ObjectsEndpoint
from otel_bridge_collector.api.operation import Operation, describe
from otel_bridge_collector.api.projects import ProjectsEndpoint
from otel_bridge_collector.api.ratings import Ratings
from otel_bridge_collector.api.reading import Reader
from otel_bridge_collector.api.snapshots import RestoreEndpoint, SnapshotsEndpoint
from otel_bridge_collector.api.summaries import Summaries
from otel_bridge_collector.api.writing import KeepRows, MaskFields, RowFault, RowWriter
from otel_bridge_collector.store.attachments import Attachments
from otel_bridge_collector.store.confined import Selects
from otel_bridge_collector.store.feedback_secrets import FeedbackSecrets
from otel_bridge_collector.store.objects import Objects

ROW_KINDS: Final[Sequence[RowsOf]] = ("project_logs", "experiment", "dataset")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plane:
    """What the API stands on.

    Attributes:
        store: the rows.
        objects: projects and what belongs to them.
        attachments: the bytes that rows point to.
        feedback_secrets: what feedback tokens are signed with.
        caught_up: awaited before every read; True when the store has what was acknowledged before, False when
            that took too long.
        keep_rows: keeps rows that came as rows.
        row_fault: says why the caller may not write a row.
        masked: returns the fields of an object as they may be kept.
        next_xact: gives transactions to changes of objects.
        reader: runs the queries of the API and of the page, a few of both at a time.
        writer: writes the rows of clients.
    """

    store: Selects
    objects: Objects
    attachments: Attachments
    feedback_secrets: FeedbackSecrets
    caught_up: Callable[[], Awaitable[bool]]
    keep_rows: KeepRows
    row_fault: RowFault
    masked: MaskFields
    next_xact: Callable[[], int]
    reader: Reader = field(init=False)
    writer: RowWriter = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "reader", Reader(self.store, self.objects, self.caught_up))
        object.__setattr__(self, "writer", RowWriter(self.keep_rows, self.row_fault))


def build_routes(plane: Plane, more: Sequence[Operation] = ()) -> list[BaseRoute]:
    """Return the routes of every operation, and that of their description.

    The application that takes them takes `errors.EXCEPTION_HANDLERS` too.
    """
    operations = [*build_operations(plane), *more]
    document = json_response(describe(operations, version=version("otel-bridge-collector")))

    async def openapi(request: Request) -> Response:
        del request
        return document

    return [*(each.route() for each in operations), Route("/openapi.json", openapi, methods=["GET"])]


def build_operations(plane: Plane) -> list[Operation]:
    """Return the operations of the API."""
    reader, writer = plane.reader, plane.writer
    rows: dict[RowsOf, ObjectRowsEndpoint] = {
        kind: ObjectRowsEndpoint(kind, plane.objects, reader, writer) for kind in ROW_KINDS
    }
    endpoints = {
        kind.name: ObjectsEndpoint(kind, plane.objects, plane.next_xact, plane.masked) for kind in KINDS
    }
    experiments, datasets = endpoints[EXPERIMENT.name], endpoints[DATASET.name]
    summaries = Summaries(plane.objects, reader, experiments, datasets)
    ratings = Ratings(plane.store, writer, plane.caught_up)
    insert = InsertFunctionsEndpoint(plane.objects, endpoints[PROMPT.name], endpoints[FUNCTION.name])
    snapshots = SnapshotsEndpoint(plane.objects, endpoints[DATASET_SNAPSHOT.name], plane.next_xact)
    return [
        *operations.service_operations(BtqlEndpoint(reader), LoginEndpoint(plane.objects)),
        *operations.logs3_operations(Logs3Endpoint(writer)),
        *operations.attachment_operations(AttachmentsEndpoint(plane.attachments, plane.masked)),
        *operations.project_operations(ProjectsEndpoint(plane.objects, ratings.show_again, plane.masked)),
        *operations.summary_operations(summaries),
        *(each for kind in ROW_KINDS for each in operations.rows_operations(kind, rows[kind])),
        *operations.feedback_operations(
            FeedbackEndpoint(plane.objects, writer, plane.feedback_secrets), ROW_KINDS
        ),
        operations.cross_insert_operation(CrossInsertEndpoint(rows, writer)),
        *(each for kind in KINDS for each in operations.object_operations(kind, endpoints[kind.name])),
        *operations.environment_operations(EnvironmentObjectsEndpoint(plane.objects, plane.next_xact)),
        *operations.snapshot_operations(snapshots, RestoreEndpoint(datasets, reader, writer)),
        *operations.legacy_operations(
            LegacyEndpoint(plane.objects, experiments, datasets, summaries), insert
        ),
    ]
