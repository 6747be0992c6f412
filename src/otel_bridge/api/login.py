"""Log in: which Braintrust, which organisation, by which key. Nothing else needs it, and nothing here keeps a span waiting.

| destination | `login()` |
| --- | --- |
| a Braintrust was named (`app_url`, `BRAINTRUST_APP_URL`, `BRAINTRUST_API_URL`, `OTEL_BRIDGE_API_URL`) | asks it for the organisation of the key, once |
| none was, or `OTEL_BRIDGE_API_URL` names a sidecar and there is no key | asks nobody: the sidecar on this machine has one organisation, `local`, and needs no key |

Source: `braintrust` 0.47.0 SDK, `logger.login`, measured (spec/app-api.md section 1).
"""

from dataclasses import replace
from typing import TYPE_CHECKING, Final, cast

from otel_bridge.control.account import Account
from otel_bridge.errors import LoginError
from otel_bridge.exporter.session import set_adapter
from otel_bridge.processor.both_masks import mask_by_name
from otel_bridge.settings import Plane, Settings
from otel_bridge.state import logger as logger_now
from otel_bridge.state import process

if TYPE_CHECKING:
    from requests.adapters import HTTPAdapter

MAX_ACCOUNTS: Final = 64
"""Accounts of loggers that are remembered with what they were told; of more, the oldest are asked again."""


def login(
    app_url: str | None = None,
    api_key: str | None = None,
    org_name: str | None = None,
    force_login: bool = False,  # noqa: FBT001, FBT002 - Braintrust's signature
) -> None:
    """Log in, once for all loggers that are given no key of their own; a second call asks nobody.

    Args:
        app_url: where to log in, by default `BRAINTRUST_APP_URL`.
        api_key: by default `BRAINTRUST_API_KEY`.
        org_name: one of the organisations of the key, by default `BRAINTRUST_ORG_NAME`, then the first.
        force_login: True logs in again, also with other arguments.

    Raises:
        LoginError: it is logged in with other arguments, and `force_login` is not set.
        ValueError: there is no key, or the key is not of that organisation; with Braintrust's message.
        ControlError: Braintrust did not answer, or refused.
    """
    known: Account | None = process.account
    if known is None or force_login:
        account = account_of(app_url, api_key, org_name)
        account.login()
        process.account = account
        return
    _check_same("app_url", app_url, known.app_url)
    _check_same("api_key", api_key, known.api_key)
    _check_same("org_name", org_name, known.org_name)
    known.login()


def login_to_state(
    app_url: str | None = None, api_key: str | None = None, org_name: str | None = None
) -> Account:
    """Log in apart from everybody else; the result serves as `state=` of `init_logger`.

    Raises:
        ValueError, ControlError: see `login`.
    """
    account = account_of(app_url, api_key, org_name)
    account.login()
    return account


def org_id() -> str:
    """Return the id of the organisation; logs in.

    Raises:
        ValueError, ControlError: see `login`.
    """
    login()
    return current_account().org_id


def set_http_adapter(adapter: "HTTPAdapter") -> None:
    """Let an adapter of `requests` serve all our requests, of spans and of the control plane, from now on.

        set_http_adapter(HTTPAdapter(max_retries=3))

    It does not reach a session that a credential provider of OpenTelemetry brings.
    """
    set_adapter(adapter)


def current_account() -> Account:
    """Return what `login` logged in to; before that, what the environment names."""
    account: Account | None = process.account
    return account_of(None, None, None) if account is None else account


def account_now() -> Account:
    """Return where the current logger logs in; without one, as `current_account`."""
    logger = logger_now()
    return cast("Account", logger.account) if logger else current_account()


def account_for(
    app_url: str | None, api_key: str | None, org_name: str | None, chosen: object = None
) -> Account:
    """Return where a logger, experiment or dataset logs in.

    Args:
        app_url: instead of that of the environment.
        api_key: likewise.
        org_name: likewise.
        chosen: what `login_to_state` returned, which counts where none of the others is given; then what `login` did.
    """
    known: Account | None = chosen if isinstance(chosen, Account) else process.account
    if app_url or api_key or org_name or known is None:
        return account_of(app_url, api_key, org_name)
    return known


def account_of(app_url: str | None, api_key: str | None, org_name: str | None) -> Account:
    """Return the account of these, with the environment where one is None; the same one again for the same arguments."""
    arguments = (app_url, api_key, org_name)
    account: Account | None = process.accounts.get(arguments)
    if account is None:
        account = _account(Settings.from_environment(), *arguments)
        while len(process.accounts) >= MAX_ACCOUNTS:
            process.accounts.pop(next(iter(process.accounts)), None)
        process.accounts[arguments] = account
    return account


def _account(settings: Settings, app_url: str | None, api_key: str | None, org_name: str | None) -> Account:
    plane = settings.plane
    mask_by_name(settings.mask)
    return Account(
        replace(_named(plane, app_url), org_name=org_name or plane.org_name), api_key or settings.api_key
    )


def _named(plane: Plane, app_url: str | None) -> Plane:
    if not app_url:
        return plane
    # The environment names no API then, or the API of another app: the login says where it is.
    api_url = None if plane.is_local else plane.api_url
    return replace(plane, app_url=app_url.rstrip("/"), api_url=api_url, is_local=False, leads_to_page=True)


def _check_same(name: str, given: str | None, known: str | None) -> None:
    if given is not None and given != known:
        raise LoginError(
            f"re-logging in with a different {name} than the original one; to force it, pass `force_login=True`"
        )
