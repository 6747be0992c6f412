"""Functions that run at the server: prompts with their model, scorers, code. The app names one and gets what it returns.

Source: `braintrust` 0.47.0 SDK, `functions.invoke`, measured (spec/evaluate.md section 5, spec/wire.md section 9).
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from json import loads
from typing import Any, Final, Literal, Protocol, TypeAlias

from opentelemetry import trace

from otel_bridge.api.experiment_now import current_experiment
from otel_bridge.api.function_stream import BraintrustStream, chunks_of
from otel_bridge.api.logger import current_logger
from otel_bridge.api.login import account_for, login
from otel_bridge.api.place import object_components, place_of
from otel_bridge.api.same_arguments import with_arguments_of
from otel_bridge.api.tracing import current_span
from otel_bridge.attributes.to_json import dump, to_json
from otel_bridge.control.account import Account
from otel_bridge.control.events import events_of
from otel_bridge.errors import BraintrustInvokeError, ControlError
from otel_bridge.state import live_context, parent_argument

ModeType: TypeAlias = Literal["auto", "parallel", "json", "text"]

_API_VERSION: Final = 1
_FAILED: Final = 500
"""The status of a function that was run and failed."""


class Exportable(Protocol):
    """A span, a logger or an experiment."""

    def export(self) -> str:
        """Return a slug that names it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """One call of a function, ready to be sent.

    Attributes:
        account: where it is sent, with which key.
        body: JSON text.
        headers: beside the key.
        stream: whether the answer comes piece by piece.
    """

    account: Account
    body: bytes
    headers: Mapping[str, str]
    stream: bool

    def send(self) -> Any:
        """Return what the function returns; see `invoke`."""
        url = f"{self.account.proxy_url}/function/invoke"
        try:
            if self.stream:
                parts = self.account.http.stream(url, self.body, self.headers)
                return BraintrustStream(chunks_of(events_of(parts)))
            answer = self.account.http.send(url, self.body, self.headers)
        except ControlError as error:
            if error.status == _FAILED:
                raise BraintrustInvokeError(str(error)) from error
            raise
        try:
            return loads(answer)
        except ValueError:
            raise ControlError(
                "the answer to an invocation is no JSON; is BRAINTRUST_PROXY_URL an API?"
            ) from None


def _invocation(  # noqa: PLR0913, PLR0917 - Braintrust's signature
    function_id: str | None = None,
    version: str | None = None,
    prompt_session_id: str | None = None,
    prompt_session_function_id: str | None = None,
    project_name: str | None = None,
    project_id: str | None = None,
    slug: str | None = None,
    global_function: str | None = None,
    function_type: str | None = None,
    input: Any = None,
    messages: Sequence[Any] | None = None,
    metadata: Mapping[str, Any] | None = None,
    tags: Sequence[str] | None = None,
    parent: Exportable | str | None = None,
    stream: bool = False,  # noqa: FBT001, FBT002 - Braintrust's signature
    mode: ModeType | None = None,
    strict: bool | None = None,  # noqa: FBT001 - Braintrust's signature
    overrides: Mapping[str, Any] | None = None,
    org_name: str | None = None,
    api_key: str | None = None,
    app_url: str | None = None,
    force_login: bool = False,  # noqa: FBT001, FBT002 - Braintrust's signature
) -> Invocation:
    if force_login:
        login(app_url, api_key, org_name, force_login=True)
    said = {
        "function_id": function_id, "version": None if version is None else str(version),
        "prompt_session_id": prompt_session_id, "prompt_session_function_id": prompt_session_function_id,
        "project_name": project_name, "slug": slug, "global_function": global_function,
        "function_type": function_type, "messages": messages, "mode": mode, "strict": strict, "overrides": overrides,
    }  # fmt: skip
    body = {
        "input": input, "metadata": metadata, "tags": tags, "parent": _parent_of(parent), "stream": stream,
        "api_version": _API_VERSION, **{name: value for name, value in said.items() if value is not None},
    }  # fmt: skip
    named = {"x-bt-project-id": project_id, "x-bt-org-name": org_name}
    headers = {
        "accept": "text/event-stream" if stream else "application/json",
        **{name: value for name, value in named.items() if value is not None},
    }
    return Invocation(
        account=account_for(app_url, api_key, org_name),
        body=dump(to_json(body)).encode(),
        headers=headers,
        stream=stream,
    )


