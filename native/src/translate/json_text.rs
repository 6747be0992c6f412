//! JSON in attribute values: text that holds JSON, and JSON written as text (`translate/json_text.py`).

use crate::translate::json;
use crate::translate::value::{Cx, Value};

/// What Python's repr of an object or a list begins with, and JSON never does.
const PYTHON: [&str; 3] = ["{'", "['", "[{'"];

/// Return the value of JSON text; nothing for what is no text or no JSON.
pub fn parse<'a>(cx: Cx<'a>, value: Value<'a>) -> Option<Value<'a>> {
    let text = value.text()?;
    if !begins_like_json(text) {
        return None;
    }
    cx.parsed(text, || parsed(cx, text))
}

/// Return the object, list or text that `value` holds as JSON text, else `value` itself: text that is a number or a constant stays text.
pub fn decoded<'a>(cx: Cx<'a>, value: Value<'a>) -> Value<'a> {
    match value {
        Value::Text(text) if opens(text) => parse(cx, value).unwrap_or(value),
        _ => value,
    }
}

/// Return a value that may come as JSON text or as it is; nothing for text that is no JSON.
pub fn structure<'a>(cx: Cx<'a>, value: Value<'a>) -> Option<Value<'a>> {
    match value {
        Value::Text(_) => parse(cx, value),
        _ => Some(value),
    }
}

/// Return `value` as compact JSON text; text as it is.
pub fn written<'a>(cx: Cx<'a>, value: Value<'a>) -> Value<'a> {
    match value {
        Value::Text(_) => value,
        _ => Value::Text(json::write(cx, value)),
    }
}

/// Tell whether a character is space as Python sees it.
pub fn is_space(character: char) -> bool {
    character.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&character)
}

/// Tell whether the first character is one that JSON text begins with.
pub fn begins_like_json(text: &str) -> bool {
    match text.chars().next() {
        Some('{' | '[' | '"' | '-' | '0'..='9' | 't' | 'f' | 'n') => true,
        Some(other) => is_space(other),
        None => false,
    }
}

/// Tell whether it begins, behind space, like an object, a list or a text.
fn opens(text: &str) -> bool {
    text.trim_start_matches(is_space).starts_with(['{', '[', '"'])
}

/// Tell whether it begins as Python's repr of an object or a list does.
pub fn is_python(text: &str) -> bool {
    PYTHON.iter().any(|beginning| text.starts_with(beginning))
}

fn parsed<'a>(cx: Cx<'a>, text: &'a str) -> Option<Value<'a>> {
    if is_python(text) {
        return None;
    }
    json::read(cx, text)
}
