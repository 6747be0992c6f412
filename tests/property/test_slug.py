"""Slugs come back unchanged, and the real `braintrust` SDK reads and writes the same ones."""

from typing import Any

from braintrust.span_identifier_v3 import SpanComponentsV3, SpanObjectTypeV3
from braintrust.span_identifier_v4 import SpanComponentsV4
from hypothesis import given
from hypothesis import strategies as st

from otel_bridge.contract.slug import ObjectType, SpanComponents

HEX16 = st.integers(1, 2**64 - 1).map("{:016x}".format)
HEX32 = st.integers(1, 2**128 - 1).map("{:032x}".format)
UUID = st.uuids().map(str)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
OBJECT = st.one_of(
    st.fixed_dictionaries({"object_id": UUID}),
    st.fixed_dictionaries({"compute_object_metadata_args": st.fixed_dictionaries({"project_name": TEXT})}),
)
SPAN: st.SearchStrategy[dict[str, str]] = st.one_of(
    st.just({}),
    st.fixed_dictionaries({"row_id": TEXT | HEX16, "span_id": HEX16, "root_span_id": HEX32}),
    st.fixed_dictionaries({"row_id": UUID, "span_id": UUID, "root_span_id": UUID}),
)
PROPAGATED = st.none() | st.fixed_dictionaries({"metadata": st.dictionaries(TEXT, TEXT, max_size=2)})


@st.composite
def components(draw: st.DrawFn) -> SpanComponents:
    named: dict[str, Any] = {**draw(OBJECT), **draw(SPAN)}
    return SpanComponents(
        object_type=draw(st.sampled_from(ObjectType)), propagated_event=draw(PROPAGATED), **named
    )


def fields(slug: Any) -> dict[str, Any]:
    names = (
        "object_id",
        "compute_object_metadata_args",
        "row_id",
        "span_id",
        "root_span_id",
        "propagated_event",
    )
    return {"object_type": slug.object_type.value, **{name: getattr(slug, name) for name in names}}


@given(slug=components())
def test_a_decoded_slug_says_what_was_encoded(slug: SpanComponents) -> None:
    assert SpanComponents.decode(slug.encode()) == slug


@given(slug=components())
def test_braintrust_reads_our_slugs(slug: SpanComponents) -> None:
    assert fields(SpanComponentsV4.from_str(slug.encode())) == fields(slug)


@given(slug=components())
def test_we_read_the_slugs_of_braintrust(slug: SpanComponents) -> None:
    named = {**fields(slug), "object_type": SpanObjectTypeV3(slug.object_type)}

    assert SpanComponents.decode(SpanComponentsV4(**named).to_str()) == slug


@given(slug=components())
def test_we_read_version_3_as_braintrust_does(slug: SpanComponents) -> None:
    named = {**fields(slug), "object_type": SpanObjectTypeV3(slug.object_type)}
    written = SpanComponentsV3(**named).to_str()

    assert fields(SpanComponents.decode(written)) == fields(SpanComponentsV3.from_str(written))
