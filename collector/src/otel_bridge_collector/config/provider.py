"""Providers of models that a configuration may name. It asks none of them."""

import re
from collections.abc import Mapping
from typing import Annotated, Final, TypeAlias

from pydantic import AfterValidator, Field, PositiveInt, SecretStr, StringConstraints
from pydantic_core import PydanticCustomError

from otel_bridge_collector.config.exporter import Tls, Url
from otel_bridge_collector.config.section import Section
from otel_bridge_collector.config.units import Duration, Size

_MAX_RETRIES: Final = 10


def _fits_a_header(secret: SecretStr) -> SecretStr:
    """Check a secret without showing it: the text of another kind of error would."""
    text = secret.get_secret_value()
    if not (text.isascii() and text.isprintable() and text == text.strip()):
        raise PydanticCustomError(
            "no_header", "expected printable ASCII characters without a space or line at its ends"
        )
    return secret


HeaderSecret: TypeAlias = Annotated[SecretStr, AfterValidator(_fits_a_header)]
"""What is sent in a header and never shown."""


def _check_header(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9-]+", name):
        raise ValueError("expected the name of a header: letters, digits and -")
    return name


def _check_name(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_.-]*", name):
        raise ValueError("expected a name of letters, digits, -, _ and ., for example openai")
    return name


HeaderName: TypeAlias = Annotated[str, AfterValidator(_check_header)]
ProviderName: TypeAlias = Annotated[str, AfterValidator(_check_name)]


class Retries(Section):
    """Waits before a provider is asked again."""

    initial_interval: Duration = 0.5
    """The first wait; each further one is twice as long, shortened by chance to as little as half."""
    max_interval: Duration = 10.0
    """The longest wait. Where `Retry-After` asks for more, nobody waits: the next provider is asked."""


class Provider(Section):
    """An endpoint that speaks OpenAI's API. Of several that serve a model, the first in the order of the file is asked."""

    base_url: Url
    """What `/chat/completions` is below: https://api.openai.com/v1."""
    api_key: HeaderSecret = SecretStr("")
    """Sent as `Authorization: Bearer`; refer to a variable: `${env:OPENAI_API_KEY}`. It is never stored or logged."""
    headers: Mapping[HeaderName, HeaderSecret] = Field(default_factory=dict[str, SecretStr])
    """Headers of every call beside it."""
    models: Annotated[
        tuple[Annotated[str, StringConstraints(min_length=1)], ...],
        Field(min_length=1, examples=[["gpt-*", "text-embedding-3-small"]]),
    ] = ("*",)
    """Names of the models that it serves; `*` stands for any characters, `?` for one."""
    fallbacks: tuple[ProviderName, ...] | None = None
    """Providers that are asked in this order when this one cannot answer, whatever their `models`; unless given, the others that serve the model. An empty list is none."""
    timeout: Annotated[Duration, Field(gt=0)] = 60.0
    """How long it may be silent: before its answer, and within it."""
    max_duration: Annotated[Duration, Field(gt=0)] = 600.0
    """How long a whole answer may take, a streamed one too."""
    max_retries: Annotated[int, Field(ge=0, le=_MAX_RETRIES)] = 2
    """How often it is asked again after 408, 429, a 5xx and a broken connection, before the next provider is."""
    retry_on_failure: Retries = Retries()
    max_response_size: Annotated[Size, Field(gt=0)] = 32 << 20
    """Largest answer; a streamed one ends there."""
    max_calls: PositiveInt = 64
    """Calls that may run at a time; above it the next provider is asked, and without one the caller gets 503."""
    tls: Tls = Tls()
