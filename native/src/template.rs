//! Heads of requests that Python has just taken and answered: it vouches for requests with the same head, for a moment.
//!
//! A template is a whole head, byte for byte, but for the value of `Content-Length` and that of the receipt. So nothing of HTTP is interpreted
//! here: what differs by a byte is for Python.

use std::ops::Range;
use std::time::{Duration, Instant};

/// How long Python's word holds: a key that was revoked, or a setting, reaches the lane no later.
const HOLDS: Duration = Duration::from_millis(1_000);

/// When one request goes to Python, so that it may give its word anew before it ends.
const RENEWED_AFTER: Duration = Duration::from_millis(500);

/// Templates that are known; whose word is oldest goes first.
const MAX_TEMPLATES: usize = 64;

const MAX_RECEIPT: usize = 512;
const MAX_LENGTH_DIGITS: usize = 7;

/// What Python knows of the requests with a head.
pub struct Terms {
    /// The routing up to the transaction, and what stands between the time of arrival and the receipt.
    pub routing: [Vec<u8>; 2],
    /// The attribute that names a parent, where somebody must be asked about parents; else empty.
    pub parent_key: Vec<u8>,
    pub max_body: usize,
    pub max_messages: usize,
    /// What is answered to a request that is kept whole.
    pub answer: Vec<u8>,
}

/// A part of a head that may differ.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Hole {
    Length,
    Receipt,
}

/// A head with its holes; each stands behind the literal of the same number.
#[derive(PartialEq)]
pub struct Pattern {
    literals: Vec<Vec<u8>>,
    holes: Vec<Hole>,
}

/// What a head says that a pattern fits.
#[derive(Debug, PartialEq)]
pub struct Said<'a> {
    pub body_size: usize,
    pub receipt: Option<&'a str>,
}

impl Pattern {
    /// Make a pattern of a head in which the values lie in these ranges; a receipt that is empty is none.
    pub fn new(head: &[u8], length: Range<usize>, receipt: Range<usize>) -> Option<Pattern> {
        let mut places = vec![(length, Hole::Length)];
        if !receipt.is_empty() {
            places.push((receipt, Hole::Receipt));
        }
        places.sort_by_key(|(place, _)| place.start);
        let mut literals = Vec::new();
        let mut end = 0;
        for (place, _) in &places {
            head.get(place.clone())?;
            literals.push(head.get(end..place.start)?.to_vec());
            end = place.end;
        }
        literals.push(head.get(end..)?.to_vec());
        let holes = places.into_iter().map(|(_, hole)| hole).collect();
        Some(Pattern { literals, holes })
    }

    /// Return what a whole head says; nothing where it is another head.
    pub fn read<'a>(&self, head: &'a [u8]) -> Option<Said<'a>> {
        let (last, literals) = self.literals.split_last()?;
        let mut rest = head;
        let mut said = Said { body_size: 0, receipt: None };
        for (literal, hole) in literals.iter().zip(&self.holes) {
            rest = rest.strip_prefix(literal.as_slice())?;
            let size = rest.iter().position(|&byte| byte == b'\r' || byte == b' ')?;
            let (value, behind) = rest.split_at(size);
            match hole {
                Hole::Length => said.body_size = length(value)?,
                Hole::Receipt => said.receipt = Some(receipt(value)?),
            }
            rest = behind;
        }
        if rest == last.as_slice() {
            Some(said)
        } else {
            None
        }
    }
}

fn length(value: &[u8]) -> Option<usize> {
    let is_number = (1..=MAX_LENGTH_DIGITS).contains(&value.len()) && value.iter().all(u8::is_ascii_digit);
    if !is_number {
        return None;
    }
    std::str::from_utf8(value).ok()?.parse().ok()
}

/// Return a receipt that `contract/receipt.py` surely reads: one process, one batch, numbers, and no name twice of those.
fn receipt(value: &[u8]) -> Option<&str> {
    if value.len() > MAX_RECEIPT {
        return None;
    }
    let text = std::str::from_utf8(value).ok()?;
    let (mut processes, mut batches) = (0, 0);
    for part in text.split(';') {
        let (name, value) = part.split_once('=')?;
        match name {
            "process" if is_process(value) => processes += 1,
            "batch" if is_count(value) && value.bytes().any(|digit| digit != b'0') => batches += 1,
            "process" | "batch" => return None,
            _ if is_word(name) && is_count(value) => (),
            _ => return None,
        }
    }
    if processes == 1 && batches == 1 {
        Some(text)
    } else {
        None
    }
}

fn is_process(value: &str) -> bool {
    value.len() == 32 && value.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn is_count(value: &str) -> bool {
    (1..=15).contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_word(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'_'))
}

