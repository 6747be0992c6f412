"""What an experiment says of the code that it tried: its commit, and the experiment before it in the history of that code. Pure.

Source: `braintrust` 0.47.0, `logger.init`, read: without a base it sends the commits before its own (spec/evaluate.md section 1.9).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from otel_bridge.contract.row import Json
from otel_bridge_collector.store.project_objects import ProjectObject


def with_code(
    data: Mapping[str, Json], body: Mapping[str, Json], siblings: Callable[[], Iterable[ProjectObject]]
) -> dict[str, Json]:
    """Return the fields of a new experiment, with its commit, and with a base where the body names none.

    Args:
        data: the fields of the body that an experiment has.
        body: what it is made of; `ancestor_commits` are the commits before its own.
        siblings: gives the experiments of its project, newest first. The newest that tried one of those commits is the base.
    """
    told = dict(data)
    if told.get("commit") is None and (commit := _commit_in(data)):
        told["commit"] = commit
    commits = body.get("ancestor_commits")
    if told.get("base_exp_id") is None and isinstance(commits, list) and commits:
        base = next((each for each in siblings() if _is_of(each, commits)), None)
        if base:
            told["base_exp_id"] = base.id
    return told


def _is_of(experiment: ProjectObject, commits: Sequence[Json]) -> bool:
    commit = experiment.data.get("commit") or _commit_in(experiment.data)
    return bool(commit) and commit in commits


def _commit_in(data: Mapping[str, Json]) -> str | None:
    repo_info = data.get("repo_info")
    commit = repo_info.get("commit") if isinstance(repo_info, Mapping) else None
    return commit if isinstance(commit, str) and commit else None
