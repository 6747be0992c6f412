"""Start or open an experiment: `init`.

Source: `braintrust` 0.47.0 SDK, `logger.init`, measured (spec/evaluate.md section 2.1).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from otel_bridge.api.datasets import Dataset, DatasetRef
from otel_bridge.api.experiment import Experiment
from otel_bridge.api.login import account_for
from otel_bridge.api.readonly_experiment import ReadonlyExperiment, open_experiment
from otel_bridge.attributes.to_json import to_json
from otel_bridge.configure import configure
from otel_bridge.contract.checks import check_metadata, check_tags
from otel_bridge.control import objects, repo
from otel_bridge.control.account import Account
from otel_bridge.control.objects import ProjectObject
from otel_bridge.control.once import Once
from otel_bridge.control.repo import GitMetadataSettings, RepoInfo
from otel_bridge.state import process


@dataclass(frozen=True, slots=True, kw_only=True)
class NewExperiment:
    """What an experiment is made with; each field is an argument of `init`."""

    project: str | None
    project_id: str | None
    experiment: str | None
    description: str | None
    dataset: Dataset | DatasetRef | None
    parameters: object
    base_experiment: str | None
    base_experiment_id: str | None
    is_public: bool
    metadata: Any
    tags: Sequence[str] | None
    git_metadata_settings: GitMetadataSettings | None
    update: bool | None
    repo_info: RepoInfo | None


def init(  # noqa: PLR0913, PLR0917 - Braintrust's signature
    project: str | None = None,
    experiment: str | None = None,
    description: str | None = None,
    dataset: Dataset | DatasetRef | None = None,
    parameters: object = None,
    open: bool = False,  # noqa: FBT001, FBT002 - Braintrust's signature
    base_experiment: str | None = None,
    is_public: bool = False,  # noqa: FBT001, FBT002 - Braintrust's signature
    app_url: str | None = None,
    api_key: str | None = None,
    org_name: str | None = None,
    metadata: Any = None,
    tags: Sequence[str] | None = None,
    git_metadata_settings: GitMetadataSettings | None = None,
    set_current: bool = True,  # noqa: FBT001, FBT002 - Braintrust's signature
    update: bool | None = None,  # noqa: FBT001 - Braintrust's signature
    project_id: str | None = None,
    base_experiment_id: str | None = None,
    repo_info: RepoInfo | None = None,
    state: object = None,
) -> Experiment | ReadonlyExperiment:
    """Return a new experiment, or one that is there; asks nobody before its id, a span or a row is needed.

    Args:
        project: name of the project, which is made where there is none.
        experiment: name of the experiment, by default one that the server makes up; a name that is taken gets an
            ending.
        description: of the experiment.
        dataset: what its cases come from: a `Dataset`, or id and version.
        parameters: saved parameters that it runs with: `id` and `version`.
        open: True opens the experiment of that name, which is there, to read it.
        base_experiment: name of the one to compare with; a warning where there is none.
        is_public: whether everybody may see it.
        app_url: where to log in, by default `BRAINTRUST_APP_URL`.
        api_key: by default what `login` was given, then `BRAINTRUST_API_KEY`.
        org_name: organisation, by default `BRAINTRUST_ORG_NAME`.
        metadata: about the experiment.
        tags: of the experiment.
        git_metadata_settings: what may be told of the repository in the current folder, by default what the
            organisation wants, else nothing.
        set_current: whether `start_span`, `traced`, `log` and `summarize` use it from now on, before any logger.
        update: True goes on with the experiment of that name if there is one.
        project_id: id of the project, which wins over its name.
        base_experiment_id: wins over `base_experiment`.
        repo_info: what to tell of the repository, instead of asking git.
        state: what `login_to_state` returned; its key and URLs are used.

    Raises:
        ValueError: no project, `open` without a name or with `update`, or wrong tags; with Braintrust's message.
        SettingsError: a setting of the environment cannot be used.
    """
    if project is None and project_id is None:
        raise ValueError("Must specify at least one of project or project_id")
    if open and update:
        raise ValueError("Cannot open and update an experiment at the same time")
    account = account_for(app_url, api_key, org_name, state)
    if open:
        if experiment is None:
            raise ValueError("Cannot open an experiment without specifying its name")
        return open_experiment(account, experiment, project, project_id)
    made = NewExperiment(
        project=project, project_id=project_id, experiment=experiment, description=description, dataset=dataset,
        parameters=parameters, base_experiment=base_experiment, base_experiment_id=base_experiment_id,
        is_public=is_public, metadata=None if metadata is None else check_metadata(to_json(metadata)),
        tags=None if tags is None else check_tags(tags), git_metadata_settings=git_metadata_settings,
        update=update, repo_info=repo_info,
    )  # fmt: skip
    return new_experiment(account, made, set_current=set_current)


init_experiment = init


def new_experiment(account: Account, made: NewExperiment, *, set_current: bool) -> Experiment:
    """Return an experiment that is made at its first need."""
    registered = Once(partial(_registered, account, made))
    found = Experiment(configure(None, account.api_key), account, registered, made.dataset)
    if set_current:
        process.experiment = found
    return found


def _registered(account: Account, made: NewExperiment) -> ProjectObject:
    project = objects.find_project(account, made.project, made.project_id)
    fields: dict[str, Any] = {
        "ensure_new": made.update is not True, "name": made.experiment, "description": made.description,
        "public": made.is_public, "metadata": made.metadata, "tags": made.tags,
        **_code(account, made), **_reference("dataset", made.dataset), **_reference("parameters", made.parameters),
    }  # fmt: skip
    base_id = made.base_experiment_id or objects.base_experiment_id(account, made.base_experiment, project)
    fields |= {"base_exp_id": base_id} if base_id else {}
    return objects.make_object(account, "experiment", project, fields, once=made.update is not True)


def _code(account: Account, made: NewExperiment) -> dict[str, Any]:
    """What is told of the code: the commit, and its ancestors where no base was named."""
    if made.repo_info is not None:
        return {"repo_info": made.repo_info.as_dict()}
    allowed = repo.effective(made.git_metadata_settings, account.login().git_metadata)
    if allowed.collect == "none":
        return {}
    found = repo.repo_info(allowed)
    told: dict[str, Any] = {"repo_info": found.as_dict()} if found else {}
    named = made.base_experiment is not None or made.base_experiment_id is not None
    return told if named else {**told, "ancestor_commits": repo.ancestors()}


def _reference(kind: str, given: object) -> dict[str, Any]:
    """Id and version of a dataset or of parameters, as an experiment names them."""
    if given is None:
        return {}
    if isinstance(given, Mapping):
        told = cast("Mapping[str, Any]", given)
        return {f"{kind}_{name}": told[name] for name in ("id", "version") if told.get(name) is not None}
    return {f"{kind}_id": getattr(given, "id", None), f"{kind}_version": getattr(given, "version", None)}
