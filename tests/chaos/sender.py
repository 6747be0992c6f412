"""One sender: makes requests of spans, rows and feedback, and sends each until it is acknowledged, as SDKs do."""

import gzip
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from threading import Event
from typing import Any, Final

import grpc
import httpx
from backports import zstd
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.chaos.ledger import Ledger
from tests.support.otlp_request import span, to_json, traces

FORMS: Final = ("grpc", "protobuf", "json", "logs3")
_EXPORT: Final = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
_LATER: Final = frozenset({429, 502, 503, 504})
_LATER_CODES: Final = frozenset(
    {
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.DEADLINE_EXCEEDED,
        grpc.StatusCode.CANCELLED,
        grpc.StatusCode.RESOURCE_EXHAUSTED,
    }
)
_PATIENCE_S: Final = 8.0
_RECONNECT: Final = (("grpc.initial_reconnect_backoff_ms", 100), ("grpc.max_reconnect_backoff_ms", 500))
_POISON_SHARE: Final = 0.03
_TRESPASS_SHARE: Final = 0.03
_FEEDBACK_SHARE: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """A project and its key.

    Attributes:
        number: its index.
    """

    number: int
    project_id: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Where a sidecar listens."""

    otlp_grpc: str
    otlp_http: str
    api: str


class Sender:
    """Sends as one tenant in one form; belongs to one thread.

    Attributes:
        stopped: set when what has no answer yet is to be given up.
    """

    def __init__(
        self,
        number: int,
        form: str,
        tenants: Sequence[Tenant],
        ports: Ports,
        ledger: Ledger,
        *,
        chance: Random,
    ) -> None:
        self._number = number
        self._form = form
        self._tenant = tenants[number % len(tenants)]
        self._stranger = tenants[(number + 1) % len(tenants)]
        self._ports = ports
        self._ledger = ledger
        self._chance = chance
        self.stopped = Event()
        self._requests = 0
        self._http = httpx.Client(
            timeout=_PATIENCE_S, headers={"authorization": f"Bearer {self._tenant.key}"}
        )
        self._channel = grpc.insecure_channel(ports.otlp_grpc, options=_RECONNECT)

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()
        self._channel.close()

    def send_next(self) -> int:
        """Make a request and see it acknowledged, with feedback before or after it; return how many rows it had."""
        ids = self._new_ids(self._chance.randint(1, 60))
        poisoned = self._chance.choice(ids) if self._chance.random() < _POISON_SHARE else None
        rated = [each for each in ids[:3] if self._chance.random() < _FEEDBACK_SHARE]
        before = [each for each in rated if self._chance.random() < 0.5]
        self._rate(before)
        if self._chance.random() < _TRESPASS_SHARE:
            self._trespass()
        if self._form == "logs3":
            self._send_rows(ids, poisoned)
        else:
            self._send_spans(ids, poisoned)
        self._rate([each for each in rated if each not in before])
        return len(ids)

    def _new_ids(self, count: int) -> list[str]:
        """Return ids that begin with the tenant and the sender, so that each tells where it belongs."""
        self._requests += 1
        return [
            f"{self._tenant.number + 1:02x}{self._number:02x}{self._requests:08x}{index:04x}"
            for index in range(count)
        ]

    def _send_spans(self, ids: Sequence[str], poisoned: str | None) -> None:
        request = traces(*(_span(each, is_poisoned=each == poisoned) for each in ids))
        if self._form == "json":
            sent = self._until_acknowledged(
                ids, lambda: self._post_otlp(to_json(request), "application/json", self._tenant)
            )
        elif self._form == "protobuf":
            body = request.SerializeToString()
            sent = self._until_acknowledged(
                ids, lambda: self._post_otlp(body, "application/x-protobuf", self._tenant)
            )
        else:
            body = request.SerializeToString()
            sent = self._until_acknowledged(ids, lambda: self._call(body, self._tenant))
        if sent:
            self._ledger.acknowledge(ids, project=self._tenant.number, is_otlp=True, poisoned=poisoned)

    def _send_rows(self, ids: Sequence[str], poisoned: str | None) -> None:
        place = {"project_id": self._tenant.project_id, "log_id": "g"}
        rows = [{"id": each, **place, "input": "poison" if each == poisoned else "in"} for each in ids]
        if self._until_acknowledged(ids, lambda: self._post_api("/logs3", {"rows": rows, "api_version": 2})):
            self._ledger.acknowledge(ids, project=self._tenant.number, is_otlp=False, poisoned=poisoned)
            for each, row in zip(ids[:2], rows, strict=False):
                update = {**row, "_is_merge": True, "output": f"out-{self._chance.randrange(1000)}"}
                if self._until_acknowledged([each], lambda: self._post_api("/logs3", {"rows": [update]})):  # noqa: B023 - called here
                    self._ledger.acknowledge_output(each, str(update["output"]))

    def _rate(self, ids: Sequence[str]) -> None:
        for each in ids:
            score = self._chance.randrange(101) / 100
            path = f"/v1/project_logs/{self._tenant.project_id}/feedback"
            body = {"feedback": [{"id": each, "scores": {"helpful": score}, "source": "external"}]}
            if self._until_acknowledged([each], lambda: self._post_api(path, body)):  # noqa: B023 - called here
                self._ledger.acknowledge_score(each, score, project=self._tenant.number)

    def _trespass(self) -> None:
        """Send spans to another's project, once: whatever the answer, they must be nowhere."""
        ids = self._new_ids(2)
        self._ledger.forbid(ids)
        body = traces(*(_span(each, is_poisoned=False) for each in ids)).SerializeToString()
        if self._form == "grpc":
            answer = self._call(body, self._stranger)
        else:
            answer = self._post_otlp(body, "application/x-protobuf", self._stranger)
        if answer == "ok":
            self._ledger.note_wrong(f"{self._form}: spans for another's project were accepted")

    def _until_acknowledged(self, ids: Sequence[str], send: Callable[[], str]) -> bool:
        """Send until the answer is OK; tell whether it was before everything stopped."""
        while not self.stopped.is_set():
            answer = send()
            if answer == "ok":
                return True
            if answer.startswith("later"):
                self._ledger.count_refusal(answer)
            else:
                self._ledger.note_wrong(f"{self._form}: {answer}")
            time.sleep(self._chance.uniform(0.02, 0.3))
        self._ledger.leave_open(ids)
        return False

    def _post_otlp(self, body: bytes, content_type: str, owner: Tenant) -> str:
        encoding, encode = self._chance.choice(_ENCODINGS)
        headers = {"content-type": content_type, "x-bt-parent": f"project_id:{owner.project_id}"}
        if encoding:
            headers["content-encoding"] = encoding
        return self._post(f"{self._ports.otlp_http}/v1/traces", content=encode(body), headers=headers)

    def _post_api(self, path: str, body: dict[str, Any]) -> str:
        return self._post(f"{self._ports.api}{path}", json=body)

    def _post(self, url: str, **request: Any) -> str:
        try:
            answer = self._http.post(url, **request)
        except httpx.TransportError:
            return "later: no answer"
        if answer.status_code in _LATER:
            return f"later: {answer.status_code}"
        if answer.status_code != 200:
            return f"{answer.status_code} of {answer.request.url.path}: {answer.text[:200]}"
        return "ok" if b"rejected" not in answer.content else f"rejected: {answer.text[:200]}"

    def _call(self, body: bytes, owner: Tenant) -> str:
        export = self._channel.unary_unary(_EXPORT, _plain, _plain)
        metadata = (
            ("authorization", f"Bearer {self._tenant.key}"),
            ("x-bt-parent", f"project_id:{owner.project_id}"),
        )
        try:
            answer = export(body, metadata=metadata, timeout=_PATIENCE_S)
        except grpc.RpcError as error:
            code = error.code()
            return f"later: {code.name}" if code in _LATER_CODES else f"{code.name}: {error.details()}"
        return "ok" if not answer else f"rejected: {answer!r}"


def _span(span_id: str, *, is_poisoned: bool) -> Span:
    made = span(
        int(span_id, 16),
        name="work",
        attributes={"braintrust.input": "poison" if is_poisoned else f"in of {span_id} " + "x" * 200},
    )
    made.trace_id = bytes.fromhex(span_id[:12]) + bytes(10)
    return made


def _plain(body: bytes) -> bytes:
    return body


_ENCODINGS: Final[Sequence[tuple[str, Callable[[bytes], bytes]]]] = (
    ("", _plain),
    ("gzip", gzip.compress),
    ("zstd", zstd.compress),
)
