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

#[cfg(test)]
mod tests {
    use super::*;

    fn named(service: &str) -> Names<'_> {
        let mut names = Names::default();
        names.read(b"service.name", service);
        names
    }

    fn spans(number: u64) -> Account {
        Account { spans: number, newest_end_ns: number, dropped_attributes: number }
    }

    fn services(senders: &Senders) -> Vec<(&str, u64)> {
        senders.found.iter().map(|(process, account)| (process.service.as_str(), account.spans)).collect()
    }

    #[test]
    fn spans_of_one_process_are_counted_together_in_the_order_of_the_first() {
        let mut senders = Senders::default();
        for (service, number) in [("b", 1), ("a", 2), ("b", 4)] {
            senders.add(&named(service), spans(number));
        }

        assert_eq!(services(&senders), [("b", 5), ("a", 2)]);
        assert_eq!(senders.spans(), 7);
        assert_eq!(senders.found[0].1.newest_end_ns, 4);
        assert_eq!(senders.found[0].1.dropped_attributes, 5);
    }

    #[test]
    fn a_resource_without_spans_is_no_sender() {
        let mut senders = Senders::default();
        senders.add(&named("a"), Account { spans: 0, ..spans(9) });

        assert_eq!(senders.to_json(), "[]");
    }

    #[test]
    fn the_eighth_sender_and_those_behind_it_have_no_name() {
        let names: Vec<String> = (0..20).map(|number| number.to_string()).collect();
        let mut senders = Senders::default();
        for name in &names {
            senders.add(&named(name), spans(1));
        }
        senders.add(&named("3"), spans(1));

        let found = services(&senders);
        assert_eq!(found.len(), MAX_SENDERS);
        assert_eq!(found[3], ("3", 2));
        assert_eq!(found[7], ("", 13));
    }

    #[test]
    fn an_empty_text_says_nothing_and_the_last_other_one_counts() {
        let mut names = named("first");
        names.read(b"service.name", "last");
        names.read(b"service.name", "");
        names.read(b"service.version", "other");

        assert_eq!(names.process().service, "last");
    }

    #[test]
    fn texts_are_cut_between_characters() {
        let long = "ä".repeat(MAX_CHARACTERS + 1);
        let mut names = named(&long);
        assert_eq!(names.process().service, "ä".repeat(MAX_CHARACTERS));

        names.read(b"service.namespace", "n");
        assert_eq!(names.process().service, format!("n/{}", "ä".repeat(MAX_CHARACTERS - 2)));
    }

    #[test]
    fn what_json_must_escape_is_escaped_and_nothing_else() {
        let mut json = String::new();
        push_text(&mut json, "\0\u{1}\u{8}\t\n\u{b}\u{c}\r\u{1f} \"\\/\u{7f}\u{2028}ä𝄞");

        assert_eq!(json, "\"\\u0000\\u0001\\b\\t\\n\\u000b\\f\\r\\u001f \\\"\\\\/\u{7f}\u{2028}ä𝄞\"");
    }

    #[test]
    fn numbers_are_written_whole() {
        let mut senders = Senders::default();
        senders.add(&named("a\"b"), Account { spans: 1, newest_end_ns: u64::MAX, dropped_attributes: 0 });

        assert_eq!(
            senders.to_json(),
            "[{\"service\":\"a\\\"b\",\"instance\":\"\",\"sdk\":\"\",\"spans\":1,\
             \"newest_end_ns\":18446744073709551615,\"dropped_attributes\":0}]"
        );
    }
}
