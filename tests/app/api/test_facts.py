"""The attributes of facts; what they become on the wire is tested with `feedback`."""

from otel_bridge.api.facts import Feedback, feedback_attributes, update_attributes


def test_text_that_utf_8_cannot_carry_does_not_get_out() -> None:
    attributes = feedback_attributes(
        "\ud800", Feedback(tags=["\ud800"], comment="\ud800"), "project_name:\ud800"
    )

    assert attributes["braintrust.feedback.id"] == "?"
    assert attributes["braintrust.feedback.tags"] == ["?"]
    assert attributes["braintrust.feedback.comment"] == "?"
    assert attributes["braintrust.parent"] == "project_name:?"


def test_an_update_without_an_id_of_its_own_is_about_the_span_of_the_record() -> None:
    assert update_attributes(None, {"output": 1}, None) == {"braintrust.output_json": "1"}