@with_arguments_of(_invocation)
def invoke(invocation: Invocation) -> Any:  # noqa: D417 - the arguments are those of `_invocation`
    """Run a function that is saved at the server, and return what it returns; with `stream=True`, a `BraintrustStream`.

    It is named by `function_id`, by `project_name` and `slug`, or by `global_function` (a scorer of `autoevals`). The call waits for the
    answer, as long as `BRAINTRUST_HTTP_TIMEOUT` allows the server to be silent, and is not repeated.

    Args:
        function_id: id of the function.
        version: its state, as `_xact_id` or `Prompt.version` has it; by default the newest.
        prompt_session_id: session of a playground, with `prompt_session_function_id`.
        prompt_session_function_id: the function in it.
        project_name: name of its project.
        project_id: project in whose name it runs; it does not say which function.
        slug: its name in code.
        global_function: name of a function that every project has.
        function_type: what that one is, by default `scorer`.
        input: what it is given: any JSON. Members of an object are variables of a prompt.
        messages: further messages, behind those of a prompt.
        metadata: of its span; also a variable of prompts and an argument of code.
        tags: of its span.
        parent: span, logger or experiment that its span belongs to, or a slug of `export()`; by default the current one. Where there is
            none, or the current span is not sampled, nothing is logged.
        stream: whether the answer comes piece by piece.
        mode: what a prompt returns: `auto`, a text or the arguments of a tool call; `parallel`, a list of those of all; `json`; `text`.
        strict: whether a variable that is missing is an error.
        overrides: members of its `function_data` for this call; of no effect on prompts.
        org_name: organisation, by default `BRAINTRUST_ORG_NAME`.
        api_key: by default what `login` was given, then `BRAINTRUST_API_KEY`.
        app_url: where to log in, by default `BRAINTRUST_APP_URL`.
        force_login: True logs in again, for all that follows.

    Raises:
        BraintrustInvokeError: the function failed; of a stream, when that piece is read.
        ControlError: the server refused: there is no such function or version, say.
        ValueError, LoginError: see `login`.
    """
    return invocation.send()


@with_arguments_of(_invocation)
async def invoke_async(invocation: Invocation) -> Any:
    """Do what `invoke` does without blocking the event loop; the stream is for `async for`, too."""
    return await asyncio.to_thread(invocation.send)


def init_function(project_name: str, slug: str, version: str | None = None) -> Callable[..., Any]:
    """Return a saved function as a task or scorer for `Eval`; it runs at the server.

        Eval("shop", data=data, task=init_function("shop", "answer"), scores=[init_function("shop", "polite")])

    A task gets the input of a case; a scorer an object with `input`, `output`, `expected` and `metadata`.

    Args:
        project_name: name of its project.
        slug: its name in code.
        version: its state, by default the newest at each call.
    """

    def function(*args: Any, **kwargs: Any) -> Any:
        return invoke(
            project_name=project_name, slug=slug, version=version, input=args[0] if args else kwargs
        )

    function.__name__ = f"init_function-{project_name}-{slug}-{version or 'latest'}"
    return function


def _parent_of(given: Exportable | str | None) -> str:
    """The slug of what a function is logged under; empty where nothing is to be logged."""
    if given:
        return given if isinstance(given, str) else given.export()
    if current_span().span_id:
        otel_span = trace.get_current_span(live_context()).get_span_context()
        return current_span().export() if otel_span.trace_flags.sampled else ""
    if around := parent_argument.get():
        return around if isinstance(around, str) else _slug_of(around)
    home = current_experiment() or current_logger()
    return home.export() if home else ""


def _slug_of(headers: Mapping[str, str]) -> str:
    """The slug of the span that W3C headers name."""
    place = place_of(headers)
    if place is None:
        return ""
    own = trace.get_current_span(place.context).get_span_context()
    span_id = trace.format_span_id(own.span_id)
    named = replace(
        object_components(place.parent), row_id=span_id, span_id=span_id, root_span_id=trace.format_trace_id(own.trace_id)
    )  # fmt: skip
    return named.encode()
