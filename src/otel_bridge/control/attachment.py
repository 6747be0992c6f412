"""The calls that move one attachment: ask where to, put the bytes there, say how it went; and back.

Source: `braintrust` 0.47.0 SDK, `logger.Attachment`, measured (spec/wire.md section 10).
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal, Required, TypedDict

from otel_bridge import state
from otel_bridge.control.account import Account
from otel_bridge.errors import ControlError

_UNTOLD: Final = {"filename": "masked", "content_type": "application/octet-stream"}

_AZURE: Final = "blob.core.windows.net"


class AttachmentReference(TypedDict, total=False):
    """What stands in a row for an attachment; `key` where the bytes are Braintrust's, `url` where they are not."""

    type: Required[Literal["braintrust_attachment", "external_attachment"]]
    filename: Required[str]
    content_type: Required[str]
    key: str
    url: str


class AttachmentStatus(TypedDict, total=False):
    """How far an upload is; `error_message` with `error` only."""

    upload_status: Literal["uploading", "done", "error"]
    error_message: str


class AttachmentMetadata(TypedDict):
    """Where an attachment can be downloaded, and whether it is there."""

    downloadUrl: str
    status: AttachmentStatus


def upload(account: Account, reference: AttachmentReference, read: Callable[[], bytes]) -> AttachmentStatus:
    """Upload what `read` returns and write how it went, which is returned; what goes wrong is in it.

    Raises:
        ControlError: nobody could be told how it went.
        ValueError: see `Account.login`.
    """
    org_id = account.org_id
    status: AttachmentStatus = {"upload_status": "done"}
    try:
        _put(account, {**_described(reference), "key": reference.get("key", ""), "org_id": org_id}, read)
    except (OSError, ControlError) as error:
        status = {"upload_status": "error", "error_message": _reason(error)}
    told = {"key": reference.get("key", ""), "org_id": org_id, "status": status}
    account.request("POST", "/attachment/status", json=told)
    return status


def find(account: Account, reference: AttachmentReference) -> AttachmentMetadata:
    """Ask where an attachment can be downloaded.

    Raises:
        ControlError: the answer does not say, or see `Account.request`.
    """
    place = "url" if reference["type"] == "external_attachment" else "key"
    params = {**_described(reference), "org_id": account.org_id, place: str(reference.get(place, ""))}
    answer = account.request("GET", "/attachment", params=params)
    url, status = answer.get("downloadUrl"), answer.get("status")
    if not isinstance(url, str) or not isinstance(status, dict):
        raise ControlError("the answer to GET /attachment has no downloadUrl or no status")
    return {"downloadUrl": url, "status": status}  # type: ignore[typeddict-item]  # as the answer has it


def download(account: Account, reference: AttachmentReference) -> bytes:
    """Return the bytes of an attachment.

    Raises:
        ControlError: they are not there, or see `find`.
    """
    found = find(account, reference)
    if found["status"].get("upload_status") != "done":
        shown = found["status"].get("upload_status")
        raise ControlError(f'Couldn\'t download attachment: Expected attachment status "done", got "{shown}"')
    return account.http.get(found["downloadUrl"])


def _put(account: Account, asked: Mapping[str, str], read: Callable[[], bytes]) -> None:
    answer = account.request("POST", "/attachment", json=asked)
    url, headers = answer.get("signedUrl"), answer.get("headers")
    if not isinstance(url, str) or not isinstance(headers, dict):
        raise ControlError("the answer to POST /attachment has no signedUrl or no headers")
    # Azure takes no upload without saying which kind of blob it is.
    needed = {"x-ms-blob-type": "BlockBlob"} if _AZURE in url else {}
    sent: dict[str, Any] = {**headers, **needed}
    account.http.put(url, read(), sent)


def _described(reference: AttachmentReference) -> dict[str, str]:
    """File name and type, masked as they are in the row; where that fails, nothing is said of the file."""
    described = {"filename": reference["filename"], "content_type": reference["content_type"]}
    rules = state.mask_rules()
    if rules is None:
        return described
    try:
        masked = rules.apply(described, "attachment", None)
        shown = {key: masked[key] for key in described}
    except BaseException:  # noqa: BLE001 - whatever it is, the name must not leave in clear
        return _UNTOLD
    return shown if all(isinstance(value, str) for value in shown.values()) else _UNTOLD


def _reason(error: Exception) -> str:
    """Without the path of a file, which is nobody else's business."""
    if isinstance(error, ControlError):
        return str(error)
    kind = type(error).__name__
    return f"Failed to read file: {kind}"
