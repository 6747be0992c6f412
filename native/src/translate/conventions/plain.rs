//! `translate/conventions/plain.py`.

use crate::translate::decode::Span;
use crate::translate::names;
use crate::translate::partial::{Field, Partial, Reading};
use crate::translate::value::Cx;

const CONTEXT: [(&str, &str); 6] = [
    (names::CODE_FUNCTION_NAME, "caller_functionname"),
    ("code.function", "caller_functionname"),
    (names::CODE_FILE_PATH, "caller_filename"),
    ("code.filepath", "caller_filename"),
    (names::CODE_LINE_NUMBER, "caller_lineno"),
    ("code.lineno", "caller_lineno"),
];

/// Tell whether the span says where in the code it was made.
pub fn claims(span: &Span) -> bool {
    span.beginnings.may_have("code.") && span.attributes.keys().any(is_told)
}

/// Read the `code.*` attributes of `span`.
pub fn translate<'a>(cx: Cx<'a>, span: &Span<'a>) -> Partial<'a> {
    let mut readings = Vec::new();
    for (attribute, key) in CONTEXT {
        if let Some(value) = span.attributes.get(attribute) {
            readings.push(Reading::entry(Field::Context, key, value, cx.names(&[attribute])));
        }
    }
    Partial::of(readings)
}

fn is_told(name: &str) -> bool {
    name.starts_with("code.") && CONTEXT.iter().any(|(attribute, _)| *attribute == name)
}
