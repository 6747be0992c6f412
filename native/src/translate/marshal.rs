//! Values as Python's `marshal` reads them, which is the quickest way into Python: a text or object that comes again is written once.
//!
//! Source: CPython's `Python/marshal.c`, version 4 of its format, the same in 3.11 to 3.13; the sidecar's tests read it with each.

use crate::translate::text_hash::text_hash;
use crate::translate::value::{Object, Value};

/// Says that what follows counts as the next of what may come again.
const MAY_COME_AGAIN: u8 = 0x80;

/// Longer texts hardly come again.
const MAX_SHARED: usize = 64;

/// So many objects are remembered.
const MAX_RECENT: usize = 16;

/// So many texts are; a power of two.
const MAX_TEXTS: usize = 1 << 11;

/// What is being written.
pub struct Marshal {
    pub bytes: Vec<u8>,
    /// Texts that came, each where its hash says; one that comes later takes the place of one before.
    texts: Vec<Known>,
    /// Objects that several rows may have in common, by where they are; these live as long as the request.
    objects: Vec<(usize, u32)>,
    shared: u32,
}

/// A text that was written.
#[derive(Clone, Copy, Default)]
struct Known {
    /// Where it stands; before the first text something does, so that 0 is none.
    begin: u32,
    size: u32,
    number: u32,
}

impl Marshal {
    /// Return one with room for so many bytes; nothing where there is no memory.
    pub fn new(size: usize) -> Option<Self> {
        let texts = vec![Known::default(); MAX_TEXTS];
        let mut marshal = Marshal { bytes: Vec::new(), texts, objects: Vec::new(), shared: 0 };
        marshal.make_room(size)?;
        Some(marshal)
    }

    /// Make room for so many more bytes; nothing where there is no memory.
    pub fn make_room(&mut self, size: usize) -> Option<()> {
        self.bytes.try_reserve(size).ok()
    }

    pub fn none(&mut self) {
        self.bytes.push(b'N');
    }

    pub fn truth(&mut self, told: bool) {
        self.bytes.push(if told { b'T' } else { b'F' });
    }

    /// Begin a tuple of so many items.
    pub fn tuple(&mut self, items: u8) {
        self.bytes.extend([b')', items]);
    }

    /// Begin a list of so many items.
    pub fn list(&mut self, items: usize) {
        self.bytes.push(b'[');
        self.size(items);
    }

    /// Write a set of texts that are all different.
    pub fn set(&mut self, texts: &[&str]) {
        self.bytes.push(b'>');
        self.size(texts.len());
        for text in texts {
            self.text(text);
        }
    }

    pub fn optional(&mut self, text: Option<&str>) {
        match text {
            Some(text) => self.text(text),
            None => self.none(),
        }
    }

    pub fn text(&mut self, text: &str) {
        if text.len() > MAX_SHARED {
            return self.new_text(text, 0);
        }
        let slot = text_hash(text) as usize % MAX_TEXTS;
        let Known { begin, size, number } = self.texts[slot];
        if begin > 0 && self.bytes[begin as usize..][..size as usize] == *text.as_bytes() {
            return self.again(number);
        }
        let number = self.shared;
        self.shared += 1;
        self.new_text(text, MAY_COME_AGAIN);
        if let Ok(begin) = u32::try_from(self.bytes.len() - text.len()) {
            self.texts[slot] = Known { begin, size: text.len() as u32, number };
        }
    }

    /// Write what has this number once more.
    fn again(&mut self, number: u32) {
        self.bytes.push(b'r');
        self.bytes.extend(number.to_le_bytes());
    }

    fn new_text(&mut self, text: &str, flag: u8) {
        match (text.is_ascii(), u8::try_from(text.len())) {
            (true, Ok(size)) => self.bytes.extend([b'z' | flag, size]),
            (true, Err(_)) => {
                self.bytes.push(b'a' | flag);
                self.size(text.len());
            }
            (false, _) => {
                self.bytes.push(b'u' | flag);
                self.size(text.len());
            }
        }
        self.bytes.extend(text.as_bytes());
    }

    /// Write a number that is not negative.
    pub fn number(&mut self, number: u64) {
        match i64::try_from(number) {
            Ok(number) => self.int(number),
            Err(_) => self.long(number, 1),
        }
    }

    pub fn value(&mut self, value: Value) {
        match value {
            Value::Null => self.none(),
            Value::Bool(told) => self.truth(told),
            Value::Int(number) => self.int(number),
            Value::Float(number) => {
                self.bytes.push(b'g');
                self.bytes.extend(number.to_le_bytes());
            }
            Value::Text(text) => self.text(text),
            Value::List(items) => {
                self.list(items.len());
                for item in items {
                    self.value(*item);
                }
            }
            Value::Object(object) => self.object(object.0),
        }
    }

    pub fn object(&mut self, entries: &[(&str, Value)]) {
        self.bytes.push(b'{');
        for (key, value) in entries {
            self.text(key);
            self.value(*value);
        }
        self.bytes.push(b'0');
    }

    /// Write a row; where it has `context`, which lives as long as the request, other rows may have that, too.
    pub fn row(&mut self, fields: &[(&str, Value)], context: Value) {
        self.bytes.push(b'{');
        for (field, value) in fields {
            self.text(field);
            match (value, context) {
                (Value::Object(own), Value::Object(shared)) if std::ptr::eq(own.0, shared.0) => {
                    self.shared_object(shared);
                }
                _ => self.value(*value),
            }
        }
        self.bytes.push(b'0');
    }

    fn shared_object(&mut self, object: Object) {
        let place = object.0.as_ptr() as usize;
        let recent = self.objects.iter().rev().take(MAX_RECENT);
        if let Some((_, number)) = recent.copied().find(|(known, _)| *known == place) {
            return self.again(number);
        }
        self.objects.push((place, self.shared));
        self.shared += 1;
        let begin = self.bytes.len();
        self.object(object.0);
        self.bytes[begin] |= MAY_COME_AGAIN;
    }

    fn int(&mut self, number: i64) {
        match i32::try_from(number) {
            Ok(small) => {
                self.bytes.push(b'i');
                self.bytes.extend(small.to_le_bytes());
            }
            Err(_) => self.long(number.unsigned_abs(), number.signum() as i32),
        }
    }

    /// Write a number by digits of 15 bits, the lowest first.
    fn long(&mut self, number: u64, sign: i32) {
        let digits = (64 - number.leading_zeros() + 14) / 15;
        self.bytes.push(b'l');
        self.bytes.extend((digits as i32 * sign).to_le_bytes());
        for place in 0..digits {
            self.bytes.extend((((number >> (15 * place)) & 0x7fff) as u16).to_le_bytes());
        }
    }

    fn size(&mut self, size: usize) {
        // What is larger than a request does not come.
        self.bytes.extend((size as u32).to_le_bytes());
    }
}
