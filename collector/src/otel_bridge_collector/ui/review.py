"""The review of a project: one row after the other that nobody has said anything of, and the forms to say it. It writes nothing."""

from dataclasses import replace
from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from otel_bridge.contract.row import Json
from otel_bridge_collector.api.reading import Reader
from otel_bridge_collector.query.build import logical
from otel_bridge_collector.query.parser import parse_expression
from otel_bridge_collector.query.syntax import Call, Literal, Query, Selected
from otel_bridge_collector.store.objects import Objects
from otel_bridge_collector.ui.listing import (
    RANGES,
    UNREVIEWED,
    VIEWS,
    Listing,
    condition_of,
    of_object,
    read_asked,
    read_or_fault,
)
from otel_bridge_collector.ui.lookup import find_project
from otel_bridge_collector.ui.render import render
from otel_bridge_collector.ui.score_fields import known_tags, score_fields
from otel_bridge_collector.ui.tag_colors import tag_colors

QUEUES: Final = {name: filter_ for name, filter_ in VIEWS.items() if filter_ != UNREVIEWED}
"""What the queue can be narrowed to with one click."""


class Review:
    """Shows the queue of a project, row by row."""

    def __init__(self, objects: Objects, reader: Reader) -> None:
        self._objects = objects
        self._reader = reader

    async def page(self, request: Request) -> Response:
        """Show the next row that is waiting; what the URL filters by narrows the queue."""
        project = find_project(self._objects, request.path_params["project"])
        asked = read_asked(request)

        async def read() -> Listing:
            given = condition_of("project_logs", asked)
            is_new = parse_expression(UNREVIEWED)
            waiting = logical("and", (is_new, given) if given else (is_new,))
            query = of_object("project_logs", project.id, waiting, limit=1, cursor=asked.cursor or None)
            answer = (await self._reader.read(query)).answer
            return Listing(
                asked=asked,
                rows=tuple(answer.data),
                next_cursor=answer.cursor,
                count=await self._count(query),
            )

        listing = await read_or_fault(asked, read)
        return render(
            request,
            "review",
            status=HTTPStatus.BAD_REQUEST if listing.fault else HTTPStatus.OK,
            project=project,
            section="review",
            kind="project_logs",
            object_id=project.id,
            listing=listing,
            fields=score_fields(self._objects, project.id),
            known_tags=known_tags(self._objects, project.id),
            tag_colors=tag_colors(self._objects, project.id),
            row=next(iter(listing.rows), None),
            ranges=RANGES,
            views=QUEUES,
        )

    async def _count(self, query: Query) -> int:
        counted = Selected(expression=Call(name="count", arguments=(Literal(value=1),)), alias="waiting")
        asked = replace(query, select=(), measures=(counted,), cursor=None)
        (found,) = (await self._reader.read(asked)).answer.data or ({},)
        waiting: Json = found.get("waiting")
        return int(waiting) if isinstance(waiting, int | float) else 0
