"""Ask for a saved prompt, and fall back to the copy of the last time while the server is away.

Source: `braintrust` 0.47.0 SDK, `logger.load_prompt`, measured (spec/evaluate.md section 4.3, spec/wire.md section 8).
"""

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast
from urllib.parse import quote

from otel_bridge.control.account import Account
from otel_bridge.control.prompt_cache import PromptCache
from otel_bridge.errors import AnswerTooLargeError, ControlError

logger = logging.getLogger(__name__)

_NOT_FOUND: Final = 404
_AWAY: Final = frozenset({None, 408, 429})
"""Statuses of a server that is away, beside all from 500 on; None where no answer came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which prompt.

    Attributes:
        project: name of its project, or None.
        project_id: id of its project, or None.
        slug: its name in code, or None.
        id: its id, which wins over all three.
        version: a transaction, or None for the newest state.
        environment: whose version it is, or None.
    """

    project: str | None
    project_id: str | None
    slug: str | None
    id: str | None
    version: str | None
    environment: str | None

    @property
    def is_newest(self) -> bool:
        """Whether the newest state is wanted, whatever it is."""
        return self.version is None and self.environment is None

    def key(self, account: Account) -> str:
        """What the cache knows it by: prompts of other keys, places and environments are others."""
        who = [account.plane.app_url, account.plane.api_url, account.api_key, account.plane.org_name]
        return f"{hashlib.sha256(json.dumps(who).encode()).hexdigest()}:{json.dumps(self._named())}"

    @property
    def state(self) -> str:
        """Which state, in words that follow its name; empty for the newest."""
        if self.version is not None:
            return f" at version {self.version}"
        return "" if self.environment is None else f" in the environment {self.environment}"

    def query(self) -> dict[str, str]:
        """The parameters of the request."""
        state = {"version": self.version, "environment": self.environment}
        named = (
            {}
            if self.id
            else {"project_name": self.project, "project_id": self.project_id, "slug": self.slug}
        )
        return {name: value for name, value in {**named, **state}.items() if value is not None}

    def _named(self) -> list[str | None]:
        return [self.id] if self.id else [self.project_id or self.project, self.slug]


def load_saved(account: Account, wanted: Wanted, cache: PromptCache) -> Mapping[str, Any]:
    """Return a prompt as the API gives it.

    Raises:
        ValueError: there is none; or the server is away and the cache has none, or must not stand in for a version.
        ControlError: the server refused.
    """
    try:
        found = _asked(account, wanted)
    except ControlError as error:
        if not _is_away(error):
            raise
        return _remembered(account, wanted, cache, error)
    if wanted.is_newest:
        cache.set(wanted.key(account), found)
    return found


def _asked(account: Account, wanted: Wanted) -> Mapping[str, Any]:
    if wanted.id:
        try:
            return account.request("GET", f"/v1/prompt/{quote(wanted.id, safe='')}", params=wanted.query())
        except ControlError as error:
            if error.status == _NOT_FOUND:
                raise ValueError(f"Prompt with id {wanted.id} not found{wanted.state}.") from error
            raise
    found = account.request("GET", "/v1/prompt", params=wanted.query()).get("objects")
    listed = cast("list[Mapping[str, Any]]", found) if isinstance(found, list) else []
    where = wanted.project or wanted.project_id
    if not listed:
        raise ValueError(f"Prompt {wanted.slug} not found in project {where}{wanted.state}.")
    if len(listed) > 1:
        raise ValueError(f"Multiple prompts found with slug {wanted.slug} in project {where}.")
    return listed[0]


def _remembered(
    account: Account, wanted: Wanted, cache: PromptCache, error: ControlError
) -> Mapping[str, Any]:
    if not wanted.is_newest:
        raise ValueError(
            f"Prompt not found with specified parameters{wanted.state}: {error}; a version or an environment is never taken from the cache"
        ) from error
    logger.warning("Failed to load prompt, attempting to fall back to cache: %s", error)
    found = cache.get(wanted.key(account))
    if found is None:
        which = f"with id {wanted.id}" if wanted.id else f"{wanted.slug} (version latest)"
        raise ValueError(
            f"Prompt {which} not found (not found on server or in local cache): {error}"
        ) from error
    return found


def _is_away(error: ControlError) -> bool:
    if isinstance(error, AnswerTooLargeError):
        return False
    return error.status in _AWAY or (error.status is not None and error.status >= 500)  # noqa: PLR2004 - server errors
