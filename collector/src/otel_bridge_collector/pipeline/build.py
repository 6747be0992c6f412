"""Exporters of the configuration to destinations, each with a sink, a cursor and dead letters of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

from otel_bridge.contract.row import Row
from otel_bridge_collector.config.exporter import (
    BraintrustExporter,
    Exporter,
    FileExporter,
    OtlpExporter,
    OtlpHttpExporter,
)
from otel_bridge_collector.config.model import Config
from otel_bridge_collector.deliver.assembled_rows import AssembledRows
from otel_bridge_collector.deliver.backoff import Backoff
from otel_bridge_collector.deliver.dead_letter import DeadLetters
from otel_bridge_collector.deliver.destination import Destination
from otel_bridge_collector.deliver.forwarded_requests import ForwardedRequests
from otel_bridge_collector.deliver.media import MediaKeeper
from otel_bridge_collector.deliver.preparation import Preparation
from otel_bridge_collector.deliver.request_rows import RequestTranslator
from otel_bridge_collector.deliver.route import Router
from otel_bridge_collector.deliver.routed_rows import RoutedRows
from otel_bridge_collector.deliver.without_canaries import WithoutCanaries
from otel_bridge_collector.pipeline.flow import Flow
from otel_bridge_collector.pipeline.steps import build_steps, request_rules
from otel_bridge_collector.pipeline.tls import build_context, build_credentials
from otel_bridge_collector.sinks.base import Sink
from otel_bridge_collector.sinks.braintrust import BraintrustSink
from otel_bridge_collector.sinks.braintrust_client import BraintrustClient
from otel_bridge_collector.sinks.braintrust_objects import Kind, Named, RemoteObjects
from otel_bridge_collector.sinks.braintrust_upload import AttachmentUploads
from otel_bridge_collector.sinks.otlp import OtlpSink
from otel_bridge_collector.sinks.otlp_grpc import OtlpGrpcOptions, OtlpGrpcTransport
from otel_bridge_collector.sinks.otlp_http import OtlpHttpOptions, OtlpHttpTransport
from otel_bridge_collector.sinks.otlp_request import OtlpRequest
from otel_bridge_collector.sinks.row_file import RowFileOptions, RowFileSink
from otel_bridge_collector.spool.cursor import Cursor
from otel_bridge_collector.store.attachments import Attachments
from otel_bridge_collector.store.objects import Objects

_HOSTED_API: Final = "https://api.braintrust.dev"
_HOSTED_APP: Final = "https://www.braintrust.dev"

AnyDestination: TypeAlias = Destination[Any]
"""A destination of rows or of requests: delivery does not look at what it sends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What destinations stand on.

    Attributes:
        folder: of cursors, dead letters and the like.
        media: keeps what is taken out of rows; None leaves it in them.
        translate_request: what makes rows of requests.
        end_seq: gives the number after the newest record of the spool.
        price: the cost of a row, for conditions.
    """

    folder: Path
    objects: Objects
    attachments: Attachments
    router: Router
    media: MediaKeeper | None
    translate_request: RequestTranslator
    end_seq: Callable[[], int]
    price: Callable[[Row], float | None]


def files_of(name: str) -> str:
    """Return what the names of an exporter's files begin with."""
    return name.replace("/", "+")


def build_destination(
    name: str, exporter: Exporter, flow: Flow, config: Config, ground: Ground
) -> AnyDestination:
    """Return the destination of an exporter.

    Raises:
        SettingsError: a setting that cannot be used.
        OSError: its place cannot be written.
    """
    if exporter.type == "store":
        raise TypeError("the store is built by the composition root")
    sink, close = _sink(name, exporter, ground)
    steps = build_steps(config, flow, ground.price)
    masks = request_rules(config, flow)

    def new_preparation() -> Preparation[Any]:
        if isinstance(exporter, OtlpExporter | OtlpHttpExporter):
            return WithoutCanaries(ForwardedRequests(ground.router, steps, masks))
        rows = RoutedRows(ground.router, ground.media, ground.translate_request)
        return WithoutCanaries(AssembledRows(rows, steps))

    own = ground.folder / files_of(name)
    retry = exporter.retry_on_failure
    return Destination(
        name=name,
        sink=sink,
        cursor=_cursor(own.with_name(f"{own.name}.cursor"), exporter, ground),
        dead_letters=DeadLetters(own.with_name(f"{own.name}.dead.jsonl")),
        new_preparation=new_preparation,
        replay_file=own.with_name(f"{own.name}.replay"),
        backoff=Backoff(
            first_s=retry.initial_interval,
            max_s=retry.max_interval,
            open_after=exporter.circuit_breaker.failures,
        ),
        items=_items,
        close=close,
    )


