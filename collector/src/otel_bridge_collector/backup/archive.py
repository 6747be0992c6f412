"""The archive of a data folder: a tar file of its files, with a manifest as its last member. It does not know what they hold.

| member | what |
| --- | --- |
| `rows.duckdb`, `spool/...`, ... | a file of the data folder, under its path there |
| `manifest.json` | `{"format": 1, "release": "0.1.0", "created": "2026-11-26T01:00:00Z", "versions": {"store": 4, ...}, "files": {"rows.duckdb": {"size": 1234, "sha256": "..."}, ...}}` |

The manifest comes last so that the archive can be written as a stream; an archive without it is one that was cut off.
Source of the tar format: POSIX.1-2001, `tarfile`.
"""

import hashlib
import os
import tarfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final

import orjson

from otel_bridge_collector.errors import BackupError

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
_STEP: Final = 1 << 20
_MAX_MANIFEST_BYTES: Final = 256 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One file of an archive.

    Attributes:
        name: its path in the data folder, with `/`.
        path: where its bytes are.
        size: how many of them belong to it; a file that grows has more.
    """

    name: str
    path: Path
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a manifest says of one file."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What an archive holds.

    Attributes:
        release: of the sidecar that wrote it.
        created: ISO 8601, UTC.
        versions: of the formats of its files, by what they are for.
        files: by their paths in the data folder.
    """

    release: str
    created: str
    versions: Mapping[str, int]
    files: Mapping[str, Kept]


def pack(
    parts: Sequence[Part], *, release: str, created: str, versions: Mapping[str, int]
) -> Iterator[bytes]:
    """Yield the bytes of an archive of `parts`.

    Raises:
        OSError: a file cannot be read.
        BackupError: a file has fewer bytes than its part says.
    """
    files: dict[str, Any] = {}
    for part in parts:
        yield _head(part.name, part.size)
        digest = hashlib.sha256()
        for data in _bytes_of(part):
            digest.update(data)
            yield data
        yield _padding(part.size)
        files[part.name] = {"size": part.size, "sha256": digest.hexdigest()}
    manifest = orjson.dumps(
        {"format": FORMAT, "release": release, "created": created, "versions": versions, "files": files}
    )
    yield _head(MANIFEST, len(manifest))
    yield manifest + _padding(len(manifest))
    yield bytes(2 * tarfile.BLOCKSIZE)


def read_archive(
    stream: IO[bytes],
    *,
    into: Path | None = None,
    passed: Callable[[int], object] = lambda _: None,
) -> Manifest:
    """Read a whole archive, see that it holds what its manifest says, and write its files `into` a folder, if one is given.

    Args:
        stream: of its bytes, from the first one.
        into: an empty folder, which is left with whatever was written when this raises.
        passed: told of the bytes that were read and checked.

    Raises:
        BackupError: it is no archive, was cut off, was changed, or is of a newer format.
        OSError: it cannot be read, or its files cannot be written.
    """
    found: dict[str, Kept] = {}
    manifest: Manifest | None = None
    try:
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            for member in archive:
                if manifest is not None:
                    raise BackupError("something follows its manifest")
                data = archive.extractfile(member) if member.isreg() else None
                if data is None:
                    raise BackupError(f"{member.name!r} in it is no file")
                if member.name == MANIFEST:
                    manifest = _read_manifest(data)
                else:
                    _check_name(member.name, found)
                    found[member.name] = _take(data, member.name, into, passed)
    except tarfile.TarError as error:
        raise BackupError(f"it is no archive, or was cut off: {error}") from error
    if manifest is None:
        raise BackupError("it has no manifest: it was cut off, or is no backup of a sidecar")
    _compare(found, manifest)
    return manifest


def _head(name: str, size: int) -> bytes:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    return member.tobuf(tarfile.PAX_FORMAT)


def _padding(size: int) -> bytes:
    return bytes(-size % tarfile.BLOCKSIZE)


def _bytes_of(part: Part) -> Iterator[bytes]:
    left = part.size
    with part.path.open("rb") as file:
        while left:
            data = file.read(min(_STEP, left))
            if not data:
                raise BackupError(f"{part.name} became shorter while it was read")
            left -= len(data)
            yield data


def _check_name(name: str, found: Mapping[str, Kept]) -> None:
    """See that a member stays in the folder, and that there is no other of its name."""
    path = PurePosixPath(name)
    if path.is_absolute() or not path.parts or {"..", "."} & set(path.parts) or str(path) != name:
        raise BackupError(f"{name!r} in it is no path of a data folder")
    if name in found:
        raise BackupError(f"{name!r} is in it twice")


def _take(data: IO[bytes], name: str, into: Path | None, passed: Callable[[int], object]) -> Kept:
    digest, size = hashlib.sha256(), 0
    with ExitStack() as opened:
        file = opened.enter_context(_created(into / name)) if into else None
        while chunk := data.read(_STEP):
            digest.update(chunk)
            size += len(chunk)
            if file:
                file.write(chunk)
            passed(len(chunk))
        if file:
            file.flush()
            os.fsync(file.fileno())
    return Kept(size=size, sha256=digest.hexdigest())


def _created(path: Path) -> IO[bytes]:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _read_manifest(data: IO[bytes]) -> Manifest:
    try:
        said = orjson.loads(data.read(_MAX_MANIFEST_BYTES))
        if said["format"] > FORMAT:
            raise BackupError(
                f"it is of format {said['format']}, and this release knows up to {FORMAT}: use the newer release that wrote it"
            )
        files = {
            name: Kept(size=int(of["size"]), sha256=str(of["sha256"])) for name, of in said["files"].items()
        }
        versions = {str(name): int(version) for name, version in said["versions"].items()}
        return Manifest(
            release=str(said["release"]), created=str(said["created"]), versions=versions, files=files
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BackupError(
            "its manifest cannot be read: it was changed, or is no backup of a sidecar"
        ) from error


def _compare(found: Mapping[str, Kept], manifest: Manifest) -> None:
    for name in (*manifest.files, *found):
        if name not in found:
            raise BackupError(f"{name} is not in it, though its manifest names it")
        if name not in manifest.files:
            raise BackupError(f"{name} is in it, though its manifest does not name it")
        if found[name] != manifest.files[name]:
            raise BackupError(f"{name} in it is not what was written: the archive was damaged or changed")
