"""The archive: what comes out is what went in, or it is refused."""

import io
import tarfile
from pathlib import Path

import orjson
import pytest

from otel_bridge_collector.backup.archive import MANIFEST, Manifest, Part, pack, read_archive
from otel_bridge_collector.errors import BackupError


def part(folder: Path, name: str, data: bytes, size: int | None = None) -> Part:
    path = folder / name.replace("/", "-")
    path.write_bytes(data)
    return Part(name=name, path=path, size=len(data) if size is None else size)


def packed(*parts: Part) -> bytes:
    return b"".join(pack(parts, release="1.2.3", created="2026-11-26T00:00:00Z", versions={"store": 4}))


def read(data: bytes, into: Path | None = None) -> Manifest:
    return read_archive(io.BytesIO(data), into=into)


def tar(**members: bytes) -> bytes:
    """A tar file of any members, in this order."""
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w") as archive:
        for name, data in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return written.getvalue()


def manifest(**changed: object) -> bytes:
    said = {"format": 1, "release": "1", "created": "c", "versions": {}, "files": {}, **changed}
    return orjson.dumps(said)


def test_files_come_out_as_they_went_in(tmp_path: Path) -> None:
    names = {"rows.duckdb": b"x" * 3_000_000, "spool/" + "long" * 60: b"", "delivery/a": b"1\n" * 256}
    data = packed(*(part(tmp_path, name[:200], bytes_) for name, bytes_ in names.items()))
    (tmp_path / "new").mkdir()

    found = read(data, tmp_path / "new")

    assert {name: (tmp_path / "new" / name).read_bytes() for name in found.files} == {
        name[:200]: bytes_ for name, bytes_ in names.items()
    }
    assert (found.release, found.versions) == ("1.2.3", {"store": 4})


def test_it_can_be_read_by_any_tar(tmp_path: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(packed(part(tmp_path, "spool/a", b"1")))) as archive:
        assert archive.getnames() == ["spool/a", MANIFEST]


def test_of_a_file_that_grows_it_has_what_its_part_says(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()

    read(packed(part(tmp_path, "a", b"durable and more", size=7)), tmp_path / "new")

    assert (tmp_path / "new" / "a").read_bytes() == b"durable"


def test_a_file_that_became_shorter_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="became shorter"):
        packed(part(tmp_path, "a", b"1", size=2))


def test_wherever_it_is_cut_it_is_refused(tmp_path: Path) -> None:
    whole = packed(part(tmp_path, "a", b"1" * 600), part(tmp_path, "b", b"2"))

    # The two blocks of nothing that end a tar file may be missing.
    for size in range(0, len(whole) - 1024, 512):
        with pytest.raises(BackupError):
            read(whole[:size])


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(tar(**{MANIFEST: manifest(format=2)}), "of format 2", id="newer format"),
        pytest.param(tar(**{MANIFEST: b"{}"}), "cannot be read", id="no manifest"),
        pytest.param(tar(**{MANIFEST: b"[1]"}), "cannot be read", id="a list"),
        pytest.param(tar(a=b"1", **{MANIFEST: manifest()}), "does not name it", id="one too many"),
        pytest.param(
            tar(**{MANIFEST: manifest(files={"a": {"size": 1, "sha256": "0"}})}),
            "is not in it",
            id="one too few",
        ),
        pytest.param(
            tar(a=b"1", **{MANIFEST: manifest(files={"a": {"size": 1, "sha256": "0"}})}),
            "damaged",
            id="changed",
        ),
        pytest.param(tar(**{MANIFEST: manifest()}, a=b""), "follows", id="behind the manifest"),
        pytest.param(b"no tar file", "no archive", id="something else"),
    ],
)
def test_what_is_no_whole_archive_is_refused(data: bytes, reason: str, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match=reason):
        read(data, tmp_path / "new")


@pytest.mark.parametrize("name", ["../a", "{}/a", "spool/../../a"])
def test_nothing_is_written_outside_the_folder(name: str, tmp_path: Path) -> None:
    data = tar(**{name.format(tmp_path): b"1", MANIFEST: manifest()})
    (tmp_path / "new").mkdir()

    with pytest.raises(BackupError, match="no path of a data folder"):
        read(data, tmp_path / "new")
    assert list(tmp_path.rglob("*")) == [tmp_path / "new"]


def test_links_are_refused(tmp_path: Path) -> None:
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w") as archive:
        member = tarfile.TarInfo("a")
        member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(member)

    with pytest.raises(BackupError, match="no file"):
        read(written.getvalue(), tmp_path)
