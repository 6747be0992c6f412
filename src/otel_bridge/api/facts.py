"""What is said of a row apart from its span, as the attributes of a log record. It sends nothing.

| record | attributes |
| --- | --- |
| `braintrust.feedback` | `braintrust.feedback.*` |
| `braintrust.update` | as on a span |

Source: `braintrust` 0.47.0 SDK, `logger._log_feedback_impl` and `_update_span_impl`, measured
(spec/translation.md sections 1.7 and 8).
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from otel_bridge.api.fields import checked
from otel_bridge.attributes.encode import Attributes, encode
from otel_bridge.attributes.to_json import clean, dump
from otel_bridge.contract import names
from otel_bridge.contract.checks import check_feedback_given, check_feedback_source, check_row_id
from otel_bridge.contract.row import FeedbackSource, Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """What a user thinks of a row; every field but the source may be absent.

    Attributes:
        scores: merged into the row's, 0 to 1 by name.
        expected: what the output should have been.
        tags: united with the row's.
        comment: free text.
        metadata: about the feedback itself, for the audit log of the row.
        source: `external` where None.
    """

    scores: Mapping[str, float | None] | None = None
    expected: Any = None
    tags: Sequence[str] | None = None
    comment: str | None = None
    metadata: Any = None
    source: FeedbackSource | None = None


def feedback_attributes(row_id: str, feedback: Feedback, parent: str | None) -> Attributes:
    """Return the attributes of a feedback on the row of that id.

    Raises:
        ValueError: for an id of no row; with Braintrust's message, for a wrong source, nothing said or a wrong field.
    """
    row_id = check_row_id(row_id)
    source = check_feedback_source(feedback.source)
    check_feedback_given(feedback.scores, feedback.expected, feedback.tags, feedback.comment)
    fields = checked({
        "scores": feedback.scores,
        "expected": feedback.expected,
        "tags": feedback.tags,
        "metadata": feedback.metadata,
    })  # fmt: skip
    attributes: Attributes = {
        names.FEEDBACK_ID: clean(row_id),
        names.FEEDBACK_FACT_ID: uuid.uuid4().hex,
        names.FEEDBACK_SOURCE: source,
    }
    said = {
        attribute: dump(fields[field])
        for field, attribute in (
            ("scores", names.FEEDBACK_SCORES),
            ("expected", names.FEEDBACK_EXPECTED_JSON),
            ("metadata", names.FEEDBACK_METADATA),
        )
        if field in fields
    }
    return {**attributes, **said, **_plain(feedback), **_parent(parent)}


def update_attributes(row_id: str | None, fields: Mapping[str, Json], parent: str | None) -> Attributes:
    """Return the attributes of a later write to a row.

    Args:
        row_id: None where the row's id is the id of the record's span.
        fields: what to merge into the row.
        parent: parent string of the row's object, or None.
    """
    named: Attributes = {names.ROW_ID: clean(row_id)} if row_id else {}
    return {**encode(fields), **named, **_parent(parent)}


def _plain(feedback: Feedback) -> Attributes:
    plain: Attributes = {}
    if feedback.tags is not None:
        plain[names.FEEDBACK_TAGS] = [clean(tag) for tag in feedback.tags]
    if feedback.comment is not None:
        plain[names.FEEDBACK_COMMENT] = clean(str(feedback.comment))
    return plain


def _parent(parent: str | None) -> Attributes:
    return {names.PARENT: clean(parent)} if parent else {}
