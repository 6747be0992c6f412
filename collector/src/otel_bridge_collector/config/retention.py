"""Retention: how long, and up to which size, rows are kept. It removes nothing."""

from collections.abc import Mapping

from pydantic import Field

from otel_bridge_collector.config.section import Section
from otel_bridge_collector.config.units import Duration, Size


class Limits(Section):
    """How much of one kind is kept of a project; without a limit, all of it."""

    max_age: Duration | None = None
    """What is older goes."""
    max_size: Size | None = None
    """Above this the oldest goes. What counts are the rows' texts, before the store compresses them."""


class ProjectRetention(Section):
    """What is kept of a project."""

    logs: Limits = Limits()
    """Traces, each as a whole: its newest row tells its age."""
    experiments: Limits = Limits()
    """Rows of experiments, each experiment as a whole."""
    datasets: Limits = Limits()
    """Rows of datasets, each dataset as a whole."""
    history: Duration | None = None
    """Past states of rows of experiments and datasets that ended longer ago go; versions before that show what is left."""


class Retention(ProjectRetention):
    """What is kept of every project that says nothing else; all of it unless told otherwise."""

    projects: Mapping[str, ProjectRetention] = Field(default_factory=dict[str, ProjectRetention])
    """Name or id of a project to what is kept of it, instead of all the above."""
    interval: Duration = 3600.0
    """How often the sidecar looks for what is to go."""
    attachments: Duration = 86_400.0
    """Attachments that no row refers to go when they are as old as this, as far as anything is limited."""
    dead_letters: Duration | None = None
    """Dead letters that came longer ago go."""
