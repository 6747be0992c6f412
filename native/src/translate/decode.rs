//! OTLP trace requests to spans, as `decode/protobuf.py` and `decode/value.py` read them; a request out of the ordinary is nothing.

use crate::otlp::{
    ANY_VALUE, EVENT, KEY_VALUE, LINK, REQUEST, RESOURCE, RESOURCE_SPANS, SCOPE, SCOPE_SPANS, SPAN, STATUS,
};
use crate::translate::value::{Cx, Object, Value};
use crate::wire::{Field, Fields};

/// How deep values may lie in lists and objects.
const MAX_LEVELS: usize = 32;

pub type Attributes<'a> = Object<'a>;

/// One OTLP span; `model.py` says what its parts mean.
#[derive(Clone, Copy, Debug, Default)]
pub struct Span<'a> {
    pub trace_id: &'a str,
    pub span_id: &'a str,
    pub parent_span_id: Option<&'a str>,
    pub name: &'a str,
    pub kind: i64,
    pub start_ns: u64,
    pub end_ns: u64,
    pub attributes: Attributes<'a>,
    pub beginnings: Beginnings,
    pub events: &'a [SpanEvent<'a>],
    pub links: &'a [SpanLink<'a>],
    pub status_code: i64,
    pub status_message: &'a str,
    pub trace_state: &'a str,
    pub dropped_attributes: i64,
    pub dropped_events: i64,
    /// Of the resource.
    pub resource: Attributes<'a>,
    pub scope: Scope<'a>,
}

/// What the names of attributes begin with, one bit for each first three bytes: most conventions see here that a span has nothing of theirs.
#[derive(Clone, Copy, Debug)]
pub struct Beginnings(u64);

/// The instrumentation that made a span; an empty name where it did not say.
#[derive(Clone, Copy, Debug, Default)]
pub struct Scope<'a> {
    pub name: &'a str,
    pub version: &'a str,
    pub attributes: Attributes<'a>,
}

impl Scope<'_> {
    /// Tell whether it is the very same one, by where its parts are.
    pub fn is_same(self, other: Scope) -> bool {
        std::ptr::eq(self.name, other.name)
            && std::ptr::eq(self.version, other.version)
            && std::ptr::eq(self.attributes.0, other.attributes.0)
    }
}

/// Something that happened during a span.
#[derive(Clone, Copy, Debug)]
pub struct SpanEvent<'a> {
    pub name: &'a str,
    pub time_ns: u64,
    pub attributes: Attributes<'a>,
}

/// A pointer to a span of any trace.
#[derive(Clone, Copy, Debug)]
pub struct SpanLink<'a> {
    pub trace_id: &'a str,
    pub span_id: &'a str,
    pub trace_state: &'a str,
    pub attributes: Attributes<'a>,
}

/// Give each span of a request, in its order, to `take`: its bytes, and the attributes of its resource and its scope. Nothing where the request is
/// none that ordinary encoders write, or `take` returns nothing.
pub fn each_span<'a>(
    cx: Cx<'a>,
    body: &'a [u8],
    take: &mut dyn FnMut(&'a [u8], Attributes<'a>, Scope<'a>) -> Option<()>,
) -> Option<()> {
    for field in Fields::of(body, &REQUEST) {
        resource_spans(cx, field?.bytes, take)?;
    }
    Some(())
}

/// Return how many spans a request has.
pub fn count(body: &[u8]) -> Option<usize> {
    let mut spans = 0;
    for resource_spans in Fields::of(body, &REQUEST) {
        for scope_spans in Fields::of(resource_spans?.bytes, &RESOURCE_SPANS) {
            let scope_spans = scope_spans?;
            if scope_spans.number == 2 {
                for field in Fields::of(scope_spans.bytes, &SCOPE_SPANS) {
                    spans += usize::from(field?.number == 2);
                }
            }
        }
    }
    Some(spans)
}

fn resource_spans<'a>(
    cx: Cx<'a>,
    message: &'a [u8],
    take: &mut dyn FnMut(&'a [u8], Attributes<'a>, Scope<'a>) -> Option<()>,
) -> Option<()> {
    let mut resource = Vec::new();
    // The resource may stand behind its spans.
    for field in Fields::of(message, &RESOURCE_SPANS) {
        let field = field?;
        if field.number == 1 {
            for inner in Fields::of(field.bytes, &RESOURCE) {
                let inner = inner?;
                if inner.number == 1 {
                    entry(cx, inner.bytes, &mut resource, MAX_LEVELS)?;
                }
            }
        }
    }
    let resource = cx.object_of(&resource);
    for field in Fields::of(message, &RESOURCE_SPANS) {
        let field = field?;
        if field.number == 2 {
            let scope = scope_of(cx, field.bytes)?;
            for inner in Fields::of(field.bytes, &SCOPE_SPANS) {
                let inner = inner?;
                if inner.number == 2 {
                    take(inner.bytes, resource, scope)?;
                }
            }
        }
    }
    Some(())
}

