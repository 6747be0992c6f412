"""Functions that are invoked at the sidecar: how long and how many, and whether code runs here at all."""

from typing import Annotated

from pydantic import Field

from otel_bridge_collector.config.section import Section
from otel_bridge_collector.config.units import Duration, Size


class PythonFunctions(Section):
    """Functions whose code is Python: run one at a time in a process of its own, which has no network, no files and no other processes."""

    enabled: bool = False
    """Whether they are run; who may write functions may then compute here. Needs Linux, whose kernel keeps the process in."""
    timeout: Annotated[Duration, Field(gt=0)] = 10.0
    """How long one may take; then its process is ended."""
    memory_limit: Annotated[Size, Field(ge=64 << 20)] = 256 << 20
    """Memory of the process."""
    max_running: Annotated[int, Field(ge=1)] = 2
    """Processes at a time; more invocations wait, within `extensions.functions.timeout`."""


class Functions(Section):
    """What becomes of an invocation of a function (`/function/invoke`)."""

    timeout: Annotated[Duration, Field(gt=0)] = 120.0
    """How long one may take in all, its model included."""
    max_running: Annotated[int, Field(ge=1)] = 64
    """Invocations at a time; more get 503 and come back."""
    python: PythonFunctions = PythonFunctions()
