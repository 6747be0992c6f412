//! Read the OpenInference attributes of a span (`openinference/reader.py`).

use crate::translate::conventions::openinference::content::{
    history_content, own_content, parameter_content, request_content, value_content, value_of, REDACTED,
};
use crate::translate::conventions::openinference::given::{Given, Side, INPUT, OUTPUT, PARAMETERS};
use crate::translate::conventions::openinference::{call, note};
use crate::translate::decode::Span;
use crate::translate::json_text;
use crate::translate::messages::is_message_list;
use crate::translate::partial::{Content, Entry, Field, Partial, Rank, Reading};
use crate::translate::scalar::{are_told_in, scalars, Scalars};
use crate::translate::value::{Cx, Value};
use crate::translate::whole::{beside, finish_reason, response_id, without_messages};

const KIND: &str = "openinference.span.kind";

/// Besides what is read of them, these repeat what the other attributes say.
const REPEATING: [&str; 4] = ["input.value", "input.mime_type", "output.value", "output.mime_type"];

const STREAM_STARTED: &str = "First Token Stream Event";
const NS_PER_SECOND: f64 = 1e9;
/// Below this a whole number is a float, exactly.
const EXACT: u64 = 1 << 53;

/// Beginnings of the attributes that only OpenInference has; `session.id` and the like are others' too.
const OWN: [&str; 14] = [
    KIND,
    "llm.input_messages",
    "llm.output_messages",
    "input.value",
    "output.value",
    "llm.prompts",
    "llm.choices",
    "llm.model_name",
    "llm.invocation_parameters",
    "llm.token_count.",
    "embedding.embeddings",
    "embedding.model_name",
    "retrieval.documents",
    "reranker.",
];

/// Tell whether the span has any attribute of OpenInference.
pub fn claims(span: &Span) -> bool {
    OWN.iter().any(|own| span.has_prefix(own))
}

/// Read the OpenInference attributes of `span`.
pub fn translate<'a>(cx: Cx<'a>, span: &Span<'a>) -> Partial<'a> {
    let given = Given::of(span.attributes);
    let named = named_type(cx, &given);
    let is_chat = matches!(given.kind, Some(Value::Text(kind)) if kind.eq_ignore_ascii_case("LLM"));
    let asked_whole = value_of(cx, given.told(&INPUT), is_chat);
    let answered_whole = value_of(cx, given.told(&OUTPUT), is_chat);
    let wholes = [asked_whole, answered_whole];
    let asked = contents(cx, &given, &INPUT, wholes, is_chat);
    let answered = contents(cx, &given, &OUTPUT, wholes, is_chat);
    let told = asked.told.with(&answered.told);
    let [request, response] = if is_chat { wholes } else { [Value::Null; 2] };
    let mut entries = call::readings(cx, &given, &told, request, response);
    note::readings(cx, &given, &mut entries);
    first_token(cx, span, &mut entries);
    if let Some(named) = named {
        let attributes = cx.names(&[KIND]);
        entries.push(Entry {
            field: Field::SpanAttributes,
            key: "type",
            value: Value::Text(named),
            attributes,
        });
    }
    if is_chat {
        entries.extend(response_id(cx, response));
        entries.extend(finish_reason(cx, response));
    }
    let has_messages = asked.found.iter().any(|content| is_message_list(content.value));
    let contents: Vec<Content> = asked.found.into_iter().chain(answered.found).collect();
    let mut partial = Partial {
        readings: Vec::with_capacity(contents.len() + 2 * entries.len()),
        spent: REPEATING.to_vec(),
        fallback_type: fallback_type(&contents, &entries),
    };
    partial.readings.extend(contents.into_iter().map(Reading::Content));
    partial.readings.extend(entries.iter().copied().map(Reading::Entry));
    add_without_use(cx, &given, &mut partial);
    let wholes = [(&INPUT, asked_whole), (&OUTPUT, answered_whole)];
    let with_lists = named != Some("llm");
    add_beside(cx, wholes, has_messages, &told, &entries, with_lists, &mut partial.readings);
    partial
}

/// Return the type that the kind of a span names.
fn named_type<'a>(cx: Cx<'a>, given: &Given<'a>) -> Option<&'static str> {
    let kind = given.kind.and_then(Value::text).filter(|kind| !kind.is_empty())?;
    if !kind.is_ascii() {
        cx.doubt(); // Some letters are of these names in capitals only.
    }
    let is = |names: &[&str]| names.iter().any(|name| kind.eq_ignore_ascii_case(name));
    Some(if is(&["LLM", "EMBEDDING"]) {
        "llm"
    } else if is(&["TOOL", "RETRIEVER", "RERANKER"]) {
        "tool"
    } else if is(&["EVALUATOR"]) {
        "score"
    } else {
        "task"
    })
}

