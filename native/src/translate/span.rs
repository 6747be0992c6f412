//! Spans to rows: ask each convention that claims a span, merge what they read, build the row (`translate/span.py`).

use crate::translate::arena::Arena;
use crate::translate::conventions::{logfire, CONVENTIONS};
use crate::translate::decode::{self, Span};
use crate::translate::echo::without_echoes;
use crate::translate::log_row::event_rows;
use crate::translate::marshal::Marshal;
use crate::translate::merge::merge;
use crate::translate::names;
use crate::translate::own::{as_told, is_own, without_housekeeping};
use crate::translate::parent::named_parent;
use crate::translate::partial::Partial;
use crate::translate::row::{build_row, Contexts};
use crate::translate::span_summary::{summary_of, SpanSummary};
use crate::translate::truncation::whole_span;
use crate::translate::value::{Cx, Map, Notes, Value};

/// A span or event that has more is left to Python, which finds each of them in the same time; here they are looked at one by one.
const MAX_ATTRIBUTES: usize = 1024;

/// A span that has more is, too.
const MAX_EVENTS: usize = 1024;

/// What a row takes beside what its span says, and more.
const LEAST_ROOM: usize = 1 << 14;

/// Return what the spans of a request give, in order, packed as `deliver/compiled_spans.py` reads it: for a span that is left to Python nothing.
///
/// Nothing for a request that is left to Python whole. What is made of a span is let go of when it is packed.
pub fn packed_rows(body: &[u8]) -> Option<Vec<u8>> {
    let (arena, notes) = (Arena::new(), Notes::default());
    let cx = Cx::new(&arena, &notes);
    let mut packed = Marshal::new(2 * body.len())?;
    let mut contexts = Contexts::default();
    packed.list(decode::count(body)?);
    let mut own_arena = Arena::new();
    decode::each_span(cx, body, &mut |message, resource, scope| {
        if cx.is_doubtful() {
            return None; // about the resource or the scope
        }
        packed.make_room(16 * message.len() + LEAST_ROOM)?;
        own_arena.clear();
        let own_notes = Notes::default();
        let own = Cx::new(&own_arena, &own_notes);
        let span = decode::span(own, message, resource, scope)?;
        let context = contexts.of(cx, resource, scope, span.kind);
        let rows = rows_of(own, &span, context);
        if own.is_doubtful() {
            packed.none();
        } else {
            pack(&mut packed, &span, &rows, context);
        }
        Some(())
    })?;
    Some(packed.bytes)
}

/// Return the rows of a span: its own first, then a log row for each of its events. A span that only announces another one has none.
fn rows_of<'a>(cx: Cx<'a>, span: &Span<'a>, context: Value<'a>) -> Vec<Map<'a>> {
    if logfire::is_pending(span) {
        return Vec::new();
    }
    if span.attributes.len() > MAX_ATTRIBUTES
        || span.events.len() > MAX_EVENTS
        || span.events.iter().any(|event| event.attributes.len() > MAX_ATTRIBUTES)
    {
        cx.doubt();
        return Vec::new();
    }
    let mut rows = vec![row_of(cx, span, context)];
    rows.extend(event_rows(cx, span));
    rows
}

fn row_of<'a>(cx: Cx<'a>, span: &Span<'a>, context: Value<'a>) -> Map<'a> {
    let distinct = without_echoes(cx, *span);
    let (whole, note) = whole_span(cx, distinct);
    let claiming = CONVENTIONS.iter().filter(|convention| (convention.claims)(&whole));
    let mut partials: Vec<Partial> = claiming.map(|convention| (convention.translate)(cx, &whole)).collect();
    partials.push(note);
    let preserve = match span.attributes.at(names::PRESERVE_ATTRIBUTES) {
        Value::Text(told) => told == "true",
        told => told == Value::Bool(true),
    };
    let attributes = if preserve { span.attributes } else { distinct.attributes };
    let left = if is_own(span) && !preserve { without_housekeeping(cx, attributes) } else { attributes };
    let merged = merge(cx, &partials, left, preserve);
    let mut row = build_row(cx, span, &merged, context);
    if is_own(span) {
        as_told(cx, &mut row, span, &merged);
    }
    row
}

/// As `SpanRows`: the summary of a span and its writes, of each the row and the parent.
fn pack(packed: &mut Marshal, span: &Span, rows: &[Map], context: Value) {
    packed.tuple(2);
    match rows.first() {
        Some(row) => pack_summary(packed, &summary_of(span, row)),
        None => packed.none(),
    }
    let parent = named_parent(span.attributes);
    packed.list(rows.len());
    for row in rows {
        packed.tuple(2);
        packed.row(&row.0, context);
        packed.optional(parent);
    }
}

fn pack_summary(packed: &mut Marshal, summary: &SpanSummary) {
    packed.tuple(14);
    packed.text(summary.trace_id);
    packed.text(summary.span_id);
    packed.optional(summary.parent_span_id);
    packed.number(summary.start_ns);
    packed.number(summary.end_ns);
    packed.text(summary.scope);
    packed.optional(summary.parent);
    packed.object(&summary.identity);
    packed.truth(summary.is_call);
    packed.truth(summary.is_open);
    packed.set(&summary.models);
    packed.value(summary.response_id);
    packed.truth(summary.has_messages);
    packed.truth(summary.has_usage);
}
