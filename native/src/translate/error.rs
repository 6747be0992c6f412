//! The `error` of a span that failed (`translate/error.py`).

use crate::translate::decode::{Attributes, Span};
use crate::translate::names;
use crate::translate::value::Cx;

const ERROR: i64 = 2;

/// Return the traceback of the last exception, or as much as the span says; nothing when it did not fail.
pub fn span_error<'a>(cx: Cx<'a>, span: &Span<'a>) -> Option<&'a str> {
    if span.status_code != ERROR {
        return None;
    }
    let last = span.events.iter().rev().find(|event| event.name == names::EXCEPTION_EVENT);
    let told = last.map_or("", |event| exception_text(cx, event.attributes));
    let told = [told, span.status_message, text_of(span.attributes, names::ERROR_TYPE)];
    Some(told.into_iter().find(|text| !text.is_empty()).unwrap_or("Error"))
}

/// Return the traceback of an exception event, else its type and message; empty when it has neither.
pub fn exception_text<'a>(cx: Cx<'a>, attributes: Attributes<'a>) -> &'a str {
    let stacktrace = text_of(attributes, names::EXCEPTION_STACKTRACE);
    if !stacktrace.is_empty() {
        return stacktrace;
    }
    match (text_of(attributes, names::EXCEPTION_TYPE), text_of(attributes, names::EXCEPTION_MESSAGE)) {
        ("", told) | (told, "") => told,
        (kind, message) => cx.text(&format!("{}: {}", kind, message)),
    }
}

fn text_of<'a>(attributes: Attributes<'a>, name: &str) -> &'a str {
    attributes.at(name).text().unwrap_or("")
}