struct Template {
    pattern: Pattern,
    terms: std::sync::Arc<Terms>,
    vouched: Instant,
    is_renewed: bool,
}

/// The templates that there are.
#[derive(Default)]
pub struct Templates(Vec<Template>);

impl Templates {
    /// Take Python's word for requests with a head.
    pub fn vouch(&mut self, pattern: Pattern, terms: Terms, now: Instant) {
        self.0.retain(|known| known.pattern != pattern);
        if self.0.len() >= MAX_TEMPLATES {
            self.0.remove(0);
        }
        let terms = std::sync::Arc::new(terms);
        self.0.push(Template { pattern, terms, vouched: now, is_renewed: false });
    }

    /// Return what a head says and the terms of its requests; nothing for one that goes to Python.
    pub fn find<'a>(&mut self, head: &'a [u8], now: Instant) -> Option<(Said<'a>, std::sync::Arc<Terms>)> {
        for template in &mut self.0 {
            if let Some(said) = template.pattern.read(head) {
                let age = now.saturating_duration_since(template.vouched);
                if age > HOLDS {
                    return None;
                }
                if age > RENEWED_AFTER && !std::mem::replace(&mut template.is_renewed, true) {
                    return None;
                }
                return Some((said, template.terms.clone()));
            }
        }
        None
    }

    /// Know none any more.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROCESS: &str = "process=0123456789abcdef0123456789abcdef";

    fn range_of(head: &str, value: &str) -> Range<usize> {
        let start = head.find(value).unwrap();
        start..start + value.len()
    }

    fn pattern() -> Pattern {
        let head = "POST / HTTP/1.1\r\nreceipt: RRR\r\ncontent-length: 123\r\nhost: h\r\n\r\n";
        Pattern::new(head.as_bytes(), range_of(head, "123"), range_of(head, "RRR")).unwrap()
    }

    fn head(receipt: &str, length: &str) -> String {
        format!("POST / HTTP/1.1\r\nreceipt: {}\r\ncontent-length: {}\r\nhost: h\r\n\r\n", receipt, length)
    }

    #[test]
    fn a_head_that_differs_in_its_holes_alone_is_read() {
        let receipt = format!("{};pid=4;batch=7;is_last=1", PROCESS);
        let head = head(&receipt, "4567");

        let said = pattern().read(head.as_bytes()).unwrap();

        assert_eq!(said, Said { body_size: 4567, receipt: Some(&receipt) });
    }

    #[test]
    fn any_other_head_is_not() {
        let sound = format!("{};batch=7", PROCESS);
        let long = format!("{}{}", sound, ";a=1".repeat(200));
        let last = format!("{};batch=7\r\nx: y", PROCESS);
        for (receipt, length) in [
            (sound.as_str(), ""),
            (&sound, "+5"),
            (&sound, "5 "),
            (&sound, "5\r\nx: y"),
            (&sound, "12345678"),
            ("", "5"),
            ("batch=7", "5"),
            (PROCESS, "5"),
            (&format!("{};batch=0", PROCESS), "5"),
            (&format!("{};batch=7;batch=8", PROCESS), "5"),
            (&format!("{};batch=7;pid=", PROCESS), "5"),
            (&format!("{};batch=7;", PROCESS), "5"),
            (&format!("{};batch=7;a=\"", PROCESS), "5"),
            (&format!("{}0;batch=7", PROCESS), "5"),
            (&long, "5"),
            (&last, "5"),
        ] {
            assert_eq!(pattern().read(head(receipt, length).as_bytes()), None, "{} {}", receipt, length);
        }
        let whole = head(&sound, "5");
        assert!(pattern().read(whole.as_bytes()).is_some());
        for end in 0..whole.len() {
            assert_eq!(pattern().read(&whole.as_bytes()[..end]), None);
        }
        let mut other = whole.into_bytes();
        for place in 0..20 {
            other[place] ^= 1;
            assert_eq!(pattern().read(&other), None);
            other[place] ^= 1;
        }
    }

    fn terms() -> Terms {
        Terms { routing: [vec![], vec![]], parent_key: vec![], max_body: 1, max_messages: 1, answer: vec![] }
    }

    #[test]
    fn a_word_holds_for_a_second_and_is_renewed_before() {
        let mut templates = Templates::default();
        let start = Instant::now();
        let head = head(&format!("{};batch=7", PROCESS), "5");
        let found = |templates: &mut Templates, after_ms| {
            templates.find(head.as_bytes(), start + Duration::from_millis(after_ms)).is_some()
        };

        assert!(!found(&mut templates, 0));
        templates.vouch(pattern(), terms(), start);
        assert!(found(&mut templates, 500));
        assert!(!found(&mut templates, 501));
        assert!(found(&mut templates, 502));
        assert!(found(&mut templates, 1_000));
        assert!(!found(&mut templates, 1_001));
        templates.vouch(pattern(), terms(), start + Duration::from_millis(900));
        assert!(found(&mut templates, 1_200));
        templates.clear();
        assert!(!found(&mut templates, 1_200));
    }

    #[test]
    fn no_more_than_so_many_are_known() {
        let mut templates = Templates::default();
        for number in 0..2 * MAX_TEMPLATES {
            let head = format!("{} 5", number);
            let pattern = Pattern::new(head.as_bytes(), head.len() - 1..head.len(), 0..0).unwrap();
            templates.vouch(pattern, terms(), Instant::now());
        }

        assert_eq!(templates.0.len(), MAX_TEMPLATES);
    }

    #[test]
    fn the_holes_may_stand_in_either_order() {
        let receipt = format!("{};batch=7", PROCESS);
        for (known, head) in [
            ("length: 1\r\nreceipt: R\r\n", format!("length: 23\r\nreceipt: {}\r\n", receipt)),
            ("receipt: R\r\nlength: 1\r\n", format!("receipt: {}\r\nlength: 23\r\n", receipt)),
        ] {
            let pattern = Pattern::new(known.as_bytes(), range_of(known, "1"), range_of(known, "R"));

            let said = Said { body_size: 23, receipt: Some(&receipt) };
            assert_eq!(pattern.unwrap().read(head.as_bytes()), Some(said));
        }
    }

    #[test]
    fn a_head_without_a_receipt_has_none() {
        let known = "length: 1\r\n";
        let pattern = Pattern::new(known.as_bytes(), range_of(known, "1"), 0..0).unwrap();

        assert_eq!(pattern.read(b"length: 9\r\n"), Some(Said { body_size: 9, receipt: None }));
        assert_eq!(pattern.read(b"length: 9\r\nreceipt: x\r\n"), None);
    }

    #[test]
    fn a_length_has_at_most_seven_digits_and_nothing_else() {
        for (value, right) in [
            ("0", Some(0)),
            ("0000007", Some(7)),
            ("9999999", Some(9_999_999)),
            ("00000007", None),
            ("18446744073709551617", None),
            ("", None),
            ("-1", None),
            ("1_0", None),
            ("\u{ff11}", None),
        ] {
            assert_eq!(length(value.as_bytes()), right, "{}", value);
        }
    }

    #[test]
    fn a_receipt_is_one_process_one_batch_and_numbers() {
        let sound = [
            format!("{};batch=1", PROCESS),
            format!("batch=007;{}", PROCESS),
            format!("{};batch=999999999999999;a_b=0;a_b=0", PROCESS),
        ];
        let process = &PROCESS[8..];
        let unsound = [
            "".to_owned(),
            format!("{};batch=1000000000000000", PROCESS),
            format!("{};batch=000", PROCESS),
            format!("{};batch=-1", PROCESS),
            format!("{0};{0};batch=1", PROCESS),
            format!("process={};batch=1", process.to_uppercase()),
            format!("process={};batch=1", &process[1..]),
            format!("{};batch=1;=1", PROCESS),
            format!("{};batch=1;A=1", PROCESS),
            format!("{};batch=1;a1=1", PROCESS),
            format!("{};batch=1;a", PROCESS),
            format!("{};batch=1;a=1=1", PROCESS),
            format!("{};batch=1;;a=1", PROCESS),
        ];

        assert!(sound.iter().all(|text| receipt(text.as_bytes()) == Some(text)));
        for text in &unsound {
            assert_eq!(receipt(text.as_bytes()), None, "{}", text);
        }
        assert_eq!(receipt(b"\xff"), None);
    }

    #[test]
    fn a_receipt_has_at_most_so_many_bytes() {
        let largest = format!("{};batch=1;{}=1", PROCESS, "a".repeat(MAX_RECEIPT - PROCESS.len() - 11));

        assert_eq!(largest.len(), MAX_RECEIPT);
        assert!(receipt(largest.as_bytes()).is_some());
        assert!(receipt(largest.replacen("a=", "aa=", 1).as_bytes()).is_none());
    }

    #[test]
    fn what_is_vouched_for_anew_takes_the_place_of_the_old_word() {
        let mut templates = Templates::default();
        let head = head(&format!("{};batch=7", PROCESS), "5");
        for max_body in [1, 2] {
            templates.vouch(pattern(), Terms { max_body, ..terms() }, Instant::now());
        }

        assert_eq!(templates.find(head.as_bytes(), Instant::now()).unwrap().1.max_body, 2);
        assert_eq!(templates.0.len(), 1);
    }
}
