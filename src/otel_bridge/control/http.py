"""JSON over HTTP with a key: one session, bounded waits, three more tries where a repetition may help.

What goes wrong is told by the status, the receiver's own words on a request with the key, and the kind of the error; never by keys, addresses
with secrets or what was sent.

Source: `braintrust` 0.47.0 SDK, `api/_transport.py`, measured (spec/wire.md section 14).
"""

import threading
from collections.abc import Iterable, Iterator, Mapping
from json import loads
from typing import TYPE_CHECKING, Any, Final, cast

from otel_bridge import state
from otel_bridge.errors import AnswerTooLargeError, ControlError
from otel_bridge.exporter.answer import fault_of
from otel_bridge.exporter.remedy import remedy
from otel_bridge.exporter.session import new_session
from otel_bridge.settings import origin

if TYPE_CHECKING:
    import requests

_TRIES_MORE: Final = 3
_BACKOFF_S: Final = 0.5
_WORTH_A_TRY: Final = (408, 429, 500, 502, 503, 504)

_KEY_HINT: Final = (
    "set OTEL_BRIDGE_API_KEY, or BRAINTRUST_API_KEY where that one is not set, to a key that is good for it"
)
_NOT_THERE: Final = 404
_HINTS: Final = {
    401: _KEY_HINT,
    403: _KEY_HINT,
    _NOT_THERE: "if that is no API, as the OTLP port of a sidecar is none, set OTEL_BRIDGE_API_URL to the API, which the sidecar prints when it starts",
}

MAX_ANSWER_BYTES: Final = 64 * 1024 * 1024
"""A longer answer, also a download, is refused."""


class Http:
    """A client with one key.

    Args:
        api_key: sent as `Authorization: Bearer`, or None.
        timeout_s: of one try.
        ca_file: certificates to trust instead of all others; None for those of `requests` and its variables.
    """

    def __init__(self, api_key: str | None, timeout_s: float, ca_file: str | None = None) -> None:
        self._headers = {"authorization": f"Bearer {api_key.strip()}"} if api_key else {}
        self._timeout_s, self._ca_file = timeout_s, ca_file
        self._session: requests.Session | None = None
        self._once: requests.Session | None = None
        self._lock = threading.Lock()

    def request(
        self, method: str, url: str, *, json: object = None, data: bytes | None = None,
        params: Mapping[str, str] | None = None, once: bool = False,
    ) -> Mapping[str, Any]:  # fmt: skip
        """Return the JSON object that answers; an empty one for an answer that is none.

        Args:
            method: of HTTP.
            url: without a query.
            json: the body, or None.
            data: the body where it is JSON text already, or None.
            params: the query, or None.
            once: whether it must not be asked again, because each time makes another thing.

        Raises:
            ControlError: no answer came, or its status is no success.
            AnswerTooLargeError: it is longer than `MAX_ANSWER_BYTES`.
        """
        told = {**self._headers, "content-type": "application/json"} if data is not None else self._headers
        body = self._ask(method, url, _HINTS, json=json, data=data, params=params, headers=told, once=once)
        try:
            answer: object = loads(body)
        except ValueError:
            return {}
        return cast("Mapping[str, Any]", answer) if isinstance(answer, dict) else {}

    def send(self, url: str, data: bytes, headers: Mapping[str, str]) -> bytes:
        """Post JSON text, once; return what answers.

        Raises:
            ControlError: as `request`.
        """
        headers = {**self._headers, "content-type": "application/json", **headers}
        return self._ask("POST", url, _HINTS, data=data, headers=headers, once=True)

    def stream(self, url: str, data: bytes, headers: Mapping[str, str]) -> Iterator[bytes]:
        """Post JSON text, once; return the parts of the answer as they come. It is asked at once, and read as far as somebody wants.

        Raises:
            ControlError: as `request`; while it is read, also that it broke off.
        """
        headers = {**self._headers, "content-type": "application/json", **headers}
        response = self._begin("POST", url, _HINTS, data=data, headers=headers, once=True)
        return _parts(response, f"the answer to POST to {origin(url)}")

    def put(self, url: str, data: bytes, headers: Mapping[str, str]) -> None:
        """Put bytes where a signed URL says; the key is not sent.

        Raises:
            ControlError: as `request`.
        """
        self._ask("PUT", url, {}, data=data, headers=dict(headers))

    def get(self, url: str) -> bytes:
        """Return what a signed URL gives; the key is not sent.

        Raises:
            ControlError: as `request`, or it gives too much.
        """
        return self._ask("GET", url, {}, headers={})

    def _ask(
        self, method: str, url: str, hints: Mapping[int, str], *, once: bool = False, **options: Any
    ) -> bytes:
        import requests  # noqa: PLC0415 - `import otel_bridge` must not load it

        response = self._begin(method, url, hints, once=once, **options)
        try:
            with response:
                return _read(response)
        except requests.RequestException as error:
            raise _failed(f"{method} to {origin(url)}", hints, error) from None

    def _begin(
        self, method: str, url: str, hints: Mapping[int, str], *, once: bool, **options: Any
    ) -> "requests.Response":
        """Return an answer that is a success, whose body is not read yet."""
        import requests  # noqa: PLC0415 - as above

        what = f"{method} to {origin(url)}"
        try:
            response = self._open(once=once).request(
                method, url, timeout=self._timeout_s, stream=True, **options
            )
            if response.ok:
                return response
            with response:
                raise ControlError(f"{what} was answered with {_told(response, hints)}", response.status_code)
        except requests.RequestException as error:
            raise _failed(what, hints, error) from None

    def _open(self, *, once: bool) -> "requests.Session":
        with self._lock:
            if once:
                self._once = self._once or new_session(ca_file=self._ca_file)
                return self._once
            if self._session is None:
                self._session = new_session(ca_file=self._ca_file)
                if state.process.http_adapter is None:
                    _let_retry(self._session)
            return self._session


