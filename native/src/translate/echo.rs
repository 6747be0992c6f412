//! Attributes that only repeat what `braintrust.*` attributes say (`translate/echo.py`).

use crate::translate::decode::{Attributes, Span};
use crate::translate::json_text;
use crate::translate::names;
use crate::translate::value::{Cx, Value};

/// `FIELD_TWINS["metadata"]` of `otel_bridge/contract/twins.py`.
const METADATA_TWINS: [(&str, &str); 13] = [
    (names::GEN_AI_REQUEST_MODEL, "model"),
    (names::GEN_AI_RESPONSE_MODEL, "response_model"),
    (names::GEN_AI_PROVIDER_NAME, "provider"),
    (names::GEN_AI_REQUEST_TEMPERATURE, "temperature"),
    (names::GEN_AI_REQUEST_TOP_P, "top_p"),
    (names::GEN_AI_REQUEST_TOP_K, "top_k"),
    (names::GEN_AI_REQUEST_MAX_TOKENS, "max_tokens"),
    (names::GEN_AI_REQUEST_FREQUENCY_PENALTY, "frequency_penalty"),
    (names::GEN_AI_REQUEST_PRESENCE_PENALTY, "presence_penalty"),
    (names::GEN_AI_REQUEST_SEED, "seed"),
    (names::GEN_AI_REQUEST_STOP_SEQUENCES, "stop"),
    (names::GEN_AI_CONVERSATION_ID, "session_id"),
    (names::USER_ID, "user_id"),
];

/// `FIELD_TWINS["metrics"]`.
const METRICS_TWINS: [(&str, &str); 7] = [
    (names::GEN_AI_USAGE_INPUT_TOKENS, "prompt_tokens"),
    (names::GEN_AI_USAGE_OUTPUT_TOKENS, "completion_tokens"),
    (names::GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS, "prompt_cached_tokens"),
    (names::GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS, "prompt_cache_creation_tokens"),
    (names::GEN_AI_USAGE_CACHE_CREATION_INPUT_TOKENS, "prompt_cache_creation_tokens"),
    (names::GEN_AI_USAGE_REASONING_OUTPUT_TOKENS, "completion_reasoning_tokens"),
    (names::GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK, "time_to_first_token"),
];

const TEXT_ECHOES: [(&str, &str); 2] = [
    (names::GEN_AI_TOOL_CALL_ARGUMENTS, names::INPUT_JSON),
    (names::GEN_AI_TOOL_CALL_RESULT, names::OUTPUT_JSON),
];

/// Return `span` without its repetitions.
pub fn without_echoes<'a>(cx: Cx<'a>, span: Span<'a>) -> Span<'a> {
    if !span.attributes.has(names::SPAN_ATTRIBUTES) {
        return span;
    }
    let echoes = echoes(cx, &span);
    if echoes.is_empty() {
        return span;
    }
    Span { attributes: cx.object(&span.attributes.without(&echoes)), ..span }
}

fn echoes<'a>(cx: Cx<'a>, span: &Span<'a>) -> Vec<&'static str> {
    let attributes = span.attributes;
    let mut echoes = Vec::new();
    repeated(cx, attributes, names::METADATA, &METADATA_TWINS, &mut echoes);
    repeated(cx, attributes, names::METRICS, &METRICS_TWINS, &mut echoes);
    for (echo, field) in TEXT_ECHOES {
        if attributes.get(echo).map_or(false, |told| told == attributes.at(field)) {
            echoes.push(echo);
        }
    }
    if attributes.at(names::GEN_AI_TOOL_NAME).is(span.name) {
        echoes.push(names::GEN_AI_TOOL_NAME);
    }
    let reasons = attributes.at(names::GEN_AI_RESPONSE_FINISH_REASONS);
    if reasons.is_truthy() && reasons.list() == Some(&finish_reasons(cx, attributes)) {
        echoes.push(names::GEN_AI_RESPONSE_FINISH_REASONS);
    }
    echoes
}

fn repeated<'a>(
    cx: Cx<'a>,
    attributes: Attributes<'a>,
    field: &str,
    key_of: &[(&'static str, &'static str)],
    echoes: &mut Vec<&'static str>,
) {
    let said = match json_text::structure(cx, attributes.at(field)) {
        Some(Value::Object(said)) => said,
        _ => return,
    };
    // Most attributes are no twins.
    for (name, value) in attributes.iter() {
        let twin = key_of.iter().find(|(attribute, _)| *attribute == name);
        if let Some((attribute, key)) = twin {
            if said.get(key) == Some(value) {
                echoes.push(attribute);
            }
        }
    }
}

fn finish_reasons<'a>(cx: Cx<'a>, attributes: Attributes<'a>) -> Vec<Value<'a>> {
    let text = attributes.get(names::OUTPUT_JSON).unwrap_or(attributes.at(names::GEN_AI_OUTPUT_MESSAGES));
    let output = json_text::structure(cx, text).and_then(Value::list).unwrap_or_default();
    output.iter().filter_map(|message| message.get("finish_reason")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::translate::arena::Arena;
    use crate::translate::value::{Notes, Object};

    #[test]
    fn what_says_the_same_is_left_out() {
        let (arena, notes) = (Arena::new(), Notes::default());
        let cx = Cx::new(&arena, &notes);
        let reasons = [Value::Text("stop")];
        let told = [
            (names::SPAN_ATTRIBUTES, Value::Text("{}")),
            (names::METADATA, Value::Text("{\"model\":\"a\",\"seed\":1,\"top_k\":null}")),
            (names::OUTPUT_JSON, Value::Text("[{\"finish_reason\":\"stop\"},\"a\"]")),
            (names::GEN_AI_REQUEST_MODEL, Value::Text("a")),
            (names::GEN_AI_REQUEST_SEED, Value::Int(2)),
            (names::GEN_AI_RESPONSE_MODEL, Value::Text("a")),
            (names::GEN_AI_TOOL_NAME, Value::Text("tool")),
            (names::GEN_AI_RESPONSE_FINISH_REASONS, Value::List(&reasons)),
        ];
        let span = Span { name: "tool", attributes: Object(&told), ..Span::default() };
        let foreign = Span { attributes: Object(&told[1..]), ..span };

        let left: Vec<&str> = without_echoes(cx, span).attributes.keys().skip(3).collect();

        assert_eq!(left, [names::GEN_AI_REQUEST_SEED, names::GEN_AI_RESPONSE_MODEL]);
        assert_eq!(without_echoes(cx, foreign).attributes.len(), told.len() - 1);
    }
}
