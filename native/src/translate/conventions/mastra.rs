//! Mastra's exporter, `mastra.*` (`translate/conventions/mastra.py`).

use crate::translate::decode::{Attributes, Span};
use crate::translate::json_text;
use crate::translate::messages::{chat_messages, in_parts, is_message_list, text_message, with_instructions};
use crate::translate::partial::{Content, Field, Partial, Rank, Reading};
use crate::translate::row::seconds;
use crate::translate::value::{Cx, Map, Object, Value};

const PREFIX: &str = "mastra.";
const TYPE: &str = "mastra.span.type";
const METADATA: &str = "mastra.metadata.";
const TAGS: &str = "mastra.tags";
const ANSWER_START: &str = "mastra.completion_start_time";
const INSTRUCTIONS: &str = "gen_ai.system_instructions";
const FIELDS: [&str; 2] = ["input", "output"];
/// Types of spans whose values are said to or by a model.
const TALKS: [&str; 3] = ["model_generation", "model_inference", "agent_run"];
const ANSWER_KEYS: [&str; 2] = ["text", "toolCalls"];
const KIND_NAMES: [&str; 6] = ["unspecified", "internal", "server", "client", "producer", "consumer"];

const NS_PER_MS: i64 = 1_000_000;
const MS_PER_DAY: i64 = 86_400_000;

/// Tell whether Mastra's exporter made the span.
pub fn claims(span: &Span) -> bool {
    span.attributes.has(TYPE)
}

/// Read the span.
pub fn translate<'a>(cx: Cx<'a>, span: &Span<'a>) -> Partial<'a> {
    let mut readings = Vec::new();
    values(cx, span.attributes, &mut readings);
    notes(cx, span.attributes, &mut readings);
    readings.extend(first_token(cx, span));
    Partial { readings, spent: repetitions(span), ..Partial::default() }
}

fn values<'a>(cx: Cx<'a>, attributes: Attributes<'a>, readings: &mut Vec<Reading<'a>>) {
    let kind = match attributes.at(TYPE) {
        Value::Text(kind) if kind.is_ascii() => kind.to_ascii_lowercase(),
        _ => return cx.doubt(), // its text in Python, or its letters
    };
    let instructions = match kind.as_str() {
        "agent_run" => json_text::decoded(cx, attributes.at(INSTRUCTIONS)),
        _ => Value::Null,
    };
    let instructions = match instructions {
        Value::Text(_) | Value::List(_) => instructions,
        _ => Value::Null,
    };
    for field in FIELDS {
        let (attribute, told) = match told_as(attributes, &kind, field) {
            Some(told) => told,
            None => continue,
        };
        let value = json_text::decoded(cx, told);
        let attribute = cx.names(&[attribute]);
        let content = if !TALKS.contains(&kind.as_str()) {
            Content { field, value, rank: Rank::Value, attributes: attribute }
        } else if field == "output" {
            Content { field, value: answer(cx, value), rank: Rank::MessagesJson, attributes: attribute }
        } else {
            asked(cx, value, attribute, instructions)
        };
        readings.push(content.into());
    }
}

/// Return the attribute of a field: that of the span's type, else the one of before version 1.
fn told_as<'a>(attributes: Attributes<'a>, kind: &str, field: &str) -> Option<(&'a str, Value<'a>)> {
    let is_own = |name: &str| {
        let rest = name.strip_prefix(PREFIX).and_then(|rest| rest.strip_prefix(kind));
        rest.and_then(|rest| rest.strip_prefix('.')) == Some(field)
    };
    let own = attributes.iter().find(|(name, _)| is_own(name));
    own.or_else(|| attributes.iter().find(|(name, _)| *name == field))
}

fn asked<'a>(cx: Cx<'a>, value: Value<'a>, attribute: &'a [&'a str], instructions: Value<'a>) -> Content<'a> {
    let listed = value.object().map_or(value, |object| object.at("messages"));
    let messages = match listed {
        Value::Text(_) => text_message(cx, "user", listed),
        _ => chat(cx, listed),
    };
    let is_chat = is_message_list(messages);
    if instructions.is_truthy() && is_chat {
        let value = with_instructions(cx, instructions, messages);
        let mut attributes = attribute.to_vec();
        attributes.push(INSTRUCTIONS);
        return Content { field: "input", value, rank: Rank::Messages, attributes: cx.names(&attributes) };
    }
    let value = if is_chat { messages } else { value };
    Content { field: "input", value, rank: Rank::MessagesJson, attributes: attribute }
}

fn chat<'a>(cx: Cx<'a>, listed: Value<'a>) -> Value<'a> {
    match listed {
        Value::List(items) => {
            let messages: Vec<Value> = items.iter().map(|item| in_parts(cx, *item, part)).collect();
            chat_messages(cx, cx.list(&messages))
        }
        _ => listed,
    }
}

fn part<'a>(cx: Cx<'a>, part: Value<'a>) -> Value<'a> {
    let object = match part {
        Value::Object(object) => object,
        _ => return part,
    };
    match object.at("type") {
        Value::Text("tool-call") => call(cx, object),
        Value::Text("tool-result") => {
            let output = object.get("output").unwrap_or_else(|| object.at("result"));
            cx.dict(&[
                ("type", Value::Text("tool_call_response")),
                ("id", object.at("toolCallId")),
                ("name", object.at("toolName")),
                ("response", output.get("value").unwrap_or(output)),
            ])
        }
        _ => part,
    }
}

fn call<'a>(cx: Cx<'a>, call: Object<'a>) -> Value<'a> {
    cx.dict(&[
        ("type", Value::Text("tool_call")),
        ("id", call.at("toolCallId")),
        ("name", call.at("toolName")),
        ("arguments", call.get("input").unwrap_or_else(|| call.at("args"))),
    ])
}

