//! OpenLIT, where its `gen_ai.*` attributes differ from the conventions (`translate/conventions/openlit.py`).

use crate::translate::decode::{Attributes, Span};
use crate::translate::json_text;
use crate::translate::names;
use crate::translate::partial::{Field, Partial, Rank, Reading};
use crate::translate::parts;
use crate::translate::python_literal;
use crate::translate::scalar::scalars;
use crate::translate::tools::named_tool;
use crate::translate::usage::{is_measure, token_metrics, Count};
use crate::translate::value::{Cx, Map, Number, Object, Value};

const SCOPE: &str = "openlit";
const SDK_NAME: &str = "telemetry.sdk.name";
const ARGUMENTS: &str = "gen_ai.tool.args";
const REPEATED: &str = names::GEN_AI_TOOL_CALL_ARGUMENTS;
const CALL_ID: &str = "gen_ai.tool.call.id";
const COMPLETION: &str = "gen_ai.completion";
const SEPARATOR: &str = ", ";

/// A name of more tools is left to Python.
const MAX_CALLED: usize = 256;
const TOTAL: &str = "gen_ai.client.token.usage";
const OF_RESOURCE: [&str; 3] = [SDK_NAME, "service.name", "deployment.environment"];

/// Parameters with what stands there where a request has none.
const UNSET: [(&str, Value); 4] = [
    (names::GEN_AI_REQUEST_MAX_TOKENS, Value::Int(-1)),
    (names::GEN_AI_REQUEST_SEED, Value::Text("")),
    (names::GEN_AI_REQUEST_STOP_SEQUENCES, Value::List(&[])),
    ("gen_ai.request.user", Value::Text("")),
];

const PROVIDERS: [&str; 2] = [names::GEN_AI_PROVIDER_NAME, "gen_ai.system"];
const GOOGLE: [&str; 4] = ["gemini", "gcp.gemini", "vertex_ai", "gcp.vertex_ai"];
const THOUGHTS_APART: [&str; 2] = [names::GEN_AI_USAGE_OUTPUT_TOKENS, "gen_ai.usage.reasoning_tokens"];
const COUNTING_APART: [&str; 2] = ["anthropic", "aws.bedrock"];
const APART: [&str; 3] = [
    names::GEN_AI_USAGE_INPUT_TOKENS,
    names::GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS,
    names::GEN_AI_USAGE_CACHE_CREATION_INPUT_TOKENS,
];
const COUNTED: [&str; 2] = [names::GEN_AI_USAGE_INPUT_TOKENS, names::GEN_AI_USAGE_OUTPUT_TOKENS];

/// Tell whether OpenLIT made the span.
pub fn claims(span: &Span) -> bool {
    span.scope.name.starts_with(SCOPE) || span.attributes.at(SDK_NAME).is(SCOPE)
}

/// Read the calls of tools and the counts of `span` that `gen_ai.*` attributes alone would not tell.
pub fn translate<'a>(cx: Cx<'a>, span: &Span<'a>) -> Partial<'a> {
    let attributes = span.attributes;
    let mut readings = Vec::new();
    add_output(cx, span, &mut readings);
    add_called(cx, attributes, &mut readings);
    add_usage(cx, attributes, &mut readings);
    let mut spent = repetitions(cx, span);
    spent.extend(without_value(attributes));
    if counts_apart(attributes) {
        spent.extend(APART);
    }
    if counts_thoughts_apart(attributes) {
        spent.extend(THOUGHTS_APART);
    }
    Partial { readings, spent, fallback_type: None }
}

fn add_output<'a>(cx: Cx<'a>, span: &Span<'a>, readings: &mut Vec<Reading<'a>>) {
    let attributes = span.attributes;
    if is_chat(attributes) && attributes.has(ARGUMENTS) && !attributes.has(names::GEN_AI_OUTPUT_MESSAGES) {
        let calls: Vec<Value> =
            calls(cx, attributes).into_iter().map(|call| Value::Object(parts::tool_call(cx, call))).collect();
        let message = cx.dict(&[
            ("role", Value::Text("assistant")),
            ("content", text(span)),
            ("tool_calls", cx.list(&calls)),
        ]);
        readings.push(Reading::content("output", cx.list(&[message]), Rank::Events, &[]));
    }
}

