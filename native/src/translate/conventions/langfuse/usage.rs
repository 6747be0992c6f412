//! Counts, cost and time to the first token of a Langfuse observation (`translate/conventions/langfuse/usage.py`).

use crate::translate::decode::{Attributes, Span};
use crate::translate::json_text;
use crate::translate::partial::{Field, Reading};
use crate::translate::row::seconds;
use crate::translate::usage::{counts_in, is_measure, token_metrics, Count};
use crate::translate::value::{Cx, Object, Value};

const USAGE: &str = "langfuse.observation.usage_details";
const COST: &str = "langfuse.observation.cost_details";
const TOTAL: &str = "total";
const ANSWER_START: &str = "langfuse.observation.completion_start_time";

/// How the names begin of what `input` and `output` do not include.
const APART: [(&str, &[&str]); 2] =
    [("input", &["input_", "cached_modality_", "cache_read", "cache_creation"]), ("output", &["output_"])];

const PARTS_OF_PARTS: [&str; 3] = ["cache_creation_ephemeral_", "input_priority", "output_priority"];

/// Read what the span says of tokens, cost and time.
pub fn add_readings<'a>(cx: Cx<'a>, span: &Span<'a>, readings: &mut Vec<Reading<'a>>) {
    let counts = counts(cx, span.attributes);
    readings.extend(token_metrics(&counts).into_iter().map(Reading::Entry));
    add_cost(cx, span.attributes, readings);
    add_time_to_first_token(cx, span, readings);
}

/// Langfuse's names. Each token has one name only, except those of cache writes by their lifetime.
fn metric_of(name: &str) -> Option<&'static str> {
    Some(match name {
        "input" => "prompt_tokens",
        "output" => "completion_tokens",
        "total" => "tokens",
        "input_cache_read" | "input_cached_tokens" | "cache_read" | "cache_read_input_tokens" => {
            "prompt_cached_tokens"
        }
        "input_cache_creation" | "cache_creation" | "cache_creation_input_tokens" => {
            "prompt_cache_creation_tokens"
        }
        "cache_creation_ephemeral_5m_input_tokens" | "input_ephemeral_5m_input_tokens" => {
            "prompt_cache_creation_5m_tokens"
        }
        "cache_creation_ephemeral_1h_input_tokens" | "input_ephemeral_1h_input_tokens" => {
            "prompt_cache_creation_1h_tokens"
        }
        "input_audio" | "input_audio_tokens" => "prompt_audio_tokens",
        "output_reasoning" | "output_reasoning_tokens" => "completion_reasoning_tokens",
        "output_audio" | "output_audio_tokens" => "completion_audio_tokens",
        _ => return None,
    })
}

fn counts<'a>(cx: Cx<'a>, attributes: Attributes<'a>) -> Vec<Count<'a>> {
    let usage = object(cx, attributes.at(USAGE));
    if usage.has("input") || usage.has("output") {
        return own_counts(cx, usage);
    }
    counts_in(cx, Value::Object(usage), USAGE, true)
}

/// The attribute is spent if its counts are all known, and none had to be added to another.
fn own_counts<'a>(cx: Cx<'a>, usage: Object<'a>) -> Vec<Count<'a>> {
    let is_whole = is_whole(cx, usage);
    let whole = |name: &str, value: Value<'a>| {
        let apart = APART.iter().find(|(whole, _)| *whole == name);
        apart.filter(|_| !is_whole).map_or(value, |(_, apart)| with_parts(cx, usage, value, apart))
    };
    let is_told = |(name, value): (&str, Value<'a>)| {
        value == whole(name, value) && (metric_of(name).is_some() || value == Value::Int(0))
    };
    let spent: &[&str] = if usage.iter().all(is_told) { &[USAGE] } else { &[] };
    let count = |(name, value)| {
        metric_of(name).map(|metric| Count { metric, value: whole(name, value), attributes: spent })
    };
    usage.iter().filter_map(count).collect()
}

