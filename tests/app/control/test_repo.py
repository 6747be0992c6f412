"""What git says, in real repositories."""

import subprocess
from pathlib import Path

import pytest

from otel_bridge.control import repo
from otel_bridge.control.repo import GitMetadataSettings, RepoInfo


def git(*arguments: str, cwd: Path) -> str:
    identity = ("-c", "user.name=Ann", "-c", "user.email=ann@example.com")
    ended = subprocess.run(
        ["/usr/bin/env", "git", *identity, *arguments], cwd=cwd, check=True, capture_output=True, text=True
    )
    return ended.stdout.strip()


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone of a repository with two commits on its main branch, and one of its own on a branch."""
    origin, folder = tmp_path / "origin", tmp_path / "clone"
    origin.mkdir()
    git("init", "-q", "-b", "main", cwd=origin)
    for number in range(2):
        git("commit", "-q", "--allow-empty", "-m", f"main {number}", cwd=origin)
    git("clone", "-q", str(origin), str(folder), cwd=tmp_path)
    git("checkout", "-q", "-b", "work", cwd=folder)
    (folder / "file.txt").write_text("one\n")
    git("add", "file.txt", cwd=folder)
    git("commit", "-q", "-m", "mine", cwd=folder)
    monkeypatch.chdir(folder)
    return folder


def test_the_commit_is_told(clone: Path) -> None:
    found = repo.repo_info(GitMetadataSettings())

    assert found is not None
    assert found.commit == git("rev-parse", "HEAD", cwd=clone)
    assert (found.branch, found.author_name, found.author_email) == ("work", "Ann", "ann@example.com")
    assert (found.commit_message, found.dirty, found.git_diff) == ("mine", False, None)


def test_a_tag_is_told(clone: Path) -> None:
    git("tag", "v1", cwd=clone)

    found = repo.repo_info(GitMetadataSettings())

    assert found is not None
    assert found.tag == "v1"


def test_a_change_is_told_with_its_difference(clone: Path) -> None:
    (clone / "file.txt").write_text("two\n" * 40_000)

    found = repo.repo_info(GitMetadataSettings())

    assert found is not None
    assert found.dirty is True
    assert found.git_diff is not None
    assert len(found.git_diff) == repo.MAX_DIFF_BYTES


def test_only_what_is_allowed_is_told(clone: Path) -> None:
    del clone
    found = repo.repo_info(GitMetadataSettings(collect="some", fields=["branch"]))

    assert found == RepoInfo(branch="work")
    assert repo.repo_info(GitMetadataSettings(collect="none")) is None


def test_ancestors_begin_where_the_branch_left(clone: Path) -> None:
    assert repo.ancestors() == git("rev-list", "origin/main", cwd=clone).split()


def test_without_a_repository_nothing_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))

    assert repo.repo_info(GitMetadataSettings()) is None
    assert repo.ancestors() == []


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        pytest.param(GitMetadataSettings(), GitMetadataSettings("some", ["a"]), ("some", ["a"]), id="all-yields"),
        pytest.param(GitMetadataSettings("none"), GitMetadataSettings("some", ["a"]), ("none", []), id="none-wins"),
        pytest.param(
            GitMetadataSettings("some", ["a", "b"]), GitMetadataSettings("some", ["b", "c"]), ("some", ["b"]), id="common"
        ),
        pytest.param(
            GitMetadataSettings("some", ["a"]), GitMetadataSettings("some", ["b"]), ("none", []), id="nothing-common"
        ),
    ],
)  # fmt: skip
def test_settings_allow_what_both_allow(
    one: GitMetadataSettings, other: GitMetadataSettings, both: tuple[str, list[str] | None]
) -> None:
    merged = GitMetadataSettings.merge(one, other)

    assert (merged.collect, merged.fields) == both


def test_nothing_is_collected_unless_the_organisation_or_the_user_wants_it() -> None:
    assert repo.effective(None, None).collect == "none"
    assert repo.effective(None, repo.settings_of({"collect": "all"})).collect == "all"
    assert repo.effective(GitMetadataSettings(), None).collect == "all"
    assert repo.settings_of({"collect": "much"}) is None
