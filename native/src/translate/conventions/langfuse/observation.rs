//! Type, content, model and metadata of a Langfuse observation (`translate/conventions/langfuse/observation.py`).

use crate::translate::conventions::langfuse::usage;
use crate::translate::decode::{Attributes, Span};
use crate::translate::json_text;
use crate::translate::messages::{chat_messages, is_message_list, text_message, with_instructions};
use crate::translate::model_name::model_name;
use crate::translate::partial::{Field, Partial, Rank, Reading};
use crate::translate::tools::tool_definitions;
use crate::translate::value::{Cx, Object, Value};

const TYPE: &str = "langfuse.observation.type";
const INPUT: &str = "langfuse.observation.input";
const OUTPUT: &str = "langfuse.observation.output";
const EXPECTED: &str = "langfuse.experiment.item.expected_output";
const MODEL: &str = "langfuse.observation.model.name";
const PARAMETERS: &str = "langfuse.observation.model.parameters";
const TAGS: &str = "langfuse.trace.tags";
const METADATA: [&str; 2] = ["langfuse.observation.metadata", "langfuse.trace.metadata"];

/// Of a version; Python reads no number of very many digits.
const DIGITS: usize = 9;

/// The version of the SDK that began to write each value of metadata as JSON text, strings too.
const FIRST_THAT_ENCODES: u32 = 5;

const PERSONS: [(&[&str], &str); 4] = [
    (&["user.id"], "user_id"),
    (&["session.id"], "session_id"),
    (&["langfuse.user.id"], "user_id"),
    (&["langfuse.session.id"], "session_id"),
];

const GENERATION: &str = "generation";
const TYPE_OF: [(&str, &str); 10] = [
    (GENERATION, "llm"),
    ("embedding", "llm"),
    ("tool", "tool"),
    ("retriever", "tool"),
    ("evaluator", "score"),
    ("span", "task"),
    ("agent", "task"),
    ("chain", "task"),
    ("guardrail", "task"),
    ("event", "task"),
];

/// Tell whether the span has any attribute of Langfuse's.
pub fn claims(span: &Span) -> bool {
    span.has_prefix("langfuse.")
}

/// Read the `langfuse.*` attributes of the span.
pub fn translate<'a>(cx: Cx<'a>, span: &Span<'a>) -> Partial<'a> {
    let attributes = span.attributes;
    let kind = attributes.at(TYPE).text().unwrap_or_default();
    let mut readings = Vec::with_capacity(attributes.len());
    add_type(kind, &mut readings);
    add_model(attributes, &mut readings);
    add_parameters(cx, attributes, &mut readings);
    if kind.eq_ignore_ascii_case(GENERATION) {
        add_generation(cx, attributes, &mut readings);
    } else {
        add_values(cx, attributes, &mut readings);
    }
    add_expected(cx, attributes, &mut readings);
    usage::add_readings(cx, span, &mut readings);
    add_metadata(cx, attributes, encodes_each_value(span.scope.version), &mut readings);
    add_persons(attributes, &mut readings);
    Partial::of(readings)
}

fn add_type<'a>(kind: &str, readings: &mut Vec<Reading<'a>>) {
    // No letter of these names is the lower case of one beyond ASCII.
    if let Some((_, told)) = TYPE_OF.iter().find(|(name, _)| name.eq_ignore_ascii_case(kind)) {
        readings.push(Reading::entry(Field::SpanAttributes, "type", Value::Text(told), &[TYPE]));
    }
}

fn add_model<'a>(attributes: Attributes<'a>, readings: &mut Vec<Reading<'a>>) {
    let model = attributes.at(MODEL).text().unwrap_or_default();
    if !model.is_empty() {
        readings.push(Reading::entry(Field::Metadata, "model", Value::Text(model_name(model)), &[MODEL]));
    }
}

fn add_parameters<'a>(cx: Cx<'a>, attributes: Attributes<'a>, readings: &mut Vec<Reading<'a>>) {
    if let Some(Value::Object(parameters)) = json_text::structure(cx, attributes.at(PARAMETERS)) {
        let named = |(key, value)| Reading::entry(Field::Metadata, key_of(key), value, &[PARAMETERS]);
        readings.extend(parameters.iter().map(named));
    }
}

fn key_of(parameter: &str) -> &str {
    match parameter {
        "max_output_tokens" => "max_tokens",
        "stop_sequences" => "stop",
        _ => parameter,
    }
}

fn add_values<'a>(cx: Cx<'a>, attributes: Attributes<'a>, readings: &mut Vec<Reading<'a>>) {
    if let Some(input) = attributes.get(INPUT) {
        readings.push(Reading::content("input", json_text::decoded(cx, input), Rank::Value, &[INPUT]));
    }
    if let Some(output) = attributes.get(OUTPUT) {
        readings.push(Reading::content("output", json_text::decoded(cx, output), Rank::Value, &[OUTPUT]));
    }
}

fn add_generation<'a>(cx: Cx<'a>, attributes: Attributes<'a>, readings: &mut Vec<Reading<'a>>) {
    if let Some(input) = attributes.get(INPUT) {
        add_request(cx, json_text::decoded(cx, input), readings);
    }
    if let Some(output) = attributes.get(OUTPUT) {
        let said = messages_of(cx, "assistant", json_text::decoded(cx, output));
        readings.push(Reading::content("output", said, Rank::Value, &[OUTPUT]));
    }
}

