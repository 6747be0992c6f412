"""The one door to the providers: which are asked, how often, and which answer counts. It speaks to none itself.

What may pass by itself is tried again at the same provider; what another provider may do better goes to the next. What is wrong with
the request itself is answered at once. When nobody can, the answer is that of the first. One that
counts as away is passed over.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Final, Literal, TypeAlias

import orjson

from otel_bridge.contract.row import Json
from otel_bridge_collector.config.model import Config
from otel_bridge_collector.config.provider import Provider
from otel_bridge_collector.deliver.backoff import Backoff
from otel_bridge_collector.errors import OverloadedError, ProviderError
from otel_bridge_collector.pipeline.tls import build_context
from otel_bridge_collector.providers.answer import Answer
from otel_bridge_collector.providers.choice import none_configured, providers_for, serves
from otel_bridge_collector.providers.circuit import OPEN_AFTER
from otel_bridge_collector.providers.endpoint import BrokenError, Call, Endpoint
from otel_bridge_collector.sinks.http import retry_after_s
from otel_bridge_collector.store.json_text import dump_json

logger = logging.getLogger(__name__)

Operation: TypeAlias = Literal["chat/completions", "completions", "responses", "embeddings", "moderations"]
"""What is asked for: the path below a provider's base URL."""

_PASSING: Final = frozenset({408, 425, 429, *range(500, 600)})
_ELSEWHERE: Final = _PASSING | {403, 404}
"""What another provider may do: a model that is missing at one, or a region, is a matter of that provider."""

_Fault: TypeAlias = ProviderError | OverloadedError
_Outcome: TypeAlias = Answer | _Fault


