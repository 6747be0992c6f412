//! Token counts in one normal form (`translate/usage.py`).

use crate::translate::partial::{Entry, Field};
use crate::translate::value::{Cx, Map, Object, Value};

/// What Anthropic and Bedrock call their input, and the caches that it leaves out.
const CACHE_APART: [(&str, [&str; 2]); 2] = [
    ("input_tokens", ["cache_read_input_tokens", "cache_creation_input_tokens"]),
    ("inputTokens", ["cacheReadInputTokens", "cacheWriteInputTokens"]),
];

/// What Google counts, and what it leaves out of that: thoughts of an answer, results of its own tools in a prompt.
const GOOGLE_APART: [(&str, &str, &str); 4] = [
    ("completion_tokens", "candidates_token_count", "thoughts_token_count"),
    ("completion_tokens", "candidatesTokenCount", "thoughtsTokenCount"),
    ("prompt_tokens", "prompt_token_count", "tool_use_prompt_token_count"),
    ("prompt_tokens", "promptTokenCount", "toolUsePromptTokenCount"),
];

const PROMPT_PARTS: [&str; 2] = ["prompt_cached_tokens", "prompt_cache_creation_tokens"];
const COMPLETION_PARTS: [&str; 1] = ["completion_reasoning_tokens"];

const MAX_DIGITS: usize = 15;
/// A number that is longer is no count; within this, floats are exact.
const LIMIT: i64 = 1_000_000_000_000_000;

/// A number of tokens as given, and the attributes that are spent with it.
#[derive(Clone, Copy, Debug)]
pub struct Count<'a> {
    pub metric: &'a str,
    pub value: Value<'a>,
    pub attributes: &'a [&'a str],
}

/// Return the metric of a count, by its name behind a convention's prefix or its path in a usage object: `METRIC_OF`.
pub fn metric_of(name: &str) -> Option<&'static str> {
    Some(match name {
        "input_tokens"
        | "prompt_tokens"
        | "prompt_token_count"
        | "promptTokenCount"
        | "inputTokens"
        | "tokens.input_tokens"
        | "prompt_eval_count" => "prompt_tokens",
        "output_tokens" | "completion_tokens" | "outputTokens" | "tokens.output_tokens" | "eval_count" => {
            "completion_tokens"
        }
        "total_tokens" | "total_token_count" | "totalTokenCount" | "totalTokens" => "tokens",
        "cache_read.input_tokens"
        | "cache_read_input_tokens"
        | "cache_read_tokens"
        | "cached_tokens"
        | "cached_input_tokens"
        | "prompt_cache_hit_tokens"
        | "input_tokens_details.cached_tokens"
        | "input_token_details.cached_tokens"
        | "input_token_details.cache_read"
        | "prompt_tokens_details.cached_tokens"
        | "cached_content_token_count"
        | "cachedContentTokenCount"
        | "cached_content_tokens"
        | "cacheReadInputTokens"
        | "cachedInputTokens"
        | "inputTokenDetails.cacheReadTokens" => "prompt_cached_tokens",
        "cache_write.input_tokens"
        | "cache_write_tokens"
        | "cache_creation.input_tokens"
        | "cache_creation_input_tokens"
        | "cache_creation_tokens"
        | "input_tokens_details.cache_write_tokens"
        | "prompt_tokens_details.cache_write_tokens"
        | "prompt_tokens_details.cache_creation_tokens"
        | "input_token_details.cache_creation"
        | "cacheWriteInputTokens"
        | "inputTokenDetails.cacheWriteTokens" => "prompt_cache_creation_tokens",
        "cache_creation.5m_input_tokens" | "cache_creation.ephemeral_5m_input_tokens" => {
            "prompt_cache_creation_5m_tokens"
        }
        "cache_creation.1h_input_tokens" | "cache_creation.ephemeral_1h_input_tokens" => {
            "prompt_cache_creation_1h_tokens"
        }
        "audio.input_tokens"
        | "audio_input_tokens"
        | "input_audio_tokens"
        | "input_tokens_details.audio_tokens"
        | "input_token_details.audio_tokens"
        | "input_token_details.audio"
        | "prompt_tokens_details.audio_tokens" => "prompt_audio_tokens",
        "reasoning.output_tokens"
        | "reasoning_tokens"
        | "thoughts_tokens"
        | "output_token_details.reasoning"
        | "output_tokens_details.reasoning_tokens"
        | "completion_tokens_details.reasoning_tokens"
        | "thoughts_token_count"
        | "thoughtsTokenCount"
        | "reasoningTokens"
        | "outputTokenDetails.reasoningTokens" => "completion_reasoning_tokens",
        "audio.output_tokens"
        | "audio_output_tokens"
        | "output_audio_tokens"
        | "output_tokens_details.audio_tokens"
        | "output_token_details.audio_tokens"
        | "output_token_details.audio"
        | "completion_tokens_details.audio_tokens" => "completion_audio_tokens",
        "image.output_tokens"
        | "output_tokens_details.image_tokens"
        | "completion_tokens_details.image_tokens" => "completion_image_tokens",
        _ => return None,
    })
}