/// Tell whether input and output include their parts after all: together they are the total.
fn is_whole<'a>(cx: Cx<'a>, usage: Object<'a>) -> bool {
    let counts: Vec<Value> =
        APART.iter().map(|(name, _)| usage.at(name)).filter(|value| is_measure(*value)).collect();
    sum(cx, &counts) == usage.at("total")
}

fn with_parts<'a>(cx: Cx<'a>, usage: Object<'a>, value: Value<'a>, apart: &[&str]) -> Value<'a> {
    let is_apart = |name: &str| {
        apart.iter().any(|beginning| name.starts_with(beginning))
            && !PARTS_OF_PARTS.iter().any(|beginning| name.starts_with(beginning))
    };
    let mut all = vec![value];
    all.extend(usage.iter().filter(|(name, _)| is_apart(name)).map(|(_, part)| part));
    if all.iter().all(|count| is_measure(*count)) {
        sum(cx, &all)
    } else {
        value
    }
}

/// The total, which Langfuse takes for the sum of all parts where it is not given.
fn add_cost<'a>(cx: Cx<'a>, attributes: Attributes<'a>, readings: &mut Vec<Reading<'a>>) {
    let cost = object(cx, attributes.at(COST));
    let parts: Vec<Value> = cost.iter().filter(|(name, _)| *name != TOTAL).map(|(_, part)| part).collect();
    let total = cost.get(TOTAL).unwrap_or_else(|| {
        if !parts.is_empty() && parts.iter().all(|part| is_measure(*part)) {
            sum(cx, &parts)
        } else {
            Value::Null
        }
    });
    if is_measure(total) {
        let spent: &[&str] = if parts.iter().any(|part| part.is_truthy()) { &[] } else { &[COST] };
        readings.push(Reading::entry(Field::Metrics, "estimated_cost", total, spent));
    }
}

fn add_time_to_first_token<'a>(cx: Cx<'a>, span: &Span<'a>, readings: &mut Vec<Reading<'a>>) {
    let text = match json_text::decoded(cx, span.attributes.at(ANSWER_START)) {
        Value::Text(text) => text,
        _ => return,
    };
    let moment_ns = match unix_us(text) {
        Some(moment_us) => i128::from(moment_us) * 1_000,
        None => {
            // Python reads more ways to write a time, and knows which of them are none.
            cx.doubt();
            return;
        }
    };
    if let Ok(since_start_ns) = u64::try_from(moment_ns - i128::from(span.start_ns)) {
        let time = Value::Float(seconds(since_start_ns));
        readings.push(Reading::entry(Field::Metrics, "time_to_first_token", time, &[]));
    }
}

fn object<'a>(cx: Cx<'a>, value: Value<'a>) -> Object<'a> {
    json_text::structure(cx, value).and_then(Value::object).unwrap_or_default()
}