def _let_retry(session: "requests.Session") -> None:
    from requests.adapters import HTTPAdapter  # noqa: PLC0415 - as above
    from urllib3.util.retry import Retry  # noqa: PLC0415 - as above

    # All methods: login, project and attachment calls may be repeated.
    retry = Retry(
        total=_TRIES_MORE, connect=1, backoff_factor=_BACKOFF_S, status_forcelist=_WORTH_A_TRY, allowed_methods=None,
        raise_on_status=False,
    )  # fmt: skip
    for scheme in ("http://", "https://"):
        session.mount(scheme, HTTPAdapter(max_retries=retry))


def _told(response: "requests.Response", hints: Mapping[int, str]) -> str:
    if not hints:  # a signed URL: whoever answers there may be anybody
        return str(response.status_code)
    body = _read(response)
    fault = fault_of(response, body)
    hint = None if fault.status == _NOT_THERE and _is_of_api(body) else hints.get(fault.status)
    return f"{fault.status}: {fault.said}{f'; {hint}' if hint else ''}"


def _is_of_api(body: bytes) -> bool:
    """Tell whether an API says what is not there: an OTLP port, and what is neither, have other members or none."""
    try:
        answer: object = loads(body)
    except ValueError:
        return False
    return isinstance(answer, dict) and not {"Message", "error"}.isdisjoint(cast("dict[str, object]", answer))


def _failed(what: str, hints: Mapping[int, str], error: Exception) -> ControlError:
    # Its causes are left out: each repeats the address with what stands in it, and none says more.
    # A signed URL may lead to another host, of which nothing is known.
    hint = f": {remedy(None, str(error))}" if hints else ""
    return ControlError(f"{what} failed ({type(error).__name__}){hint}")


def _parts(response: "requests.Response", what: str) -> Iterator[bytes]:
    import requests  # noqa: PLC0415 - as above

    try:
        with response:
            # Whatever has come, and not until a block is full.
            yield from _bounded(response.iter_content(None))
    except requests.RequestException as error:
        raise ControlError(f"{what} broke off ({type(error).__name__})") from None


def _read(response: "requests.Response") -> bytes:
    return b"".join(_bounded(response.iter_content(64 * 1024)))


def _bounded(parts: Iterable[bytes]) -> Iterator[bytes]:
    size = 0
    for part in parts:
        size += len(part)
        if size > MAX_ANSWER_BYTES:
            raise AnswerTooLargeError(f"an answer is longer than {MAX_ANSWER_BYTES} bytes")
        yield part