/// Return the counts of a provider's usage object; the attribute is spent if they are all that it says.
pub fn counts_in<'a>(cx: Cx<'a>, usage: Value<'a>, attribute: &'a str, spends: bool) -> Vec<Count<'a>> {
    let mut leaves = Map::new();
    if let Value::Object(usage) = usage {
        add_leaves(cx, usage, "", &mut leaves);
    }
    let mut counts = Vec::with_capacity(leaves.0.len());
    let says_count = |(path, value): &(&str, Value)| metric_of(path).is_some() || *value == Value::Int(0);
    let is_all = leaves.0.iter().all(says_count);
    let spent: &[&str] = if spends && is_all { cx.names(&[attribute]) } else { &[] };
    for (metric, counted, apart) in GOOGLE_APART {
        if let Some(told) = leaves.get(counted).and_then(tokens) {
            leaves.remove(counted);
            let whole = told + leaves.get(apart).and_then(tokens).unwrap_or(0);
            counts.push(Count { metric, value: Value::Int(whole), attributes: spent });
        }
    }
    for (given, caches) in CACHE_APART {
        if caches.iter().any(|path| leaves.has(path)) {
            add_cache(&mut leaves, given, &caches);
        }
    }
    for (path, value) in leaves.0 {
        if let Some(metric) = metric_of(path) {
            counts.push(Count { metric, value, attributes: spent });
        }
    }
    counts
}

/// Return counts with all input in `prompt_tokens`, where that left out what the cache held.
pub fn with_cache<'a>(counts: &[Count<'a>]) -> Vec<Count<'a>> {
    let given = |metric: &str| {
        let mut told =
            counts.iter().filter(|count| count.metric == metric).filter_map(|count| tokens(count.value));
        told.next().unwrap_or(0)
    };
    let whole = given("prompt_tokens") + PROMPT_PARTS.iter().map(|part| given(part)).sum::<i64>();
    let summed = |count: &Count<'a>| match count.metric {
        "prompt_tokens" => Count { value: Value::Int(whole), ..*count },
        _ => *count,
    };
    counts.iter().map(summed).collect()
}

/// Return the metrics for counts; of two for one metric the first is taken.
pub fn token_metrics<'a>(counts: &[Count<'a>]) -> Vec<Entry<'a>> {
    let mut given = Given(Vec::with_capacity(counts.len()));
    let mut found = Vec::with_capacity(counts.len() + 1);
    for count in counts {
        if let Some(value) = tokens(count.value) {
            if given.get(count.metric).is_none() {
                given.0.push((count.metric, value));
            }
            found.push(metric(count.metric, value, count.attributes));
        }
    }
    let normal = normal_form(&given);
    for entry in &mut found {
        if let (Some(given), Some(told)) = (given.get(entry.key), normal.get(entry.key)) {
            if entry.value == Value::Int(given) {
                entry.value = Value::Int(told);
            }
        }
    }
    if let (None, Some(all)) = (given.get("tokens"), normal.get("tokens")) {
        found.push(metric("tokens", all, &[]));
    }
    found
}

