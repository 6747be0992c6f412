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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::written::{attribute, fixed64, group, number, request, sized, span};

    const MANY: usize = 1_000_000;

    fn limits(max_messages: usize) -> Limits<'static> {
        Limits { max_messages, parent_key: None }
    }

    fn is_sound(body: &[u8]) -> bool {
        check(body, limits(MANY)).is_some()
    }

    /// A request with one span that has something more.
    fn with(more: &[u8]) -> Vec<u8> {
        request(b"", &[span(more)])
    }

    /// An attribute of a span whose value lies in so many lists.
    fn nested(levels: usize) -> Vec<u8> {
        let value = (0..levels).fold(sized(1, b"x"), |inner, _| sized(5, &sized(1, &inner)));
        sized(9, &[sized(1, b"key"), sized(2, &value)].concat())
    }

    #[test]
    fn a_request_with_spans_is_sound_and_counts_them() {
        let [late, dropped] = [fixed64(8, 9), number(10, 3)];
        let ids = [sized(1, &[7; 16]), sized(2, &[8; 8])].concat();
        let spans = [span(b""), [ids.clone(), late].concat(), [ids, dropped].concat()];

        let senders = check(&request(b"", &spans), limits(MANY)).unwrap();

        assert_eq!(senders.spans(), 3);
        assert!(senders.to_json().ends_with("\"spans\":3,\"newest_end_ns\":9,\"dropped_attributes\":3}]"));
    }

    #[test]
    fn a_request_without_spans_is_not_surely_sound() {
        assert!(!is_sound(b""));
        assert!(!is_sound(&request(b"", &[])));
        assert!(!is_sound(&sized(1, b"")));
    }

    #[test]
    fn a_request_that_is_cut_anywhere_is_not_sound() {
        let resource = sized(1, &attribute("service.name", "s"));
        let body = request(&resource, &[span(&sized(9, &attribute("key", "text"))), span(&nested(3))]);

        assert!(is_sound(&body));
        for end in 0..body.len() {
            assert!(!is_sound(&body[..end]), "to {}", end);
        }
    }

    #[test]
    fn whatever_comes_is_judged() {
        let attributes = [attribute("key", "text"), attribute("service.name", "s")];
        let more: Vec<u8> = attributes.iter().flat_map(|each| sized(9, each)).collect();
        let body = request(&sized(1, &attributes[1]), &[span(&more), span(&nested(4))]);
        let mut random = 0x9e37_79b9_7f4a_7c15_u64; // the same numbers each time
        let mut next = |below: usize| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            random as usize % below
        };
        let mut sound = 0;
        for _ in 0..50_000 {
            let mut changed = body.clone();
            for _ in 0..=next(3) {
                let place = next(changed.len());
                match next(4) {
                    0 => changed[place] = next(256) as u8,
                    1 => changed[place] ^= 1 << next(8),
                    2 => drop(changed.remove(place)),
                    _ => changed.insert(place, next(256) as u8),
                }
            }
            sound += usize::from(is_sound(&changed));
        }

        // Most bytes of a text, an id or a number may be others.
        assert!((1_000..40_000).contains(&sound), "{}", sound);
    }

    #[test]
    fn ids_have_their_size_and_are_not_all_zeros() {
        let with_ids = |trace: &[u8], own: &[u8]| request(b"", &[[sized(1, trace), sized(2, own)].concat()]);

        assert!(is_sound(&with_ids(&[1; 16], &[1; 8])));
        assert!(is_sound(&with_ids(&[[0; 15].as_slice(), &[1]].concat(), &[0, 0, 0, 0, 0, 0, 0, 1])));
        for (trace, own) in [(15, 8), (17, 8), (0, 8), (16, 7), (16, 9), (16, 0)] {
            assert!(!is_sound(&with_ids(&vec![1; trace], &vec![1; own])), "{} {}", trace, own);
        }
        assert!(!is_sound(&with_ids(&[0; 16], &[1; 8])));
        assert!(!is_sound(&with_ids(&[1; 16], &[0; 8])));
    }

    #[test]
    fn a_parent_has_eight_bytes_or_none() {
        for size in 0..20 {
            assert_eq!(is_sound(&with(&sized(4, &vec![1; size]))), matches!(size, 0 | 8), "{}", size);
        }
    }

    #[test]
    fn attributes_that_were_left_out_are_counted_up_to_32_bits() {
        assert!(is_sound(&with(&number(10, u32::MAX.into()))));
        assert!(!is_sound(&with(&number(10, u64::from(u32::MAX) + 1))));
        assert!(!is_sound(&with(&number(10, u64::MAX))));
    }

    #[test]
    fn values_may_lie_in_lists_so_deep_and_no_deeper() {
        // The attribute is one level, its value another, and each list and what it holds two.
        let deepest = (MAX_LEVELS - 2) / 2;

        assert!(is_sound(&with(&nested(deepest))));
        assert!(!is_sound(&with(&nested(deepest + 1))));
    }

    #[test]
    fn however_deep_a_request_is_a_thread_of_the_lane_has_stack_for_it() {
        // What is deeper has no more than these levels looked at.
        let bodies = [with(&nested((MAX_LEVELS - 2) / 2)), with(&nested(10_000))];

        let judged = std::thread::Builder::new()
            .stack_size(crate::lane::STACK_BYTES)
            .spawn(move || bodies.map(|body| is_sound(&body)))
            .unwrap()
            .join();

        assert_eq!(judged.unwrap(), [true, false]);
    }

    #[test]
    fn messages_are_counted_up_to_the_limit() {
        // Of the resource's spans, the resource, the scope's spans, the span, its attribute and the value.
        let body = with(&sized(9, &attribute("key", "text")));

        assert!(check(&body, limits(6)).is_some());
        for max_messages in 0..6 {
            assert!(check(&body, limits(max_messages)).is_none(), "{}", max_messages);
        }
    }

    #[test]
    fn an_attribute_counts_the_same_whichever_way_it_is_read() {
        let plain = attribute("key", "text");
        let turned = [sized(2, &sized(1, b"text")), sized(1, b"key")].concat();

        for written in [plain, turned] {
            let body = with(&sized(9, &written));
            assert!(check(&body, limits(6)).is_some());
            assert!(check(&body, limits(5)).is_none());
        }
    }

    #[test]
    fn every_type_of_value_is_sound_once() {
        let value = |value: &[u8]| with(&sized(9, &[sized(1, b"key"), sized(2, value)].concat()));
        let values = [
            sized(1, "ä".as_bytes()),
            number(2, 1),
            number(3, u64::MAX),
            fixed64(4, 7),
            sized(5, &sized(1, &number(3, 1))),
            sized(6, &sized(1, &attribute("inner", "text"))),
            sized(7, b"\xff"),
        ];

        assert!(is_sound(&value(b"")));
        for each in &values {
            assert!(is_sound(&value(each)), "{:?}", each);
            assert!(!is_sound(&value(&each.repeat(2))), "{:?}", each);
            assert!(!is_sound(&value(&each[..each.len() - 1])), "{:?}", each);
        }
    }

    #[test]
    fn a_text_that_is_no_utf_8_is_not_sound_wherever_it_stands() {
        let bad = b"\xff";
        let value = |text: &[u8]| sized(2, &sized(1, text));
        let attribute_of = |key: &[u8], text: &[u8]| [sized(1, key), value(text)].concat();

        assert!(!is_sound(&with(&sized(9, &attribute_of(bad, b"text")))));
        assert!(!is_sound(&with(&sized(9, &attribute_of(b"key", bad)))));
        assert!(!is_sound(&with(&sized(3, bad)))); // the state of its trace
        assert!(!is_sound(&with(&sized(11, &sized(2, bad))))); // the name of an event
        assert!(!is_sound(&request(&sized(1, &attribute_of(b"key", bad)), &[span(b"")])));
    }

    #[test]
    fn groups_and_unknown_fields_are_not_sound_wherever_they_stand() {
        for odd in [group(30, b""), number(30, 1), group(1, b"")] {
            assert!(!is_sound(&with(&odd)));
            assert!(!is_sound(&with(&sized(9, &odd))));
            assert!(!is_sound(&with(&sized(15, &odd))));
            assert!(!is_sound(&request(&odd, &[span(b"")])));
            assert!(!is_sound(&[with(b""), odd].concat()));
        }
    }

    #[test]
    fn where_somebody_must_be_asked_about_parents_none_is_there() {
        let asked = Limits { max_messages: MANY, parent_key: Some(b"parent") };
        let list = sized(6, &sized(1, &attribute("parent", "text")));
        let inner = sized(9, &[sized(1, b"key"), sized(2, &list)].concat());
        let own = attribute("parent", "text");

        assert!(check(&with(&sized(9, &attribute("parents", "text"))), asked).is_some());
        for body in [with(&sized(9, &own)), with(&inner), request(&sized(1, &own), &[span(b"")])] {
            assert!(is_sound(&body));
            assert!(check(&body, asked).is_none());
        }
    }

    #[test]
    fn senders_are_told_by_what_their_resources_say() {
        let said = [
            attribute("service.namespace", "n"),
            attribute("service.name", "s"),
            attribute("service.instance.id", "i"),
            attribute("telemetry.sdk.name", "k"),
            attribute("telemetry.sdk.version", "1"),
            [sized(1, b"service.name"), sized(2, &number(3, 5))].concat(), // no text: it says nothing
            sized(1, b"service.name"),
        ];
        let resource: Vec<u8> = said.iter().flat_map(|each| sized(1, each)).collect();

        let senders = check(&request(&resource, &[span(b"")]), limits(MANY)).unwrap();

        assert!(senders
            .to_json()
            .starts_with("[{\"service\":\"n/s\",\"instance\":\"i\",\"sdk\":\"k 1\",\"spans\":1"));
    }
}
