//! Memory of one request, or of one of its spans: what is made while it is translated lives until that is done, and is let go of at once.
//!
//! So values are plain copies that point into it, as in Python nobody counts who holds them, and nobody changes what they share.

use std::cell::{Cell, RefCell};
use std::mem::{align_of, size_of, MaybeUninit};

const FIRST_WORDS: usize = 1 << 13;
const MAX_WORDS: usize = 1 << 17;

/// Gives out memory piece by piece.
pub struct Arena {
    chunks: RefCell<Vec<Box<[MaybeUninit<u64>]>>>,
    next: Cell<*mut MaybeUninit<u64>>,
    words_left: Cell<usize>,
}

impl Arena {
    pub fn new() -> Self {
        Arena {
            chunks: RefCell::new(Vec::new()),
            next: Cell::new(std::ptr::null_mut()),
            words_left: Cell::new(0),
        }
    }

    /// Let go of all that was kept; the room that it took first is used again.
    pub fn clear(&mut self) {
        let chunks = self.chunks.get_mut();
        chunks.truncate(1);
        if let Some(first) = chunks.first_mut() {
            self.next.set(first.as_mut_ptr());
            self.words_left.set(first.len());
        }
    }

    /// Keep a copy of a text.
    pub fn text(&self, text: &str) -> &str {
        // SAFETY: the same bytes as those of a text.
        unsafe { std::str::from_utf8_unchecked(self.slice(text.as_bytes())) }
    }

    /// Keep copies of items.
    pub fn slice<T: Copy>(&self, items: &[T]) -> &[T] {
        assert!(align_of::<T>() <= align_of::<u64>());
        if items.is_empty() || size_of::<T>() == 0 {
            return &[];
        }
        let place = self.room(std::mem::size_of_val(items)).cast::<T>();
        // SAFETY: `room` gives as much memory, aligned for a `u64`, that nobody else has and that lives as long as `self`; items that are
        // `Copy` need not be dropped.
        unsafe {
            std::ptr::copy_nonoverlapping(items.as_ptr(), place, items.len());
            std::slice::from_raw_parts(place, items.len())
        }
    }

    fn room(&self, bytes: usize) -> *mut MaybeUninit<u64> {
        let words = (bytes + 7) / 8;
        if words > self.words_left.get() {
            self.grow(words);
        }
        let place = self.next.get();
        self.words_left.set(self.words_left.get() - words);
        // SAFETY: so many words are left behind `place` in its chunk.
        self.next.set(unsafe { place.add(words) });
        place
    }

    fn grow(&self, words: usize) {
        let mut chunks = self.chunks.borrow_mut();
        let usual = (FIRST_WORDS << chunks.len().min(16)).min(MAX_WORDS);
        let mut chunk = vec![MaybeUninit::uninit(); usual.max(words)].into_boxed_slice();
        self.next.set(chunk.as_mut_ptr());
        self.words_left.set(chunk.len());
        chunks.push(chunk);
    }
}

impl Default for Arena {
    fn default() -> Self {
        Arena::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_stays_as_it_was_however_much_follows() {
        let arena = Arena::new();
        let texts: Vec<String> = (0..20_000).map(|number| "ä".repeat(number % 90)).collect();
        let kept: Vec<&str> = texts.iter().map(|text| arena.text(text)).collect();
        let large = arena.slice(&vec![7_u64; 3 << 20]);
        let odd = arena.slice(&[(1_u8, 2_u16); 3]);

        assert_eq!(kept, texts);
        assert!(large.iter().all(|&number| number == 7));
        assert_eq!(odd, [(1, 2); 3]);
    }

    #[test]
    fn what_is_let_go_of_makes_room() {
        let mut arena = Arena::new();
        for number in 0..3_u64 {
            let kept = [number; 100].map(|number| arena.slice(&[number; 1_000]));
            assert!(kept.iter().all(|kept| kept.iter().all(|&each| each == number)));
            assert!(arena.chunks.borrow().len() > 1);

            arena.clear();

            assert_eq!(arena.chunks.borrow().len(), 1);
        }
    }

    #[test]
    fn nothing_takes_no_room() {
        let arena = Arena::new();

        assert_eq!(arena.text(""), "");
        assert_eq!(arena.slice::<u64>(&[]), []);
        assert_eq!(arena.slice(&[(), ()]).len(), 0);
        assert!(arena.chunks.borrow().is_empty());
    }
}
