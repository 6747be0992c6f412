//! Values that a producer wrote as Python prints them (`translate/python_literal.py`).
//!
//! Read here is what `repr` writes of usual values; Python reads all that its own syntax has. A text is surely nothing where it ends too early or
//! has a name where a value should be; whatever else is odd is left to Python.

use crate::translate::value::{Cx, Map, Object, Value};

/// Python says what it makes of longer texts.
const MAX_LENGTH: usize = 1_000_000;
/// What is deeper is left to Python, whose parser has limits of its own.
const MAX_DEPTH: usize = 60;
/// Of what stands in an object's place that has only an address.
const MAX_ADDRESS: usize = 200;

/// Return the JSON value that the repr of a Python value stands for; nothing when it is no such text.
pub fn parse<'a>(cx: Cx<'a>, text: &'a str) -> Option<Value<'a>> {
    read(cx, text, false)
}

/// Return the value of a repr that may hold objects with named fields; nothing when it is no such text.
pub fn parse_object<'a>(cx: Cx<'a>, text: &'a str) -> Option<Value<'a>> {
    read(cx, text, true)
}

fn read<'a>(cx: Cx<'a>, text: &'a str, with_objects: bool) -> Option<Value<'a>> {
    let mut parser = Parser { cx, text, place: 0, depth: 0, with_objects };
    // Space in front of a literal is passed over, and in front of anything else an error.
    let found = if text.len() > MAX_LENGTH || text.starts_with([' ', '\t']) {
        Err(Fault::Odd)
    } else {
        parser.value().and_then(|value| if parser.rest().is_empty() { Ok(value) } else { Err(Fault::Odd) })
    };
    match found {
        Ok(value) => Some(value),
        Err(Fault::None) => None,
        Err(Fault::Odd) => {
            cx.doubt();
            None
        }
    }
}

/// Why a text was not read.
enum Fault {
    /// Python finds no literal in it either.
    None,
    /// Python knows.
    Odd,
}

type Found<T> = Result<T, Fault>;

struct Parser<'a> {
    cx: Cx<'a>,
    text: &'a str,
    place: usize,
    depth: usize,
    with_objects: bool,
}

