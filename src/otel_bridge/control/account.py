"""One key at one Braintrust, or the sidecar: logged in at the first need, and asked for the ids of projects.

Source: `braintrust` 0.47.0 SDK, `logger.BraintrustState.login`, measured (spec/app-api.md section 1, spec/wire.md
section 1).
"""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast
from urllib.parse import quote

from otel_bridge.control.http import Http
from otel_bridge.control.repo import GitMetadataSettings, settings_of
from otel_bridge.errors import ControlError
from otel_bridge.settings import Plane

TEST_API_KEY: Final = "___TEST_API_KEY__"
"""A key that logs in without a network; Braintrust's own, for tests."""

LOCAL_ORG: Final = "local"
_PROXY_PATH: Final = "/v1/proxy"
"""Braintrust's own login names its proxy with it; functions are invoked beside."""

PROJECT_LIFETIME_S: Final = 15 * 60.0

_MISSING_KEY: Final = (
    "Could not login to Braintrust. You may need to set BRAINTRUST_API_KEY in your environment."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """What a login tells.

    Attributes:
        id: of the organisation.
        name: of the organisation.
        api_url: where its API is.
        proxy_url: where its functions are invoked.
        git_metadata: what it wants to be told of the code of experiments, or None.
    """

    id: str
    name: str
    api_url: str
    proxy_url: str
    git_metadata: GitMetadataSettings | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectMetadata:
    """A project.

    Attributes:
        id: its id; where nobody was asked, what it was named by.
        name: its name, or the id.
        full_info: what the control plane says of it; empty where it was not asked.
    """

    id: str
    name: str
    full_info: Mapping[str, Any] = field(default_factory=dict[str, Any])


class Account:
    """A key at a Braintrust.

    Args:
        plane: where it is.
        api_key: the key, or None.

    Attributes:
        plane: where it is.
        api_key: the key, or None; never shown.
        http: asks with that key.
    """

    def __init__(self, plane: Plane, api_key: str | None) -> None:
        self.plane, self.api_key = plane, api_key
        self.http = Http(api_key, plane.timeout_s, plane.ca_file)
        self._organization: Organization | None = None
        self._projects: dict[str, tuple[float, ObjectMetadata]] = {}
        self._lock = threading.Lock()

    @property
    def logged_in(self) -> bool:
        """Whether the organisation is known."""
        return self._organization is not None

    @property
    def app_url(self) -> str:
        """Where the app is: what links begin with."""
        return self.plane.public_url or self.plane.app_url

    @property
    def org_name(self) -> str | None:
        """Name of the organisation as far as it is known without asking."""
        if self._organization:
            return self._organization.name
        return self.plane.org_name or (LOCAL_ORG if self.plane.is_local else None)

    @property
    def org_id(self) -> str:
        """Id of the organisation; logs in."""
        return self.login().id

    @property
    def api_url(self) -> str:
        """Where the API is; logs in if nobody said."""
        return self.plane.api_url or self.login().api_url

    @property
    def proxy_url(self) -> str:
        """Where functions are invoked; logs in if nobody said. What is app and API in one, as a sidecar is, does that too."""
        plane = self.plane
        named = plane.proxy_url or (plane.api_url if plane.api_url == plane.app_url else None)
        return (named or self.login().proxy_url).removesuffix(_PROXY_PATH)

    def login(self) -> Organization:
        """Return the organisation, asking once; callers at the same time share one request.

        Raises:
            ValueError: there is no key, or the key is not of that organisation; with Braintrust's message.
            ControlError: it could not be asked.
        """
        with self._lock:
            if self._organization is None:
                self._organization = self._log_in()
            return self._organization

    def project(self, name: str) -> ObjectMetadata:
        """Return the project of that name, which is made if there is none; remembered for a quarter of an hour.

        Raises:
            ValueError: see `login`.
            ControlError: it could not be asked.
        """
        known = self._projects.get(name)
        if known and time.monotonic() - known[0] < PROJECT_LIFETIME_S:
            return known[1]
        answer = self.request("POST", "/v1/project", json={"name": name, **self._named_org()})
        found = ObjectMetadata(
            id=str(answer.get("id", "")), name=str(answer.get("name", name)), full_info=answer
        )
        if not found.id:
            raise ControlError("the answer to POST /v1/project has no id")
        self._projects[name] = (time.monotonic(), found)
        return found

    def request(self, method: str, path: str, **options: Any) -> Mapping[str, Any]:
        """Ask the API; see `Http.request`."""
        return self.http.request(method, f"{self.api_url}{path}", **options)

    def project_of_id(self, project_id: str) -> ObjectMetadata:
        """Return the project of that id.

        Raises:
            ValueError: see `login`.
            ControlError: it could not be asked, or there is none.
        """
        answer = self.request("GET", f"/v1/project/{quote(project_id, safe='')}")
        return ObjectMetadata(id=project_id, name=str(answer.get("name", project_id)), full_info=answer)

    def request_app(self, method: str, path: str, **options: Any) -> Mapping[str, Any]:
        """Ask the app, which has some endpoints that the API has not; see `Http.request`."""
        return self.http.request(method, f"{self.plane.app_url}{path}", **options)

    def _named_org(self) -> dict[str, str]:
        return {"org_name": self.plane.org_name} if self.plane.org_name else {}

    def _log_in(self) -> Organization:
        plane = self.plane
        if plane.is_local or (plane.is_sidecar and not self.api_key):
            local = str(plane.api_url)
            return Organization(
                id=LOCAL_ORG, name=plane.org_name or LOCAL_ORG, api_url=local, proxy_url=local
            )
        if self.api_key == TEST_API_KEY:
            nowhere = "https://api.braintrust.ai"
            return Organization(id="test-org-id", name="test-org-name", api_url=nowhere, proxy_url=nowhere)
        if not self.api_key:
            raise ValueError(_MISSING_KEY)
        answer = self.http.request("POST", f"{plane.app_url}/api/apikey/login")
        organization = _chosen(answer.get("org_info"), plane.org_name)
        api_url = plane.api_url or str(organization.get("api_url", "")).rstrip("/")
        return Organization(
            id=str(organization.get("id", "")),
            name=str(organization.get("name", "")),
            api_url=api_url,
            proxy_url=str(organization.get("proxy_url") or api_url).rstrip("/"),
            git_metadata=settings_of(organization.get("git_metadata")),
        )


def _chosen(org_info: object, org_name: str | None) -> Mapping[str, Any]:
    organizations = cast("list[Mapping[str, Any]]", org_info) if isinstance(org_info, list) else []
    if not organizations:
        raise ValueError("This user is not part of any organizations.")
    for organization in organizations:
        if org_name is None or organization.get("name") == org_name:
            return organization
    known = ", ".join(str(organization.get("name")) for organization in organizations)
    raise ValueError(f"Organization {org_name} not found. Must be one of {known}")
