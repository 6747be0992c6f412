"""The routes of the API port, apart from those of OTLP. Each resource answers in a module of its own."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from otel_bridge_collector.api.attachments import AttachmentsEndpoint
from otel_bridge_collector.api.btql import BtqlEndpoint
from otel_bridge_collector.api.environments import EnvironmentObjectsEndpoint
from otel_bridge_collector.api.kinds import (
    DATASET,
    DATASET_SNAPSHOT,
    EXPERIMENT,
    FUNCTION,
    KINDS,
    PROMPT,
    Kind,
)
from otel_bridge_collector.api.legacy import InsertFunctionsEndpoint, LegacyEndpoint
from otel_bridge_collector.api.login import LoginEndpoint
from otel_bridge_collector.api.logs3 import Logs3Endpoint
from otel_bridge_collector.api.object_rows import ObjectRowsEndpoint, RowsOf
from otel_bridge_collector.api.objects import ObjectsEndpoint
from otel_bridge_collector.api.projects import ProjectsEndpoint
from otel_bridge_collector.api.ratings import Ratings
from otel_bridge_collector.api.reading import Reader
from otel_bridge_collector.api.snapshots import RestoreEndpoint, SnapshotsEndpoint
from otel_bridge_collector.api.summaries import Summaries
from otel_bridge_collector.api.writing import KeepRows, RowWriter
from otel_bridge_collector.store.attachments import Attachments
from otel_bridge_collector.store.interface import Store
from otel_bridge_collector.store.objects import Objects


@dataclass(frozen=True, slots=True, kw_only=True)
class Plane:
    """What the API stands on.

    Attributes:
        store: the rows.
        objects: projects and what belongs to them.
        attachments: the bytes that rows point to.
        caught_up: awaited before every read; True when the store has what was acknowledged before, False when
            that took too long.
        keep_rows: keeps rows that came as rows.
        next_xact: gives transactions to changes of objects.
    """

    store: Store
    objects: Objects
    attachments: Attachments
    caught_up: Callable[[], Awaitable[bool]]
    keep_rows: KeepRows
    next_xact: Callable[[], int]


def build_routes(plane: Plane) -> list[BaseRoute]:
    """Return the routes; the application that takes them takes `errors.EXCEPTION_HANDLERS` too."""
    reader = Reader(plane.store, plane.objects, plane.caught_up)
    writer = RowWriter(plane.keep_rows)
    endpoints = {kind.name: ObjectsEndpoint(kind, plane.objects, plane.next_xact) for kind in KINDS}
    experiments, datasets = endpoints[EXPERIMENT.name], endpoints[DATASET.name]
    summaries = Summaries(plane.objects, reader, experiments, datasets)
    insert = InsertFunctionsEndpoint(plane.objects, endpoints[PROMPT.name], endpoints[FUNCTION.name])
    return [
        Route("/healthz", _healthz, methods=["GET"]),
        Route("/btql", BtqlEndpoint(reader).post, methods=["POST"]),
        *_login_routes(LoginEndpoint(plane.objects)),
        *_logs3_routes(Logs3Endpoint(writer)),
        *_attachment_routes(AttachmentsEndpoint(plane.attachments)),
        *_project_routes(
            ProjectsEndpoint(plane.objects, Ratings(plane.store, writer, plane.caught_up).show_again)
        ),
        Route("/v1/experiment/{object_id}/summarize", summaries.experiment, methods=["GET"]),
        Route("/v1/dataset/{object_id}/summarize", summaries.dataset, methods=["GET"]),
        *_rows_routes("project_logs", plane.objects, reader, writer),
        *_rows_routes("experiment", plane.objects, reader, writer),
        *_rows_routes("dataset", plane.objects, reader, writer),
        *(route for kind in KINDS for route in _object_routes(kind, endpoints[kind.name])),
        *_environment_routes(EnvironmentObjectsEndpoint(plane.objects, plane.next_xact)),
        *_snapshot_routes(
            SnapshotsEndpoint(plane.objects, endpoints[DATASET_SNAPSHOT.name], plane.next_xact),
            RestoreEndpoint(datasets, reader, writer),
        ),
        Route("/insert-functions", insert.post, methods=["POST"]),
        *_legacy_routes(LegacyEndpoint(plane.objects, experiments, datasets, summaries), summaries),
    ]


def _login_routes(login: LoginEndpoint) -> list[BaseRoute]:
    return [
        Route("/api/apikey/login", login.login, methods=["POST"]),
        Route("/ping", login.ping, methods=["GET"]),
    ]


def _logs3_routes(logs3: Logs3Endpoint) -> list[BaseRoute]:
    return [
        Route("/version", logs3.version, methods=["GET"]),
        Route("/logs3", logs3.post, methods=["POST"]),
        Route("/logs3/overflow", logs3.overflow, methods=["POST"]),
        Route("/logs3/overflow/{key}", logs3.upload, methods=["PUT"]),
    ]


def _attachment_routes(attachments: AttachmentsEndpoint) -> list[BaseRoute]:
    return [
        Route("/attachment", attachments.create, methods=["POST"]),
        Route("/attachment", attachments.find, methods=["GET"]),
        Route("/attachment/status", attachments.state, methods=["POST"]),
        Route("/attachment/data/{token}", attachments.upload, methods=["PUT"]),
        Route("/attachment/data/{token}", attachments.download, methods=["GET"]),
    ]


def _project_routes(projects: ProjectsEndpoint) -> list[BaseRoute]:
    return [
        Route("/v1/project", projects.list, methods=["GET"]),
        Route("/v1/project", projects.create, methods=["POST"]),
        Route("/v1/project/{project_id}", projects.get, methods=["GET"]),
        Route("/v1/project/{project_id}", projects.change, methods=["PATCH"]),
        Route("/v1/project/{project_id}", projects.delete, methods=["DELETE"]),
        Route("/api/project", projects.find, methods=["GET"]),
        Route("/api/project/register", projects.register, methods=["POST"]),
        Route("/api/project/get", projects.find_all, methods=["POST"]),
    ]


def _rows_routes(kind: RowsOf, objects: Objects, reader: Reader, writer: RowWriter) -> list[BaseRoute]:
    rows = ObjectRowsEndpoint(kind, objects, reader, writer)
    path = f"/v1/{kind}/{{object_id}}"
    return [
        Route(f"{path}/fetch", rows.fetch, methods=["GET", "POST"]),
        Route(f"{path}/insert", rows.insert, methods=["POST"]),
        Route(f"{path}/feedback", rows.feedback, methods=["POST"]),
    ]


def _object_routes(kind: Kind, endpoint: ObjectsEndpoint) -> list[BaseRoute]:
    path = kind.path
    return [
        Route(path, endpoint.list, methods=["GET"]),
        Route(path, endpoint.create, methods=["POST"]),
        Route(path, endpoint.replace, methods=["PUT"]),
        Route(f"{path}/{{object_id}}", endpoint.get, methods=["GET"]),
        Route(f"{path}/{{object_id}}", endpoint.change, methods=["PATCH"]),
        Route(f"{path}/{{object_id}}", endpoint.delete, methods=["DELETE"]),
    ]


def _environment_routes(environments: EnvironmentObjectsEndpoint) -> list[BaseRoute]:
    path = "/environment-object/{object_type}/{object_id}"
    return [
        Route(path, environments.list, methods=["GET"]),
        Route(f"{path}/{{environment}}", environments.get, methods=["GET"]),
        Route(f"{path}/{{environment}}", environments.put, methods=["PUT"]),
        Route(f"{path}/{{environment}}", environments.delete, methods=["DELETE"]),
    ]


def _snapshot_routes(snapshots: SnapshotsEndpoint, restore: RestoreEndpoint) -> list[BaseRoute]:
    return [
        Route("/xact-id", snapshots.now, methods=["GET"]),
        Route("/api/dataset_snapshot/get", snapshots.find, methods=["POST"]),
        Route("/api/dataset_snapshot/register", snapshots.register, methods=["POST"]),
        Route("/api/dataset_snapshot/patch_id", snapshots.change, methods=["POST"]),
        Route("/api/dataset_snapshot/delete_id", snapshots.delete, methods=["POST"]),
        Route("/v1/dataset/{object_id}/restore/preview", restore.preview, methods=["POST"]),
        Route("/v1/dataset/{object_id}/restore", restore.restore, methods=["POST"]),
    ]


def _legacy_routes(legacy: LegacyEndpoint, summaries: Summaries) -> list[BaseRoute]:
    return [
        Route("/api/experiment/register", legacy.register_experiment, methods=["POST"]),
        Route("/api/experiment/get", legacy.find_experiments, methods=["POST"]),
        Route("/api/base_experiment/get_id", legacy.find_base, methods=["POST"]),
        Route("/api/dataset/register", legacy.register_dataset, methods=["POST"]),
        Route("/experiment-comparison2", summaries.compare, methods=["GET"]),
        Route("/dataset-summary", summaries.count, methods=["GET"]),
    ]


async def _healthz(request: Request) -> Response:
    del request
    return JSONResponse({"status": "ok"})
