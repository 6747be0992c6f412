"""Which providers are asked for a model, and in which order. Pure."""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

from otel_bridge_collector.config.provider import Provider
from otel_bridge_collector.errors import NoProviderError

_HOW = "see providers in the configuration (docs/config.md)"


def none_configured() -> NoProviderError:
    """Return what is told while there is no provider at all."""
    return NoProviderError(
        "no model provider is configured: name one under `providers` in the sidecar's configuration, with its base_url"
        " and api_key, and send it SIGHUP",
        status=501,
    )


def serves(provider: Provider, model: str) -> bool:
    """Tell whether a provider serves a model."""
    return any(fnmatchcase(model, pattern) for pattern in provider.models)


def providers_for(providers: Mapping[str, Provider], model: str, *, name: str | None = None) -> Sequence[str]:
    """Return the names of the providers to ask for a model, in their order; at least one.

    Args:
        providers: by name, in the order of the configuration.
        model: empty where a request names none.
        name: of the one that is to be asked, with its own fallbacks, whatever it serves; None for whichever serves the model.

    Raises:
        NoProviderError: there is none.
    """
    if not providers:
        raise none_configured()
    serving = [each for each, provider in providers.items() if serves(provider, model)]
    if name is not None:
        if name not in providers:
            raise NoProviderError(
                f"there is no provider {name!r}: configured are {', '.join(providers)}; {_HOW}", status=404
            )
        first = name
    elif serving:
        first = serving[0]
    else:
        raise NoProviderError(
            f"no provider serves the model {model!r}: configured are {', '.join(providers)}; {_HOW}",
            status=404,
        )
    fallbacks = providers[first].fallbacks
    others = serving if fallbacks is None and name is None else (fallbacks or ())
    return list(dict.fromkeys((first, *others)))
