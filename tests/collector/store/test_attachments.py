"""Bytes that rows point to."""

from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest

from otel_bridge_collector.access import Access
from otel_bridge_collector.errors import OverloadedError
from otel_bridge_collector.store.attachments import Attachments, AttachmentTooLargeError


async def chunks(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


def test_a_key_names_no_file(tmp_path: Path) -> None:
    attachments = Attachments(tmp_path / "a")

    anyio.run(lambda: attachments.write("../../etc/passwd", chunks(b"x", b"y")))

    assert attachments.path("../../etc/passwd").parent == tmp_path / "a"
    assert attachments.path("../../etc/passwd").read_bytes() == b"xy"


@pytest.mark.parametrize(("size", "is_kept"), [(10, True), (11, False)])
def test_a_size_is_the_largest(tmp_path: Path, size: int, *, is_kept: bool) -> None:
    attachments = Attachments(tmp_path / "a")

    if is_kept:
        anyio.run(lambda: attachments.write("k", chunks(b"x" * size), max_bytes=10))
    else:
        with pytest.raises(AttachmentTooLargeError):
            anyio.run(lambda: attachments.write("k", chunks(b"x" * size), max_bytes=10))

    assert attachments.path("k").exists() is is_kept
    assert len(list((tmp_path / "a").iterdir())) == 1 + is_kept


def test_a_done_upload_whose_bytes_are_not_here_is_unknown(tmp_path: Path) -> None:
    attachments = Attachments(tmp_path / "a")

    attachments.state("k", {"upload_status": "done"})

    assert attachments.status("k") is None


def test_only_its_user_reads_it_and_the_secret_stays(tmp_path: Path) -> None:
    first = Attachments(tmp_path / "a")

    assert Attachments(tmp_path / "a").secret == first.secret
    assert (tmp_path / "a" / "secret").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("cut", [b"", b"x" * 31])
def test_a_secret_that_was_cut_is_made_anew(tmp_path: Path, cut: bytes) -> None:
    Attachments(tmp_path / "a")
    (tmp_path / "a" / "secret").write_bytes(cut)

    made = Attachments(tmp_path / "a").secret

    assert len(made) == 32
    assert (tmp_path / "a" / "secret").read_bytes() == made


def test_a_status_that_was_cut_says_nothing(tmp_path: Path) -> None:
    attachments = Attachments(tmp_path / "a")
    attachments.state("k", {"upload_status": "error"})
    (written,) = (tmp_path / "a").glob("*.status.json")

    written.write_bytes(b'{"upload_st')

    assert attachments.status("k") is None
    assert [each.stat().st_mode & 0o777 for each in (tmp_path / "a").iterdir()] == [0o600, 0o600]


def test_an_upload_leaves_as_much_of_the_disk_free_as_the_spool_does(tmp_path: Path) -> None:
    attachments = Attachments(tmp_path / "a")
    attachments.min_free_bytes = lambda: 1 << 60

    with pytest.raises(OverloadedError, match=r"of the disk of the data folder are free.*min_free"):
        anyio.run(lambda: attachments.write("k", chunks(b"x")))

    assert [each.name for each in (tmp_path / "a").iterdir()] == ["secret"]


def place_of(attachments: Attachments, *projects: str) -> str:
    return attachments.seen_by(lambda: Access(scopes=frozenset(), projects=frozenset(projects))).own_place()


def test_a_row_means_the_bytes_that_are_for_its_project_first(tmp_path: Path) -> None:
    attachments = Attachments(tmp_path / "a")
    for place in (
        "",
        place_of(attachments, "p", "q"),
        place_of(attachments, "p"),
        place_of(attachments, "r"),
    ):
        attachments.keep("k", place.encode(), place=place)

    meant = {project: attachments.bytes_of("k", project) for project in ("p", "q", "s", None)}

    assert {project: path and path.read_text() for project, path in meant.items()} == {
        "p": place_of(attachments, "p"), "q": place_of(attachments, "p", "q"), "s": "", None: "",
    }  # fmt: skip
    assert attachments.bytes_of("other", "p") is None


def test_a_folder_of_projects_that_was_left_half_made_is_made_whole(tmp_path: Path) -> None:
    attachments = Attachments(tmp_path / "a")
    place = attachments.place_of_project("p")
    (tmp_path / "a" / place / "projects.json").unlink()

    attachments.keep("k", b"x", place=attachments.place_of_project("p"))

    assert attachments.bytes_of("k", "p") is not None