/// Read the tools that a chat called, where it does not say which it was offered.
fn add_called<'a>(cx: Cx<'a>, attributes: Attributes<'a>, readings: &mut Vec<Reading<'a>>) {
    let name = attributes.at(names::GEN_AI_TOOL_NAME).text().unwrap_or("");
    if is_chat(attributes) && !name.is_empty() && !attributes.has(names::GEN_AI_TOOL_DEFINITIONS) {
        let several: Vec<&str> = name.split(SEPARATOR).take(MAX_CALLED + 1).collect();
        if several.len() > MAX_CALLED {
            cx.doubt();
        }
        let mut distinct: Vec<&str> = Vec::with_capacity(several.len());
        for each in &several {
            if !distinct.contains(each) {
                distinct.push(each);
            }
        }
        let called: Vec<Value> = distinct.into_iter().map(|each| named_tool(cx, each)).collect();
        let spent: &[&str] = if several.len() > 1 { &[] } else { &[names::GEN_AI_TOOL_NAME] };
        readings.push(Reading::entry(Field::Metadata, "tools", cx.list(&called), spent));
    }
}

/// Return the attributes that repeat what others say: of the resource, of the counts, of the call in the output of a chat.
///
/// What joins several calls in one text stays.
fn repetitions<'a>(cx: Cx<'a>, span: &Span<'a>) -> Vec<&'a str> {
    let attributes = span.attributes;
    let is_of_resource =
        |name: &&str| attributes.get(name).map_or(false, |told| told == span.resource.at(name));
    let mut repeated: Vec<&str> = OF_RESOURCE.into_iter().filter(is_of_resource).collect();
    if let Some(total) = attributes.get(TOTAL) {
        let is_whole = !counts_apart(attributes) && !counts_thoughts_apart(attributes);
        if is_whole && total == sum(cx, attributes, &COUNTED) {
            repeated.push(TOTAL);
        }
    }
    let messages = match attributes.get(names::GEN_AI_OUTPUT_MESSAGES) {
        Some(messages) if is_chat(attributes) => json_text::decoded(cx, messages),
        _ => return repeated,
    };
    if ![REPEATED, names::GEN_AI_TOOL_NAME, ARGUMENTS, CALL_ID].iter().any(|name| attributes.has(name)) {
        return repeated;
    }
    let output = scalars(apart(cx, messages));
    let mut add = |name, said| {
        if scalars(said).are_all_in(&output) {
            repeated.push(name);
        }
    };
    if let Some(given) = attributes.get(REPEATED) {
        add(REPEATED, json_text::decoded(cx, given));
    }
    if is_of_several(cx, attributes) {
        return repeated;
    }
    if let Some(name) = attributes.get(names::GEN_AI_TOOL_NAME) {
        add(names::GEN_AI_TOOL_NAME, name);
    }
    if let Some(given) = attributes.get(ARGUMENTS) {
        add(ARGUMENTS, cx.list(&listed(cx, printed(cx, given))));
    }
    if let Some(call_id) = attributes.get(CALL_ID) {
        add(CALL_ID, call_id);
    }
    repeated
}

fn is_of_several<'a>(cx: Cx<'a>, attributes: Attributes<'a>) -> bool {
    attributes.get(names::GEN_AI_TOOL_NAME).map_or(false, |name| printed(cx, name).contains(SEPARATOR))
}

/// Return messages with the arguments of their calls taken apart, where they are text.
fn apart<'a>(cx: Cx<'a>, value: Value<'a>) -> Value<'a> {
    match value {
        Value::Object(object) => {
            let taken_apart = |(key, child)| match key {
                "arguments" => (key, json_text::decoded(cx, child)),
                _ => (key, apart(cx, child)),
            };
            cx.made(&Map(object.iter().map(taken_apart).collect()))
        }
        Value::List(items) => {
            let items: Vec<Value> = items.iter().map(|item| apart(cx, *item)).collect();
            cx.list(&items)
        }
        _ => value,
    }
}

/// Return the parameters that nobody set; OpenLIT writes each that a request may have.
fn without_value<'a>(attributes: Attributes<'a>) -> impl Iterator<Item = &'a str> {
    let is_unset = move |&(name, nothing): &(&'a str, Value<'a>)| attributes.get(name) == Some(nothing);
    UNSET.into_iter().filter(is_unset).map(|(name, _)| name)
}

fn is_chat(attributes: Attributes) -> bool {
    attributes.at(names::GEN_AI_OPERATION_NAME).is("chat")
}

/// Return the text of the answer, null where there is none.
fn text<'a>(span: &Span<'a>) -> Value<'a> {
    let events = span.events.iter().map(|event| event.attributes);
    let mut told = std::iter::once(span.attributes).chain(events).map(|each| each.at(COMPLETION));
    let text = told.find(|told| matches!(told, Value::Text(text) if !text.is_empty()));
    text.unwrap_or(Value::Null)
}