/// Return the sum of measures: of floats where one of them is.
fn sum<'a>(cx: Cx<'a>, measures: &[Value<'a>]) -> Value<'a> {
    let (mut whole, mut plain, mut exact, mut lost) = (0_i64, 0.0_f64, 0.0_f64, 0.0_f64);
    let mut has_floats = false;
    for measure in measures {
        let number = match *measure {
            Value::Int(number) => {
                whole = whole.saturating_add(number);
                number as f64
            }
            Value::Float(number) => {
                has_floats = true;
                number
            }
            _ => 0.0,
        };
        plain += number;
        let next = exact + number;
        lost += if exact >= number { exact - next + number } else { number - next + exact };
        exact = next;
    }
    // Pythons from 3.12 on make up for what is lost by rounding; they have no bounds either.
    if whole >= 1 << 53 || has_floats && plain != exact + lost {
        cx.doubt();
    }
    if has_floats {
        Value::Float(plain)
    } else {
        Value::Int(whole)
    }
}

/// Return the microseconds since 1970 of a time as it is usually written: `2026-11-23T09:00:00.123456Z`.
fn unix_us(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    for (place, mark) in [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')] {
        if bytes.get(place) != Some(&mark) {
            return None;
        }
    }
    let (year, month, day) =
        (number(bytes.get(..4)?)?, number(bytes.get(5..7)?)?, number(bytes.get(8..10)?)?);
    let (hour, minute) = (number(bytes.get(11..13)?)?, number(bytes.get(14..16)?)?);
    let second = number(bytes.get(17..19)?)?;
    let rest = bytes.get(19..)?;
    let (us, zone) = match rest.strip_prefix(b".") {
        Some(rest) => match rest.iter().take_while(|byte| byte.is_ascii_digit()).count() {
            3 => (number(rest.get(..3)?)? * 1_000, rest.get(3..)?),
            6 => (number(rest.get(..6)?)?, rest.get(6..)?),
            _ => return None,
        },
        None => (0, rest),
    };
    let offset = match zone {
        b"Z" => 0,
        [sign @ (b'+' | b'-'), hours @ .., b':', _, _] => {
            let (hours, minutes) = (number(hours)?, number(zone.get(4..)?)?);
            if zone.len() != 6 || hours > 23 || minutes > 59 {
                return None;
            }
            (hours * 60 + minutes) * if *sign == b'-' { -1 } else { 1 }
        }
        _ => return None,
    };
    if year < 1970 || !(1..=12).contains(&month) || !(1..=days_in(year, month)).contains(&day) {
        return None;
    }
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let minutes = (days(year, month, day) * 24 + hour) * 60 + minute - offset;
    Some((minutes * 60 + second) * 1_000_000 + us)
}

fn number(digits: &[u8]) -> Option<i64> {
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(digits.iter().fold(0, |number, digit| number * 10 + i64::from(digit - b'0')))
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && year % 100 != 0 || year % 400 == 0
}

/// Return the days from 1970 to a date.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let before = year - 1;
    let leaps = before / 4 - before / 100 + before / 400 - 477;
    let of_year: i64 = (1..month).map(|month| days_in(year, month)).sum();
    (year - 1970) * 365 + leaps + of_year + day - 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::translate::arena::Arena;
    use crate::translate::value::Notes;

    #[test]
    fn a_time_is_counted_from_1970() {
        for (text, us) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2000-02-29T23:59:59.007Z", 951_868_799_007_000),
            ("2000-03-01T02:00:00+02:00", 951_868_800_000_000),
            ("2026-11-28T00:00:00.123456-00:30", 1_795_825_800_123_456),
        ] {
            assert_eq!(unix_us(text), Some(us));
        }
    }

    #[test]
    fn what_is_written_in_another_way_is_left() {
        for text in [
            "",
            "now",
            "2026-11-28",
            "2026-11-28T00:00:00",
            "2026-11-28T00:00:00.1Z",
            "2026-02-29T00:00:00Z",
            "2026-11-28T24:00:00Z",
            "2026-11-28T00:00:00+0100",
            "2026-11-28T00:00:00.Z",
            "2026-11-28T00:00:00+24:00",
            "1969-11-28T00:00:00Z",
            "2026-11-28T00:00:00ä",
            "2026-11-28T00:00:00+1:00",
            "2026-13-01T00:00:00Z",
        ] {
            assert_eq!(unix_us(text), None);
        }
    }

    #[test]
    fn a_sum_that_depends_on_how_it_is_made_is_doubtful() {
        let (arena, notes) = (Arena::new(), Notes::default());
        let cx = Cx::new(&arena, &notes);

        assert!(matches!(sum(cx, &[Value::Int(1), Value::Int(2)]), Value::Int(3)));
        assert!(matches!(sum(cx, &[]), Value::Int(0)));
        assert!(matches!(sum(cx, &[Value::Int(1), Value::Float(0.5)]), Value::Float(told) if told == 1.5));
        assert!(!cx.is_doubtful());
        sum(cx, &[Value::Float(0.1); 10]);
        assert!(cx.is_doubtful());
    }
}
