//! An event of a span as a row of its own, of type `log` (`translate/log_row.py`).

use crate::translate::decode::{Span, SpanEvent};
use crate::translate::error::exception_text;
use crate::translate::names;
use crate::translate::row::{created, seconds};
use crate::translate::value::{Cx, Map, Value};

const EVENT_NAME: &str = "event.name";
const LEVELS: [&str; 6] = ["trace", "debug", "info", "warn", "error", "fatal"];
const SEVERITIES_PER_LEVEL: usize = 4;

/// Return a row for each event of `span`, in their order; not for an exception of our own app side.
pub fn event_rows<'a>(cx: Cx<'a>, span: &Span<'a>) -> Vec<Map<'a>> {
    let is_told = |event: &SpanEvent| span.scope.name != names::SCOPE || event.name != names::EXCEPTION_EVENT;
    let events = span.events.iter().enumerate().filter(|(_, event)| is_told(event));
    events.map(|(index, event)| event_row(cx, span, index, event)).collect()
}

/// Return Braintrust's level for a severity from 1 to 24; nothing for any other number.
pub fn log_level(severity_number: i64) -> Option<&'static str> {
    let place = usize::try_from(severity_number.checked_sub(1)?).ok()?;
    LEVELS.get(place / SEVERITIES_PER_LEVEL).copied()
}

fn event_row<'a>(cx: Cx<'a>, span: &Span<'a>, index: usize, event: &SpanEvent<'a>) -> Map<'a> {
    let is_exception = event.name == names::EXCEPTION_EVENT;
    let output = if is_exception { exception_message(cx, event) } else { Value::Text(event.name) };
    let attributes = [
        ("name", Value::Text(event.name)),
        ("type", Value::Text("log")),
        ("log_level", Value::Text(if is_exception { "error" } else { "info" })),
    ];
    let mut metadata = event.attributes.to_map();
    metadata.set(EVENT_NAME, Value::Text(event.name));
    let mut row = Map(vec![
        ("id", Value::Text(cx.text(&format!("{}-e{}", span.span_id, index)))),
        ("span_id", Value::Text(span.span_id)),
        ("root_span_id", Value::Text(span.trace_id)),
        ("span_parents", Value::Null),
        ("created", Value::Text(created(cx, event.time_ns))),
    ]);
    if event.time_ns != 0 {
        let moment = Value::Float(seconds(event.time_ns));
        row.set("metrics", cx.dict(&[("start", moment), ("end", moment)]));
    }
    row.set("span_attributes", cx.dict(&attributes));
    row.set("output", output);
    row.set("metadata", cx.made(&metadata));
    row
}

fn exception_message<'a>(cx: Cx<'a>, event: &SpanEvent<'a>) -> Value<'a> {
    let message = event.attributes.at(names::EXCEPTION_MESSAGE);
    if message.is_truthy() {
        return message;
    }
    match exception_text(cx, event.attributes) {
        "" => Value::Text(names::EXCEPTION_EVENT),
        told => Value::Text(told),
    }
}
