"""Online scoring: how the rules of projects are run. The rules themselves are objects (`project_score`)."""

from typing import Annotated

from pydantic import Field

from otel_bridge_collector.config.section import Section
from otel_bridge_collector.config.units import Duration, Size


class OnlineScoring(Section):
    """How logs are scored by the rules of their projects, in a process beside the sidecar."""

    interval: Annotated[Duration, Field(gt=0)] = 5.0
    """How often the sidecar looks for rows to score."""
    timeout: Annotated[Duration, Field(gt=0)] = 10.0
    """How long one scorer may take for one row; then its process is ended, and the row has an error instead."""
    model: Annotated[str, Field(min_length=1)] | None = None
    """The model that judges ask, of the `providers`; without it a rule with a judge gives errors."""
    model_timeout: Annotated[Duration, Field(gt=0)] = 60.0
    """How long a judge may take for one row, the model included."""
    memory_limit: Annotated[Size, Field(ge=128 << 20)] = 512 << 20
    """Memory of the process that scores."""
    daily_budget: Annotated[int, Field(ge=0)] = 10_000
    """Rows that each rule may score in a day (UTC); what comes beyond is left out."""