impl<'a> Parser<'a> {
    fn value(&mut self) -> Found<Value<'a>> {
        match self.next()? {
            b'\'' | b'"' => self.string().map(Value::Text),
            b'{' => self.nested(Self::dict),
            b'[' => self.nested(Self::list),
            b'(' => self.nested(Self::tuple),
            b'-' | b'0'..=b'9' => self.number(),
            b'<' if self.with_objects => self.stand_in(),
            b'A'..=b'Z' | b'a'..=b'z' | b'_' => self.named(),
            _ => Err(Fault::Odd),
        }
    }

    fn nested(&mut self, read: fn(&mut Self) -> Found<Value<'a>>) -> Found<Value<'a>> {
        if self.depth == MAX_DEPTH {
            return Err(Fault::Odd);
        }
        self.depth += 1;
        self.place += 1;
        let value = read(self)?;
        self.depth -= 1;
        Ok(value)
    }

    fn list(&mut self) -> Found<Value<'a>> {
        let mut items = Vec::new();
        if self.takes(b']')? {
            return Ok(Value::List(&[]));
        }
        loop {
            items.push(self.value()?);
            if self.takes(b']')? {
                return Ok(self.cx.list(&items));
            }
            self.must_take(b',')?;
        }
    }

    /// A single value in parentheses is no tuple, unless a comma follows.
    fn tuple(&mut self) -> Found<Value<'a>> {
        let mut items = Vec::new();
        if self.takes(b')')? {
            return Ok(Value::List(&[]));
        }
        loop {
            items.push(self.value()?);
            if self.takes(b')')? {
                return if items.len() > 1 { Ok(self.cx.list(&items)) } else { Err(Fault::Odd) };
            }
            self.must_take(b',')?;
            if items.len() == 1 && self.takes(b')')? {
                return Ok(self.cx.list(&items));
            }
        }
    }

    fn dict(&mut self) -> Found<Value<'a>> {
        let mut entries: Vec<(&'a str, Value<'a>)> = Vec::new();
        if self.takes(b'}')? {
            return Ok(Value::Object(Object(&[])));
        }
        loop {
            // JSON has no keys but texts; Python makes texts of some others.
            if !matches!(self.next()?, b'\'' | b'"') {
                return Err(Fault::Odd);
            }
            let key = self.string()?;
            self.must_take(b':')?;
            entries.push((key, self.value()?));
            if self.takes(b'}')? {
                return Ok(self.cx.made(&Map::of(entries)));
            }
            self.must_take(b',')?;
        }
    }

    /// Read a constant, or an object by its class.
    fn named(&mut self) -> Found<Value<'a>> {
        let name = self.name();
        match (name, self.rest().bytes().next()) {
            (_, Some(b'\'' | b'"' | b'<' | 0x80..)) => Err(Fault::Odd), // a text with a prefix, or a longer name
            ("None", _) => Ok(Value::Null),
            ("True", _) => Ok(Value::Bool(true)),
            ("False", _) => Ok(Value::Bool(false)),
            (_, Some(b'(')) if self.with_objects => {
                if is_keyword(name) {
                    return Err(Fault::Odd);
                }
                let fields = self.nested(Self::fields)?;
                Ok(self.cx.dict(&[(name, fields)]))
            }
            (_, None | Some(b',' | b'.' | b')' | b']' | b'}')) => Err(Fault::None),
            _ if self.with_objects => Err(Fault::Odd), // behind space its fields may follow
            _ => Err(Fault::None),
        }
    }

    fn fields(&mut self) -> Found<Value<'a>> {
        let mut fields: Map<'a> = Map::new();
        if self.takes(b')')? {
            return Ok(Value::Object(Object(&[])));
        }
        loop {
            if !matches!(self.next()?, b'A'..=b'Z' | b'a'..=b'z' | b'_') {
                return Err(Fault::Odd);
            }
            let name = self.name();
            if self.rest().as_bytes().first() != Some(&b'=') || fields.has(name) || is_keyword(name) {
                return Err(Fault::Odd);
            }
            self.place += 1;
            let value = self.value()?;
            fields.0.push((name, value));
            if self.takes(b')')? {
                return Ok(self.cx.made(&fields));
            }
            self.must_take(b',')?;
        }
    }

    /// Read a member of an enumeration, `<Role.USER: 'user'>`, or what has only an address, `<function f at 0x7f>`.
    fn stand_in(&mut self) -> Found<Value<'a>> {
        self.place += 1;
        let begin = self.place;
        let class = self.name();
        if !class.is_empty() && self.rest().starts_with('.') {
            self.place += 1;
            if !self.name().is_empty() && self.rest().starts_with(": ") {
                self.place += 2;
                let value = match self.rest().bytes().next() {
                    Some(b'\'' | b'"') => Value::Text(self.string()?),
                    Some(b'-' | b'0'..=b'9') => self.number()?,
                    _ => return Err(Fault::Odd),
                };
                let is_member = self.rest().starts_with('>') && !matches!(value, Value::Float(_));
                self.place += usize::from(is_member);
                return if is_member { Ok(value) } else { Err(Fault::Odd) };
            }
        }
        self.place = begin;
        self.address()
    }

    fn address(&mut self) -> Found<Value<'a>> {
        let rest = self.rest();
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"_.<> ".contains(&byte);
        let size = rest.bytes().position(|byte| !is_part(byte)).unwrap_or(rest.len());
        let told = rest.get(..size).ok_or(Fault::Odd)?;
        let is_whole = rest.as_bytes().get(size).map_or(false, |byte| b",)]}".contains(byte));
        let (kind, named) = told.split_once(' ').ok_or(Fault::Odd)?;
        let (name, address) = named.split_once(" at 0x").ok_or(Fault::Odd)?;
        let digits = address.strip_suffix('>').ok_or(Fault::Odd)?;
        let is_address = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        let is_kind = !kind.is_empty() && !kind.contains(['<', '>']);
        if !is_whole || !is_address || !is_kind || name.is_empty() || size > MAX_ADDRESS {
            return Err(Fault::Odd);
        }
        self.place += size;
        Ok(Value::Null)
    }

    fn name(&mut self) -> &'a str {
        let rest = self.rest();
        let size = rest.bytes().position(|byte| !byte.is_ascii_alphanumeric() && byte != b'_');
        let name = rest.get(..size.unwrap_or(rest.len())).unwrap_or("");
        self.place += name.len();
        name
    }

    fn number(&mut self) -> Found<Value<'a>> {
        let rest = self.rest();
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"_.+-".contains(&byte);
        let size = rest.bytes().position(|byte| !is_part(byte)).unwrap_or(rest.len());
        let told = rest.get(..size).ok_or(Fault::Odd)?;
        self.place += size;
        match number_of(told) {
            Some(number) if !self.rest().starts_with(|next: char| !next.is_ascii()) => Ok(number),
            _ => Err(Fault::Odd),
        }
    }

    fn string(&mut self) -> Found<&'a str> {
        let quote = self.next()?;
        let begin = self.place + 1;
        let mut made = String::new();
        let mut from = begin;
        self.place = begin;
        loop {
            let size = self.rest().bytes().position(|byte| byte == quote || byte == b'\\' || byte < 0x20);
            self.place += size.ok_or(Fault::None)?; // a text without an end is a fault of syntax
            let plain = self.text.get(from..self.place).ok_or(Fault::Odd)?;
            match self.rest().bytes().next() {
                Some(b'\\') => {
                    made.push_str(plain);
                    self.place += 1;
                    made.push(self.escape()?);
                    from = self.place;
                }
                Some(byte) if byte == quote => {
                    self.place += 1;
                    // Three quotes begin another kind of text.
                    if self.place == begin + 1 && self.rest().bytes().next() == Some(quote) {
                        return Err(Fault::Odd);
                    }
                    if from == begin {
                        return Ok(plain);
                    }
                    made.push_str(plain);
                    return Ok(self.cx.text(&made));
                }
                _ => return Err(Fault::Odd),
            }
        }
    }

    fn escape(&mut self) -> Found<char> {
        let kind = self.rest().bytes().next().ok_or(Fault::None)?;
        self.place += usize::from(kind.is_ascii());
        match kind {
            b'\'' | b'"' | b'\\' => Ok(kind.into()),
            b'n' => Ok('\n'),
            b'r' => Ok('\r'),
            b't' => Ok('\t'),
            b'x' => self.coded(2),
            b'u' => self.coded(4),
            b'U' => self.coded(8),
            _ => Err(Fault::Odd),
        }
    }

    fn coded(&mut self, size: usize) -> Found<char> {
        let digits = self.rest().get(..size).ok_or(Fault::Odd)?;
        if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(Fault::Odd);
        }
        self.place += size;
        u32::from_str_radix(digits, 16).ok().and_then(char::from_u32).ok_or(Fault::Odd)
    }

    /// Take a character, behind space, if it is next.
    fn takes(&mut self, character: u8) -> Found<bool> {
        let is_next = self.next()? == character;
        self.place += usize::from(is_next);
        Ok(is_next)
    }

    fn must_take(&mut self, character: u8) -> Found<()> {
        if self.takes(character)? {
            Ok(())
        } else {
            Err(Fault::Odd)
        }
    }

    /// Return what comes behind space; a text that ends where more must come is a fault of syntax.
    fn next(&mut self) -> Found<u8> {
        let spaces = self.rest().bytes().take_while(|byte| *byte == b' ').count();
        self.place += spaces;
        self.rest().bytes().next().ok_or(Fault::None)
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.place..).unwrap_or("")
    }
}