/// Return what a model or an agent answered as one message of the assistant; what stands beside it stays in the message.
fn answer<'a>(cx: Cx<'a>, value: Value<'a>) -> Value<'a> {
    let (told, text) = match value {
        Value::Text(_) => return text_message(cx, "assistant", value),
        Value::Object(told) => match told.get("text") {
            Some(text) => (told, text),
            None => return value,
        },
        _ => return chat(cx, value),
    };
    let mut parts = Vec::new();
    if text.is_truthy() {
        parts.push(cx.dict(&[("type", Value::Text("text")), ("content", text)]));
    }
    let calls = told.at("toolCalls").list().unwrap_or_default();
    parts.extend(calls.iter().filter_map(|each| each.object()).map(|each| call(cx, each)));
    if parts.is_empty() {
        return value;
    }
    let mut message = Map(vec![("role", Value::Text("assistant")), ("parts", cx.list(&parts))]);
    for (key, beside) in told.iter() {
        let says_nothing = match beside {
            Value::Null => true,
            Value::List(items) => items.is_empty(),
            Value::Object(object) => object.is_empty(),
            _ => false,
        };
        if !says_nothing && !ANSWER_KEYS.contains(&key) {
            message.set(key, beside);
        }
    }
    chat_messages(cx, cx.list(&[cx.made(&message)]))
}

fn notes<'a>(cx: Cx<'a>, attributes: Attributes<'a>, readings: &mut Vec<Reading<'a>>) {
    for (attribute, value) in attributes.iter() {
        if let Some(key) = attribute.strip_prefix(METADATA) {
            let value = json_text::decoded(cx, value);
            readings.push(Reading::entry(Field::Metadata, key, value, cx.names(&[attribute])));
        }
    }
    if let Value::List(tags) = json_text::decoded(cx, attributes.at(TAGS)) {
        if tags.iter().all(|tag| tag.text().is_some()) {
            let tags = tags.iter().filter_map(|tag| tag.text());
            readings.extend(tags.map(|tag| Reading::entry(Field::Tags, tag, Value::Null, &[TAGS])));
        }
    }
}

fn first_token<'a>(cx: Cx<'a>, span: &Span<'a>) -> Option<Reading<'a>> {
    let text = span.attributes.at(ANSWER_START).text()?;
    let moment_ms = match moment(text) {
        Some(moment_ms) => moment_ms,
        None => {
            cx.doubt(); // Python reads many more spellings.
            return None;
        }
    };
    let since_start_ns = i128::from(moment_ms) * i128::from(NS_PER_MS) - i128::from(span.start_ns);
    let since_start = Value::Float(seconds(u64::try_from(since_start_ns).ok()?));
    Some(Reading::entry(Field::Metrics, "time_to_first_token", since_start, &[]))
}

/// Return the milliseconds since 1970 of a time as JavaScript writes it: `2026-01-01T00:00:00.000Z`.
fn moment(text: &str) -> Option<i64> {
    let mut numbers = [0; 7];
    let mut places = text.bytes();
    for (number, (digits, end)) in
        numbers.iter_mut().zip([(4, b'-'), (2, b'-'), (2, b'T'), (2, b':'), (2, b':'), (2, b'.'), (3, b'Z')])
    {
        for _ in 0..digits {
            let digit = places.next().filter(u8::is_ascii_digit)?;
            *number = *number * 10 + i64::from(digit - b'0');
        }
        places.next().filter(|byte| *byte == end)?;
    }
    let [year, month, date, hour, minute, second, millisecond] = numbers;
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        2 => 28 + i64::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    let is_time = hour < 24 && minute < 60 && second < 60;
    if places.next().is_some()
        || year == 0
        || !(1..=12).contains(&month)
        || !(1..=last).contains(&date)
        || !is_time
    {
        return None;
    }
    // Counted from March, so that a leap day is the last of its year.
    let (year, from_march) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * from_march + 2) / 5 + date - 719_469;
    Some(days * MS_PER_DAY + ((hour * 60 + minute) * 60 + second) * 1_000 + millisecond)
}

fn repetitions<'a>(span: &Span<'a>) -> Vec<&'a str> {
    let kind = usize::try_from(span.kind).ok().and_then(|kind| KIND_NAMES.get(kind));
    let said = [
        ("mastra.trace_id", Some(span.trace_id)),
        ("mastra.span_id", Some(span.span_id)),
        ("mastra.parent_span_id", span.parent_span_id),
        ("span.kind", kind.copied()),
    ];
    let is_repeated = |(name, value): &(&str, Option<&str>)| {
        span.attributes.get(name) == Some(value.map_or(Value::Null, Value::Text))
    };
    said.into_iter().filter(is_repeated).map(|(name, _)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_as_javascript_writes_it() {
        assert_eq!(moment("1970-01-01T00:00:00.000Z"), Some(0));
        assert_eq!(moment("2000-02-29T23:59:59.999Z"), Some(951_868_799_999));
        assert_eq!(moment("2000-03-01T00:00:00.000Z"), Some(951_868_800_000));
        assert_eq!(moment("2026-11-28T00:00:00.007Z"), Some(1_795_824_000_007));
        assert_eq!(moment("1969-12-31T23:59:59.999Z"), Some(-1));
        for odd in [
            "",
            "2026-02-29T00:00:00.000Z",
            "2026-13-01T00:00:00.000Z",
            "2026-11-28T24:00:00.000Z",
            "2026-11-28T00:00:00Z",
            "2026-11-28T00:00:00.000+00:00",
            "2026-11-28T00:00:00.000Z ",
        ] {
            assert_eq!(moment(odd), None, "{}", odd);
        }
    }
}