fn scope_of<'a>(cx: Cx<'a>, message: &'a [u8]) -> Option<Scope<'a>> {
    let mut scope = Scope::default();
    for field in Fields::of(message, &SCOPE_SPANS) {
        let field = field?;
        if field.number == 1 {
            let mut attributes = Vec::new();
            for inner in Fields::of(field.bytes, &SCOPE) {
                let inner = inner?;
                match inner.number {
                    1 => scope.name = inner.text,
                    2 => scope.version = inner.text,
                    3 => entry(cx, inner.bytes, &mut attributes, MAX_LEVELS)?,
                    _ => (),
                }
            }
            scope.attributes = cx.object_of(&attributes);
        }
    }
    Some(scope)
}

/// Read a span of a resource and a scope.
pub fn span<'a>(cx: Cx<'a>, message: &'a [u8], resource: Object<'a>, scope: Scope<'a>) -> Option<Span<'a>> {
    let mut span = Span { resource, scope, ..Span::default() };
    let (mut attributes, mut events, mut links) = (Vec::with_capacity(32), Vec::new(), Vec::new());
    for field in Fields::of(message, &SPAN) {
        let field = field?;
        match field.number {
            1 => span.trace_id = hex(cx, field.bytes),
            2 => span.span_id = hex(cx, field.bytes),
            3 => span.trace_state = field.text,
            4 if field.bytes.iter().any(|&byte| byte != 0) => {
                span.parent_span_id = Some(hex(cx, field.bytes))
            }
            5 => span.name = field.text,
            6 => span.kind = small(field)?,
            7 => span.start_ns = field.number_value,
            8 => span.end_ns = field.number_value,
            9 => entry(cx, field.bytes, &mut attributes, MAX_LEVELS)?,
            10 => span.dropped_attributes = small(field)?,
            11 => events.push(event(cx, field.bytes)?),
            12 => span.dropped_events = small(field)?,
            13 => links.push(link(cx, field.bytes)?),
            15 => status(field.bytes, &mut span)?,
            _ => (),
        }
    }
    span.attributes = cx.object_of(&attributes);
    span.beginnings = Beginnings::of(span.attributes);
    span.events = cx.slice(&events);
    span.links = cx.slice(&links);
    Some(span)
}

fn status<'a>(message: &'a [u8], span: &mut Span<'a>) -> Option<()> {
    for field in Fields::of(message, &STATUS) {
        let field = field?;
        match field.number {
            2 => span.status_message = field.text,
            3 => span.status_code = small(field)?,
            _ => (),
        }
    }
    Some(())
}

fn event<'a>(cx: Cx<'a>, message: &'a [u8]) -> Option<SpanEvent<'a>> {
    let (mut name, mut time_ns, mut attributes) = ("", 0, Vec::new());
    for field in Fields::of(message, &EVENT) {
        let field = field?;
        match field.number {
            1 => time_ns = field.number_value,
            2 => name = field.text,
            3 => entry(cx, field.bytes, &mut attributes, MAX_LEVELS)?,
            _ => (),
        }
    }
    Some(SpanEvent { name, time_ns, attributes: cx.object_of(&attributes) })
}

fn link<'a>(cx: Cx<'a>, message: &'a [u8]) -> Option<SpanLink<'a>> {
    let (mut trace_id, mut span_id, mut trace_state, mut attributes) = ("", "", "", Vec::new());
    for field in Fields::of(message, &LINK) {
        let field = field?;
        match field.number {
            1 => trace_id = hex(cx, field.bytes),
            2 => span_id = hex(cx, field.bytes),
            3 => trace_state = field.text,
            4 => entry(cx, field.bytes, &mut attributes, MAX_LEVELS)?,
            _ => (),
        }
    }
    Some(SpanLink { trace_id, span_id, trace_state, attributes: cx.object_of(&attributes) })
}

