//! Names of models and providers (`translate/model_name.py`).

use crate::translate::decode::Attributes;
use crate::translate::partial::{Entry, Field};
use crate::translate::value::{Cx, Value};

const MODEL_PREFIXES: [&str; 13] = [
    "openai/",
    "anthropic/",
    "google/",
    "azure/",
    "bedrock/",
    "groq/",
    "mistral/",
    "xai/",
    "cohere/",
    "deepseek/",
    "gemini/",
    "vertex_ai/",
    "models/",
];

/// Beginning of a name to the provider's name; the first that fits.
const PROVIDERS: [(&str, &str); 11] = [
    ("gcp", "google"),
    ("google", "google"),
    ("gemini", "google"),
    ("vertex", "google"),
    ("aws", "bedrock"),
    ("amazon", "bedrock"),
    ("bedrock", "bedrock"),
    ("azure", "azure"),
    ("az.ai", "azure"),
    ("x_ai", "xai"),
    ("mistral", "mistral"),
];

/// Return a model's name without the provider in front; `models/` is Google's.
pub fn model_name(name: &str) -> &str {
    let rest = MODEL_PREFIXES.iter().find_map(|prefix| name.strip_prefix(prefix));
    rest.filter(|rest| !rest.is_empty()).unwrap_or(name)
}

/// Return one name for each provider: lower case, without the product behind a dot; `api.openai.com` is one too.
pub fn provider_name<'a>(cx: Cx<'a>, name: &'a str) -> &'a str {
    let folded = folded(cx, name);
    let known = PROVIDERS.iter().find(|(beginning, _)| folded.starts_with(beginning));
    if let Some((_, provider)) = known {
        return provider;
    }
    let mut labels = folded.split('.');
    match (labels.next(), labels.next(), labels.next()) {
        // A host of an API: `api`, the provider and a domain.
        (Some("api"), Some(provider), Some(_)) => provider,
        (Some(first), ..) => first,
        _ => folded,
    }
}

/// Return the model from the attributes that name who answered and who was asked.
pub fn models<'a>(
    cx: Cx<'a>,
    attributes: Attributes<'a>,
    answered: &'a str,
    asked: &'a str,
) -> Vec<Entry<'a>> {
    let (who_asked, who_answered) = (model(attributes.at(asked)), model(attributes.at(answered)));
    let mut found = Vec::with_capacity(2);
    if !who_answered.is_empty() {
        found.push(named("model", who_answered, cx.names(&[answered])));
    }
    if !who_asked.is_empty() {
        let is_another = !who_answered.is_empty() && who_asked != who_answered;
        let key = if is_another { "request_model" } else { "model" };
        found.push(named(key, who_asked, cx.names(&[asked])));
    }
    found
}

/// Return the provider that each attribute names; one in another spelling stays as a leftover too.
pub fn providers<'a>(cx: Cx<'a>, attributes: Attributes<'a>, names: &[&'a str]) -> Vec<Entry<'a>> {
    let mut found = Vec::with_capacity(names.len());
    for attribute in names {
        let name = attributes.at(attribute).text().unwrap_or("");
        if !name.is_empty() {
            let folded = provider_name(cx, name);
            let spent: &[&str] = if folded == name { cx.names(&[attribute]) } else { &[] };
            found.push(named("provider", folded, spent));
        }
    }
    found
}

fn model(name: Value<'_>) -> &str {
    name.text().map_or("", model_name)
}

fn named<'a>(key: &'a str, name: &'a str, attributes: &'a [&'a str]) -> Entry<'a> {
    Entry { field: Field::Metadata, key, value: Value::Text(name), attributes }
}

/// Return a name in lower case.
fn folded<'a>(cx: Cx<'a>, name: &'a str) -> &'a str {
    if !name.is_ascii() {
        cx.doubt(); // Python knows the letters of another Unicode.
    }
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return cx.text(&name.to_ascii_lowercase());
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::translate::arena::Arena;
    use crate::translate::value::{Notes, Object};

    #[test]
    fn a_model_loses_its_provider_unless_nothing_is_left() {
        for (name, told) in
            [("openai/gpt-4o", "gpt-4o"), ("models/gemini/x", "gemini/x"), ("xai/", "xai/"), ("", "")]
        {
            assert_eq!(model_name(name), told);
        }
    }

    #[test]
    fn a_provider_has_one_name() {
        let (arena, notes) = (Arena::new(), Notes::default());
        let cx = Cx::new(&arena, &notes);

        for (name, told) in [
            ("OpenAI", "openai"),
            ("openai.responses", "openai"),
            ("api.openai.com", "openai"),
            ("api.openai", "api"),
            ("gcp.vertex_ai", "google"),
            ("Azure AI", "azure"),
            ("", ""),
        ] {
            assert_eq!(provider_name(cx, name), told);
        }
        assert!(!cx.is_doubtful());
        provider_name(cx, "Ω");
        assert!(cx.is_doubtful());
    }

    #[test]
    fn who_was_asked_is_named_apart_where_another_answered() {
        let (arena, notes) = (Arena::new(), Notes::default());
        let cx = Cx::new(&arena, &notes);
        let attributes = [("asked", Value::Text("openai/gpt")), ("answered", Value::Text("gpt-1"))];
        let told = |answered| {
            let found = models(cx, Object(&attributes), answered, "asked");
            found.iter().map(|entry| (entry.key, entry.value.text().unwrap())).collect::<Vec<_>>()
        };

        assert_eq!(told("answered"), [("model", "gpt-1"), ("request_model", "gpt")]);
        assert_eq!(told("asked"), [("model", "gpt"), ("model", "gpt")]);
        assert_eq!(told("other"), [("model", "gpt")]);
    }
}
