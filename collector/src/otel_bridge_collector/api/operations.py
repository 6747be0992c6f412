"""The operations of the API, each with the shapes of its body and its answer: one table for the routes and for their description."""

from collections.abc import Sequence

from otel_bridge_collector.api.attachments import AttachmentsEndpoint
from otel_bridge_collector.api.btql import BtqlEndpoint
from otel_bridge_collector.api.cross_insert import CrossInsertEndpoint
from otel_bridge_collector.api.environments import EnvironmentObjectsEndpoint
from otel_bridge_collector.api.feedback import FeedbackEndpoint
from otel_bridge_collector.api.feedback_token import FIELDS, RowsOf
from otel_bridge_collector.api.kinds import DATASET, DATASET_SNAPSHOT, EXPERIMENT, FUNCTION, Kind
from otel_bridge_collector.api.legacy import InsertFunctionsEndpoint, LegacyEndpoint
from otel_bridge_collector.api.login import LoginEndpoint
from otel_bridge_collector.api.logs3 import Logs3Endpoint
from otel_bridge_collector.api.object_rows import ObjectRowsEndpoint
from otel_bridge_collector.api.objects import ObjectsEndpoint
from otel_bridge_collector.api.operation import JSON, Operation, Tag
from otel_bridge_collector.api.projects import ProjectsEndpoint
from otel_bridge_collector.api.schemas import (
    ANY,
    BOOLEAN,
    COUNT,
    EVENT,
    LIST_QUERY,
    NAME,
    NUMBERS,
    OBJECT,
    OBJECT_OR_NULL,
    PROJECT,
    REFUSED,
    ROW,
    TEXT,
    TEXT_OR_NULL,
    TEXTS,
    VERSION,
    list_of,
    of,
)
from otel_bridge_collector.api.snapshots import RestoreEndpoint, SnapshotsEndpoint
from otel_bridge_collector.api.summaries import Summaries


def service_operations(btql: BtqlEndpoint, login: LoginEndpoint) -> list[Operation]:
    """Return queries, logging in and health."""
    tag = Tag("service")
    organisation = of({"id": TEXT, "name": TEXT, "api_url": TEXT, "proxy_url": TEXT})
    query = of(
        {"query": {"anyOf": [NAME, OBJECT]}},
        {
            "fmt": TEXT,
            "cursor": TEXT_OR_NULL,
            "tz_offset": {"type": ["integer", "string"]},
            "audit_log": BOOLEAN,
        },
    )
    found = of({"data": list_of(OBJECT), "schema": OBJECT}, {"cursor": TEXT, "warnings": list_of(OBJECT)})
    return [
        tag.post(
            "/btql",
            btql.post,
            body=query,
            answer=found,
            answer_types=(JSON, "application/x-ndjson", "text/csv", "application/vnd.apache.parquet"),
        ),
        tag.post("/api/apikey/login", login.login, answer=of({"org_info": list_of(organisation)})),
        tag.get("/ping", login.ping, answer=of({"id": TEXT})),
    ]


def logs3_operations(logs3: Logs3Endpoint) -> list[Operation]:
    """Return where the SDKs send rows."""
    tag = Tag("logs3")
    uploaded = of({"type": {"const": "logs3_overflow"}, "key": TEXT})
    batch = of({"rows": {"anyOf": [list_of(EVENT), uploaded]}}, {"api_version": ANY})
    return [
        tag.get("/version", logs3.version, answer=of({"version": TEXT, "logs3_payload_max_bytes": COUNT})),
        tag.post(
            "/logs3", logs3.post, body=batch, answer=of({"ids": TEXTS, "xact_id": TEXT}, {"refused": REFUSED})
        ),
        tag.post(
            "/logs3/overflow",
            logs3.overflow,
            body=of({}, {"content_type": ANY, "size_bytes": ANY}),
            answer=of({"method": TEXT, "signedUrl": TEXT, "headers": OBJECT, "key": TEXT}),
        ),
        tag.put(
            "/logs3/overflow/{key}",
            logs3.upload,
            body=of({"rows": list_of(EVENT)}),
            answer=OBJECT,
        ),
    ]


def attachment_operations(attachments: AttachmentsEndpoint) -> list[Operation]:
    """Return uploads and downloads."""
    tag = Tag("attachment")
    status = of({"upload_status": {"enum": ["uploading", "done", "error"]}})
    told = {"key": TEXT, "filename": TEXT, "content_type": TEXT, "org_id": TEXT, "url": TEXT}
    return [
        tag.post(
            "/attachment",
            attachments.create,
            body=of({"key": NAME}),
            answer=of({"signedUrl": TEXT, "headers": OBJECT}),
        ),
        tag.get(
            "/attachment", attachments.find, query=told, answer=of({"downloadUrl": TEXT, "status": status})
        ),
        tag.post(
            "/attachment/status", attachments.state, body=of({"key": NAME, "status": status}), answer=OBJECT
        ),
        tag.put(
            "/attachment/data/{token}",
            attachments.upload,
            body=TEXT,
            body_type="application/octet-stream",
            answer=OBJECT,
        ),
        tag.get(
            "/attachment/data/{token}",
            attachments.download,
            answer=ANY,
            answer_types=("application/octet-stream", "*/*"),
        ),
    ]


