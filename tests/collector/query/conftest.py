"""The example rows, opened once: no test of the query language writes."""

from collections.abc import Iterator

import pytest

from tests.support.rows import Asking


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asking]:
    asking = Asking(tmp_path_factory.mktemp("example"))
    yield asking
    asking.close()
