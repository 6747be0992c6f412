//! Spans that our own app side made (`translate/own.py`).

use crate::translate::decode::{Attributes, Span};
use crate::translate::merge::Merged;
use crate::translate::names;
use crate::translate::value::{Cx, Map, Object, Value};

const HOUSEKEEPING: [&str; 5] =
    [names::PARENT, names::ORG, names::APP_URL, names::ERROR_TYPE, names::UNFINISHED];

/// Tell whether our own app side made the span.
pub fn is_own(span: &Span) -> bool {
    span.scope.name == names::SCOPE
}

/// Return the attributes of an own span that say something of what it did.
pub fn without_housekeeping<'a>(cx: Cx<'a>, attributes: Attributes<'a>) -> Attributes<'a> {
    cx.object(&attributes.without(&HOUSEKEEPING))
}

/// Take out of the row of an own span what it did not say.
pub fn as_told<'a>(cx: Cx<'a>, row: &mut Map<'a>, span: &Span<'a>, merged: &Merged<'a>) {
    if merged.fallback_type.is_none() && !merged.span_attributes.has("type") {
        row.set("span_attributes", without(cx, row.get("span_attributes"), "type"));
    }
    if matches!(span.attributes.get(names::UNFINISHED), Some(Value::Bool(true))) {
        row.set("metrics", without(cx, row.get("metrics"), "end"));
    }
}

fn without<'a>(cx: Cx<'a>, entries: Option<Value<'a>>, name: &str) -> Value<'a> {
    let entries = entries.and_then(Value::object).unwrap_or(Object(&[]));
    cx.made(&entries.without(&[name]))
}
