//! What Python may call of translation; the rules are those of `ffi`.

use crate::ffi::{borrowed, guarded};
use crate::translate::packed_rows;

/// Bytes of this library that Python reads and gives back.
pub struct Packed {
    bytes: Vec<u8>,
}

/// Translate a trace request. Where that is done, `packed` and `data` tell what to give back and where the rows are, and their size is returned;
/// 0 for a request that is left to Python.
///
/// # Safety
/// `body` is as `borrowed` wants it; `packed` and `data` may be written.
#[no_mangle]
pub unsafe extern "C" fn otb_translate(
    body: *const u8,
    body_size: usize,
    packed: *mut *mut Packed,
    data: *mut *const u8,
) -> i64 {
    guarded(|| {
        // SAFETY: as the caller promises.
        let found = match packed_rows(unsafe { borrowed(body, body_size) }) {
            Some(bytes) => Box::new(Packed { bytes }),
            None => return 0,
        };
        let size = found.bytes.len() as i64;
        // SAFETY: as the caller promises.
        unsafe {
            *data = found.bytes.as_ptr();
            *packed = Box::into_raw(found);
        }
        size
    })
}

/// Let go of what `otb_translate` gave.
///
/// # Safety
/// `packed` is what it gave, once.
#[no_mangle]
pub unsafe extern "C" fn otb_translated_done(packed: *mut Packed) {
    // SAFETY: as the caller promises.
    drop(unsafe { Box::from_raw(packed) });
}
