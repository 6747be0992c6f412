"""An environment with the packages of requirements/neighbours.txt, which `make neighbours` makes."""

import os

import pytest


@pytest.fixture(scope="session")
def python() -> str:
    """The Python of that environment; without one the tests are passed over."""
    path = os.environ.get("NEIGHBOURS_PYTHON")  # noqa: TID251 - the Makefile says where
    if not path:
        pytest.skip("run by `make neighbours`, which makes the environment that this needs")
    return path
