"""The compiled receiver, for tests of it: where it is not built, they are passed over."""

from collections.abc import Sequence
from typing import Final

import pytest

from otel_bridge_collector.compiled import Library, absence, library


def compiled_library() -> Library:
    """Return the library, or skip the test module that asks for it."""
    found = library()
    if found is None:
        pytest.skip(absence(), allow_module_level=True)
    return found


WAYS: Final[Sequence[object]] = (
    pytest.param(None, id="python"),
    pytest.param(library(), id="compiled", marks=pytest.mark.skipif(bool(absence()), reason=absence())),
)
"""Parameters of a test or fixture that does its work both ways: `None` for Python alone, or the library."""