fn calls<'a>(cx: Cx<'a>, attributes: Attributes<'a>) -> Vec<Object<'a>> {
    let told = |name| attributes.get(name).map_or("", |value| printed(cx, value));
    let (name, call_id, text) = (told(names::GEN_AI_TOOL_NAME), told(CALL_ID), told(ARGUMENTS));
    let call = |name: &'a str, call_id: &'a str, arguments: Value<'a>| {
        let call_id = if call_id.is_empty() { Value::Null } else { Value::Text(call_id) };
        Object(cx.slice(&[("name", Value::Text(name)), ("id", call_id), ("arguments", arguments)]))
    };
    let several: Vec<(&str, &str)> = name.split(SEPARATOR).zip(call_id.split(SEPARATOR)).collect();
    let listed = listed(cx, text);
    let is_as_long = |text: &str| text.split(SEPARATOR).count() == listed.len();
    if is_as_long(name) && is_as_long(call_id) {
        let calls = several.into_iter().zip(listed);
        return calls.map(|((name, call_id), arguments)| call(name, call_id, arguments)).collect();
    }
    vec![call(name, call_id, Value::Text(text))]
}

/// Return the arguments of each call; they are JSON, or what Python prints.
fn listed<'a>(cx: Cx<'a>, text: &'a str) -> Vec<Value<'a>> {
    let whole = cx.text(&["[", text, "]"].concat());
    let listed = json_text::parse(cx, Value::Text(whole)).or_else(|| python_literal::parse(cx, whole));
    listed.and_then(Value::list).map_or_else(|| vec![Value::Text(text)], <[Value]>::to_vec)
}

/// Return a value as Python prints it.
fn printed<'a>(cx: Cx<'a>, value: Value<'a>) -> &'a str {
    value.text().unwrap_or_else(|| {
        cx.doubt();
        ""
    })
}

fn add_usage<'a>(cx: Cx<'a>, attributes: Attributes<'a>, readings: &mut Vec<Reading<'a>>) {
    let mut add = |prompt, completion| {
        readings.extend(token_metrics(&[prompt, completion]).into_iter().map(Reading::from));
    };
    if counts_thoughts_apart(attributes) {
        let prompt = attributes.at(names::GEN_AI_USAGE_INPUT_TOKENS);
        let completion = sum(cx, attributes, &THOUGHTS_APART);
        add(
            Count { metric: "prompt_tokens", value: prompt, attributes: &[] },
            Count { metric: "completion_tokens", value: completion, attributes: &THOUGHTS_APART },
        );
    }
    if counts_apart(attributes) {
        let completion = attributes.at(names::GEN_AI_USAGE_OUTPUT_TOKENS);
        add(
            Count { metric: "prompt_tokens", value: sum(cx, attributes, &APART), attributes: &APART },
            Count {
                metric: "completion_tokens",
                value: completion,
                attributes: &[names::GEN_AI_USAGE_OUTPUT_TOKENS],
            },
        );
    }
}

/// Return the sum of those of these attributes that are measures; of what is no whole number Python finds it.
fn sum<'a>(cx: Cx<'a>, attributes: Attributes<'a>, names: &[&str]) -> Value<'a> {
    let mut sum = Some(0);
    for value in names.iter().map(|name| attributes.at(name)).filter(|value| is_measure(*value)) {
        sum = match (sum, Number::of(value)) {
            (Some(told), Some(Number::Whole(number))) => i64::checked_add(told, number),
            _ => None,
        };
    }
    sum.map_or_else(
        || {
            cx.doubt();
            Value::Null
        },
        Value::Int,
    )
}

fn counts_apart(attributes: Attributes) -> bool {
    let counts_so = |told: &str| COUNTING_APART.contains(&told);
    PROVIDERS.iter().any(|name| attributes.at(name).text().map_or(false, counts_so))
        && are_measures(attributes, &APART)
}

fn counts_thoughts_apart(attributes: Attributes) -> bool {
    let provider = attributes.at(names::GEN_AI_PROVIDER_NAME).text();
    provider.map_or(false, |told| GOOGLE.contains(&told)) && are_measures(attributes, &THOUGHTS_APART)
}

fn are_measures(attributes: Attributes, names: &[&str]) -> bool {
    names.iter().all(|name| is_measure(attributes.at(name)))
}
