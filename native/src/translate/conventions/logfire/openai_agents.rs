//! Spans of the OpenAI Agents SDK as Logfire exports them (`translate/conventions/logfire/openai_agents.py`).

use crate::translate::decode::{Attributes, Span};
use crate::translate::json_text;
use crate::translate::messages::chat_messages;
use crate::translate::partial::{Rank, Reading};
use crate::translate::usage::{counts_in, token_metrics};
use crate::translate::value::{Cx, Value};

const SCOPE: &str = "logfire.openai_agents";
const VALUES: [(&str, &str); 3] = [("input", "raw_input"), ("input", "input"), ("output", "output")];
const RESPONSE: &str = "response";

/// Tell whether the span is one of the Agents SDK.
pub fn is_made_by(span: &Span) -> bool {
    span.scope.name == SCOPE
}

/// Read content and tokens of a span of the Agents SDK.
pub fn readings<'a>(cx: Cx<'a>, attributes: Attributes<'a>, found: &mut Vec<Reading<'a>>) {
    for (field, attribute) in VALUES {
        if let Some(told) = attributes.get(attribute) {
            let value = chat_messages(cx, json_text::decoded(cx, told));
            found.push(Reading::content(field, value, Rank::Value, cx.names(&[attribute])));
        }
    }
    if let Value::Object(response) = json_text::decoded(cx, attributes.at(RESPONSE)) {
        // The response stays in `metadata` as a whole, so its counts use nothing up.
        let counts = counts_in(cx, response.at("usage"), "", false);
        found.extend(token_metrics(&counts).into_iter().map(Reading::from));
    }
}