def project_operations(projects: ProjectsEndpoint) -> list[Operation]:
    """Return projects, also as older SDKs ask for them."""
    tag = Tag("project")
    fields = {"description": TEXT_OR_NULL, "settings": OBJECT_OR_NULL}
    one = "/v1/project/{project_id}"
    listed = of({"objects": list_of(PROJECT)})
    return [
        tag.get("/v1/project", projects.list, query={"project_name": TEXT, **LIST_QUERY}, answer=listed),
        tag.post("/v1/project", projects.create, body=of({"name": NAME}, fields), answer=PROJECT),
        tag.get(one, projects.get, answer=PROJECT),
        tag.patch(
            one,
            projects.change,
            body=of({}, {"name": NAME, **fields}),
            answer=PROJECT,
        ),
        tag.delete(one, projects.delete, answer=PROJECT),
        tag.get("/api/project", projects.find, query={"id": TEXT, "name": TEXT}, answer=PROJECT),
        tag.post(
            "/api/project/register",
            projects.register,
            body=of({}, {"project_name": NAME}),
            answer=of({"project": PROJECT}),
        ),
        tag.post("/api/project/get", projects.find_all, body=of({}, {"name": TEXT}), answer=list_of(PROJECT)),
    ]


def summary_operations(summaries: Summaries) -> list[Operation]:
    """Return experiments and datasets in numbers."""
    tag = Tag("summary")
    names = {"project_name": TEXT, "project_url": TEXT}
    return [
        tag.get(
            "/v1/experiment/{object_id}/summarize",
            summaries.experiment,
            query={"summarize_scores": BOOLEAN, "comparison_experiment_id": TEXT},
            answer=of(
                {**names, "experiment_name": TEXT, "experiment_url": TEXT},
                {"scores": OBJECT, "metrics": OBJECT},
            ),
        ),
        tag.get(
            "/v1/dataset/{object_id}/summarize",
            summaries.dataset,
            query={"summarize_data": BOOLEAN},
            answer=of({**names, "dataset_name": TEXT, "dataset_url": TEXT, "data_summary": OBJECT_OR_NULL}),
        ),
        tag.get(
            "/experiment-comparison2",
            summaries.compare,
            query={"experiment_id": TEXT, "base_experiment_id": TEXT},
            answer=NUMBERS,
        ),
        tag.get(
            "/dataset-summary",
            summaries.count,
            query={"dataset_id": TEXT},
            answer=of({"total_records": COUNT}),
        ),
    ]


def feedback_operations(feedback: FeedbackEndpoint, kinds: Sequence[RowsOf]) -> list[Operation]:
    """Return feedback from browsers, and the tokens for it."""
    tag = Tag("feedback")
    said = {"scores": OBJECT, "expected": ANY, "tags": TEXTS, "comment": TEXT}
    asked = {"scores": TEXTS, "fields": {"type": "array", "items": {"enum": list(FIELDS)}}}
    token = of({"id": NAME}, {**asked, "metadata": OBJECT_OR_NULL, "expires_in_s": {"type": "number"}})
    made = of({"token": TEXT, "expires_in_s": {"type": "number"}})
    return [
        *(
            tag.post(
                f"/v1/{kind}/{{object_id}}/feedback/token",
                feedback.create(kind).post,
                body=token,
                answer=made,
            )
            for kind in kinds
        ),
        tag.post("/v1/feedback", feedback.post, body=of({"token": NAME}, said), answer=of({"status": TEXT})),
    ]


def rows_operations(kind: RowsOf, rows: ObjectRowsEndpoint) -> list[Operation]:
    """Return reads and writes of the rows of one kind of object."""
    tag = Tag(kind)
    path = f"/v1/{kind}/{{object_id}}"
    page = {"limit": COUNT, "cursor": TEXT, "version": VERSION}
    events = of({"events": list_of(ROW), "cursor": TEXT_OR_NULL})
    feedback = of(
        {"id": NAME},
        {
            "scores": OBJECT_OR_NULL,
            "expected": ANY,
            "comment": TEXT_OR_NULL,
            "tags": {"type": ["array", "null"], "items": TEXT},
            "metadata": OBJECT_OR_NULL,
            "source": {"enum": ["app", "api", "external", None]},
        },
    )
    return [
        tag.get(f"{path}/fetch", rows.fetch, query=page, answer=events),
        tag.post(f"{path}/fetch", rows.fetch, body=of({}, page), answer=events),
        tag.post(
            f"{path}/insert",
            rows.insert,
            body=of({"events": list_of(EVENT)}),
            answer=of({"row_ids": TEXTS}, {"refused": REFUSED}),
        ),
        tag.post(
            f"{path}/feedback",
            rows.feedback,
            body=of({"feedback": list_of(feedback)}),
            answer=of({"status": TEXT}, {"refused": REFUSED}),
        ),
    ]