/// Read a key and its value into those of an object.
fn entry<'a>(
    cx: Cx<'a>,
    message: &'a [u8],
    entries: &mut Vec<(&'a str, Value<'a>)>,
    levels: usize,
) -> Option<()> {
    let (mut key, mut value) = ("", Value::Null);
    for field in Fields::of(message, &KEY_VALUE) {
        let field = field?;
        match field.number {
            1 => key = field.text,
            2 => value = any_value(cx, field.bytes, levels)?,
            _ => return None, // an index into the table of texts of a profile
        }
    }
    entries.push((key, value));
    Some(())
}

fn any_value<'a>(cx: Cx<'a>, message: &'a [u8], levels: usize) -> Option<Value<'a>> {
    let mut fields = Fields::of(message, &ANY_VALUE);
    let field = match fields.next() {
        Some(field) => field?,
        None => return Some(Value::Null),
    };
    if fields.next().is_some() {
        return None; // of a choice one field comes
    }
    let levels = levels.checked_sub(1)?;
    Some(match field.number {
        1 => Value::Text(field.text),
        2 => Value::Bool(field.number_value != 0),
        3 => Value::Int(field.number_value as i64),
        4 => double(f64::from_bits(field.number_value)),
        5 => {
            let mut items = Vec::new();
            for item in Fields::of(field.bytes, field.shape?) {
                items.push(any_value(cx, item?.bytes, levels)?);
            }
            cx.list(&items)
        }
        6 => {
            let mut object = Vec::new();
            for inner in Fields::of(field.bytes, field.shape?) {
                entry(cx, inner?.bytes, &mut object, levels)?;
            }
            Value::Object(cx.object_of(&object))
        }
        7 => Value::Text(base64(cx, field.bytes)),
        _ => return None,
    })
}

/// Return a number as JSON can say it.
fn double(number: f64) -> Value<'static> {
    if number.is_finite() {
        Value::Float(number)
    } else if number.is_nan() {
        Value::Text("NaN")
    } else {
        Value::Text(if number > 0.0 { "Infinity" } else { "-Infinity" })
    }
}

/// Return a number that protobuf keeps in 32 bits; nothing for one that does not fit.
fn small(field: Field) -> Option<i64> {
    i32::try_from(field.number_value).ok().map(i64::from)
}

fn hex<'a>(cx: Cx<'a>, bytes: &[u8]) -> &'a str {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut told = [0; 64];
    if 2 * bytes.len() > told.len() {
        cx.doubt(); // No id has so many bytes.
    }
    for (pair, byte) in told.chunks_exact_mut(2).zip(bytes) {
        pair[0] = DIGITS[usize::from(byte >> 4)];
        pair[1] = DIGITS[usize::from(byte & 15)];
    }
    let told = told.get(..2 * bytes.len()).unwrap_or_default();
    cx.text(std::str::from_utf8(told).unwrap_or_default())
}

fn base64<'a>(cx: Cx<'a>, bytes: &[u8]) -> &'a str {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut told = String::with_capacity((bytes.len() + 2) / 3 * 4);
    for three in bytes.chunks(3) {
        let bits = three.iter().fold(0, |bits, &byte| bits << 8 | u32::from(byte)) << (8 * (3 - three.len()));
        for place in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * place)) as usize & 63];
            told.push(if place <= three.len() { digit.into() } else { '=' });
        }
    }
    cx.text(&told)
}

impl Span<'_> {
    /// Tell whether any attribute begins so.
    pub fn has_prefix(&self, prefix: &str) -> bool {
        self.beginnings.may_have(prefix) && self.attributes.keys().any(|name| name.starts_with(prefix))
    }
}

impl Beginnings {
    pub fn of(attributes: Attributes) -> Self {
        Beginnings(attributes.keys().fold(0, |bits, name| bits | bit(name)))
    }

    /// Tell whether a name may begin so; `prefix` has three bytes or more.
    pub fn may_have(self, prefix: &str) -> bool {
        self.0 & bit(prefix) != 0
    }

    pub fn may_have_any(self, prefixes: &[&str]) -> bool {
        prefixes.iter().any(|prefix| self.may_have(prefix))
    }
}

/// Where nobody has looked, there may be any.
impl Default for Beginnings {
    fn default() -> Self {
        Beginnings(u64::MAX)
    }
}

#[inline]
fn bit(name: &str) -> u64 {
    match *name.as_bytes() {
        [first, second, third, ..] => {
            1 << ((usize::from(first) + 5 * usize::from(second) + 11 * usize::from(third)) & 63)
        }
        _ => 0,
    }
}
