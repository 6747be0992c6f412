"""What the sections of the configuration have in common. It knows none of them."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """Keys that belong together; an unknown one is refused, and null is as good as absent."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)
