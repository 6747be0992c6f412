//! Who sent the spans of a request: what `decode/sender.py` makes of it, told as JSON as the routing of a record has it.

use std::fmt::Write;

/// As in `decode/sender.py`.
const MAX_SENDERS: usize = 8;
const MAX_CHARACTERS: usize = 128;

/// What a resource says about its process; texts are cut.
#[derive(Default, PartialEq, Eq)]
pub struct Process {
    service: String,
    instance: String,
    sdk: String,
}

/// What counts of the spans of one resource.
#[derive(Clone, Copy, Default)]
pub struct Account {
    pub spans: u64,
    pub newest_end_ns: u64,
    pub dropped_attributes: u64,
}

/// The senders of a request, in the order in which they come.
#[derive(Default)]
pub struct Senders {
    found: Vec<(Process, Account)>,
}

/// The attributes of a resource that name a process; without one: empty, or not there (the SDK's).
#[derive(Clone, Copy, Default)]
pub struct Names<'a> {
    namespace: &'a str,
    service: &'a str,
    instance: &'a str,
    sdk: [&'a str; 3],
}

impl<'a> Names<'a> {
    /// Read an attribute whose value is a text; an empty one says nothing.
    pub fn read(&mut self, key: &[u8], text: &'a str) {
        let place = match key {
            b"service.namespace" => &mut self.namespace,
            b"service.name" => &mut self.service,
            b"service.instance.id" => &mut self.instance,
            b"telemetry.sdk.name" => &mut self.sdk[0],
            b"telemetry.sdk.language" => &mut self.sdk[1],
            b"telemetry.sdk.version" => &mut self.sdk[2],
            _ => return,
        };
        if !text.is_empty() {
            *place = cut(text);
        }
    }

    fn process(&self) -> Process {
        Process {
            service: joined(&[self.namespace, self.service], "/"),
            instance: self.instance.to_owned(),
            sdk: joined(&self.sdk, " "),
        }
    }
}

impl Senders {
    /// Count the spans of a resource; one without spans does not count.
    pub fn add(&mut self, names: &Names, account: Account) {
        if account.spans == 0 {
            return;
        }
        let mut process = names.process();
        if self.place(&process).is_none() && self.found.len() >= MAX_SENDERS - 1 {
            process = Process::default();
        }
        match self.place(&process) {
            Some(place) => self.found[place].1.add(account),
            None => self.found.push((process, account)),
        }
    }

    /// Return how many spans were counted.
    pub fn spans(&self) -> u64 {
        self.found.iter().map(|(_, account)| account.spans).sum()
    }

    /// Return a JSON list, byte for byte as `orjson` writes it.
    pub fn to_json(&self) -> String {
        let mut json = String::with_capacity(256 * self.found.len());
        json.push('[');
        for (number, (process, account)) in self.found.iter().enumerate() {
            json.push_str(if number > 0 { ",{" } else { "{" });
            for (name, text) in
                [("service", &process.service), ("instance", &process.instance), ("sdk", &process.sdk)]
            {
                let _ = write!(json, "\"{}\":", name); // writing into a String does not fail
                push_text(&mut json, text);
                json.push(',');
            }
            let _ = write!(
                json,
                "\"spans\":{},\"newest_end_ns\":{},\"dropped_attributes\":{}}}",
                account.spans, account.newest_end_ns, account.dropped_attributes
            );
        }
        json.push(']');
        json
    }

    fn place(&self, process: &Process) -> Option<usize> {
        self.found.iter().position(|(known, _)| known == process)
    }
}

impl Account {
    fn add(&mut self, other: Account) {
        self.spans += other.spans;
        self.newest_end_ns = self.newest_end_ns.max(other.newest_end_ns);
        self.dropped_attributes += other.dropped_attributes;
    }
}

/// Append a JSON string: what must be escaped is, and nothing else.
pub fn push_text(json: &mut String, text: &str) {
    json.push('"');
    for character in text.chars() {
        match character {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\u{8}' => json.push_str("\\b"),
            '\t' => json.push_str("\\t"),
            '\n' => json.push_str("\\n"),
            '\u{c}' => json.push_str("\\f"),
            '\r' => json.push_str("\\r"),
            control if control < ' ' => {
                let _ = write!(json, "\\u{:04x}", u32::from(control));
            }
            other => json.push(other),
        }
    }
    json.push('"');
}

fn joined(parts: &[&str], between: &str) -> String {
    let said: Vec<&str> = parts.iter().copied().filter(|part| !part.is_empty()).collect();
    let mut text = said.join(between);
    text.truncate(cut(&text).len());
    text
}

fn cut(text: &str) -> &str {
    match text.char_indices().nth(MAX_CHARACTERS) {
        Some((end, _)) => &text[..end],
        None => text,
    }
}
