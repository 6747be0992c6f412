//! The row of a span: what every span has, and what its conventions made of its attributes (`translate/row.py`).

use crate::translate::decode::{Attributes, Scope, Span, SpanLink};
use crate::translate::error::span_error;
use crate::translate::merge::Merged;
use crate::translate::merge_value::merge_objects;
use crate::translate::value::{Cx, Map, Object, Value};

const NS_PER_SECOND: u64 = 1_000_000_000;
const NS_PER_MS: u64 = 1_000_000;
const NS_PER_US: u64 = 1_000;
const AGE_BITS: u32 = 31;
const POINT_BITS: u32 = 26;

const KIND_NAMES: [&str; 6] = ["", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"];

/// The last day that Python's dates know.
const MAX_SECONDS: u64 = 253_402_300_799;

/// Return the whole row; fields that nobody spoke of are absent, except `span_parents` of a root.
pub fn build_row<'a>(cx: Cx<'a>, span: &Span<'a>, merged: &Merged<'a>, shared: Value<'a>) -> Map<'a> {
    let parents = span.parent_span_id.map_or(Value::Null, |parent| cx.list(&[Value::Text(parent)]));
    let mut row = Map(Vec::with_capacity(16));
    row.0.extend([
        ("id", Value::Text(span.span_id)),
        ("span_id", Value::Text(span.span_id)),
        ("root_span_id", Value::Text(span.trace_id)),
        ("span_parents", parents),
        ("created", Value::Text(created(cx, span.start_ns))),
    ]);
    if let Some(error) = span_error(cx, span) {
        row.set("error", Value::Text(error));
    }
    merged.object_fields(cx, &mut row);
    let mut metrics = times(span);
    metrics.update(cx.object(&merged.metrics));
    row.set("metrics", cx.made(&metrics));
    let mut attributes = Map(vec![
        ("name", Value::Text(span.name)),
        ("type", Value::Text(merged.fallback_type.unwrap_or("task"))),
    ]);
    attributes.update(cx.object(&merged.span_attributes));
    row.set("span_attributes", cx.made(&attributes));
    row.set("context", context(cx, span, &merged.context, shared));
    let mut metadata = merged.leftovers.to_map();
    metadata.update(cx.object(&merged.metadata));
    if !metadata.is_empty() {
        row.set("metadata", cx.made(&metadata));
    }
    for (field, value) in &merged.contents.0 {
        row.set(field, *value);
    }
    row
}

/// Return Unix nanoseconds as ISO 8601 in UTC, cut to milliseconds as Braintrust does.
pub fn created<'a>(cx: Cx<'a>, time_ns: u64) -> &'a str {
    let seconds = time_ns / NS_PER_SECOND;
    if seconds > MAX_SECONDS {
        cx.doubt();
        return "";
    }
    let (day, second) = (seconds / 86_400, seconds % 86_400);
    let (year, month, date) = civil(day);
    let mut told = *b"0000-00-00T00:00:00.000Z";
    for (place, digits, number) in [
        (0, 4, year),
        (5, 2, month),
        (8, 2, date),
        (11, 2, second / 3_600),
        (14, 2, second / 60 % 60),
        (17, 2, second % 60),
        (20, 3, time_ns % NS_PER_SECOND / NS_PER_MS),
    ] {
        let mut rest = number;
        for digit in told[place..place + digits].iter_mut().rev() {
            *digit += (rest % 10) as u8;
            rest /= 10;
        }
    }
    cx.text(std::str::from_utf8(&told).unwrap_or(""))
}

/// Return year, month and day of a day since 1970: of the days of 400 years, counted from March, so that a leap day is the last of its year.
fn civil(day: u64) -> (u64, u64, u64) {
    let day = day + 719_468;
    let (era, of_era) = (day / 146_097, day % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let date = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (year_of_era + era * 400 + u64::from(month <= 2), month, date)
}

/// Return Unix nanoseconds as seconds, the nearest float to the exact quotient.
pub fn seconds(time_ns: u64) -> f64 {
    let (whole, rest) = (time_ns / NS_PER_SECOND, time_ns % NS_PER_SECOND);
    // Decimal digits are read to the nearest float, as Python divides; a time of whole microseconds in our age is exact in both parts.
    if rest % NS_PER_US == 0 && time_ns / NS_PER_US < 1 << 53 {
        return (time_ns / NS_PER_US) as f64 / 1e6;
    }
    // In our age the seconds have 31 bits or more, and with as many behind the point there are two or more beyond those that a float keeps.
    if whole >= 1 << (AGE_BITS - 1) {
        let (part, left) = ((rest << POINT_BITS) / NS_PER_SECOND, (rest << POINT_BITS) % NS_PER_SECOND);
        let told = (whole << POINT_BITS) + part;
        // What is left decides only where all bits beyond say that it lies in the middle.
        return (told | u64::from(left != 0)) as f64 / (1_u64 << POINT_BITS) as f64;
    }
    format!("{}.{:09}", whole, rest).parse().unwrap_or(0.0)
}

fn times(span: &Span) -> Map<'static> {
    let mut times = Map::new();
    if span.start_ns != 0 {
        times.set("start", Value::Float(seconds(span.start_ns)));
    }
    if span.end_ns != 0 {
        times.set("end", Value::Float(seconds(span.end_ns)));
    }
    times
}

/// The contexts that spans of one resource, scope and kind have in common; the last few.
#[derive(Default)]
pub struct Contexts<'a> {
    found: Vec<(Attributes<'a>, Scope<'a>, i64, Value<'a>)>,
}

const MAX_CONTEXTS: usize = 8;

