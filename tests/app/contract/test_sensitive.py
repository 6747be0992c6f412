"""The forms of what is to be masked; what each finds and does not find is tested with the maskers (`masking.patterns`)."""

import pytest

from otel_bridge.contract.sensitive import (
    is_secret_key,
    replace_emails,
    replace_phones,
    replace_secrets,
)


def test_only_the_secret_of_an_assignment_is_shown_to_the_caller() -> None:
    assert replace_secrets("password=hunter22 x", lambda found: f"<{len(found)}>") == "password=<8> x"


def test_what_stands_instead_may_depend_on_what_was_found() -> None:
    assert replace_emails("a@b.example, c@d.example", str.upper) == "A@B.EXAMPLE, C@D.EXAMPLE"
    assert replace_phones("+49 30 1234567 or 12", lambda _: "#") == "# or 12"


@pytest.mark.parametrize(
    ("key", "tells"),
    [
        pytest.param("user.password", True, id="ends like one"),
        pytest.param("API-Key", True, id="separators and case"),
        pytest.param("pin", True, id="a whole word"),
        pytest.param("user.pin", True, id="a whole word, as an attribute"),
        pytest.param("spin", False, id="a word that ends like a whole one"),
        pytest.param("input_tokens", False, id="a count"),
    ],
)
def test_a_key_tells_of_a_secret(key: str, tells: bool) -> None:  # noqa: FBT001 - a case
    assert is_secret_key(key) is tells
