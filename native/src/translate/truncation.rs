//! Attributes that were cut (`translate/truncation.py`, `translate/cut_json.py`); a span that has one is left to Python.

use crate::translate::decode::{Attributes, Span};
use crate::translate::json_text::{self, is_space};
use crate::translate::partial::Partial;
use crate::translate::value::{Cx, Value};

/// Longer text is not looked at.
const MAX_CHARS: usize = 1 << 18;

/// As deep as JSON text is read at all.
const MAX_DEPTH: usize = 200;

/// Keys whose value says nothing of its own, with their quotes.
const LABELS: [&str; 2] = ["\"role\"", "\"type\""];

const WORDS: [&str; 6] = ["true", "false", "null", "NaN", "Infinity", "-Infinity"];

/// Return `span` with whole attributes, and the note that says which were cut.
pub fn whole_span<'a>(cx: Cx<'a>, span: Span<'a>) -> (Span<'a>, Partial<'a>) {
    if has_cuts(cx, span.attributes) || span.events.iter().any(|event| has_cuts(cx, event.attributes)) {
        cx.doubt();
    }
    (span, Partial::default())
}

/// Tell whether the first character is one that cut text is looked for behind: `BEGINNINGS` of `translate/cut_json.py`.
pub fn is_beginning(text: &str) -> bool {
    text.chars().next().map_or(false, |first| matches!(first, '{' | '[') || is_space(first))
}

fn has_cuts<'a>(cx: Cx<'a>, attributes: Attributes<'a>) -> bool {
    attributes.iter().any(|(_, value)| match value {
        Value::Text(text) => is_cut(cx, text),
        Value::List(items) => items.iter().filter_map(|item| item.text()).any(|text| is_cut(cx, text)),
        _ => false,
    })
}

/// Tell whether `closed` of Python may give something for a text: whether it is the beginning of JSON and says something.
fn is_cut<'a>(cx: Cx<'a>, text: &'a str) -> bool {
    if !is_beginning(text) || !text.trim_start_matches(is_space).starts_with(['{', '[']) {
        return false;
    }
    let is_long = || text.len() > MAX_CHARS && text.chars().count() > MAX_CHARS;
    !json_text::is_python(text)
        && json_text::parse(cx, Value::Text(text)).is_none()
        && !is_long()
        && Scan::new(text).ends_cut()
}

/// Where reading stands: `_Scan` of `translate/cut_json.py`.
struct Scan<'a> {
    rest: &'a str,
    says_something: bool,
    /// What is open, the outermost first.
    closers: Vec<u8>,
    key: &'a str,
    last: &'a str,
}

impl<'a> Scan<'a> {
    fn new(text: &'a str) -> Self {
        Scan { rest: text, says_something: false, closers: Vec::new(), key: "", last: "" }
    }

    fn ends_cut(mut self) -> bool {
        while let Some((token, rest)) = self.next() {
            if !self.takes(token) {
                return false;
            }
            self.rest = rest;
            self.last = token;
        }
        let rest = self.rest.trim_start_matches(is_space);
        let opened = rest.strip_prefix('"');
        if self.expects_value() && !self.is_labelled() && opened.map_or(false, begins_text) {
            return true;
        }
        self.says_something && is_open_scalar(rest)
    }

    /// Return the next token, and what stands behind it.
    fn next(&self) -> Option<(&'a str, &'a str)> {
        let rest = self.rest.trim_start_matches(is_space);
        let first = *rest.as_bytes().first()?;
        let size = match first {
            b'{' | b'}' | b'[' | b']' | b',' | b':' => 1,
            b'"' => string_size(rest)?,
            _ => match WORDS.iter().find(|word| rest.starts_with(**word)) {
                Some(word) => word.len(),
                None => number_size(rest)?,
            },
        };
        Some((rest.get(..size)?, rest.get(size..)?))
    }

    fn is_labelled(&self) -> bool {
        self.last == ":" && LABELS.contains(&self.key)
    }

    fn expects_value(&self) -> bool {
        matches!(self.last, ":" | "[") || self.last == "," && self.closers.last() == Some(&b']')
    }

