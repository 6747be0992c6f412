//! What Python may call: plain C functions named `otb_*`.
//!
//! Rules: numbers, and pointers with a length, are all that passes. What is borrowed for a call is not kept. A function that can fail returns
//! a negative number then. A panic never passes (`guarded`). `unsafe` stands here and in the wrappers of system calls only.

use std::panic::{catch_unwind, AssertUnwindSafe};

use crate::check::{check, Limits};

/// Counts up with each change of what stands in this file; `compiled.py` expects the same number.
pub const ABI: u32 = 2;

/// Returned where a function of this library has panicked: a fault of ours.
pub const PANICKED: i64 = -1_000_000;

/// Do `work`; where it panics, return `PANICKED`.
pub fn guarded(work: impl FnOnce() -> i64) -> i64 {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or(PANICKED)
}

/// Return the number of this interface.
#[no_mangle]
pub extern "C" fn otb_abi() -> u32 {
    ABI
}

/// Return the bytes at `data`; none for a null pointer.
///
/// # Safety
/// `data` is null, or points to `size` bytes which nobody changes while the slice is in use.
pub unsafe fn borrowed<'a>(data: *const u8, size: usize) -> &'a [u8] {
    if data.is_null() {
        return &[];
    }
    // SAFETY: not null, and the rest is what the caller promises.
    unsafe { std::slice::from_raw_parts(data, size) }
}

/// Write the senders of a sound trace request to `senders` as a JSON list, and return its size: 0 for a request that is not surely sound,
/// or whose list is larger than `capacity`.
///
/// # Safety
/// `body` and `parent_key` are as `borrowed` wants them, `parent_key` being empty where nobody must be asked about parents; `senders` has room
/// for `capacity` bytes.
#[no_mangle]
pub unsafe extern "C" fn otb_check_traces(
    body: *const u8,
    body_size: usize,
    max_messages: usize,
    parent_key: *const u8,
    parent_key_size: usize,
    senders: *mut u8,
    capacity: usize,
) -> i64 {
    guarded(|| {
        // SAFETY: as the caller promises.
        let (body, key) = unsafe { (borrowed(body, body_size), borrowed(parent_key, parent_key_size)) };
        let limits = Limits { max_messages, parent_key: if key.is_empty() { None } else { Some(key) } };
        let json = match check(body, limits) {
            Some(found) => found.to_json(),
            None => return 0,
        };
        if json.len() > capacity {
            return 0;
        }
        // SAFETY: the room is there, and nobody else knows it.
        unsafe { std::ptr::copy_nonoverlapping(json.as_ptr(), senders, json.len()) };
        json.len() as i64
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::written::{attribute, request, sized, span};

    #[test]
    fn a_panic_is_a_number() {
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(|_| ()));

        assert_eq!(guarded(|| panic!("a fault")), PANICKED);

        std::panic::set_hook(hook);
    }

    /// The senders of a body, written to so much room; and what is returned.
    fn checked(body: &[u8], key: &[u8], capacity: usize) -> (i64, Vec<u8>) {
        let mut senders = vec![b'-'; capacity + 1];
        // SAFETY: all of it is there while the function runs, and one byte more than it may write.
        let size = unsafe {
            let (body, key) = ((body.as_ptr(), body.len()), (key.as_ptr(), key.len()));
            otb_check_traces(body.0, body.1, 1_000, key.0, key.1, senders.as_mut_ptr(), capacity)
        };
        (size, senders)
    }

    #[test]
    fn senders_are_written_where_there_is_room_and_nowhere_else() {
        let body = request(b"", &[span(b"")]);
        let (size, senders) = checked(&body, b"", 1_000);
        let size = size as usize;

        assert!(senders[..size].starts_with(b"[{") && senders[..size].ends_with(b"}]"));
        assert_eq!(checked(&body, b"", size).1, [&senders[..size], b"-"].concat());
        assert_eq!(checked(&body, b"", size - 1), (0, vec![b'-'; size]));
    }

    #[test]
    fn an_empty_key_asks_about_no_parent() {
        let body = request(b"", &[span(&sized(9, &attribute("", "text")))]);

        assert!(checked(&body, b"", 1_000).0 > 0);
        assert!(checked(&body, b"key", 1_000).0 > 0);
    }

    #[test]
    fn no_body_at_all_is_not_sound() {
        let mut senders = [0; 10];
        // SAFETY: a null pointer is what `borrowed` takes for nothing.
        let size = unsafe {
            otb_check_traces(std::ptr::null(), 9, 9, std::ptr::null(), 9, senders.as_mut_ptr(), 10)
        };

        assert_eq!(size, 0);
    }
}
