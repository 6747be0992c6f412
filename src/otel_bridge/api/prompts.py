"""Prompts: saved at the server, loaded by name, filled with variables in the app.

Source: `braintrust` 0.47.0 SDK, `logger.load_prompt` and `logger.Prompt`, measured (spec/evaluate.md section 4).
"""

import asyncio
import base64
import logging
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, Self, cast

from otel_bridge.api.attachments import BaseAttachment, ExternalAttachment, ReadonlyAttachment
from otel_bridge.api.login import account_for
from otel_bridge.api.same_arguments import with_arguments_of
from otel_bridge.attributes.to_json import to_json
from otel_bridge.contract.prompt import build
from otel_bridge.contract.template import Engine, Renderer
from otel_bridge.control.account import Account
from otel_bridge.control.once import Once
from otel_bridge.control.prompt_cache import PromptCache
from otel_bridge.control.saved import Wanted, load_saved
from otel_bridge.errors import MissingExtraError
from otel_bridge.settings import Settings
from otel_bridge.state import process

logger = logging.getLogger(__name__)


class Prompt(Mapping[str, Any]):
    """What `load_prompt` returns; it is loaded at the first need.

        client.chat.completions.create(**prompt.build(question="why?"))

    As a mapping it has the options of the prompt (`model`, `params`) and its text: `prompt["chat"]` with
    `prompt["tools"]`, or `prompt["prompt"]`.

    Attributes:
        defaults: arguments for what the prompt does not say.
        no_trace: whether `build` leaves out what links a span to the prompt.
    """

    def __init__(
        self,
        loaded: Once[Mapping[str, Any]],
        defaults: Mapping[str, Any] | None = None,
        *,
        no_trace: bool = False,
    ) -> None:
        self._loaded = loaded
        self.defaults: Mapping[str, Any] = defaults or {}
        self.no_trace = no_trace

    @classmethod
    def from_prompt_data(cls, name: str, prompt_data: Mapping[str, Any]) -> Self:
        """Return a prompt that is saved nowhere."""
        return cls(Once(lambda: {"name": name, "slug": name, "prompt_data": prompt_data}))

    @property
    def id(self) -> str:
        """Its id.

        Raises:
            ValueError: there is no such prompt, or the server is away and it was never loaded before.
            ControlError: the server refused.
        """
        return cast("str", self._loaded.get().get("id"))

    @property
    def name(self) -> str:
        """Its name for people; see `id`."""
        return str(self._loaded.get().get("name"))

    @property
    def slug(self) -> str:
        """Its name in code; see `id`."""
        return str(self._loaded.get().get("slug"))

    @property
    def version(self) -> str:
        """The transaction of the state that was loaded; see `id`."""
        return cast("str", self._loaded.get().get("_xact_id"))

    @property
    def project_id(self) -> str:
        """Id of its project; see `id`."""
        return cast("str", self._loaded.get().get("project_id"))

    @property
    def description(self) -> str | None:
        """What it is for; see `id`."""
        return cast("str | None", self._loaded.get().get("description"))

    @property
    def tags(self) -> list[str] | None:
        """Its tags; see `id`."""
        return cast("list[str] | None", self._loaded.get().get("tags"))

    @property
    def prompt_data(self) -> Mapping[str, Any]:
        """The whole prompt as it is saved: `prompt` and `options`; see `id`."""
        return cast("Mapping[str, Any]", self._loaded.get().get("prompt_data") or {})

    @property
    def prompt(self) -> Mapping[str, Any] | None:
        """Its text: `{"type": "chat", "messages", "tools"}` or `{"type": "completion", "content"}`; see `id`."""
        return cast("Mapping[str, Any] | None", self.prompt_data.get("prompt"))

    @property
    def options(self) -> Mapping[str, Any]:
        """`model` and `params`; see `id`."""
        return cast("Mapping[str, Any]", self.prompt_data.get("options") or {})

    def build(self, **build_args: Any) -> Mapping[str, Any]:
        """Return the arguments of a call of the model, with the variables in the places that name them.

        The result has `model`, the parameters, `messages` (with `tools`) or `prompt`, and `span_info`, which links the span
        of the call to this prompt: a client that `auto_instrument` traces takes it off again.

        Args:
            **build_args: the variables. Anything that JSON can hold, an attachment (a data URL), or a function for a
                section. A variable that is missing is an empty text; with `strict=True` it raises.

        Raises:
            ValueError: no model is named, the prompt has no text, a part of a message is of an unknown type, a template is
                not well-formed, or, with `strict=True`, a variable is missing.
            MissingExtraError: the extra `prompts` is not installed.
            ControlError: see `id`.
        """
        variables = {name: _variable(value) for name, value in build_args.items()}
        renderer = Renderer(_engine(), variables, strict=bool(build_args.get("strict")))
        built = build(self.prompt_data, renderer, self.defaults)
        if self.no_trace:
            return built
        told = {
            "variables": build_args,
            "id": self.id,
            "project_id": self.project_id,
            "version": self.version,
        }
        return {**built, "span_info": {"metadata": {"prompt": told}}}

    def __getitem__(self, name: str) -> Any:
        text = self.prompt or {}
        match name:
            case "prompt":
                return text.get("content")
            case "chat":
                return text.get("messages")
            case "tools":
                return text.get("tools")
            case _:
                return self.options[name]

    def __iter__(self) -> Iterator[str]:
        is_completion = (self.prompt or {}).get("type") == "completion"
        return iter([*self.options, *(["prompt"] if is_completion else ["chat", "tools"])])

    def __len__(self) -> int:
        return len(list(iter(self)))


