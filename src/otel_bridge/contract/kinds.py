"""What `isinstance` is asked on hot paths, as tuples: a union would be made each time. It decides nothing."""

from collections.abc import Mapping
from typing import Final

MAPPINGS: Final = (dict, Mapping)
"""The built-in type first: it is found without the machinery of abstract ones."""

NUMBERS: Final = (int, float)
"""A boolean is one, too."""