    /// Read one more token; false when it cannot stand in JSON that was cut.
    fn takes(&mut self, token: &'a str) -> bool {
        match token {
            "{" => self.closers.push(b'}'),
            "[" => self.closers.push(b']'),
            "}" | "]" => {
                if self.closers.pop().map_or(true, |closer| token.as_bytes() != [closer]) {
                    return false;
                }
            }
            "," | ":" => (),
            _ if !self.expects_value() => self.key = token,
            _ => self.says_something |= !self.is_labelled(),
        }
        !self.closers.is_empty() && self.closers.len() <= MAX_DEPTH
    }
}

/// Tell whether a text that nothing ends says something: `_OPEN_STRING` with more than its quote.
fn begins_text(rest: &str) -> bool {
    // What Python's pattern does not take is the escape that comes first, where it is half a character; what it takes must be more than space.
    !rest.trim_start_matches(is_space).is_empty()
}

/// Tell whether it is the beginning of a number, a constant or a key: `_OPEN_SCALAR`.
fn is_open_scalar(rest: &str) -> bool {
    if let Some(key) = rest.strip_prefix('"') {
        return !key.contains('"');
    }
    let is_of_number =
        |character: char| matches!(character, '.' | 'e' | 'E' | '+' | '-') || is_digit(character);
    let is_number = || {
        let digits = rest.strip_prefix('-').unwrap_or(rest);
        digits.starts_with(is_digit) && digits.chars().all(is_of_number)
    };
    rest == "-"
        || ["true", "false", "null"].iter().any(|word| rest.len() < word.len() && word.starts_with(rest))
        || is_number()
}

/// Return the size of a text with its quotes; nothing where it does not end.
fn string_size(rest: &str) -> Option<usize> {
    let bytes = rest.as_bytes();
    let mut place = 1;
    loop {
        match bytes.get(place)? {
            b'"' => return Some(place + 1),
            b'\\' => place += 2,
            _ => place += 1,
        }
    }
}

/// Return the size of a number that something follows which ends it.
fn number_size(rest: &str) -> Option<usize> {
    let digits = rest.strip_prefix('-').unwrap_or(rest);
    if !digits.starts_with(is_digit) {
        return None;
    }
    let is_of_number =
        |character: char| matches!(character, '.' | 'e' | 'E' | '+' | '-') || is_digit(character);
    let behind = digits.trim_start_matches(is_of_number);
    let is_ended =
        behind.chars().next().map_or(false, |next| matches!(next, ',' | ']' | '}') || is_space(next));
    if is_ended {
        Some(rest.len() - behind.len())
    } else {
        None
    }
}

/// Python takes digits of any script; all that may be one counts here, for such text is no JSON that anybody wrote.
fn is_digit(character: char) -> bool {
    character.is_numeric()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::translate::arena::Arena;
    use crate::translate::value::Notes;

    fn is_found(text: &str) -> bool {
        let (arena, notes) = (Arena::new(), Notes::default());
        let cx = Cx::new(&arena, &notes);
        is_cut(cx, cx.text(text))
    }

    #[test]
    fn the_beginning_of_json_is_found() {
        for text in [
            "[1",
            "[1,2",
            "[1,",
            " {\"a\":\"b",
            "{\"a\":\"b\",\"c",
            "{\"a\":\"b\",\"c\":tr",
            "[{\"role\":\"user\",\"content\":\"Hello wor",
            "[{\"role\":\"user\",\"content\":\"Hello\"}",
            "[\"a\\\"b\\\\\", \"c",
        ] {
            let says_something = text != "[1"; // half a number
            assert_eq!(is_found(text), says_something, "{}", text);
        }
    }

    #[test]
    fn prose_and_whole_json_are_not() {
        for text in [
            "",
            "Hello",
            "  Hello [1,2",
            "[INST] Hello",
            "{name} is here",
            "[see \"a\" and \"b",
            "[1] and more",
            "[\"a\" and \"b",
            "{'a': 'b",
            "[1,2]",
            "{\"a\":\"b\"} and {",
            "{\"a\":\"b\"]",
            "{",
            "[\"",
            "[\"  ",
            "{\"role\":\"user",
            "{\"a",
        ] {
            assert!(!is_found(text), "{}", text);
        }
    }
}
