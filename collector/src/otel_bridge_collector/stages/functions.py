"""Functions over what a sidecar has: its providers for prompts, the scorers of `autoevals`, its objects and its one door for rows."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack

from otel_bridge.contract.row import Json
from otel_bridge_collector.api.invocation import Invoker
from otel_bridge_collector.api.routes import Plane
from otel_bridge_collector.config.functions import Functions as Config
from otel_bridge_collector.config.online_scoring import OnlineScoring
from otel_bridge_collector.errors import NoProviderError, OverloadedError, ProviderError
from otel_bridge_collector.functions.piece import FunctionError
from otel_bridge_collector.functions.run import Functions
from otel_bridge_collector.ingest import Ingest
from otel_bridge_collector.providers.client import Providers, build_providers
from otel_bridge_collector.scoring.executor import Executor, encode_arguments
from otel_bridge_collector.scoring.rule import SCORERS
from otel_bridge_collector.settings import Settings
from otel_bridge_collector.stages.online_scoring import scoring_config


def open_providers(settings: Settings, stages: AsyncExitStack) -> Providers:
    """Return the model providers of the configuration.

    Raises:
        SettingsError: certificates that cannot be used.
    """
    providers = build_providers(settings.config)
    stages.push_async_callback(providers.close)
    return providers


def start_functions(
    settings: Settings, plane: Plane, ingest: Ingest, providers: Providers, stages: AsyncExitStack
) -> Invoker:
    """Let functions be invoked, and return what does it."""
    scorers = GlobalScorers(scoring_config(settings))
    stages.push_async_callback(scorers.close)
    functions = Functions(functions_config(settings), ProvidedModels(providers), scorers, ingest.counters)
    return Invoker(functions, plane.objects, plane.writer, ingest)


def functions_config(settings: Settings) -> Config:
    """Return what the configuration says."""
    return (settings.config.extensions and settings.config.extensions.functions) or Config()


class ProvidedModels:
    """The models of the providers of the configuration; see `functions.run.Models`."""

    def __init__(self, providers: Providers) -> None:
        self._providers = providers

    async def complete(self, request: Mapping[str, Json]) -> Mapping[str, Json]:
        """See `Models`."""
        try:
            async with await self._providers.complete(request) as answer:
                return await answer.json()
        except (ProviderError, OverloadedError) as error:
            raise _failure(error) from error

    async def stream(self, request: Mapping[str, Json]) -> AsyncGenerator[Mapping[str, Json]]:
        """See `Models`."""
        asked = {**request, "stream_options": {"include_usage": True}}
        try:
            async with await self._providers.complete(asked, stream=True) as answer:
                async for chunk in answer.events():
                    yield chunk
        except (ProviderError, OverloadedError) as error:
            raise _failure(error) from error


class GlobalScorers:
    """The scorers of `autoevals` that ask no model, in the process of online scoring; see `functions.run.Scorers`."""

    def __init__(self, limits: OnlineScoring) -> None:
        self._limits = limits
        self._executor = Executor()

    async def score(self, name: str, arguments: Mapping[str, Json]) -> Mapping[str, Json]:
        """See `Scorers`."""
        if name not in SCORERS:
            raise FunctionError(
                f"there is no such function for all projects, expected one of {', '.join(SCORERS)}",
                is_refused=True,
                status=404,
            )
        given = {field: arguments[field] for field in ("input", "output", "expected") if field in arguments}
        verdict = await self._executor.score(name, encode_arguments(given), self._limits)
        if verdict.error:
            raise FunctionError(verdict.error)
        return {"name": name, "score": verdict.score, "metadata": verdict.metadata}

    async def close(self) -> None:
        """End its process."""
        await self._executor.close()


def _failure(error: ProviderError | OverloadedError) -> FunctionError:
    """A provider that is away or refuses fails the function; one that is not there, or has no room, keeps it from being run."""
    if isinstance(error, OverloadedError):
        return FunctionError(str(error), is_refused=True, status=503)
    is_refused = isinstance(error, NoProviderError)
    return FunctionError(str(error), is_refused=is_refused, status=error.status if is_refused else None)
