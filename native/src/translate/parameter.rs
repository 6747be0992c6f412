//! Parameters of a call (`translate/parameter.py`).

use crate::translate::value::{Object, Value};

/// How a request names its model.
pub const MODEL_KEYS: [&str; 3] = ["model", "model_name", "modelId"];

const GROUPS: [&str; 5] =
    ["config", "generation_config", "generationConfig", "inferenceConfig", "textGenerationConfig"];

/// Return OpenAI's name of a parameter.
pub fn key_of(name: &str) -> &str {
    match name {
        "maxTokens" | "maxOutputTokens" | "max_output_tokens" | "maxTokenCount" => "max_tokens",
        "topP" => "top_p",
        "topK" => "top_k",
        "stopSequences" | "stop_sequences" => "stop",
        "frequencyPenalty" => "frequency_penalty",
        "presencePenalty" => "presence_penalty",
        _ => name,
    }
}

/// Return the parameters that have a value, under their own names and without the model; providers group some of them.
pub fn flat<'a>(parameters: Object<'a>) -> Vec<(&'a str, Value<'a>)> {
    let mut found = Vec::with_capacity(parameters.len());
    add_flat(parameters, &mut found);
    found
}

fn add_flat<'a>(parameters: Object<'a>, found: &mut Vec<(&'a str, Value<'a>)>) {
    for (name, value) in parameters.iter() {
        match value {
            Value::Object(group) if GROUPS.contains(&name) => add_flat(group, found),
            Value::Null | Value::Text("") | Value::List([]) | Value::Object(Object([])) => (),
            _ if MODEL_KEYS.contains(&name) => (),
            _ => found.push((name, value)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_flat_and_what_has_no_value_is_left_out() {
        let group = [("topP", Value::Int(1)), ("model", Value::Text("m")), ("stop", Value::List(&[]))];
        let told = [("a", Value::Bool(false)), ("config", Value::Object(Object(&group))), ("b", Value::Null)];

        assert_eq!(flat(Object(&told)), [("a", Value::Bool(false)), ("topP", Value::Int(1))]);
        assert_eq!(key_of("topP"), "top_p");
        assert_eq!(key_of("n"), "n");
    }
}