impl<'a> Contexts<'a> {
    /// Return the context of spans that say nothing else about themselves.
    pub fn of(&mut self, cx: Cx<'a>, resource: Attributes<'a>, scope: Scope<'a>, kind: i64) -> Value<'a> {
        let known = self.found.iter().find(|(resource_of, scope_of, kind_of, _)| {
            std::ptr::eq(resource_of.0, resource.0) && scope_of.is_same(scope) && *kind_of == kind
        });
        if let Some((_, _, _, context)) = known {
            return *context;
        }
        let span = Span { resource, scope, kind, ..Span::default() };
        let context = derived(cx, &span);
        if self.found.len() == MAX_CONTEXTS {
            self.found.clear();
        }
        self.found.push((resource, scope, kind, context));
        context
    }
}

fn context<'a>(cx: Cx<'a>, span: &Span<'a>, said: &Map<'a>, shared: Value<'a>) -> Value<'a> {
    let is_own = !span.links.is_empty()
        || !span.trace_state.is_empty()
        || span.dropped_attributes != 0
        || span.dropped_events != 0;
    let context = if is_own { derived(cx, span) } else { shared };
    if said.is_empty() {
        return context;
    }
    let mut derived = context.members().to_map();
    if said.has("span_origin") {
        derived.remove("span_origin");
    }
    Value::Object(merge_objects(cx, cx.object(&derived), cx.object(said)))
}

fn derived<'a>(cx: Cx<'a>, span: &Span<'a>) -> Value<'a> {
    cx.dict(&[("otel", otel(cx, span)), ("span_origin", span_origin(cx, span))])
}

fn span_origin<'a>(cx: Cx<'a>, span: &Span<'a>) -> Value<'a> {
    let mut origin = Map(vec![("name", Value::Text("opentelemetry"))]);
    let version = span.resource.at("telemetry.sdk.version");
    if version.is_truthy() {
        origin.set("version", version);
    }
    if !span.scope.name.is_empty() {
        origin.set("instrumentation", cx.dict(&[("name", Value::Text(span.scope.name))]));
    }
    cx.made(&origin)
}

/// What OTLP says and Braintrust has no place for; what says nothing is left out.
fn otel<'a>(cx: Cx<'a>, span: &Span<'a>) -> Value<'a> {
    let name = usize::try_from(span.kind).ok().and_then(|kind| KIND_NAMES.get(kind));
    let kind = match name {
        Some(name) => Value::Text(name),
        None => Value::Int(span.kind),
    };
    let scope = [
        ("name", Value::Text(span.scope.name)),
        ("version", Value::Text(span.scope.version)),
        ("attributes", Value::Object(span.scope.attributes)),
    ];
    let scope = cx.made(&said(&scope));
    let mut told = said(&[("kind", kind), ("scope", scope), ("resource", Value::Object(span.resource))]);
    if !span.links.is_empty() {
        let links: Vec<Value> = span.links.iter().map(|each| link(cx, each)).collect();
        told.set("links", cx.list(&links));
    }
    let dropped = [
        ("trace_state", Value::Text(span.trace_state)),
        ("dropped_attributes", Value::Int(span.dropped_attributes)),
        ("dropped_events", Value::Int(span.dropped_events)),
    ];
    told.0.extend(said(&dropped).0);
    cx.made(&told)
}

fn link<'a>(cx: Cx<'a>, link: &SpanLink<'a>) -> Value<'a> {
    cx.made(&said(&[
        ("trace_id", Value::Text(link.trace_id)),
        ("span_id", Value::Text(link.span_id)),
        ("trace_state", Value::Text(link.trace_state)),
        ("attributes", Value::Object(link.attributes)),
    ]))
}

fn said<'a>(told: &[(&'a str, Value<'a>)]) -> Map<'a> {
    Map(told.iter().copied().filter(|(_, value)| value.is_truthy()).collect())
}

/// Return a field that has keys.
pub fn keyed_field<'a>(row: &Map<'a>, field: &str) -> Object<'a> {
    row.get(field).and_then(Value::object).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::translate::arena::Arena;
    use crate::translate::value::Notes;

    #[test]
    fn a_time_is_written_to_the_millisecond() {
        let (arena, notes) = (Arena::new(), Notes::default());
        let cx = Cx::new(&arena, &notes);

        for (seconds, told) in [
            (0, "1970-01-01T00:00:00"),
            (951_782_399, "2000-02-28T23:59:59"),
            (951_868_799, "2000-02-29T23:59:59"),
            (951_868_800, "2000-03-01T00:00:00"),
            (4_107_542_399, "2100-02-28T23:59:59"),
            (4_107_542_400, "2100-03-01T00:00:00"),
            (1_795_824_000, "2026-11-28T00:00:00"),
            (253_402_300_799, "9999-12-31T23:59:59"),
        ] {
            // No OTLP time is later than 2554.
            if let Some(time_ns) = u64::checked_mul(seconds, NS_PER_SECOND) {
                assert_eq!(created(cx, time_ns + 7_999_999), format!("{}.007Z", told));
            }
        }
    }

    #[test]
    fn a_time_is_the_float_next_to_its_quotient() {
        assert_eq!(seconds(1_795_824_000_123_456_789), 1_795_824_000.123_456_8);
        assert_eq!(seconds(1_795_824_000_123_456_000), 1_795_824_000.123_456);
        assert_eq!(seconds(1), 1e-9);
        for time_ns in (0..1_000_000_u64).map(|number| number.wrapping_mul(0x9e37_79b9_7f4a_7c15)) {
            let told = format!("{}.{:09}", time_ns / NS_PER_SECOND, time_ns % NS_PER_SECOND);
            assert_eq!(Ok(seconds(time_ns)), told.parse(), "{}", time_ns);
        }
    }
}