def _items(write: object) -> int:
    return write.items if isinstance(write, OtlpRequest) else 1


def _cursor(
    path: Path, exporter: BraintrustExporter | OtlpExporter | OtlpHttpExporter | FileExporter, ground: Ground
) -> Cursor:
    """Return the place of an exporter; a new one is noted down at once, so that a crash does not move it."""
    is_new = not path.exists()
    cursor = Cursor(path)
    if is_new and exporter.start_at == "end":
        cursor.advance(ground.end_seq())
    return cursor


def _sink(name: str, exporter: Exporter, ground: Ground) -> tuple[Sink[Any], Callable[[], Any]]:
    match exporter:
        case BraintrustExporter():
            braintrust = _braintrust(name, exporter, ground)
            return braintrust, braintrust.close
        case OtlpExporter():
            grpc = OtlpSink(OtlpGrpcTransport(_grpc_options(exporter)))
            return grpc, grpc.close
        case OtlpHttpExporter():
            http = OtlpSink(OtlpHttpTransport(_http_options(exporter)))
            return http, http.close
        case FileExporter():
            file = RowFileSink(
                RowFileOptions(
                    folder=exporter.directory,
                    prefix=exporter.prefix,
                    format=exporter.format,
                    max_bytes=exporter.rotation.max_size,
                    max_age_s=exporter.rotation.max_age,
                )
            )
            return file, file.close
        case _:
            raise TypeError(f"{name} is no exporter of its own")


def _braintrust(name: str, exporter: BraintrustExporter, ground: Ground) -> BraintrustSink:
    is_hosted = exporter.api_url.rstrip("/") == _HOSTED_API
    client = BraintrustClient(
        api_url=exporter.api_url,
        app_url=exporter.app_url or (_HOSTED_APP if is_hosted else exporter.api_url),
        api_key=exporter.api_key.get_secret_value(),
        org_name=exporter.org_name,
        timeout_s=exporter.timeout,
    )
    own = ground.folder / files_of(name)
    objects = RemoteObjects(
        client,
        _finder(ground.objects),
        names=exporter.projects,
        path=own.with_name(f"{own.name}.objects.json"),
    )
    waiting = own.with_name(f"{own.name}.attachments.json")
    uploads = AttachmentUploads(client, ground.attachments, waiting) if exporter.attachments else None
    return BraintrustSink(
        client, objects, uploads, max_bytes=exporter.max_request_size, max_rows=exporter.max_request_rows
    )


def _finder(objects: Objects) -> Callable[[Kind, str], Named | None]:
    def find(kind: Kind, object_id: str) -> Named | None:
        if kind == "project":
            project = objects.project(object_id)
            return Named(name=project.name) if project else None
        found = objects.in_projects.get(object_id, even_deleted=True)
        return Named(name=found.name, project_id=found.project_id) if found else None

    return find


def _grpc_options(exporter: OtlpExporter) -> OtlpGrpcOptions:
    return OtlpGrpcOptions(
        target=exporter.endpoint,
        metadata={name.lower(): value.get_secret_value() for name, value in exporter.headers.items()},
        compression=exporter.compression,
        timeout_s=exporter.timeout,
        credentials=build_credentials(exporter.tls),
        server_name=exporter.tls.server_name_override,
    )


def _http_options(exporter: OtlpHttpExporter) -> OtlpHttpOptions:
    base = (exporter.endpoint or "").rstrip("/")
    urls = {"traces": exporter.traces_endpoint, "logs": exporter.logs_endpoint}
    return OtlpHttpOptions(
        urls={signal: url or f"{base}/v1/{signal}" for signal, url in urls.items() if url or base},
        headers={name: value.get_secret_value() for name, value in exporter.headers.items()},
        compression=exporter.compression,
        timeout_s=exporter.timeout,
        tls=build_context(exporter.tls),
    )