/// Tell whether a name is a word of Python's own.
fn is_keyword(name: &str) -> bool {
    name.starts_with("__")
        || [
            "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue",
            "def", "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in",
            "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with",
            "yield",
        ]
        .contains(&name)
}

/// Return the number that digits are, as `repr` writes one.
fn number_of(told: &str) -> Option<Value<'static>> {
    let digits = told.strip_prefix('-').unwrap_or(told);
    let (whole, broken) =
        digits.split_at(digits.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(digits.len()));
    if whole.is_empty() || whole.len() > 1 && whole.starts_with('0') {
        return None;
    }
    if broken.is_empty() {
        // Of zero there is but one; what is longer is no number of ours.
        return if told == "-0" { None } else { told.parse().ok().map(Value::Int) };
    }
    if !is_broken(broken) {
        return None;
    }
    let number: f64 = told.parse().ok()?;
    if number.is_finite() && number != 0.0 || told == "0.0" {
        Some(Value::Float(number))
    } else {
        None
    }
}

/// Tell whether it is what comes behind the whole part of a float: `.5`, `e-05`, `.5e+20`.
fn is_broken(text: &str) -> bool {
    let (fraction, exponent) = text.split_once('e').map_or((text, None), |(one, two)| (one, Some(two)));
    let is_digits = |digits: &str| !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    let fraction_fits = fraction.is_empty() || fraction.strip_prefix('.').map_or(false, is_digits);
    fraction_fits && exponent.map_or(true, |told| is_digits(told.strip_prefix(['+', '-']).unwrap_or(told)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::translate::arena::Arena;
    use crate::translate::json;
    use crate::translate::value::Notes;

    /// What a text is, as JSON; nothing for no literal. And whether there was a doubt.
    fn told(text: &str, read: for<'a> fn(Cx<'a>, &'a str) -> Option<Value<'a>>) -> (Option<String>, bool) {
        let (arena, notes) = (Arena::new(), Notes::default());
        let cx = Cx::new(&arena, &notes);
        let json = read(cx, cx.text(text)).map(|value| json::write(cx, value).to_owned());
        (json, cx.is_doubtful())
    }

    #[test]
    fn a_literal_is_read() {
        for (text, json) in [
            (
                "{'city': 'Zürich', 'ok': True, 'none': None}",
                "{\"city\":\"Zürich\",\"ok\":true,\"none\":null}",
            ),
            ("({'a': 1}, [2.5, -7, 1.5e+20, 5e-01])", "[{\"a\":1},[2.5,-7,1.5e20,0.5]]"),
            (
                "[(), (1,), {}, '', \"it's\", 'a\\n\\xe4\\u2028\\'']",
                "[[],[1],{},\"\",\"it's\",\"a\\nä\u{2028}'\"]",
            ),
            ("{'a': 1, 'b': 2, 'a': 3}", "{\"a\":3,\"b\":2}"),
            ("None", "null"),
        ] {
            assert_eq!(told(text, parse).0, Some(json.to_owned()), "{}", text);
        }
    }

    #[test]
    fn what_ends_too_early_or_names_anything_is_no_literal() {
        for text in [
            "",
            "{'a': 'cu",
            "['a', ",
            "{'a'",
            "hello there",
            "{'a': Usage(x=1)}",
            "__import__('os').getcwd()",
        ] {
            assert_eq!(told(text, parse), (None, false), "{}", text);
        }
        for text in ["A(b='cu", "A(b=open)", "A(b=C(d=os.getcwd()))"] {
            assert_eq!(told(text, parse_object), (None, false), "{}", text);
        }
    }

    #[test]
    fn what_only_python_reads_is_doubtful() {
        let deep = "[".repeat(10_000);
        for text in [
            " 1",
            "1_0",
            "00",
            "-0",
            "0x1f",
            "1.",
            "(1)",
            "[1,]",
            "b'a'",
            "'a' 'b'",
            "'''a'''",
            "{1: 2}",
            "{1, 2}",
            "'\\N{DASH}'",
            "'a\nb'",
            "1e999",
            "9223372036854775808",
            "1 if True else 2",
            "[1] ",
            "2j",
            "'\\ud800'",
            "<A.B: 1>",
            &deep,
        ] {
            assert_eq!(told(text, parse), (None, true), "{}", text);
        }
        for text in [
            "A(1)",
            "A(b=1, b=2)",
            "A(**{'b': 1})",
            "A(b=1)(c=2)",
            "<a.b object at 0x1> 1",
            "A(é=1)",
            "A (b=1)",
            "<A.B: 1.5>",
        ] {
            assert_eq!(told(text, parse_object), (None, true), "{}", text);
        }
    }

    #[test]
    fn an_object_with_named_fields_is_read() {
        for (text, json) in [
            ("Tool(name='look', at=[1])", "{\"Tool\":{\"name\":\"look\",\"at\":[1]}}"),
            ("[A(b=C(d=None)), D()]", "[{\"A\":{\"b\":{\"C\":{\"d\":null}}}},{\"D\":{}}]"),
            ("{'r': <Role.USER: 'user'>, 'n': <Level.LOW: -1>}", "{\"r\":\"user\",\"n\":-1}"),
            (
                "A(f=<function f.<locals>.<lambda> at 0x7f>, g=<a.B object at 0x1>)",
                "{\"A\":{\"f\":null,\"g\":null}}",
            ),
            ("A(t=\"it's <Role.A: 'a'>\")", "{\"A\":{\"t\":\"it's <Role.A: 'a'>\"}}"),
        ] {
            assert_eq!(told(text, parse_object), (Some(json.to_owned()), false), "{}", text);
        }
    }
}