/// The contents of one direction, and the scalars in them.
struct Contents<'a> {
    found: Vec<Content<'a>>,
    told: Scalars<'a>,
}

fn contents<'a>(
    cx: Cx<'a>,
    given: &Given<'a>,
    side: &'static Side,
    wholes: [Value<'a>; 2],
    is_chat: bool,
) -> Contents<'a> {
    let is_input = std::ptr::eq(side, &INPUT);
    let [asked, returned] = wholes;
    let whole = if is_input { asked } else { returned };
    let value = value_content(cx, given.told(side), side, whole, is_chat);
    let own = match own_content(cx, given, side) {
        Some(own) if own.value.is_truthy() => own,
        own => {
            let among = if is_input && is_chat { parameter_content(cx, given) } else { None };
            let found: Vec<Content> = own.into_iter().chain(value).chain(among).collect();
            let mut told = Scalars::default();
            found.iter().for_each(|content| told.add(content.value));
            return Contents { found, told };
        }
    };
    let mut told = scalars(own.value);
    let mut found = vec![own];
    if told.has(Value::Text(REDACTED)) {
        return Contents { found, told };
    }
    if is_input && value.is_some() && !is_chat {
        found.extend(request_content(cx, whole));
    }
    if let Some(value) = value.filter(|value| is_message_list(value.value)) {
        // What was flattened out of a whole request has nothing to add to it.
        let is_copy = value.value == own.value || are_told_in(cx, &told, &scalars(whole));
        found.push(Content { attributes: if is_copy { own.attributes } else { &[] }, ..value });
    }
    if is_input {
        let response = if is_chat { returned } else { value_of(cx, given.told(&OUTPUT), true) };
        found.extend(history_content(cx, response, &own));
    }
    for content in found.iter().skip(1).filter(|content| content.value != own.value) {
        told.add(content.value);
    }
    Contents { found, told }
}

/// Add what a whole request or response says that no other reading does; a redacted one may say too much.
fn add_beside<'a>(
    cx: Cx<'a>,
    wholes: [(&'static Side, Value<'a>); 2],
    has_messages: bool,
    told: &Scalars<'a>,
    entries: &[Entry<'a>],
    with_lists: bool,
    found: &mut Vec<Reading<'a>>,
) {
    if !wholes.iter().any(|(_, whole)| matches!(whole, Value::Object(_))) {
        return;
    }
    let mut held = told.clone();
    entries.iter().for_each(|entry| held.add(entry.value));
    if held.has(Value::Text(REDACTED)) {
        return;
    }
    for (side, whole) in wholes {
        let whole = match whole {
            Value::Object(whole) if has_messages && std::ptr::eq(side, &INPUT) => {
                cx.made(&without_messages(cx, whole))
            }
            _ => whole,
        };
        for (key, value) in beside(cx, whole, &held, with_lists).0 {
            let path = cx.text(&[side.value, ".", key].concat());
            found.push(Reading::entry(Field::Metadata, path, value, &[]));
        }
    }
}

/// Spend the attributes whose parameters say nothing, or only what the messages do.
fn add_without_use<'a>(cx: Cx<'a>, given: &Given<'a>, partial: &mut Partial<'a>) {
    for (name, told) in PARAMETERS.into_iter().zip(given.parameters) {
        let parsed = told.and_then(|told| json_text::structure(cx, told));
        let is_used = |reading: &Reading| match reading {
            Reading::Content(content) => content.attributes.contains(&name),
            Reading::Entry(entry) => entry.attributes.contains(&name),
        };
        if matches!(parsed, Some(Value::Object(_))) && !partial.readings.iter().any(is_used) {
            partial.spent.push(name);
        }
    }
}

fn first_token<'a>(cx: Cx<'a>, span: &Span<'a>, entries: &mut Vec<Entry<'a>>) {
    let first = span.events.iter().find(|event| event.name == STREAM_STARTED);
    let began = match first {
        Some(event) if 0 < span.start_ns && span.start_ns <= event.time_ns => event.time_ns - span.start_ns,
        _ => return,
    };
    if began >= EXACT {
        cx.doubt();
    }
    let value = Value::Float(began as f64 / NS_PER_SECOND);
    entries.push(Entry { field: Field::Metrics, key: "time_to_first_token", value, attributes: &[] });
}

/// Messages are a call where a model or a count is named with them; alone they may be a framework's.
fn fallback_type(contents: &[Content], entries: &[Entry]) -> Option<&'static str> {
    let is_of_messages = |content: &Content| content.rank == Rank::Indexed && is_message_list(content.value);
    let names_call = |entry: &Entry| matches!(entry.key, "model" | "prompt_tokens");
    if contents.iter().any(is_of_messages) && entries.iter().any(names_call) {
        Some("llm")
    } else {
        None
    }
}
