"""The routes of the API port, apart from those of OTLP. Each resource answers in a module of its own."""

from collections.abc import Awaitable, Callable
from importlib.metadata import version

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from otel_bridge_collector.api.btql import BtqlEndpoint
from otel_bridge_collector.api.project_logs import ProjectLogsEndpoint
from otel_bridge_collector.api.projects import ProjectsEndpoint
from otel_bridge_collector.api.reading import Reader
from otel_bridge_collector.store.interface import Store
from otel_bridge_collector.store.objects import Objects


def build_routes(store: Store, objects: Objects, caught_up: Callable[[], Awaitable[bool]]) -> list[BaseRoute]:
    """Return the routes; the application that takes them takes `errors.EXCEPTION_HANDLERS` too.

    Args:
        store: the rows.
        objects: projects and experiments.
        caught_up: awaited before every read; True when the store has what was acknowledged before, False
            when that took too long.
    """
    reader = Reader(store, objects, caught_up)
    projects = ProjectsEndpoint(objects)
    return [
        Route("/healthz", _healthz, methods=["GET"]),
        Route("/version", _version, methods=["GET"]),
        Route("/btql", BtqlEndpoint(reader).post, methods=["POST"]),
        Route("/v1/project", projects.list, methods=["GET"]),
        Route("/v1/project", projects.create, methods=["POST"]),
        Route("/v1/project/{project_id}", projects.get, methods=["GET"]),
        Route(
            "/v1/project_logs/{project_id}/fetch", ProjectLogsEndpoint(reader).fetch, methods=["GET", "POST"]
        ),
    ]


async def _healthz(request: Request) -> Response:
    del request
    return JSONResponse({"status": "ok"})


async def _version(request: Request) -> Response:
    del request
    return JSONResponse({"version": version("otel-bridge-collector")})
