"""What `OTEL_BRIDGE_MASK` names masks any value as the same functions do that code would set."""

from collections.abc import Sequence
from itertools import permutations
from typing import Any, get_args

from hypothesis import given
from hypothesis import strategies as st

import otel_bridge.masking
from otel_bridge.masking import combine
from otel_bridge.masking.named import with_named
from otel_bridge.masking.rules import rules_of
from otel_bridge.settings import MaskName, Settings

NAMES: tuple[MaskName, ...] = get_args(MaskName)
LISTS = [names for size in range(1, len(NAMES) + 1) for names in permutations(NAMES, size)]

PIECES = st.sampled_from(
    [
        "ann@x.example", "sk-abcdefghijklmnopqrst", "password=hunter2", "4111 1111 1111 1111", "+49 30 1234567",
        "https://u:pw@h.example/ann%40x.example", "plain", "Authorization: Bearer abcdefghijklmnopqrstuv", " ",
    ]
)  # fmt: skip
TEXTS = st.lists(PIECES | st.text(max_size=8), max_size=4).map(" ".join)
VALUES = st.recursive(
    TEXTS | st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["api_key", "note", "ann@x.example"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(VALUES, st.sampled_from(LISTS), st.sampled_from(["input", "http.api_key", "events.said.text"]))
def test_a_value_is_masked_as_by_the_same_functions_in_code(
    value: Any, names: Sequence[MaskName], path: str
) -> None:
    named = with_named(None, Settings.from_environment({"OTEL_BRIDGE_MASK": ",".join(names)}).mask)
    in_code = rules_of(combine(*(getattr(otel_bridge.masking, name)() for name in names)))

    assert named is not None
    assert named.apply(value, path, None) == in_code.apply(value, path, None)