class Providers:
    """All providers of a configuration; for one event loop. Nothing is opened before the first call."""

    def __init__(
        self,
        providers: Mapping[str, Provider],
        *,
        wait: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Make one.

        Args:
            providers: by name, in the order in which they are asked.
            wait: waits for seconds.
            clock: seconds.
        """
        self._settings = providers
        self._endpoints = {
            name: Endpoint(name, settings, clock=clock) for name, settings in providers.items()
        }
        self._wait, self._clock = wait, clock
        self._retired: list[Endpoint] = []

    async def reload(self, providers: Mapping[str, Provider]) -> None:
        """Ask these from now on; calls that run end where they began, and providers that did not change are not touched."""
        before = self._endpoints
        kept = {name: each for name, each in before.items() if providers.get(name) == each.settings}
        self._endpoints = {
            name: kept.get(name) or Endpoint(name, settings, clock=self._clock)
            for name, settings in providers.items()
        }
        self._settings = providers
        retired = [*self._retired, *(each for name, each in before.items() if name not in kept)]
        self._retired = [each for each in retired if not each.is_idle]
        for each in retired:
            if each.is_idle:
                await each.close()

    async def complete(
        self,
        request: Mapping[str, Json],
        *,
        operation: Operation = "chat/completions",
        stream: bool = False,
        provider: str | None = None,
    ) -> Answer:
        """Ask for a completion, a response or embeddings; close the answer, or use it as a context.

        Args:
            request: as OpenAI's API takes it; `model` chooses the provider, and `stream` counts instead of the field of that name.
            operation: which API.
            stream: whether the answer comes piece by piece.
            provider: the name of the one to ask, whatever the model.

        Returns:
            what a provider answered, which may be a refusal (`Answer.is_good`).

        Raises:
            NoProviderError: none is configured for this.
            OverloadedError: as many calls run as may.
            ProviderError: none could be reached, or what they answered is no answer.
        """
        names = providers_for(self._settings, str(request.get("model") or ""), name=provider)
        asked = {**request, "stream": True} if stream else {k: v for k, v in request.items() if k != "stream"}
        call = Call(path=operation, body=dump_json(asked).encode(), is_streamed=stream)
        return await self._first_good([self._endpoints[name] for name in names], call)

    async def models(self) -> Sequence[Mapping[str, Json]]:
        """Return the models that the providers say they have, as far as they serve them, and those that the configuration names.

        A provider that does not answer is left out, and the log names it.

        Raises:
            NoProviderError: no provider is configured.
            ProviderError, OverloadedError: there are no models, since one did not answer.
        """
        if not self._endpoints:
            raise none_configured()
        told = await asyncio.gather(*(self._models(endpoint) for endpoint in self._endpoints.values()))
        found: dict[str, Mapping[str, Json]] = {}
        for models, _ in told:
            for model in models:
                found.setdefault(str(model["id"]), model)
        faults = [fault for _, fault in told if fault is not None]
        if faults and not found:
            raise faults[0]
        for fault in faults:
            logger.warning("the list of models is not whole: %s", fault)
        return list(found.values())

    async def close(self) -> None:
        """Close all connections."""
        for endpoint in (*self._endpoints.values(), *self._retired):
            await endpoint.close()

    async def _models(self, endpoint: Endpoint) -> tuple[Sequence[Mapping[str, Json]], _Fault | None]:
        settings = endpoint.settings
        named: list[Mapping[str, Json]] = [
            {"id": model, "object": "model", "created": 0, "owned_by": endpoint.name}
            for model in settings.models
            if not set(model) & set("*?[")
        ]
        try:
            async with await endpoint.ask(Call(path="models", body=None)) as answer:
                listed = (await answer.json()).get("data")
        except (ProviderError, OverloadedError) as error:
            return named, error
        models = listed if isinstance(listed, list) else []
        there = [
            each for each in models if isinstance(each, Mapping) and serves(settings, str(each.get("id")))
        ]
        return [*there, *named], None

    async def _first_good(self, endpoints: Sequence[Endpoint], call: Call) -> Answer:
        outcomes: list[_Outcome] = []
        try:
            for endpoint in endpoints:
                outcome = await self._unless_away(endpoint, call)
                outcomes.append(outcome)
                if isinstance(outcome, Answer) and outcome.status not in _ELSEWHERE:
                    return outcome
            counts = outcomes[0]
            if isinstance(counts, Answer):
                return counts
            raise counts
        finally:
            for outcome in outcomes:
                if isinstance(outcome, Answer) and not outcome.is_good:
                    await outcome.close()  # it is read already

    async def _unless_away(self, endpoint: Endpoint, call: Call) -> _Outcome:
        """Ask a provider; of one that counts as away it is said at once."""
        circuit = endpoint.circuit
        if (rest_s := circuit.closed_in_s()) > 0:
            return ProviderError(
                f"the provider {endpoint.name} counts as away, since {OPEN_AFTER} calls in a row failed: it is asked again in {rest_s:.0f} s",
                status=HTTPStatus.SERVICE_UNAVAILABLE,
                retry_after_s=rest_s,
            )
        outcome = await self._with_retries(endpoint, call)
        if not isinstance(outcome, OverloadedError):
            is_failure = _is_away(outcome)
            if circuit.note(is_failure=is_failure):
                logger.warning(
                    "the provider %s %s", endpoint.name, "counts as away" if is_failure else "is there again"
                )
        return outcome

    async def _with_retries(self, endpoint: Endpoint, call: Call) -> _Outcome:
        retry = endpoint.settings.retry_on_failure
        backoff = Backoff(first_s=retry.initial_interval, max_s=retry.max_interval)
        for _ in range(endpoint.settings.max_retries):
            outcome = await _once(endpoint, call)
            if not _may_pass(outcome):
                return outcome
            asked_s = retry_after_s(outcome.headers) if isinstance(outcome, Answer) else None
            if asked_s is not None and asked_s > retry.max_interval:
                return outcome
            await self._wait(backoff.failed(retry_after_s=asked_s))
        return await _once(endpoint, call)


def build_providers(config: Config) -> Providers:
    """Return the providers of a configuration.

    Raises:
        SettingsError: certificates that cannot be used.
    """
    check_providers(config)
    return Providers(config.providers)


def check_providers(config: Config) -> None:
    """See that the certificates of providers can be used, where files are named.

    Raises:
        SettingsError: they cannot.
    """
    for provider in config.providers.values():
        if provider.tls.ca_file or provider.tls.cert_file:
            build_context(provider.tls)


def _is_away(outcome: Answer | ProviderError) -> bool:
    """Tell whether a provider could not answer; a refusal, of our key too, is an answer."""
    if isinstance(outcome, Answer):
        return outcome.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return isinstance(outcome, BrokenError) or outcome.status == HTTPStatus.GATEWAY_TIMEOUT


async def _once(endpoint: Endpoint, call: Call) -> _Outcome:
    try:
        answer = await endpoint.ask(call)
    except (ProviderError, OverloadedError) as error:
        return error
    if not answer.is_good or call.is_streamed:
        return answer
    return await _checked(answer)


async def _checked(answer: Answer) -> _Outcome:
    """Return a whole answer if it is JSON: what a proxy on the way says in HTML is none."""
    body = await answer.read()
    try:
        orjson.loads(body)
    except orjson.JSONDecodeError:
        return BrokenError(f"the provider {answer.provider} answered {answer.status} with what is no JSON")
    return answer.with_body(body)


def _may_pass(outcome: _Outcome) -> bool:
    """Tell whether the same call may pass at the same provider; one that took too long has cost enough."""
    if isinstance(outcome, Answer):
        return outcome.status in _PASSING
    return isinstance(outcome, BrokenError)