/// Tell whether `value` is a finite number that is not negative.
pub fn is_measure(value: Value) -> bool {
    match value {
        Value::Int(number) => number >= 0,
        Value::Float(number) => (0.0..=f64::MAX).contains(&number),
        _ => false,
    }
}

/// Return a measure as a number, also one that an instrumentation wrote as text; nothing when it is none.
pub fn measure(value: Value<'_>) -> Option<Value<'_>> {
    match value {
        Value::Text(text) if is_measure_text(text) => text.parse().ok().map(Value::Float),
        value if is_measure(value) => Some(value),
        _ => None,
    }
}

/// Return a measure in milliseconds as one in seconds.
pub fn in_seconds<'a>(cx: Cx<'a>, milliseconds: Value<'a>) -> Value<'a> {
    Value::Float(match milliseconds {
        Value::Float(number) => number / 1e3,
        Value::Int(number) if number.abs() < 1 << 53 => number as f64 / 1e3,
        _ => {
            cx.doubt(); // Python divides integers of any size.
            0.0
        }
    })
}

/// Add to the input what its caches held, where all of them are counts.
fn add_cache(leaves: &mut Map, given: &str, caches: &[&str]) {
    let mut whole = match leaves.get(given).and_then(tokens) {
        Some(told) => told,
        None => return,
    };
    for path in caches {
        match leaves.get(path).map(tokens) {
            Some(Some(held)) => whole += held,
            Some(None) => return,
            None => (),
        }
    }
    if let Some(entry) = leaves.0.iter_mut().find(|(path, _)| *path == given) {
        entry.1 = Value::Int(whole);
    }
}

fn metric<'a>(key: &'a str, number: i64, attributes: &'a [&'a str]) -> Entry<'a> {
    Entry { field: Field::Metrics, key, value: Value::Int(number), attributes }
}

/// Numbers of tokens by their metric, no metric twice.
struct Given<'a>(Vec<(&'a str, i64)>);

impl Given<'_> {
    fn get(&self, metric: &str) -> Option<i64> {
        self.0.iter().find(|(name, _)| *name == metric).map(|(_, number)| *number)
    }

    fn at(&self, metric: &str) -> i64 {
        self.get(metric).unwrap_or(0)
    }
}

/// What `_normal_form` of Python may change.
struct Normal {
    prompt: Option<i64>,
    completion: Option<i64>,
    all: Option<i64>,
}

impl Normal {
    fn get(&self, metric: &str) -> Option<i64> {
        match metric {
            "prompt_tokens" => self.prompt,
            "completion_tokens" => self.completion,
            "tokens" => self.all,
            _ => None,
        }
    }
}

fn normal_form(given: &Given) -> Normal {
    let prompt = whole(given, "prompt_tokens", &PROMPT_PARTS);
    let completion = whole(given, "completion_tokens", &COMPLETION_PARTS);
    let is_as_given = prompt == given.get("prompt_tokens") && completion == given.get("completion_tokens");
    let all = match (prompt, completion, given.get("tokens")) {
        (Some(_), Some(_), Some(told)) if is_as_given => Some(told),
        (Some(prompt), Some(completion), _) => Some(prompt + completion),
        (_, _, told) => told,
    };
    Normal { prompt, completion, all }
}

/// Return a total with those of its parts that it does not include.
fn whole(given: &Given, total: &str, parts: &[&str]) -> Option<i64> {
    let told = given.get(total)?;
    let part_sum = parts.iter().map(|part| given.at(part)).sum();
    Some(if part_sum != 0 && are_apart(given, told, part_sum) { told + part_sum } else { told })
}

