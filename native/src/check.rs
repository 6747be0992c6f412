//! Judge an OTLP trace request: sound, or not sure. It refuses nothing: what is out of the ordinary is for Python to judge.
//!
//! What is sound here, `trace_intake` of `intake.py` keeps as it is, whole, with the same account of its senders; a test asks that of many
//! requests. Memory: a few texts of the resource at hand and of at most eight senders, whatever the request holds.

use crate::otlp::{ANY_VALUE, KEY_VALUE, REQUEST, RESOURCE, RESOURCE_SPANS, SCOPE_SPANS, SPAN};
use crate::senders::{Account, Names, Senders};
use crate::wire::{is_text, Fields, Reader, Shape};

/// How deep messages may lie within an attribute, event, link, status or scope; protobuf reads 100 levels in all.
const MAX_LEVELS: usize = 32;

/// What a request may be.
#[derive(Clone, Copy)]
pub struct Limits<'a> {
    /// How many messages it may hold, as `decode/size.py` counts them.
    pub max_messages: usize,
    /// The attribute that names a parent, where somebody must be asked about parents; none may be there then.
    pub parent_key: Option<&'a [u8]>,
}

/// Return the senders of a sound request with at least one span, else nothing.
pub fn check(body: &[u8], limits: Limits) -> Option<Senders> {
    let mut walk = Walk { messages_left: limits.max_messages, parent_key: limits.parent_key };
    let mut senders = Senders::default();
    for field in Fields::of(body, &REQUEST) {
        walk.resource_spans(field?.bytes, &mut senders)?;
    }
    if senders.spans() > 0 {
        Some(senders)
    } else {
        None
    }
}

struct Walk<'a> {
    messages_left: usize,
    parent_key: Option<&'a [u8]>,
}

impl Walk<'_> {
    fn resource_spans(&mut self, message: &[u8], senders: &mut Senders) -> Option<()> {
        self.count()?;
        let mut names = Names::default();
        let mut account = Account::default();
        for field in Fields::of(message, &RESOURCE_SPANS) {
            let field = field?;
            match field.number {
                1 => names = self.resource(field.bytes)?,
                2 => self.scope_spans(field.bytes, &mut account)?,
                _ => (),
            }
        }
        senders.add(&names, account);
        Some(())
    }

    fn resource<'b>(&mut self, message: &'b [u8]) -> Option<Names<'b>> {
        self.count()?;
        let mut names = Names::default();
        for field in Fields::of(message, &RESOURCE) {
            let field = field?;
            if let Some(shape) = field.shape {
                self.skim(field.bytes, shape, MAX_LEVELS)?;
            }
            if field.number == 1 {
                let (key, text) = text_attribute(field.bytes)?;
                names.read(key, text);
            }
        }
        Some(names)
    }

    fn scope_spans(&mut self, message: &[u8], account: &mut Account) -> Option<()> {
        self.count()?;
        for field in Fields::of(message, &SCOPE_SPANS) {
            let field = field?;
            match (field.number, field.shape) {
                (2, _) => self.span(field.bytes, account)?,
                (_, Some(shape)) => self.skim(field.bytes, shape, MAX_LEVELS)?,
                _ => (),
            }
        }
        Some(())
    }

    fn span(&mut self, message: &[u8], account: &mut Account) -> Option<()> {
        self.count()?;
        let (mut trace_id, mut span_id): (&[u8], &[u8]) = (&[], &[]);
        let (mut end_ns, mut dropped) = (0, 0);
        for field in Fields::of(message, &SPAN) {
            let field = field?;
            match (field.number, field.shape) {
                (1, _) => trace_id = field.bytes,
                (2, _) => span_id = field.bytes,
                (4, _) if !matches!(field.bytes.len(), 0 | 8) => return None,
                (8, _) => end_ns = field.number_value,
                (10, _) => dropped = u32::try_from(field.number_value).ok()?,
                (_, Some(shape)) => self.skim(field.bytes, shape, MAX_LEVELS)?,
                _ => (),
            }
        }
        if !is_id(trace_id, 16) || !is_id(span_id, 8) {
            return None;
        }
        account.spans += 1;
        account.newest_end_ns = account.newest_end_ns.max(end_ns);
        account.dropped_attributes += u64::from(dropped);
        Some(())
    }

    /// See that a message is sound of which nothing counts.
    fn skim(&mut self, message: &[u8], shape: &'static Shape, levels: usize) -> Option<()> {
        if std::ptr::eq(shape, &KEY_VALUE) && levels > 1 && self.is_plain_attribute(message) {
            self.count()?;
            return self.count(); // of its value
        }
        self.count()?;
        let levels = levels.checked_sub(1)?;
        for field in Fields::of(message, shape) {
            let field = field?;
            match field.shape {
                Some(inner) => self.skim(field.bytes, inner, levels)?,
                // Of a key; any other text that says the same costs its request the short way, and nothing else.
                None if Some(field.bytes) == self.parent_key => return None,
                None => (),
            }
        }
        Some(())
    }

    /// Tell whether a message is an attribute as nearly all are: key and value, and of that a text, number or truth value. It is sound then;
    /// others are read field by field, which takes three times as long.
    #[inline(always)]
    fn is_plain_attribute(&self, message: &[u8]) -> bool {
        let mut reader = Reader { rest: message };
        match (reader.sized_behind(0x0a), reader.sized_behind(0x12)) {
            (Some(key), Some(value)) if reader.rest.is_empty() => {
                is_text(key) && Some(key) != self.parent_key && is_plain_value(value)
            }
            _ => false,
        }
    }

    fn count(&mut self) -> Option<()> {
        self.messages_left = self.messages_left.checked_sub(1)?;
        Some(())
    }
}

#[inline(always)]
fn is_plain_value(value: &[u8]) -> bool {
    let mut reader = Reader { rest: value };
    match value.first() {
        Some(0x0a) => {
            matches!(reader.sized_behind(0x0a), Some(text) if reader.rest.is_empty() && is_text(text))
        }
        Some(0x10 | 0x18) => {
            reader.rest = &value[1..];
            reader.varint().is_some() && reader.rest.is_empty()
        }
        Some(0x21) => value.len() == 9,
        _ => false,
    }
}

/// Return key and text of an attribute that was skimmed; the text is empty for a value of another type.
fn text_attribute(message: &[u8]) -> Option<(&[u8], &str)> {
    let (mut key, mut text): (&[u8], &str) = (&[], "");
    for field in Fields::of(message, &KEY_VALUE) {
        let field = field?;
        match field.number {
            1 => key = field.bytes,
            2 => text = text_value(field.bytes)?,
            _ => (),
        }
    }
    Some((key, text))
}

fn text_value(message: &[u8]) -> Option<&str> {
    match Fields::of(message, &ANY_VALUE).next() {
        Some(field) => match field? {
            field if field.number == 1 => std::str::from_utf8(field.bytes).ok(),
            _ => Some(""),
        },
        None => Some(""),
    }
}

fn is_id(id: &[u8], size: usize) -> bool {
    id.len() == size && id.iter().any(|&byte| byte != 0)
}
