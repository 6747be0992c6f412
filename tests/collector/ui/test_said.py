"""What people said of a row: who, what and when, in order."""

from otel_bridge.contract.row import Json
from otel_bridge_collector.ui.said import Said, said_of

XACT = str(0x0DE1 << 48 | 1_790_000_000 << 16)
AT = "2026-09-21T14:13:20+00:00"


def entry(**fields: Json) -> Json:
    return {"_xact_id": XACT, "audit_data": {"action": "merge"}, "metadata": {}, "source": "app", **fields}


def test_scores_have_who_gave_them_and_when() -> None:
    given = entry(
        audit_data={"action": "merge", "scores": {"rating": 1, "exact": 0.5}}, metadata={"by": "k1"}
    )

    assert said_of({"audit_data": [given]}) == [Said(when=AT, who="k1", what="rating 1, exact 0.5")]


def test_what_came_without_a_key_is_named_by_its_source() -> None:
    given = entry(audit_data={"scores": {"rating": 0}}, source="external")

    assert [each.who for each in said_of({"audit_data": [given]})] == ["external"]


def test_other_fields_are_named() -> None:
    assert [
        each.what for each in said_of({"audit_data": [entry(metadata={"said": ["expected", "tags"]})]})
    ] == ["expected, tags"]


def test_comments_stand_between_scores_by_time() -> None:
    comment: Json = {"created": "2020-01-01T00:00:00+00:00", "comment": {"text": "slow"}, "source": "app"}
    given = entry(audit_data={"scores": {"rating": 1}})

    found = said_of({"audit_data": [given], "comments": [comment]})

    assert [each.what for each in found] == ["slow", "rating 1"]


def test_that_the_row_came_is_nothing_said() -> None:
    assert (
        said_of({"audit_data": [entry(audit_data={"action": "upsert"}, source="api")], "comments": None})
        == []
    )


def test_what_has_another_shape_counts_as_absent() -> None:
    odd: Json = [
        1,
        {"_xact_id": "x", "audit_data": [], "metadata": []},
        {"comment": "text"},
        {"comment": {"text": 5}},
    ]

    assert said_of({"audit_data": odd, "comments": odd}) == []
    assert said_of({}) == []
