//! A quick hash of short texts, for tables of which nothing depends on it but how long they take.

const MIX: u64 = 0x9e37_79b9_7f4a_7c15;

/// Return a number that is mostly another for another text; its low bits are as good as the high ones.
#[inline]
pub fn text_hash(text: &str) -> u64 {
    let bytes = text.as_bytes();
    let words = bytes.chunks_exact(8);
    let rest = words.remainder().iter().fold(0, |rest, &byte| rest << 8 | u64::from(byte));
    let words = words.map(|word| word.try_into().map_or(0, u64::from_le_bytes));
    let sum = words.fold(bytes.len() as u64, mixed);
    let sum = mixed(sum, rest);
    sum ^ sum >> 32
}

#[inline(always)]
fn mixed(sum: u64, word: u64) -> u64 {
    (sum.rotate_left(5) ^ word).wrapping_mul(MIX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_differ_anywhere_hash_to_different_slots_mostly() {
        let texts: Vec<String> = (0..1_000).map(|number| format!("{0}.a.name.{0}", number)).collect();
        let slots: std::collections::HashSet<u64> =
            texts.iter().map(|text| text_hash(text) % 65_536).collect();

        assert!(slots.len() > 980, "{}", slots.len());
        assert_ne!(text_hash("a"), text_hash("a\0"));
        assert_ne!(text_hash(""), text_hash("\0"));
    }
}
