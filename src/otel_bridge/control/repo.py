"""What git says of the code that an experiment runs: collected only where it was asked for, and never an obstacle.

Source: `braintrust` 0.47.0 SDK, `gitutil.py` and `git_fields.py`, measured (spec/evaluate.md section 1.11).
"""

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Final, Literal, cast

Collect = Literal["all", "some", "none"]

_COLLECT: Final[Mapping[object, Collect]] = {"all": "all", "some": "some", "none": "none"}

MAX_DIFF_BYTES: Final = 64 * 1024
MAX_ANCESTORS: Final = 1_000
_TIMEOUT_S: Final = 10.0


@dataclass(slots=True)
class RepoInfo:
    """A commit, and what was changed since; None where git does not say.

    Attributes:
        commit: its hash.
        branch: name of the branch.
        tag: what `git describe` says: the tag, or a short hash.
        dirty: whether files were changed since.
        author_name: of the commit.
        author_email: of the commit.
        commit_message: of the commit.
        commit_time: ISO 8601.
        git_diff: what was changed since, at most 64 KiB of it.
    """

    commit: str | None = None
    branch: str | None = None
    tag: str | None = None
    dirty: bool | None = None
    author_name: str | None = None
    author_email: str | None = None
    commit_message: str | None = None
    commit_time: str | None = None
    git_diff: str | None = None

    def as_dict(self) -> dict[str, object]:
        """Return the fields by name, also those that are None."""
        return {each.name: getattr(self, each.name) for each in fields(self)}


@dataclass(slots=True)
class GitMetadataSettings:
    """What may be collected.

    Attributes:
        collect: all, some or none of it.
        fields: names of fields of `RepoInfo`, for `some`.
    """

    collect: Collect = "all"
    fields: list[str] | None = field(default_factory=list[str])

    @classmethod
    def merge(cls, s1: "GitMetadataSettings", s2: "GitMetadataSettings") -> "GitMetadataSettings":
        """Return what both allow."""
        if s1.collect == "all":
            return s2
        if s2.collect == "all":
            return s1
        if "none" in {s1.collect, s2.collect}:
            return cls(collect="none")
        both = [name for name in s1.fields or [] if name in (s2.fields or [])]
        return cls(collect="some", fields=both) if both else cls(collect="none")


def settings_of(told: Mapping[str, object] | None) -> GitMetadataSettings | None:
    """Return what a login says of the organisation's wish (`git_metadata`); None where it says nothing."""
    collect = _COLLECT.get((told or {}).get("collect"))
    if collect is None:
        return None
    wanted = (told or {}).get("fields")
    names = [str(name) for name in cast("list[object]", wanted)] if isinstance(wanted, list) else None
    return GitMetadataSettings(collect=collect, fields=names)


def effective(
    chosen: GitMetadataSettings | None, organization: GitMetadataSettings | None
) -> GitMetadataSettings:
    """Return what is collected: what the organisation wants, and of that what was chosen."""
    if chosen is None:
        return organization or GitMetadataSettings(collect="none")
    return GitMetadataSettings.merge(organization or GitMetadataSettings(), chosen)


def repo_info(settings: GitMetadataSettings) -> RepoInfo | None:
    """Return what git says of the current folder, as far as `settings` allow; None without a repository."""
    if settings.collect == "none":
        return None
    found = _repo_info()
    if found is None or settings.collect == "all":
        return found
    wanted = settings.fields or []
    return replace(found, **{each.name: None for each in fields(found) if each.name not in wanted})


def ancestors() -> list[str]:
    """Return up to 1000 hashes: first parents from where the branch left the remote's main branch; empty without git."""
    base = _base_branch()
    if base is None:
        return []
    start = _git("merge-base", "HEAD" if _is_dirty() else "HEAD^", base)
    return (_git("rev-list", "--first-parent", f"-n{MAX_ANCESTORS}", start) or "").split() if start else []


_QUESTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "commit": ("rev-parse", "HEAD"),
    "branch": ("rev-parse", "--abbrev-ref", "HEAD"),
    "tag": ("describe", "--tags", "--exact-match", "--always"),
    "author_name": ("log", "-1", "--format=%an"),
    "author_email": ("log", "-1", "--format=%ae"),
    "commit_message": ("log", "-1", "--format=%B"),
    "commit_time": ("log", "-1", "--format=%cI"),
}


def _repo_info() -> RepoInfo | None:
    if _git("rev-parse", "--is-inside-work-tree") != "true":
        return None
    answers = {name: _git(*question) for name, question in _QUESTIONS.items()}
    dirty = _is_dirty()
    diff = _git("diff", "--no-ext-diff", "HEAD") if dirty else None
    return RepoInfo(**answers, dirty=dirty, git_diff=_cut(diff))


def _is_dirty() -> bool:
    return bool(_git("diff", "--name-only", "HEAD"))


def _base_branch() -> str | None:
    remote = (_git("remote") or "").partition("\n")[0]
    if not remote:
        return None
    head = _git("rev-parse", "--abbrev-ref", f"{remote}/HEAD")
    known = (head or "", f"{remote}/main", f"{remote}/master")
    return next((branch for branch in known if branch and _git("rev-parse", "--verify", branch)), None)


def _cut(text: str | None) -> str | None:
    return text.encode()[:MAX_DIFF_BYTES].decode(errors="ignore") if text else None


def _git(*arguments: str) -> str | None:
    """What git answers, without the spaces around it; None where it cannot."""
    try:
        ended = subprocess.run(  # noqa: S603 - the arguments are ours
            ["git", *arguments],  # noqa: S607 - the git of the user
            capture_output=True,
            check=True,
            timeout=_TIMEOUT_S,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return ended.stdout.decode(errors="replace").strip() or None