/// Tell whether a total does not include its parts: it is smaller, or the sum of all needs them beside it.
fn are_apart(given: &Given, total: i64, part_sum: i64) -> bool {
    let sum_of_both = given.at("prompt_tokens") + given.at("completion_tokens");
    part_sum > total || given.get("tokens") == Some(sum_of_both + part_sum)
}

fn tokens(value: Value) -> Option<i64> {
    match value {
        Value::Int(number) if (0..LIMIT).contains(&number) => Some(number),
        Value::Float(number) if number >= 0.0 && number < LIMIT as f64 && number.trunc() == number => {
            Some(number as i64)
        }
        Value::Text(text) => count_text(text),
        _ => None,
    }
}

/// Return the count of a text of few digits; behind a point only zeros.
fn count_text(text: &str) -> Option<i64> {
    let (whole, rest) = split_digits(text);
    if !(1..=MAX_DIGITS).contains(&whole.len()) {
        return None;
    }
    let zeros = match rest.strip_prefix('.') {
        Some(zeros) => (1..=MAX_DIGITS).contains(&zeros.len()) && zeros.bytes().all(|byte| byte == b'0'),
        None => rest.is_empty(),
    };
    if zeros {
        whole.parse().ok()
    } else {
        None
    }
}

fn is_measure_text(text: &str) -> bool {
    let (whole, mut rest) = split_digits(text);
    let mut fits = (1..=15).contains(&whole.len());
    if let Some(behind) = rest.strip_prefix('.') {
        let (digits, behind) = split_digits(behind);
        fits &= (1..=30).contains(&digits.len());
        rest = behind;
    }
    if let Some(behind) = rest.strip_prefix(['e', 'E']) {
        let (digits, behind) = split_digits(behind.strip_prefix('-').unwrap_or(behind));
        fits &= (1..=2).contains(&digits.len());
        rest = behind;
    }
    fits && rest.is_empty()
}

/// Return the digits that a text begins with, and what follows.
fn split_digits(text: &str) -> (&str, &str) {
    let rest = text.trim_start_matches(|character: char| character.is_ascii_digit());
    text.split_at(text.len() - rest.len())
}

