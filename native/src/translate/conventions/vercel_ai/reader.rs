//! The `ai.*` attributes of a span: its type, model, settings and tools (`translate/conventions/vercel_ai/reader.py`).

use crate::translate::conventions::vercel_ai::{content, usage};
use crate::translate::decode::{Attributes, Span};
use crate::translate::json_text;
use crate::translate::model_name::{models, providers};
use crate::translate::partial::{Field, Partial, Reading};
use crate::translate::tools::tool_definitions;
use crate::translate::value::{Cx, Value};

const PREFIX: &str = "ai.";
const OPERATION: &str = "ai.operationId";
const CALLS: [&str; 3] = [".doGenerate", ".doStream", ".doEmbed"];
const TOOL_CALL: &str = "ai.toolCall";
const TOOLS: &str = "ai.prompt.tools";
const SETTINGS: &str = "ai.settings.";
const METADATA: &str = "ai.telemetry.metadata.";
/// The name of a header that nobody should see.
const SECRET: &str = "ai.request.headers.authorization";

const ANSWERED: &str = "ai.response.model";
const ASKED: &str = "ai.model.id";
const PROVIDER: &str = "ai.model.provider";

/// Tell whether the span has any attribute of the AI SDK's.
pub fn claims(span: &Span) -> bool {
    span.has_prefix(PREFIX)
}

/// Read the span.
pub fn translate<'a>(cx: Cx<'a>, span: &Span<'a>) -> Partial<'a> {
    let attributes = span.attributes;
    let named = type_of(attributes);
    let is_call = named == Some("llm");
    let mut readings = Vec::with_capacity(attributes.len());
    content::readings(cx, attributes, is_call, &mut readings);
    entries(cx, attributes, &mut readings);
    usage::readings(cx, span, is_call, &mut readings);
    if let Some(named) = named {
        readings.push(Reading::entry(Field::SpanAttributes, "type", Value::Text(named), &[OPERATION]));
    }
    Partial { readings, spent: spent(cx, attributes), ..Partial::default() }
}

fn type_of(attributes: Attributes) -> Option<&'static str> {
    let operation = attributes.at(OPERATION).text().filter(|operation| operation.starts_with(PREFIX))?;
    Some(if CALLS.iter().any(|call| operation.ends_with(call)) {
        "llm"
    } else if operation == TOOL_CALL {
        "tool"
    } else {
        "task"
    })
}

fn entries<'a>(cx: Cx<'a>, attributes: Attributes<'a>, readings: &mut Vec<Reading<'a>>) {
    readings.extend(models(cx, attributes, ANSWERED, ASKED).into_iter().map(Reading::from));
    readings.extend(providers(cx, attributes, &[PROVIDER]).into_iter().map(Reading::from));
    readings.extend(tools(cx, attributes));
    settings(cx, attributes, readings);
}

fn tools<'a>(cx: Cx<'a>, attributes: Attributes<'a>) -> Option<Reading<'a>> {
    let tools = tool_definitions(cx, attributes.get(TOOLS)?).filter(|tools| !tools.is_empty())?;
    Some(Reading::entry(Field::Metadata, "tools", Value::List(tools), &[TOOLS]))
}

/// Read settings before the application's own keys, so that such a key never hides a setting.
fn settings<'a>(cx: Cx<'a>, attributes: Attributes<'a>, readings: &mut Vec<Reading<'a>>) {
    let mut own = Vec::new();
    for (attribute, value) in attributes.iter().filter(|(attribute, _)| attribute.starts_with(PREFIX)) {
        if let Some(key) = attribute.strip_prefix(METADATA) {
            own.push(Reading::entry(Field::Metadata, key, value, cx.names(&[attribute])));
        } else if let Some(key) = key_of(attribute).or_else(|| snake(cx, attribute)) {
            let value = json_text::decoded(cx, value);
            readings.push(Reading::entry(Field::Metadata, key, value, cx.names(&[attribute])));
        }
    }
    readings.append(&mut own);
}

/// Return the key of an attribute; the last two are decoded only.
fn key_of(attribute: &str) -> Option<&'static str> {
    Some(match attribute {
        "ai.prompt.toolChoice" => "tool_choice",
        "ai.toolCall.id" => "tool_call_id",
        "ai.settings.maxOutputTokens" | "ai.settings.maxTokens" => "max_tokens",
        "ai.settings.stopSequences" => "stop",
        "ai.response.providerMetadata" => "ai.response.providerMetadata",
        "ai.schema" => "ai.schema",
        _ => return None,
    })
}

fn snake<'a>(cx: Cx<'a>, attribute: &'a str) -> Option<&'a str> {
    let name = attribute.strip_prefix(SETTINGS).filter(|name| !name.is_empty() && !name.contains('.'))?;
    if !name.is_ascii() {
        cx.doubt(); // Python knows what all letters are in lower case.
        return None;
    }
    if !name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Some(name);
    }
    let mut told = String::with_capacity(name.len() + 4);
    let mut is_word = false;
    for character in name.chars() {
        if is_word && character.is_ascii_uppercase() {
            told.push('_');
        }
        told.push(character.to_ascii_lowercase());
        is_word = character.is_ascii_lowercase() || character.is_ascii_digit();
    }
    Some(cx.text(&told))
}

fn spent<'a>(cx: Cx<'a>, attributes: Attributes<'a>) -> Vec<&'a str> {
    let is_empty = |attribute: &&str| matches!(attributes.at(attribute), Value::Text("" | "[]"));
    let mut spent: Vec<&str> = content::ANSWER.into_iter().filter(is_empty).collect();
    // No letter of the secret's is the lower case of one beyond ASCII.
    spent.extend(attributes.keys().filter(|attribute| attribute.eq_ignore_ascii_case(SECRET)));
    spent.extend(usage::repeated(cx, attributes));
    spent
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::translate::arena::Arena;
    use crate::translate::value::Notes;

    #[test]
    fn a_setting_has_its_name_in_snake_case() {
        let (arena, notes) = (Arena::new(), Notes::default());
        let cx = Cx::new(&arena, &notes);

        assert_eq!(snake(cx, "ai.settings.temperature"), Some("temperature"));
        assert_eq!(snake(cx, "ai.settings.maxRetries"), Some("max_retries"));
        assert_eq!(snake(cx, "ai.settings.top5KTokens"), Some("top5_ktokens"));
        assert_eq!(snake(cx, "ai.settings.URL"), Some("url"));
        assert_eq!(snake(cx, "ai.settings.context.a"), None);
        assert_eq!(snake(cx, "ai.settings."), None);
        assert_eq!(snake(cx, "ai.prompt"), None);
    }
}
