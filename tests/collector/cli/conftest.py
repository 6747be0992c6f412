"""The example rows behind an API on a real socket."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.api import client_of
from tests.support.listening import listening
from tests.support.rows import Asking


@pytest.fixture
def example_url(tmp_path: Path) -> Iterator[str]:
    """The API over the example rows, which a test may write to."""
    folder = tmp_path / "example"
    folder.mkdir()
    example = Asking(folder)
    with listening(client_of(example).app) as address:
        yield address
    example.close()


@pytest.fixture
def empty_url(tmp_path: Path) -> Iterator[str]:
    """The API over an empty project."""
    folder = tmp_path / "empty"
    folder.mkdir()
    example = Asking(folder, [])
    with listening(client_of(example).app) as address:
        yield address
    example.close()
