"""The script of the page, as `collector/ui` was built into the package; where it was not, the page works without it."""

import json
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from importlib.resources import files
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

_TYPES: Final = {".js": "text/javascript", ".css": "text/css", ".txt": "text/plain"}
_ENTRY: Final = "src/main.ts"
_MANIFEST: Final = "manifest.json"
# A name holds the hash of what the file holds: under one name it never changes.
_HEADERS: Final = {
    "cache-control": "public, max-age=31536000, immutable",
    "x-content-type-options": "nosniff",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """What was built.

    Attributes:
        entry: the file that every page loads; empty where nothing was built.
        styles: the style sheets that belong to it.
        contents: name -> bytes of every file that a browser may ask for.
    """

    entry: str
    styles: tuple[str, ...]
    contents: dict[str, bytes]


@cache
def built_script() -> Script:
    """Return what the package holds; read once, with the first page."""
    folder = files("otel_bridge_collector.ui").joinpath("static", "script")
    manifest = folder.joinpath(_MANIFEST)
    if not manifest.is_file():
        return Script(entry="", styles=(), contents={})
    entry = json.loads(manifest.read_text(encoding="utf-8"))[_ENTRY]
    return Script(
        entry=entry["file"],
        styles=tuple(entry.get("css", ())),
        contents={each.name: each.read_bytes() for each in folder.iterdir() if _type_of(each.name)},
    )


async def script_file(request: Request) -> Response:
    """Answer with one file of the script."""
    name = request.path_params["name"]
    content = built_script().contents.get(name)
    if content is None:
        return Response(status_code=HTTPStatus.NOT_FOUND)
    return Response(content, media_type=_type_of(name), headers=_HEADERS)


def _type_of(name: str) -> str | None:
    return next((media for suffix, media in _TYPES.items() if name.endswith(suffix)), None)
