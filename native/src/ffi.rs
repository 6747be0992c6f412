//! What Python may call: plain C functions named `otb_*`.
//!
//! Rules: numbers, and pointers with a length, are all that passes. What is borrowed for a call is not kept. A function that can fail returns
//! a negative number then. A panic never passes (`guarded`). `unsafe` stands here and in the wrappers of system calls only.

use std::panic::{catch_unwind, AssertUnwindSafe};

use crate::check::{check, Limits};

/// Counts up with each change of what stands in this file; `compiled.py` expects the same number.
pub const ABI: u32 = 1;

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

    #[test]
    fn a_panic_is_a_number() {
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(|_| ()));

        assert_eq!(guarded(|| panic!("a fault")), PANICKED);

        std::panic::set_hook(hook);
    }
}
