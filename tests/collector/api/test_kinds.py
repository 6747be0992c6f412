"""How the kinds of objects are shown."""

import pytest

from otel_bridge_collector.api.kinds import EXPERIMENT, FUNCTION, KINDS, PROMPT, Kind
from otel_bridge_collector.store.project_objects import ProjectObject


def shown(kind: Kind) -> dict[str, object]:
    found = ProjectObject(
        id="i", kind=kind.name, project_id="p", name="n", slug="s", created="c", xact_id=7, data={}
    )
    return dict(kind.shape(found, org_id="o"))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_field_is_shown_also_where_it_was_not_given(kind: Kind) -> None:
    assert {"id", kind.owner, "name", "created", "deleted_at", *kind.fields} <= shown(kind).keys()


def test_a_prompt_shows_what_the_sdk_needs() -> None:
    # A missing one of these is a TypeError in braintrust 0.47.0 (spec/wire.md section 8).
    needed = {"id", "project_id", "_xact_id", "name", "slug", "description", "prompt_data", "tags"}
    assert needed <= shown(PROMPT).keys()
    assert (shown(PROMPT)["_xact_id"], shown(PROMPT)["log_id"]) == ("7", "p")


def test_an_experiment_is_private_unless_said_otherwise() -> None:
    assert shown(EXPERIMENT)["public"] is False


def test_a_type_is_described_in_words() -> None:
    assert EXPERIMENT.described("metadata") == "an object"


def test_parameters_are_known_by_their_data() -> None:
    found = ProjectObject(
        id="i",
        kind="function",
        project_id="p",
        name="n",
        created="c",
        data={"function_data": {"type": "parameters"}},
    )

    assert FUNCTION.shape(found, org_id="o")["function_type"] == "parameters"