def load_prompt(  # noqa: PLR0913, PLR0917 - Braintrust's signature
    project: str | None = None,
    slug: str | None = None,
    version: str | int | None = None,
    project_id: str | None = None,
    id: str | None = None,
    defaults: Mapping[str, Any] | None = None,
    no_trace: bool = False,  # noqa: FBT001, FBT002 - Braintrust's signature
    environment: str | None = None,
    app_url: str | None = None,
    api_key: str | None = None,
    org_name: str | None = None,
) -> Prompt:
    """Return a saved prompt; it is asked for at the first need.

    While the server is away (no answer, 408, 429 or 5xx), the newest state that was loaded before stands in, also that of
    an earlier process, with a warning. A version or an environment is never replaced so.

    Args:
        project: name of its project.
        slug: its name in code.
        version: a transaction, as `Prompt.version` returned it, by default the newest.
        project_id: id of its project, which wins over the name.
        id: its id, which wins over project and slug.
        defaults: arguments for what the prompt does not say, as `model` or `temperature`; what it says wins.
        no_trace: True leaves `span_info` out of what `build` returns.
        environment: the version that it pins is loaded, unless `version` says which.
        app_url: where to log in, by default `BRAINTRUST_APP_URL`.
        api_key: by default what `login` was given, then `BRAINTRUST_API_KEY`.
        org_name: organisation, by default `BRAINTRUST_ORG_NAME`.

    Raises:
        ValueError: it is not said which one, with Braintrust's message.
        SettingsError: a setting of the environment cannot be used.
    """
    if not id and not project and not project_id:
        raise ValueError("Must specify at least one of project or project_id")
    if not id and not slug:
        raise ValueError("Must specify slug")
    wanted = Wanted(
        project=None if project_id else project, project_id=project_id, slug=slug, id=id or None,
        version=None if version is None else str(version), environment=environment if version is None else None,
    )  # fmt: skip
    account = account_for(app_url, api_key, org_name)
    return Prompt(Once(partial(_loaded, account, wanted)), defaults, no_trace=no_trace)


@with_arguments_of(load_prompt)
async def load_prompt_async(prompt: Prompt) -> Prompt:
    """Return a saved prompt that is loaded already; the arguments are those of `load_prompt`.

    Raises:
        ValueError, ControlError: see `load_prompt` and `Prompt.id`.
    """
    await asyncio.to_thread(lambda: prompt.name)
    return prompt


def _loaded(account: Account, wanted: Wanted) -> Mapping[str, Any]:
    return load_saved(account, wanted, _cache())


def _cache() -> PromptCache:
    if process.prompt_cache is None:
        settings = Settings.from_environment()
        folder, disk_size = Path(settings.prompt_cache_dir), settings.prompt_cache_disk_size
        try:
            folder = folder.expanduser()
        except RuntimeError:
            logger.warning("prompts are kept in memory alone: this user has no home for %s", folder)
            disk_size = 0
        process.prompt_cache = PromptCache(
            folder, memory_size=settings.prompt_cache_memory_size, disk_size=disk_size
        )
    return cast("PromptCache", process.prompt_cache)


def _variable(value: Any) -> Any:
    """A variable as templates see it: JSON, or a function for a section."""
    if isinstance(value, ExternalAttachment):
        return value.reference.get("url")
    if isinstance(value, (BaseAttachment, ReadonlyAttachment)):
        text = base64.b64encode(value.data).decode()
        return f"data:{value.reference.get('content_type', '')};base64,{text}"
    return value if callable(value) else to_json(value)


def _engine() -> Engine:
    try:
        render: Callable[..., str] = import_module(
            "mstache"
        ).render  # an extra, without types that pyright reads
    except ImportError as error:
        raise MissingExtraError(
            "the templates of prompts are rendered by mstache, which is not installed: pip install 'otel-bridge[prompts]'"
        ) from error

    def engine(template: str, scope: object, **how: Any) -> str:
        # A cache of its own: the engine's is shared by all threads without a lock.
        return render(template, scope, cache={}, **how)

    return engine
