"""The routes of the page on the API port. What each needs stands in `receive.rules`, as for every endpoint."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from otel_bridge_collector.api.environments import EnvironmentObjectsEndpoint
from otel_bridge_collector.api.invocation import Invoker
from otel_bridge_collector.api.kinds import DATASET, EXPERIMENT, PROMPT
from otel_bridge_collector.api.objects import ObjectsEndpoint
from otel_bridge_collector.api.routes import Plane
from otel_bridge_collector.api.summaries import Summaries
from otel_bridge_collector.ingest import Ingest
from otel_bridge_collector.settings import Address
from otel_bridge_collector.ui import parameters
from otel_bridge_collector.ui.annotate import Annotations
from otel_bridge_collector.ui.compare import ComparePage
from otel_bridge_collector.ui.dashboard_form import DashboardForms
from otel_bridge_collector.ui.dashboards import Dashboards
from otel_bridge_collector.ui.elsewhere import Elsewhere
from otel_bridge_collector.ui.entrance import CheckKey, Entrance
from otel_bridge_collector.ui.experiments import Experiments
from otel_bridge_collector.ui.kept_views import KeptViews
from otel_bridge_collector.ui.live import Live
from otel_bridge_collector.ui.monitor import Monitor
from otel_bridge_collector.ui.pages import Pages
from otel_bridge_collector.ui.picture import Pictures
from otel_bridge_collector.ui.playground import Playground
from otel_bridge_collector.ui.prompt_forms import PromptForms
from otel_bridge_collector.ui.prompts import Prompts
from otel_bridge_collector.ui.records import Records
from otel_bridge_collector.ui.render import Handler, as_page
from otel_bridge_collector.ui.review import Review
from otel_bridge_collector.ui.runs import Runs
from otel_bridge_collector.ui.script import script_file
from otel_bridge_collector.ui.session import Sessions
from otel_bridge_collector.ui.steps import TraceSteps
from otel_bridge_collector.ui.trace import TracePage
from otel_bridge_collector.ui.words import Words

STYLE: Final = files("otel_bridge_collector.ui").joinpath("static", "style.css").read_bytes()
_STYLE_HEADERS: Final = {"cache-control": "max-age=3600", "x-content-type-options": "nosniff"}


@dataclass(slots=True, kw_only=True)
class OtlpPlace:
    """Where OTLP over HTTP is taken, once that port is open.

    Attributes:
        address: None before.
    """

    is_tls: bool
    address: Address | None = None

    def url(self, request: Request) -> str:
        """Return the URL for a machine that reaches this sidecar by the name that the request used."""
        if self.address is None:
            return f"{str(request.base_url).rstrip('/')}/otel"  # the API port takes OTLP there
        host = request.url.hostname or self.address.host
        return f"{'https' if self.is_tls else 'http'}://{Address(host=host, port=self.address.port)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What the page reaches beside what the API stands on.

    Attributes:
        ingest: takes the test trace.
        invoker: runs the prompts of the playground.
    """

    ingest: Ingest
    invoker: Invoker


