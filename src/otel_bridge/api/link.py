"""Links to a span's page in the app. `link` says what is known, `permalink` asks for what is not; neither raises.

Source: `braintrust` 0.47.0 SDK, `logger.permalink` and `SpanImpl.link`, measured (spec/app-api.md section 4).
"""

from typing import Final
from urllib.parse import quote, urlencode

from otel_bridge.api.login import current_account
from otel_bridge.contract.parent import Parent, ParentError, parse_parent
from otel_bridge.contract.slug import ObjectType, SpanComponents
from otel_bridge.control.account import Account
from otel_bridge.errors import ControlError

NOOP_LINK: Final = "https://www.braintrust.dev/noop-span"
"""Where the link of a span leads that records nothing; Braintrust's own."""

_ERROR_LINK: Final = "https://www.braintrust.dev/error-generating-link?msg="

_NO_PAGE: Final = "provide-OTEL_BRIDGE_API_URL"
"""Spans go where an `OTEL_*` variable says: whether a sidecar is there, and where its page is, only the user knows."""

_OBJECTS: Final = {
    ObjectType.EXPERIMENT: "experiment",
    ObjectType.PROJECT_LOGS: "project_logs",
    ObjectType.PLAYGROUND_LOGS: "playground_logs",
}


def permalink(slug: str, org_name: str | None = None, app_url: str | None = None) -> str:
    """Return the link to the span that `span.export()` named; a link that says what is wrong if there is none.

    It may log in and ask for the id of the project. The page is there once the span has been sent.

    Args:
        slug: what `span.export()` returned; empty for a span that records nothing.
        org_name: the organisation, by default the one that is logged in.
        app_url: the app, by default the one that is logged in.
    """
    return permalink_of(current_account(), slug, org_name, app_url) if slug else NOOP_LINK


def permalink_of(account: Account, slug: str, org_name: str | None = None, app_url: str | None = None) -> str:
    """Return the link to the span of a slug in the app of that account."""
    if not (app_url or account.plane.leads_to_page):
        return _error(_NO_PAGE)
    try:
        base = f"{app_url or account.app_url}/app/{org_name or account.org_name or account.login().name}"
        components = SpanComponents.decode(slug)
        if not components.row_id:
            return _error("")
        return _asked_link(account, base, slug, components)
    except ControlError:
        return _error("")
    except ValueError as error:
        return _error("login-or-provide-org-name" if "BRAINTRUST_API_KEY" in str(error) else "")


def link_of(account: Account, parent: str, row_id: str) -> str:
    """Return the link to a row as far as it is known without asking.

    Args:
        account: where the logger logs.
        parent: parent string of the row's object.
        row_id: of the row.
    """
    if not account.plane.leads_to_page:
        return _error(_NO_PAGE)
    org_name = account.org_name
    if not org_name:
        return _error("login-or-provide-org-name")
    return _known_link(f"{account.app_url}/app/{org_name}", parent, row_id)


def _known_link(base: str, parent: str, row_id: str) -> str:
    """The link to a row of an object as `parent` names it."""
    try:
        named: Parent = parse_parent(parent)
    except ParentError:
        return _error("no-project-id-or-name")
    if named.kind == "project_name":
        return f"{base}/p/{quote(named.value)}/logs?oid={row_id}"
    kind = "project_logs" if named.kind == "project_id" else named.kind.removesuffix("_id")
    return f"{base}/object?object_type={kind}&object_id={named.value}&id={row_id}"


def _asked_link(account: Account, base: str, slug: str, components: SpanComponents) -> str:
    """The link to a row by the id of its object."""
    try:
        object_id = _object_id(account, slug, components)
    except ControlError:
        if not account.plane.is_local:
            raise
        # The OTLP port of a sidecar knows no project, and leads a browser to its page, which knows it by its name.
        return _known_link(base, slug, components.row_id or "")
    query = {"object_type": _OBJECTS[components.object_type], "object_id": object_id, "id": components.row_id}
    return f"{base}/object?{urlencode(query)}"


def _object_id(account: Account, slug: str, components: SpanComponents) -> str:
    if components.object_id:
        return components.object_id
    named = parse_parent(slug)
    return account.project(named.value).id if named.kind == "project_name" else named.value


def _error(message: str) -> str:
    return f"{_ERROR_LINK}{quote(message)}"
