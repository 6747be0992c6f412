"""The compiled receiver, for tests of it: where it is not built, they are passed over."""

import pytest

from otel_bridge_collector.compiled import Library, absence, library


def compiled_library() -> Library:
    """Return the library, or skip the test module that asks for it."""
    found = library()
    if found is None:
        pytest.skip(absence(), allow_module_level=True)
    return found
