//! JSON text to values and back, as `orjson` does both. What it does in a way of its own is left to Python, with a doubt.

use std::fmt::Write;

use crate::translate::value::{Cx, Object, Value};

/// What is deeper is left to Python, which has a limit of its own.
const MAX_DEPTH: usize = 100;

/// Of all objects that are open at one time.
const USUAL_KEYS: usize = 48;

/// Read JSON text; nothing for what is no JSON.
pub fn read<'a>(cx: Cx<'a>, text: &'a str) -> Option<Value<'a>> {
    let (items, entries, told) = (Vec::new(), Vec::new(), String::new());
    let mut parser = Parser { cx, text, place: 0, depth: 0, items, entries, told };
    let value = parser.value()?;
    parser.space();
    if parser.place == text.len() {
        Some(value)
    } else {
        None
    }
}

struct Parser<'a> {
    cx: Cx<'a>,
    text: &'a str,
    place: usize,
    depth: usize,
    /// Of the lists that are open, one after the other.
    items: Vec<Value<'a>>,
    /// Of the objects that are open.
    entries: Vec<(&'a str, Value<'a>)>,
    /// What a text with escapes stands for.
    told: String,
}

impl<'a> Parser<'a> {
    fn value(&mut self) -> Option<Value<'a>> {
        self.space();
        match self.peek()? {
            b'"' => Some(Value::Text(self.string()?)),
            b'{' => self.nested(Self::object),
            b'[' => self.nested(Self::list),
            b't' => self.word("true", Value::Bool(true)),
            b'f' => self.word("false", Value::Bool(false)),
            b'n' => self.word("null", Value::Null),
            _ => self.number(),
        }
    }

    fn nested(&mut self, read: fn(&mut Self) -> Option<Value<'a>>) -> Option<Value<'a>> {
        if self.depth == MAX_DEPTH {
            self.cx.doubt();
            return None;
        }
        self.depth += 1;
        self.place += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn list(&mut self) -> Option<Value<'a>> {
        if self.takes(b']') {
            return Some(Value::List(&[]));
        }
        let begin = self.items.len();
        loop {
            let item = self.value()?;
            self.items.push(item);
            if self.takes(b']') {
                let list = self.cx.list(&self.items[begin..]);
                self.items.truncate(begin);
                return Some(list);
            }
            self.must_take(b',')?;
        }
    }

    fn object(&mut self) -> Option<Value<'a>> {
        if self.takes(b'}') {
            return Some(Value::Object(Object(&[])));
        }
        let begin = self.entries.len();
        if begin == 0 {
            self.entries.reserve(USUAL_KEYS);
        }
        loop {
            self.space();
            if self.peek()? != b'"' {
                return None;
            }
            let key = self.string()?;
            self.must_take(b':')?;
            let value = self.value()?;
            self.entries.push((key, value));
            if self.takes(b'}') {
                let object = self.cx.object_of(&self.entries[begin..]);
                self.entries.truncate(begin);
                return Some(Value::Object(object));
            }
            self.must_take(b',')?;
        }
    }

    fn string(&mut self) -> Option<&'a str> {
        let begin = self.place + 1;
        let end = begin + plain_size(&self.text.as_bytes()[begin..]);
        self.place = end;
        match self.peek()? {
            b'"' => {
                self.place += 1;
                Some(&self.text[begin..end])
            }
            b'\\' => self.escaped(begin),
            _ => None, // a control character
        }
    }

    /// Read on where the first escape stands.
    fn escaped(&mut self, begin: usize) -> Option<&'a str> {
        self.told.clear();
        // No escape is shorter than what it stands for.
        self.told.reserve(self.text.len() - begin);
        self.told.push_str(&self.text[begin..self.place]);
        loop {
            match self.peek()? {
                b'"' => {
                    self.place += 1;
                    return Some(self.cx.text(&self.told));
                }
                b'\\' => {
                    self.place += 1;
                    let escaped = self.escape()?;
                    self.told.push(escaped);
                }
                _ => return None,
            }
            let size = plain_size(&self.text.as_bytes()[self.place..]);
            self.told.push_str(&self.text[self.place..self.place + size]);
            self.place += size;
        }
    }

    fn escape(&mut self) -> Option<char> {
        let kind = self.peek()?;
        self.place += 1;
        Some(match kind {
            b'"' | b'\\' | b'/' => kind.into(),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let first = self.unit()?;
                if !(0xd800..0xe000).contains(&first) {
                    return char::from_u32(first);
                }
                if first >= 0xdc00 || !self.text[self.place..].starts_with("\\u") {
                    return self.unsure();
                }
                self.place += 2;
                let second = self.unit()?;
                if !(0xdc00..0xe000).contains(&second) {
                    return self.unsure();
                }
                return char::from_u32(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00));
            }
            _ => return None,
        })
    }

    fn unit(&mut self) -> Option<u32> {
        let digits = self.text.as_bytes().get(self.place..self.place + 4)?;
        let mut unit = 0;
        for digit in digits {
            unit = unit << 4 | char::from(*digit).to_digit(16)?;
        }
        self.place += 4;
        Some(unit)
    }

    fn number(&mut self) -> Option<Value<'a>> {
        let begin = self.place;
        if self.peek()? == b'-' {
            self.place += 1;
        }
        match self.peek()? {
            b'0' => self.place += 1,
            b'1'..=b'9' => self.digits(),
            b'N' | b'I' if self.depth > 0 && self.is_constant() => return self.unsure(),
            _ => return None,
        }
        let mut is_whole = true;
        if self.peek() == Some(b'.') {
            self.place += 1;
            self.must_digits()?;
            is_whole = false;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.place += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.place += 1;
            }
            self.must_digits()?;
            is_whole = false;
        }
        let told = &self.text[begin..self.place];
        if is_whole {
            return match told.parse() {
                Ok(number) if told != "-0" => Some(Value::Int(number)),
                _ => self.unsure(),
            };
        }
        match told.parse::<f64>() {
            Ok(number) if number.is_finite() => Some(Value::Float(number)),
            _ => self.unsure(),
        }
    }

    /// Tell whether a constant follows that Python reads inside of objects and lists.
    fn is_constant(&self) -> bool {
        ["NaN", "Infinity"].iter().any(|constant| self.text[self.place..].starts_with(constant))
    }

    /// Half a character, a constant, a number that others read in ways of their own.
    fn unsure<T>(&self) -> Option<T> {
        self.cx.doubt();
        None
    }

    fn must_digits(&mut self) -> Option<()> {
        if !self.peek()?.is_ascii_digit() {
            return None;
        }
        self.digits();
        Some(())
    }

    fn digits(&mut self) {
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.place += 1;
        }
    }

    fn word(&mut self, word: &str, value: Value<'a>) -> Option<Value<'a>> {
        if !self.text[self.place..].starts_with(word) {
            return None;
        }
        self.place += word.len();
        Some(value)
    }

    /// Take a character, behind space, if it is next.
    fn takes(&mut self, character: u8) -> bool {
        self.space();
        let is_next = self.peek() == Some(character);
        self.place += usize::from(is_next);
        is_next
    }

    fn must_take(&mut self, character: u8) -> Option<()> {
        if self.takes(character) {
            Some(())
        } else {
            None
        }
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.place += 1;
        }
    }

    #[inline(always)]
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.place).copied()
    }
}

