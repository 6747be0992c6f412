"""Nothing that a user writes becomes SQL: names, texts, paths, cursors, sources and aliases."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query.function import Clock
from otel_bridge_collector.query.sql import to_sql
from tests.support.rows import NOW, Asking

pytestmark = pytest.mark.one_python

HOSTILE = st.sampled_from([
    "'; DROP TABLE store.rows; --", "' OR '1'='1", '" OR ""=""', "$p1", "$1", "\\'; --", "*/ OR 1=1 /*", "x\x00y", "{0}", "%s", "?", "\n;\n",
    "$.a", "$[*]", "a.b[0]", "../..", "\u202e", "')) UNION SELECT 1 --", "rows_then", "store.rows", "hits", "out_0", "key_0",
]) | st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)  # fmt: skip

PLACES = (
    "filter: metadata.{name} = {text}",
    "filter: {text} = metadata.x",
    "filter: metadata.x IN ({text}, 1)",
    "filter: input LIKE {text}",
    "filter: input ILIKE {text}",
    "filter: input MATCH {text}",
    "filter: tags INCLUDES {text}",
    "filter: search({text})",
    "filter: json_extract(input, {text}) = 1",
    "filter: replace(input, {text}, {text}) = {text}",
    "filter: metadata[{text}][0].{name} IS NULL",
    'filter: metadata = {{"{plain}": {text}}}',
    "filter: metadata.o.{name} > {text}",
    "select: id, metadata.{name} | sort: metadata.{name}",
    "select: id as {name} | limit: 5",
    "dimensions: metadata.{name} as {name} | measures: count(1) as n",
    "dimensions: is_root, metadata.{name} as k | measures: count(1) as {name} | pivot: {name}.x",
    "unpivot: metadata.{name} as (k, v) | filter: v = {text}",
    "unpivot: scores as ({name}, v)",
    "sample: 50% | filter: metadata.{name} = {text}",
    "from: project_logs({text})",
    "from: project_logs('p') traces | filter: ANY_SPAN(metadata.{name} = {text})",
    "from: project_logs('p') summary | filter: metadata.{name} = {text} | final_filter: scores.{name} > 0",
    "cursor: {text}",
)


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asking]:
    opened = Asking(tmp_path_factory.mktemp("injection"))
    yield opened
    opened.close()


@settings(max_examples=200, derandomize=True)
@given(template=st.sampled_from(PLACES), hostile=HOSTILE)
def test_hostile_text_is_bound_or_refused(asking: Asking, template: str, hostile: str) -> None:
    marked = f"secret{hostile}"
    text = "'" + marked.replace("'", "''") + "'"
    name = '"' + marked.replace('"', '""') + '"'
    plain = "".join(character for character in marked if character.isalnum() and character.isascii())
    query = template.format(text=text, name=name, plain=plain)

    try:
        lowered = to_sql(asking.plan(query), Clock(now=NOW))
        asking.rows(query)
    except QueryError:
        pass
    else:
        assert "secret" not in lowered.statement.sql

    assert len(asking.rows("select: id")) == 5
