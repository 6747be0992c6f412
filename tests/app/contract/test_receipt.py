"""The receipt in its header."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_bridge.contract.receipt import MAX_CHARACTERS, Receipt, encode_receipt, parse_receipt

PROCESS = "0123456789abcdef" * 2
COUNTS = st.integers(0, 10**15 - 1)


@given(
    st.builds(
        Receipt,
        process=st.just(PROCESS),
        batch=st.integers(1, 10**15 - 1),
        is_last=st.booleans(),
        **dict.fromkeys(("pid", "spans", "ended", "unsampled", "filtered", "queue_full", "failed"), COUNTS),
        **dict.fromkeys(("refused", "waiting", "masking_failed"), COUNTS),
    )
)
def test_what_is_encoded_is_parsed(receipt: Receipt) -> None:
    text = encode_receipt(receipt)

    assert len(text) <= MAX_CHARACTERS
    assert parse_receipt(text) == receipt


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(None, id="none"),
        pytest.param("", id="empty"),
        pytest.param("process=x;batch=1", id="no id"),
        pytest.param(f"process={PROCESS}", id="no number"),
        pytest.param(f"process={PROCESS};batch=-1", id="negative"),
        pytest.param(f"process={PROCESS};batch=" + "9" * 16, id="too large"),
        pytest.param(f"process={PROCESS};batch=1;" + "x" * MAX_CHARACTERS, id="too long"),
    ],
)
def test_what_is_no_receipt_counts_as_none(text: str | None) -> None:
    assert parse_receipt(text) is None


def test_what_a_later_version_says_beside_is_passed_over() -> None:
    assert parse_receipt(f"process={PROCESS};batch=2;colour=red;ended=x") == Receipt(process=PROCESS, batch=2)


def test_what_was_not_lost_is_due() -> None:
    receipt = Receipt(
        process=PROCESS, batch=1, ended=20, unsampled=1, filtered=2, queue_full=3, failed=4, refused=1
    )

    assert receipt.due == 10