/// Return the tools that Langfuse's callback for LangChain lists among the messages, each in one of role `tool`; none without.
fn offered<'a>(cx: Cx<'a>, told: Value<'a>) -> &'a [Value<'a>] {
    let listed = told.list().unwrap_or_default();
    let definitions: Vec<Value> = listed.iter().filter_map(|item| definition(*item)).collect();
    if definitions.is_empty() {
        return &[];
    }
    tool_definitions(cx, cx.list(&definitions)).unwrap_or_default()
}

fn definition<'a>(item: Value<'a>) -> Option<Value<'a>> {
    let message = item.object()?;
    if !message.at("role").is("tool") || message.has("tool_call_id") {
        return None;
    }
    let content = message.get("content")?;
    let keys = content.object()?;
    if ["function", "input_schema", "parameters"].iter().any(|key| keys.has(key)) {
        Some(content)
    } else {
        None
    }
}

/// Messages stand alone, or beside the tools and the like that were sent with them.
fn add_request<'a>(cx: Cx<'a>, told: Value<'a>, readings: &mut Vec<Reading<'a>>) {
    let mut told = told;
    let tools = offered(cx, told);
    if !tools.is_empty() {
        readings.push(Reading::entry(Field::Metadata, "tools", Value::List(tools), &[INPUT]));
        let listed = told.list().unwrap_or_default();
        let others: Vec<Value> = listed.iter().filter(|item| definition(**item).is_none()).copied().collect();
        told = cx.list(&others);
    }
    let request = told.members();
    let place = match ["messages", "input"].into_iter().find(|key| is_prompt(request, key)) {
        Some(place) => place,
        None => {
            let messages = messages_of(cx, "user", told);
            return readings.push(Reading::content("input", messages, Rank::Value, &[INPUT]));
        }
    };
    let mut messages = messages_of(cx, "user", request.at(place));
    let instructions = request.at("instructions");
    if instructions.text().is_some() {
        messages = with_instructions(cx, instructions, messages);
    }
    readings.push(Reading::content("input", messages, Rank::Value, &[INPUT]));
    for (key, value) in request.iter() {
        if matches!(key, "tools" | "functions") {
            let tools = tool_definitions(cx, value).filter(|tools| !tools.is_empty());
            let tools = tools.map_or(value, Value::List);
            readings.push(Reading::entry(Field::Metadata, "tools", tools, &[INPUT]));
        } else if key != place && key != "instructions" {
            readings.push(Reading::entry(Field::Metadata, key, value, &[INPUT]));
        }
    }
}

fn is_prompt(told: Object, key: &str) -> bool {
    match told.at(key) {
        Value::Text(_) => key == "input",
        value => is_message_list(value),
    }
}

fn messages_of<'a>(cx: Cx<'a>, role: &'a str, told: Value<'a>) -> Value<'a> {
    match told {
        Value::Text(text) if !text.is_empty() => text_message(cx, role, told),
        _ => chat_messages(cx, told),
    }
}

fn add_expected<'a>(cx: Cx<'a>, attributes: Attributes<'a>, readings: &mut Vec<Reading<'a>>) {
    if let Some(expected) = attributes.get(EXPECTED) {
        let expected = json_text::decoded(cx, expected);
        readings.push(Reading::content("expected", expected, Rank::Value, &[EXPECTED]));
    }
}

fn add_metadata<'a>(
    cx: Cx<'a>,
    attributes: Attributes<'a>,
    is_encoded: bool,
    readings: &mut Vec<Reading<'a>>,
) {
    for (attribute, value) in attributes.iter() {
        let place = match METADATA.iter().find_map(|prefix| attribute.strip_prefix(prefix)) {
            Some(place) => place,
            None => continue,
        };
        let said = || {
            let parsed = if is_encoded { json_text::parse(cx, value) } else { None };
            parsed.unwrap_or_else(|| json_text::decoded(cx, value))
        };
        if let Some(key) = place.strip_prefix('.') {
            let attributes = cx.names(&[attribute]);
            readings.push(Reading::entry(Field::Metadata, key, said(), attributes));
        } else if place.is_empty() {
            if let Value::Object(said) = said() {
                let attributes = cx.names(&[attribute]);
                let entry = |(key, each)| Reading::entry(Field::Metadata, key, each, attributes);
                readings.extend(said.iter().map(entry));
            }
        }
    }
}

fn encodes_each_value(version: &str) -> bool {
    let major = version.split('.').next().unwrap_or_default();
    let is_number =
        !major.is_empty() && major.len() <= DIGITS && major.bytes().all(|digit| digit.is_ascii_digit());
    is_number && major.parse().map_or(false, |told: u32| told >= FIRST_THAT_ENCODES)
}

fn add_persons<'a>(attributes: Attributes<'a>, readings: &mut Vec<Reading<'a>>) {
    for (names, key) in PERSONS {
        if let Some(told) = names.first().and_then(|name| attributes.get(name)) {
            readings.push(Reading::entry(Field::Metadata, key, told, names));
        }
    }
    if let Value::List(tags) = attributes.at(TAGS) {
        if tags.iter().all(|tag| tag.text().is_some()) {
            let tags = tags.iter().filter_map(|tag| tag.text());
            readings.extend(tags.map(|tag| Reading::entry(Field::Tags, tag, Value::Null, &[TAGS])));
        }
    }
}