def build_ui_routes(
    plane: Plane,
    reach: Reach,
    *,
    sessions: Sessions,
    check_key: CheckKey,
    endpoint: Callable[[Request], str],
    closing: asyncio.Event,
) -> list[Route]:
    """Return the routes of the page.

    Args:
        plane: what the API stands on, as the caller of a request sees it.
        reach: what else the page reaches.
        sessions: who has logged in.
        check_key: says whether a key is valid.
        endpoint: where the browser's machine reaches OTLP over HTTP.
        closing: set when streams are to end.
    """
    reader = plane.reader
    experiments, datasets, saved_prompts = (
        ObjectsEndpoint(kind, plane.objects, plane.next_xact, plane.masked)
        for kind in (EXPERIMENT, DATASET, PROMPT)
    )
    summaries = Summaries(plane.objects, reader, experiments, datasets)
    pages = Pages(plane.objects, reader, summaries, endpoint)
    compared = Experiments(plane.objects, reader, summaries)
    entrance = Entrance(sessions, check_key, reach.ingest, reader)
    annotations = Annotations(plane.objects, reader, plane.writer)
    records = Records(plane.objects, reader, plane.writer, datasets)
    views = KeptViews(plane.objects, plane.next_xact, plane.masked)
    dashboards = Dashboards(plane.objects, reader)
    dashboard_forms = DashboardForms(plane.objects, plane.next_xact, plane.masked)
    prompts = Prompts(plane.objects)
    environments = EnvironmentObjectsEndpoint(plane.objects, plane.next_xact)
    forms = PromptForms(plane.objects, saved_prompts, environments)
    playground = Playground(plane.objects, reader, Runs(reach.invoker, plane.writer), experiments, forms)
    project = "/app/{org}/p/{project}"
    return [
        Route("/", _to_page, methods=["GET"]),
        Route("/ui/style.css", _style, methods=["GET"]),
        Route("/ui/script/{name}", script_file, methods=["GET"]),
        _page("/ui/attachment", Pictures(plane.attachments).show),
        _page("/ui/steps", TraceSteps(plane.objects, reader).steps),
        _page("/ui/login", entrance.login_page, reads=parameters.LOGIN),
        _page("/ui/login", entrance.login, method="POST"),
        _page("/ui/logout", entrance.logout, method="POST"),
        _page("/ui/test-trace", entrance.send_test, method="POST"),
        _page("/ui/feedback", annotations.feedback, method="POST"),
        _page("/ui/dataset-rows", annotations.collect, method="POST"),
        _page("/ui/view", views.keep, method="POST"),
        _page("/ui/view/delete", views.forget, method="POST"),
        _page("/ui/dashboard.json", dashboards.as_json),
        _page("/ui/dashboard", dashboard_forms.save, method="POST"),
        _page("/ui/dashboard/import", dashboard_forms.read_in, method="POST"),
        _page("/ui/dashboard/delete", dashboard_forms.delete, method="POST"),
        _page("/ui/dataset", records.make, method="POST"),
        _page("/ui/record", records.save, method="POST"),
        _page("/ui/record/delete", records.delete, method="POST"),
        _page("/ui/prompt", forms.save, method="POST"),
        _page("/ui/prompt/environment", forms.use, method="POST"),
        _page("/ui/prompt/environment/delete", forms.forget, method="POST"),
        _page("/app", pages.home, reads=parameters.NOTHING),
        _page("/app/{org}/object", TracePage(plane.objects, reader).page, reads=parameters.TRACE),
        _page("/app/{org}/compare", ComparePage(plane.objects, reader).page, reads=parameters.TWO_TRACES),
        _page(project, pages.logs, reads=parameters.LOGS),
        _page(f"{project}/logs", pages.logs, reads=parameters.LOGS),
        _page(f"{project}/logs/live", Live(plane.objects, reader, closing).changes),
        _page(f"{project}/logs/words", Words(plane.objects, reader).words),
        _page(f"{project}/monitor", Monitor(plane.objects, reader).page, reads=parameters.MONITOR),
        _page(f"{project}/dashboard", dashboard_forms.edit_page, reads=parameters.EDITED_DASHBOARD),
        _page(f"{project}/dashboards", dashboards.listing, reads=parameters.NOTHING),
        _page(f"{project}/dashboards/{{name:path}}", dashboards.page, reads=parameters.DASHBOARD),
        _page(f"{project}/review", Review(plane.objects, reader).page, reads=parameters.REVIEW),
        _page(f"{project}/experiments", compared.listing, reads=parameters.EXPERIMENTS),
        _page(f"{project}/comparison", compared.comparison, reads=parameters.COMPARISON),
        _page(f"{project}/experiments/{{name:path}}", pages.experiment, reads=parameters.CASES),
        _page(f"{project}/record", records.edit_page, reads=parameters.RECORD),
        _page(f"{project}/versions", records.versions, reads=parameters.VERSIONS),
        _page(f"{project}/datasets", pages.datasets, reads=parameters.NOTHING),
        _page(f"{project}/datasets/{{name:path}}", pages.dataset, reads=parameters.RECORDS),
        _page(f"{project}/playground", playground.page, reads=parameters.EDITED_PROMPT),
        _page(f"{project}/playground", playground.run, method="POST"),
        _page(f"{project}/prompt", forms.edit_page, reads=parameters.EDITED_PROMPT),
        _page(f"{project}/prompts", prompts.listing, reads=parameters.NOTHING),
        _page(f"{project}/prompts/{{name:path}}", prompts.page, reads=parameters.PROMPT),
        _page("/app/{rest:path}", Elsewhere(plane.objects).page),
    ]


def _page(
    path: str,
    handler: Handler,
    method: str = "GET",
    reads: Sequence[parameters.Parameter] | None = None,
) -> Route:
    """Return the route of a page, with the parameters of its URL; None where nobody reads that as a page."""
    shown = handler if reads is None else parameters.reading(handler, reads)
    return Route(path, as_page(shown), methods=[method])


async def _to_page(request: Request) -> Response:
    del request
    return RedirectResponse("/app")


async def _style(request: Request) -> Response:
    del request
    return Response(STYLE, media_type="text/css", headers=_STYLE_HEADERS)