def cross_insert_operation(cross_insert: CrossInsertEndpoint) -> Operation:
    """Return the write of rows for objects of every kind."""
    given = of(
        {}, {"events": {"type": ["array", "null"], "items": EVENT}, "feedback": {"type": ["array", "null"]}}
    )
    kinds = ("project_logs", "experiment", "dataset")
    body = of({}, {kind: {"type": ["object", "null"], "additionalProperties": given} for kind in kinds})
    return Tag("rows").post("/v1/insert", cross_insert.post, body=body, answer=OBJECT)


def object_operations(kind: Kind, endpoint: ObjectsEndpoint) -> list[Operation]:
    """Return the operations of one kind of named object."""
    tag = Tag(kind.name)
    one, answer = f"{kind.path}/{{object_id}}", kind.answer()
    return [
        tag.get(kind.path, endpoint.list, query=kind.query(), answer=of({"objects": list_of(answer)})),
        tag.post(kind.path, endpoint.create, body=kind.body(is_new=True), answer=answer),
        tag.put(
            kind.path,
            endpoint.replace,
            body=kind.body(is_new=True),
            answer=answer,
        ),
        tag.get(one, endpoint.get, query=kind.state_query(), answer=answer),
        tag.patch(
            one,
            endpoint.change,
            body=kind.body(is_new=False),
            answer=answer,
        ),
        tag.delete(one, endpoint.delete, answer=answer),
    ]


def environment_operations(environments: EnvironmentObjectsEndpoint) -> list[Operation]:
    """Return which versions environments use."""
    tag = Tag("environment")
    path = "/environment-object/{object_type}/{object_id}"
    one = f"{path}/{{environment}}"
    answer = of({"object_type": TEXT, "object_id": TEXT, "environment_slug": TEXT, "object_version": TEXT})
    return [
        tag.get(path, environments.list, answer=of({"objects": list_of(answer)})),
        tag.get(one, environments.get, answer=answer),
        tag.put(
            one,
            environments.put,
            body=of({"object_version": VERSION}),
            answer=answer,
        ),
        tag.delete(one, environments.delete, answer=answer),
    ]


def snapshot_operations(snapshots: SnapshotsEndpoint, restore: RestoreEndpoint) -> list[Operation]:
    """Return versions of datasets."""
    tag = Tag("dataset_snapshot")
    path, answer = "/api/dataset_snapshot", DATASET_SNAPSHOT.answer()
    registered = of({"dataset_id": NAME, "dataset_snapshot_name": NAME, "xact_id": NAME}, {"update": BOOLEAN})
    counted = of({"rows_to_restore": COUNT, "rows_to_delete": COUNT})
    back = "/v1/dataset/{object_id}/restore"
    version = of({"version": VERSION})
    return [
        tag.get("/xact-id", snapshots.now, answer=TEXT, answer_types=("text/plain",)),
        tag.post(f"{path}/get", snapshots.find, body=of({"dataset_id": NAME}), answer=list_of(answer)),
        tag.post(
            f"{path}/register", snapshots.register, body=registered, answer=of({"dataset_snapshot": answer})
        ),
        tag.post(f"{path}/patch_id", snapshots.change, body=of({"id": NAME}, {"name": NAME}), answer=answer),
        tag.post(f"{path}/delete_id", snapshots.delete, body=of({"id": NAME}), answer=answer),
        tag.post(f"{back}/preview", restore.preview, body=version, answer=counted),
        tag.post(
            back, restore.restore, body=version, answer=of({"rows_restored": COUNT, "rows_deleted": COUNT})
        ),
    ]


def legacy_operations(legacy: LegacyEndpoint, insert: InsertFunctionsEndpoint) -> list[Operation]:
    """Return what only older SDKs and the JavaScript SDK ask for."""
    tag = Tag("legacy")
    project = {"project_name": TEXT_OR_NULL, "project_id": TEXT_OR_NULL}
    experiment = of({}, {**project, "experiment_name": TEXT_OR_NULL, "base_experiment": TEXT_OR_NULL})
    return [
        tag.post(
            "/api/experiment/register",
            legacy.register_experiment,
            body=experiment,
            answer=of({"project": PROJECT, "experiment": EXPERIMENT.answer()}),
        ),
        tag.post(
            "/api/experiment/get",
            legacy.find_experiments,
            body=experiment,
            answer=list_of(EXPERIMENT.answer()),
        ),
        tag.post(
            "/api/base_experiment/get_id",
            legacy.find_base,
            body=of({"id": TEXT}),
            answer=of({"id": TEXT, "base_exp_id": TEXT, "base_exp_name": TEXT}),
        ),
        tag.post(
            "/api/dataset/register",
            legacy.register_dataset,
            body=of({}, {**project, "dataset_name": TEXT_OR_NULL}),
            answer=of({"project": PROJECT, "dataset": DATASET.answer()}),
        ),
        tag.post(
            "/insert-functions",
            insert.post,
            body=of({"functions": list_of(FUNCTION.body(is_new=True))}),
            answer=of({"functions": list_of(OBJECT)}),
        ),
    ]
