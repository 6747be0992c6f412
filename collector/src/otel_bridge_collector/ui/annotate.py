"""Forms that say something of rows: feedback, and rows that go into a dataset. They take the way of the API."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from otel_bridge.contract.row import Json
from otel_bridge_collector.access import current_access
from otel_bridge_collector.api.errors import RequestError
from otel_bridge_collector.api.feedback_rows import feedback_rows
from otel_bridge_collector.api.place import place_of
from otel_bridge_collector.api.reading import Reader
from otel_bridge_collector.api.writing import RowWriter
from otel_bridge_collector.query.build import binary, logical
from otel_bridge_collector.query.syntax import Literal, Path
from otel_bridge_collector.receive.rules import READ
from otel_bridge_collector.store.objects import Objects
from otel_bridge_collector.ui.form import only, read_fields, read_form
from otel_bridge_collector.ui.json_field import FieldError, FieldFault, json_in
from otel_bridge_collector.ui.listing import PAGE_ROWS, of_object
from otel_bridge_collector.ui.lookup import home_of
from otel_bridge_collector.ui.render import render
from otel_bridge_collector.ui.said import BY, SAID
from otel_bridge_collector.ui.score_fields import Given, given_by, known_tags, score_fields
from otel_bridge_collector.ui.trace_rows import TraceRows
from otel_bridge_collector.ui.urls import SECTIONS, Kind, kind_of, local_path, object_url
from otel_bridge_collector.ui.values import Row

THUMBS: Final = "rating"
"""The score that thumbs give: 1 is up, 0 is down."""

UNTICKED: Final = "unticked"
"""Of the URL of a table to which somebody is led back who ticked nothing: the dataset that was chosen."""

_FEEDBACK: Final = (
    "object_type", "object_id", "id", "to", "thumb", "score", "percent", "comment", "expected", "expected_as", "tags",
)  # fmt: skip
_NO_FIELDS: Final = Given(scores={}, expected=None)
_WHOLE: Final = 100
_COPIED: Final = ("id", "created", "input", "expected", "output", "metadata", "tags")


class Annotations:
    """Takes what people say of rows."""

    def __init__(self, objects: Objects, reader: Reader, writer: RowWriter) -> None:
        self._objects = objects
        self._reader = reader
        self._writer = writer

    async def feedback(self, request: Request) -> Response:
        """Keep feedback on one row, and show the page that it came from; what is wrong is shown at its place, and nothing is kept."""
        given = await read_form(request)
        kind, row_id = kind_of(given.get("object_type")), given.get("id", "")
        placed = place_of(self._objects, kind, given.get("object_id", ""))
        fields = score_fields(self._objects, placed.project_id)
        only(given, *_FEEDBACK, *(field.field for field in fields))
        try:
            said = feedback_of(given, row_id, given_by(fields, given))
        except FieldError as error:
            return await self._again(request, kind, given, error)
        await self._writer.write(feedback_rows(0, said, placed.ids))
        return RedirectResponse(local_path(given.get("to", "")), HTTPStatus.SEE_OTHER)

    async def collect(self, request: Request) -> Response:
        """Write the chosen rows into a dataset, and show it; a row that is chosen again takes the place of its copy."""
        fields = await read_fields(request)
        given = dict(fields)
        only(given, "object_type", "object_id", "to", "dataset", "row")
        chosen = list(dict.fromkeys(value for name, value in fields if name == "row"))[:PAGE_ROWS]
        if not chosen:
            return _none_ticked(given)
        kind, object_id = kind_of(given.get("object_type")), given.get("object_id", "")
        home_of(self._objects, kind, object_id)
        project, _ = home_of(self._objects, "dataset", given.get("dataset", ""))
        dataset = self._objects.in_projects.get(given["dataset"])
        is_chosen = [binary("eq", Path(parts=("id",)), Literal(value=each)) for each in chosen]
        query = of_object(kind, object_id, logical("or", is_chosen), fields=_COPIED, limit=PAGE_ROWS)
        rows = (await self._reader.read(query)).answer.data
        if dataset is None or not rows:
            raise RequestError(
                "the chosen rows are gone",
                code="badForm",
                status=HTTPStatus.NOT_FOUND,
                hint="load the page again",
            )
        origin: Mapping[str, Json] = {"object_type": kind, "object_id": object_id}
        await self._writer.write([_record(row, dataset.id, origin) for row in rows])
        return RedirectResponse(object_url(dataset, project), HTTPStatus.SEE_OTHER)

    async def _again(
        self, request: Request, kind: Kind, given: Mapping[str, str], error: FieldError
    ) -> Response:
        """Show the form as it was sent, with what is wrong in it, beside the row that it is about."""
        object_id = given.get("object_id", "")
        project, name = home_of(self._objects, kind, object_id)
        row: Row = {"id": given.get("id", ""), "is_root": True, "scores": None}
        if may_read := current_access().may(READ):
            row = await TraceRows(self._reader).named(kind, object_id, given.get("id", ""))
        return render(
            request,
            "feedback",
            status=HTTPStatus.BAD_REQUEST,
            project=project,
            section=SECTIONS[kind],
            kind=kind,
            object_id=object_id,
            object_name=name,
            row=row,
            may_read=may_read,
            to=local_path(given.get("to", "")),
            fields=score_fields(self._objects, project.id),
            known_tags=known_tags(self._objects, project.id),
            typed=given,
            error=error,
        )


def feedback_of(given: Mapping[str, str], row_id: str, in_fields: Given = _NO_FIELDS) -> Mapping[str, Json]:
    """Return what a form says of a row, as the body of the API's feedback has it.

    Args:
        given: the form.
        row_id: of the row.
        in_fields: what it says in the fields of the project; what is expected counts less than what was typed.

    Raises:
        FieldError: a score is no percentage, `expected` is no JSON where it shall be, or nothing is said.
    """
    scores: dict[str, Json] = {**in_fields.scores, **_scores(given)}
    expected, is_json = given.get("expected", ""), given.get("expected_as") == "json"
    if not expected.strip() and in_fields.expected is not None:
        expected, is_json = in_fields.expected, False
    tags = list(dict.fromkeys(tag for each in given.get("tags", "").split(",") if (tag := each.strip())))
    said: Mapping[str, Json] = {
        **({"scores": scores} if scores else {}),
        **({"expected": _parsed(expected) if is_json else expected} if expected.strip() else {}),
        **({"tags": list[Json](tags)} if tags else {}),
        **({"comment": comment} if (comment := given.get("comment", "").strip()) else {}),
    }
    if not said:
        raise _wrong("Feedback", "it says nothing yet: fill in one field at least", "comment")
    beside: list[Json] = [name for name in ("expected", "tags") if name in said]
    by = current_access().name
    metadata: Mapping[str, Json] = {**({BY: by} if by else {}), **({SAID: beside} if beside else {})}
    return {**said, "id": row_id, "source": "app", "metadata": metadata}


def _scores(given: Mapping[str, str]) -> dict[str, Json]:
    if thumb := given.get("thumb"):
        return {THUMBS: 1 if thumb == "up" else 0}
    name, percent = given.get("score", "").strip(), given.get("percent", "").strip()
    if not name and not percent:
        return {}
    try:
        score = float(percent) / _WHOLE
    except ValueError:
        score = -1.0
    if not name:
        raise _wrong("Score", "a score is a name and a number from 0 to 100; the name is missing", "score")
    if not 0 <= score <= 1:
        raise _wrong("Score", "a score is a name and a number from 0 to 100", "percent")
    return {name: score}


def _parsed(text: str) -> Json:
    parsed = json_in("Expected", text)
    if isinstance(parsed, FieldFault):
        raise FieldError(parsed, "expected")
    return parsed


def _record(row: Mapping[str, Json], dataset_id: str, origin: Mapping[str, Json]) -> Mapping[str, Json]:
    """Return the record of a row: its output stands where nothing was expected."""
    expected = row.get("expected")
    return {
        "id": row["id"],
        "dataset_id": dataset_id,
        "input": row.get("input"),
        "expected": row.get("output") if expected is None else expected,
        "metadata": row.get("metadata"),
        "tags": row.get("tags"),
        "origin": {**origin, "id": row["id"], "created": row.get("created")},
    }


def _none_ticked(given: Mapping[str, str]) -> Response:
    """Lead back to the table, whose form says what is missing beside the dataset that was chosen.

    Raises:
        RequestError: the form did not say which table.
    """
    path, _, query = given.get("to", "").partition("?")
    if not path:
        raise RequestError(
            "no row is ticked", code="badForm", hint="tick those that are to go into the dataset"
        )
    asked = [each for each in parse_qsl(query) if each[0] != UNTICKED]
    back = f"{path}?{urlencode([*asked, (UNTICKED, given.get('dataset', ''))])}"
    return RedirectResponse(local_path(back), HTTPStatus.SEE_OTHER)


def _wrong(field: str, message: str, name: str) -> FieldError:
    return FieldError(FieldFault(field=field, message=message), name)
