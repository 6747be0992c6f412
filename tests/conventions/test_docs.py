"""The pages about conventions say what the code says."""

from pathlib import Path

import pytest

from tests.support.convention_docs import FOLDER, pages

pytestmark = pytest.mark.one_python


@pytest.mark.parametrize("path", [pytest.param(path, id=path.name) for path in pages()])
def test_a_page_is_up_to_date(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == pages()[path], "run make docs"


def test_there_is_no_page_of_a_convention_that_is_gone() -> None:
    assert set(FOLDER.glob("*.md")) == set(pages())
