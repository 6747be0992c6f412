//! What the application says about a span (`openinference/note.py`).

use crate::translate::conventions::openinference::given::Given;
use crate::translate::indexed::list_below;
use crate::translate::json_text;
use crate::translate::partial::{Entry, Field};
use crate::translate::value::{Cx, Value};

const METADATA: &str = "metadata";
const TAGS: &str = "tag.tags";

/// Add the metadata, tags, ids and scores of a span.
pub fn readings<'a>(cx: Cx<'a>, given: &Given<'a>, entries: &mut Vec<Entry<'a>>) {
    metadata(cx, given, entries);
    ids(cx, given, entries);
    tags(cx, given, entries);
    evaluations(cx, given, entries);
}

fn metadata<'a>(cx: Cx<'a>, given: &Given<'a>, entries: &mut Vec<Entry<'a>>) {
    if let Some(Value::Object(told)) = given.metadata.and_then(|told| json_text::structure(cx, told)) {
        let attributes = cx.names(&[METADATA]);
        entries.extend(told.iter().map(|(key, value)| entry(key, value, attributes)));
    }
}

fn ids<'a>(cx: Cx<'a>, given: &Given<'a>, entries: &mut Vec<Entry<'a>>) {
    let ids = [("session.id", "session_id", given.session), ("user.id", "user_id", given.user)];
    for (name, key, value) in ids {
        entries.extend(value.map(|value| entry(key, value, cx.names(&[name]))));
    }
}

fn tags<'a>(cx: Cx<'a>, given: &Given<'a>, entries: &mut Vec<Entry<'a>>) {
    if let Some(Value::List(told)) = given.tags.and_then(|told| json_text::structure(cx, told)) {
        let tags: Option<Vec<&str>> = told.iter().map(|tag| tag.text()).collect();
        let attributes = cx.names(&[TAGS]);
        for key in tags.unwrap_or_default() {
            entries.push(Entry { field: Field::Tags, key, value: Value::Null, attributes });
        }
    }
}

fn evaluations<'a>(cx: Cx<'a>, given: &Given<'a>, entries: &mut Vec<Entry<'a>>) {
    let (mut listed, mut used) = (Vec::new(), Vec::new());
    let kinds = [
        (given.has_annotations, "annotations.", "annotation"),
        (given.has_evaluations, "evaluations.", "evaluation"),
    ];
    for (_, prefix, kind) in kinds.into_iter().filter(|(is_there, ..)| *is_there) {
        if let (Value::List(found), below) = list_below(cx, given.attributes, prefix) {
            used.extend(below);
            listed.extend(found.iter().map(|item| item.get(kind).unwrap_or(*item)));
        }
    }
    entries.extend(listed.iter().filter_map(|evaluation| score(*evaluation)));
    if !listed.is_empty() {
        entries.push(entry("evaluations", cx.list(&listed), cx.names(&used)));
    }
}

fn score(evaluation: Value) -> Option<Entry> {
    let (name, value) = (evaluation.get("name")?.text()?, evaluation.get("score")?);
    let is_share = match value {
        Value::Int(number) => (0..=1).contains(&number),
        Value::Float(number) => (0.0..=1.0).contains(&number),
        _ => false,
    };
    if is_share {
        Some(Entry { field: Field::Scores, key: name, value, attributes: &[] })
    } else {
        None
    }
}

fn entry<'a>(key: &'a str, value: Value<'a>, attributes: &'a [&'a str]) -> Entry<'a> {
    Entry { field: Field::Metadata, key, value, attributes }
}