/// Set the values inside of an object by their path; null is none.
fn add_leaves<'a>(cx: Cx<'a>, value: Object<'a>, path: &'a str, leaves: &mut Map<'a>) {
    for (key, child) in value.iter() {
        if child.is_null() {
            continue;
        }
        let place = if path.is_empty() { key } else { cx.text(&[path, ".", key].concat()) };
        match child {
            Value::Object(child) => add_leaves(cx, child, place, leaves),
            child => leaves.set(place, child),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::translate::arena::Arena;
    use crate::translate::json;
    use crate::translate::value::Notes;

    /// Count by metric, with the attributes that are spent.
    fn counted<'a>(cx: Cx<'a>, usage: &'a str) -> Vec<(&'a str, Value<'a>, usize)> {
        let usage = json::read(cx, usage).unwrap();
        let counts = counts_in(cx, usage, "usage", true);
        counts.iter().map(|count| (count.metric, count.value, count.attributes.len())).collect()
    }

    fn metrics(told: &[(&'static str, Value<'static>)]) -> Vec<(&'static str, Value<'static>)> {
        let counts: Vec<_> =
            told.iter().map(|&(metric, value)| Count { metric, value, attributes: &[] }).collect();
        token_metrics(&counts).iter().map(|entry| (entry.key, entry.value)).collect()
    }

    fn numbers(told: &[(&'static str, i64)]) -> Vec<(&'static str, Value<'static>)> {
        told.iter().map(|&(metric, number)| (metric, Value::Int(number))).collect()
    }

    #[test]
    fn an_object_of_counts_alone_spends_its_attribute() {
        let (arena, notes) = (Arena::new(), Notes::default());
        let cx = Cx::new(&arena, &notes);

        let usage = r#"{"prompt_tokens": 7, "other": 0, "prompt_tokens_details": {"cached_tokens": 3, "text": null}}"#;
        let told = [("prompt_tokens", Value::Int(7), 1), ("prompt_cached_tokens", Value::Int(3), 1)];
        assert_eq!(counted(cx, usage), told);

        let usage = r#"{"prompt_tokens": 7, "service_tier": "default"}"#;
        assert_eq!(counted(cx, usage), [("prompt_tokens", Value::Int(7), 0)]);
        assert_eq!(counted(cx, "[1]"), []);
    }

    #[test]
    fn what_providers_count_apart_is_added() {
        let (arena, notes) = (Arena::new(), Notes::default());
        let cx = Cx::new(&arena, &notes);

        let usage = r#"{"input_tokens": 7, "cache_read_input_tokens": 3, "cache_creation_input_tokens": 1}"#;
        assert_eq!(counted(cx, usage)[0], ("prompt_tokens", Value::Int(11), 1));

        let usage = r#"{"promptTokenCount": 4, "candidatesTokenCount": 5, "thoughtsTokenCount": 6}"#;
        let told = [
            ("completion_tokens", Value::Int(11), 0),
            ("prompt_tokens", Value::Int(4), 0),
            ("completion_reasoning_tokens", Value::Int(6), 0),
        ];
        assert_eq!(
            counted(cx, usage).iter().map(|&(name, value, _)| (name, value, 0)).collect::<Vec<_>>(),
            told
        );
    }

    #[test]
    fn parts_that_a_total_cannot_include_are_added_to_it() {
        let included = [("prompt_tokens", 10), ("completion_tokens", 2), ("prompt_cached_tokens", 8)];
        assert_eq!(metrics(&numbers(&included))[3], ("tokens", Value::Int(12)));

        let apart =
            [("prompt_tokens", 5), ("completion_tokens", 2), ("prompt_cached_tokens", 8), ("tokens", 7)];
        let told =
            [("prompt_tokens", 13), ("completion_tokens", 2), ("prompt_cached_tokens", 8), ("tokens", 15)];
        assert_eq!(metrics(&numbers(&apart)), numbers(&told));

        let needed =
            [("prompt_tokens", 9), ("completion_tokens", 2), ("prompt_cached_tokens", 8), ("tokens", 19)];
        assert_eq!(metrics(&numbers(&needed))[0], ("prompt_tokens", Value::Int(17)));
    }

    #[test]
    fn what_is_no_count_is_passed_over() {
        let told = [
            ("prompt_tokens", Value::Int(-1)),
            ("prompt_tokens", Value::Bool(true)),
            ("prompt_tokens", Value::Text("7.00")),
            ("completion_tokens", Value::Float(0.5)),
            ("completion_tokens", Value::Float(2.0)),
            ("tokens", Value::Text("7.01")),
            ("tokens", Value::Int(LIMIT)),
            ("tokens", Value::Text("")),
        ];
        assert_eq!(metrics(&told), numbers(&[("prompt_tokens", 7), ("completion_tokens", 2), ("tokens", 9)]));
    }

    #[test]
    fn a_measure_may_be_text() {
        for (text, number) in [("7", 7.0), ("0.50", 0.5), ("1e-05", 1e-5), ("2.5E3", 2500.0)] {
            assert_eq!(measure(Value::Text(text)).map(|told| told == Value::Float(number)), Some(true));
        }
        for text in ["", "-1", "1.", ".5", "1e", "1e+5", "1e100", "7\n", "１", "inf", "1234567890123456"] {
            assert!(measure(Value::Text(text)).is_none());
        }
        assert!(measure(Value::Bool(true)).is_none());
        assert!(is_measure(Value::Int(0)) && !is_measure(Value::Float(-0.1)));
    }
}