/// Return how many bytes come before the first that ends a string or is not as it stands.
fn plain_size(bytes: &[u8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = 0x8080_8080_8080_8080;
    // A byte of `word` is zero where the result has its highest bit; those above one that is may have it too.
    let zeros = |word: u64| word.wrapping_sub(ONES) & !word & HIGHS;
    let mut size = 0;
    for chunk in bytes.chunks_exact(8) {
        let word = chunk.try_into().map_or(0, u64::from_le_bytes);
        let quotes = zeros(word ^ (ONES * u64::from(b'"')));
        let escapes = zeros(word ^ (ONES * u64::from(b'\\')));
        let controls = word.wrapping_sub(ONES * 0x20) & !word & HIGHS;
        let found = quotes | escapes | controls;
        if found != 0 {
            return size + found.trailing_zeros() as usize / 8;
        }
        size += 8;
    }
    let rest = bytes[size..].iter().position(|&byte| byte == b'"' || byte == b'\\' || byte < 0x20);
    rest.map_or(bytes.len(), |place| size + place)
}

/// Return a value as compact JSON text.
pub fn write<'a>(cx: Cx<'a>, value: Value) -> &'a str {
    let mut json = String::with_capacity(256);
    push(cx, &mut json, value);
    cx.text(&json)
}

fn push(cx: Cx, json: &mut String, value: Value) {
    match value {
        Value::Null => json.push_str("null"),
        Value::Bool(true) => json.push_str("true"),
        Value::Bool(false) => json.push_str("false"),
        Value::Int(number) => drop(write!(json, "{}", number)), // writing into a String does not fail
        Value::Float(number) => push_float(cx, json, number),
        Value::Text(text) => push_text(json, text),
        Value::List(items) => {
            json.push('[');
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    json.push(',');
                }
                push(cx, json, *item);
            }
            json.push(']');
        }
        Value::Object(object) => {
            json.push('{');
            for (place, (key, inner)) in object.iter().enumerate() {
                if place > 0 {
                    json.push(',');
                }
                push_text(json, key);
                json.push(':');
                push(cx, json, inner);
            }
            json.push('}');
        }
    }
}

