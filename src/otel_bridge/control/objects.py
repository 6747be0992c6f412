"""Find or make projects, experiments and datasets. Each function asks when it is called, and remembers nothing.

Source: `braintrust` 0.47.0 SDK, `logger.init` and `logger.init_dataset`, measured (spec/wire.md sections 5 and 7).
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from otel_bridge.control.account import Account, ObjectMetadata
from otel_bridge.errors import ControlError

logger = logging.getLogger(__name__)

_NO_BASE = 400
"""The status that says that an experiment has none to compare with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectObject:
    """An experiment or a dataset, and the project that it is in.

    Attributes:
        project: the project.
        id: its id.
        name: its name.
        full_info: what the API says of it.
    """

    project: ObjectMetadata
    id: str
    name: str
    full_info: Mapping[str, Any] = field(default_factory=dict[str, Any])


def find_project(account: Account, name: str | None, project_id: str | None) -> ObjectMetadata:
    """Return a project by its id, else by its name, under which it is made where there is none.

    Raises:
        ControlError: it could not be asked.
        ValueError: see `Account.login`.
    """
    if project_id is None:
        return account.project(str(name))
    return ObjectMetadata(id=project_id, name=name) if name else account.project_of_id(project_id)


def make_object(
    account: Account, kind: str, project: ObjectMetadata, fields: Mapping[str, Any], *, once: bool = False
) -> ProjectObject:
    """Make an experiment or dataset, or return the one that has its name, as the fields say.

    Args:
        account: what is asked.
        kind: `experiment` or `dataset`.
        project: that it belongs to.
        fields: of the body; those that are None are left out.
        once: whether each request makes another one.

    Raises:
        ControlError: it could not be asked, or the answer names none.
    """
    body = {name: value for name, value in fields.items() if value is not None}
    answer = account.request("POST", f"/v1/{kind}", json={"project_id": project.id, **body}, once=once)
    return _object(kind, project, answer)


def object_of_id(account: Account, kind: str, object_id: str) -> ProjectObject:
    """Return the experiment or dataset of an id, with the project that it names.

    Raises:
        ControlError: it could not be asked, or there is none.
    """
    answer = account.request("GET", f"/v1/{kind}/{quote(object_id, safe='')}")
    return _object(kind, account.project_of_id(str(answer.get("project_id", ""))), answer)


def find_experiment(account: Account, name: str, chosen: Mapping[str, str]) -> Mapping[str, Any] | None:
    """Return the newest experiment of that name, or None.

    Args:
        account: what is asked.
        name: of the experiment.
        chosen: `project_name` or `project_id`.

    Raises:
        ControlError: it could not be asked.
    """
    org = {"org_name": account.plane.org_name} if account.plane.org_name else {}
    answer = account.request("GET", "/v1/experiment", params={"experiment_name": name, **chosen, **org})
    found: list[Mapping[str, Any]] = answer.get("objects") or []
    return found[0] if found else None


def base_experiment_id(account: Account, name: str | None, project: ObjectMetadata) -> str | None:
    """Return the id of the experiment to compare with; None, and a warning, where none has that name."""
    if name is None:
        return None
    found = find_experiment(account, name, {"project_id": project.id})
    if found is None:
        logger.warning("Base experiment %s not found.", name)
        return None
    return str(found.get("id"))


def base_of(account: Account, experiment_id: str) -> tuple[str, str] | None:
    """Return id and name of what an experiment is compared with, or None.

    Raises:
        ControlError: it could not be asked.
    """
    try:
        answer = account.request_app("POST", "/api/base_experiment/get_id", json={"id": experiment_id})
    except ControlError as error:
        if error.status == _NO_BASE:
            return None
        raise
    base_id = answer.get("base_exp_id")
    return (str(base_id), str(answer.get("base_exp_name"))) if base_id else None


def environment_version(account: Account, dataset_id: str, environment: str) -> str:
    """Return the version of a dataset that an environment pins.

    Raises:
        ControlError: it could not be asked, or none is pinned.
    """
    path = f"/environment-object/dataset/{quote(dataset_id, safe='')}/{quote(environment, safe='')}"
    org = {"org_name": account.org_name} if account.org_name else {}
    version = account.request("GET", path, params=org).get("object_version")
    if not version:
        raise ControlError(f"no version of the dataset is set for the environment {environment!r}")
    return str(version)


def project_url(account: Account, project: str) -> str:
    """Return the link to a project's page; logs in for the name of the organisation where it is not known."""
    org_name = account.org_name or account.login().name
    return f"{account.app_url}/app/{quote(org_name, safe='')}/p/{quote(project, safe='')}"


def _object(kind: str, project: ObjectMetadata, answer: Mapping[str, Any]) -> ProjectObject:
    object_id = answer.get("id")
    if not isinstance(object_id, str) or not object_id:
        raise ControlError(f"the answer for {kind} has no id")
    return ProjectObject(project=project, id=object_id, name=str(answer.get("name", "")), full_info=answer)
