"""Export slugs against the real SDK's own classes, of every version."""

import base64
import uuid

import pytest
from braintrust.span_identifier_v1 import SpanComponentsV1, SpanObjectTypeV1, SpanRowIdsV1
from braintrust.span_identifier_v2 import SpanComponentsV2, SpanObjectTypeV2, SpanRowIdsV2
from braintrust.span_identifier_v3 import SpanComponentsV3, SpanObjectTypeV3
from braintrust.span_identifier_v4 import SpanComponentsV4

from otel_bridge.contract.slug import ObjectType, SlugError, SpanComponents

PROJECT = str(uuid.UUID(int=7))
SPAN = str(uuid.UUID(int=8))
ROOT = str(uuid.UUID(int=9))
ROW = str(uuid.UUID(int=10))


def test_the_sdk_reads_what_we_write() -> None:
    ours = SpanComponents(
        object_type=ObjectType.EXPERIMENT,
        object_id=PROJECT,
        row_id="a row",
        span_id="0123456789abcdef",
        root_span_id="0123456789abcdef0123456789abcdef",
        propagated_event={"metadata": {"user": "é"}},
    )

    theirs = SpanComponentsV4.from_str(ours.encode())

    assert theirs == SpanComponentsV4(
        object_type=SpanObjectTypeV3.EXPERIMENT,
        object_id=PROJECT,
        row_id="a row",
        span_id="0123456789abcdef",
        root_span_id="0123456789abcdef0123456789abcdef",
        propagated_event={"metadata": {"user": "é"}},
    )


@pytest.mark.parametrize(
    "slug",
    [
        pytest.param(
            SpanComponentsV1(
                SpanObjectTypeV1.PROJECT_LOGS,
                PROJECT,
                SpanRowIdsV1(row_id=ROW, span_id=SPAN, root_span_id=ROOT),
            ).to_str(),
            id="v1",
        ),
        pytest.param(
            SpanComponentsV2(
                SpanObjectTypeV2.PROJECT_LOGS,
                PROJECT,
                row_ids=SpanRowIdsV2(row_id=ROW, span_id=SPAN, root_span_id=ROOT),
            ).to_str(),
            id="v2",
        ),
        pytest.param(
            SpanComponentsV3(
                SpanObjectTypeV3.PROJECT_LOGS, PROJECT, row_id=ROW, span_id=SPAN, root_span_id=ROOT
            ).to_str(),
            id="v3",
        ),
        pytest.param(
            SpanComponentsV4(
                SpanObjectTypeV3.PROJECT_LOGS, PROJECT, row_id=ROW, span_id=SPAN, root_span_id=ROOT
            ).to_str(),
            id="v4",
        ),
    ],
)
def test_slugs_of_every_version_are_read(slug: str) -> None:
    components = SpanComponents.decode(slug)

    assert components == SpanComponents(
        object_type=ObjectType.PROJECT_LOGS, object_id=PROJECT, row_id=ROW, span_id=SPAN, root_span_id=ROOT
    )


def test_a_version_1_row_id_may_be_any_text() -> None:
    row_ids = SpanRowIdsV1(row_id="my row", span_id=SPAN, root_span_id=ROOT)
    slug = SpanComponentsV1(SpanObjectTypeV1.EXPERIMENT, PROJECT, row_ids).to_str()

    assert SpanComponents.decode(slug).row_id == "my row"


def test_a_version_2_slug_may_name_its_project_only() -> None:
    slug = SpanComponentsV2(
        SpanObjectTypeV2.PROJECT_LOGS, compute_object_metadata_args={"project_name": "p"}
    ).to_str()

    assert SpanComponents.decode(slug).compute_object_metadata_args == {"project_name": "p"}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("garbage", id="not-base64"),
        pytest.param("", id="empty"),
        pytest.param("CQIA", id="version-9"),
        pytest.param("BAIBAw==", id="cut-inside-an-id"),
        pytest.param("BAkA", id="unknown-object-type"),
        pytest.param("BAIAe30x", id="bad-json"),
    ],
)
def test_other_text_is_refused_with_braintrusts_message(text: str) -> None:
    with pytest.raises(SlugError, match="SpanComponents string is not properly encoded"):
        SpanComponents.decode(text)


def tagged(rest: str) -> str:
    return base64.b64encode(bytes([4, 2, 0]) + rest.encode()).decode()


@pytest.mark.parametrize(
    "rest",
    [
        pytest.param("[]", id="no object"),
        pytest.param('"text"', id="a text"),
        pytest.param('{"object_id": 5}', id="a number for an id"),
        pytest.param('{"span_id": ["a"]}', id="a list for an id"),
        pytest.param('{"compute_object_metadata_args": "p"}', id="a text for an object"),
        pytest.param('{"a":' * 5000, id="nested without end"),
    ],
)
def test_what_follows_the_ids_has_to_be_of_its_types(rest: str) -> None:
    with pytest.raises(SlugError):
        SpanComponents.decode(tagged(rest))


def test_an_id_that_only_has_the_length_of_one_is_kept_as_text() -> None:
    slug = SpanComponents(
        object_type=ObjectType.EXPERIMENT,
        object_id=PROJECT,
        row_id="r",
        span_id="z" * 16,
        root_span_id="z" * 32,
    )

    assert SpanComponents.decode(slug.encode()) == slug