/// Numbers of usual size are written alike everywhere: the shortest digits that are read as the same number.
fn push_float(cx: Cx, json: &mut String, number: f64) {
    if number != 0.0 && !(1e-4..1e15).contains(&number.abs()) {
        cx.doubt();
    }
    let _ = write!(json, "{:?}", number);
}

/// Write a text in quotes.
pub fn push_text(json: &mut String, text: &str) {
    json.push('"');
    let mut rest = text;
    loop {
        let size = plain_size(rest.as_bytes());
        json.push_str(&rest[..size]);
        let odd = match rest.as_bytes().get(size) {
            Some(odd) => *odd,
            None => break,
        };
        match odd {
            b'"' => json.push_str("\\\""),
            b'\\' => json.push_str("\\\\"),
            b'\n' => json.push_str("\\n"),
            b'\r' => json.push_str("\\r"),
            b'\t' => json.push_str("\\t"),
            0x08 => json.push_str("\\b"),
            0x0c => json.push_str("\\f"),
            _ => drop(write!(json, "\\u{:04x}", odd)),
        }
        rest = &rest[size + 1..];
    }
    json.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::translate::arena::Arena;
    use crate::translate::value::Notes;

    /// What a text is, written again; nothing for no JSON. And whether there was a doubt.
    fn again(text: &str) -> (Option<String>, bool) {
        let (arena, notes) = (Arena::new(), Notes::default());
        let cx = Cx::new(&arena, &notes);
        let json = read(cx, cx.text(text)).map(|value| write(cx, value).to_owned());
        (json, cx.is_doubtful())
    }

    #[test]
    fn json_is_read_and_written_as_it_was() {
        for text in [
            "null",
            "true",
            "[]",
            "{}",
            "0",
            "-12",
            "1.5",
            "-0.25",
            "\"\"",
            "[1,[2,{\"a\":[]}]]",
            "\"ä€𝄞\"",
            "{\"a\":\"x\\\"y\\\\z\\n\\r\\t\\b\\f\\u0001\",\"b\":9223372036854775807}",
        ] {
            assert_eq!(again(text), (Some(text.to_owned()), false));
        }
    }

    #[test]
    fn another_spelling_is_the_same_value() {
        for (text, plain) in [
            (" [ 1 , 2 ]\n", "[1,2]"),
            ("\"\\u00e4\\ud834\\udd1e\\/\"", "\"ä𝄞/\""),
            ("1e2", "100.0"),
            ("{\"a\":1,\"b\":2,\"a\":3}", "{\"a\":3,\"b\":2}"),
        ] {
            assert_eq!(again(text), (Some(plain.to_owned()), false));
        }
    }

    #[test]
    fn what_is_no_json_is_nothing() {
        for text in [
            "",
            " ",
            "{",
            "[1",
            "[1,]",
            "{\"a\"}",
            "{\"a\":}",
            "{a:1}",
            "\"",
            "\"\n\"",
            "\"\\x\"",
            "\"\\u12g4\"",
            "01",
            "1.",
            ".5",
            "1e",
            "-",
            "+1",
            "tru",
            "nullx",
            "[1] 2",
            "[None]",
            "[-Inf]",
            "NaN",
            "{\"a\": \"\\u00fc\"}, {",
        ] {
            assert_eq!(again(text), (None, false), "{}", text);
        }
    }

    #[test]
    fn what_others_read_in_ways_of_their_own_is_doubtful() {
        let deep = "[".repeat(101);

        for text in ["9223372036854775808", "-0", "1e999", "[NaN]", "{\"a\": -Infinity}", &deep] {
            assert_eq!(again(text), (None, true), "{}", text);
        }
        for half in ["\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\""] {
            assert_eq!(again(half), (None, true), "{}", half);
        }
        assert!(again("1e300").1 && again("1e-9").1);
    }

    #[test]
    fn each_of_many_keys_stands_once() {
        let keys: Vec<String> = (0..100).map(|number| format!("\"{}\":{}", number % 50, number)).collect();
        let last: Vec<String> = (50..100).map(|number| format!("\"{}\":{}", number - 50, number)).collect();
        let [twice, once] = [keys, last].map(|entries| format!("{{{}}}", entries.join(",")));

        assert_eq!(again(&twice), (Some(once), false));
    }

    #[test]
    fn a_text_ends_where_it_ends_wherever_that_is() {
        for size in 0..40 {
            let text = format!("\"{}\"", "a".repeat(size));
            assert_eq!(again(&text), (Some(text.clone()), false));
            let escaped = format!("\"{}\\n{}\"", "ä".repeat(size), "b".repeat(size));
            assert_eq!(again(&escaped), (Some(escaped.clone()), false));
        }
    }
}
