//! What Python may call: plain C functions named `otb_*`.
//!
//! Rules: numbers, and pointers with a length, are all that passes. What is borrowed for a call is not kept. A function that can fail returns
//! a negative number then. A panic never passes (`guarded`). `unsafe` stands here and in the wrappers of system calls only.

use std::panic::{catch_unwind, AssertUnwindSafe};

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
