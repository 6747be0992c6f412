//! What Python may call of the appender and the lane (`spool/pen.py`, `receive/lane.py`); by the rules of `ffi.rs`.
//!
//! Both are named by numbers, which stay good for the time of the process: nothing that Python passes can reach what is gone.

use crate::append::{lock, Appender, Extent, Heard, Leave};
use crate::ffi::{borrowed, guarded};
use crate::lane::{Lane, MAX_BUFFER};
use crate::template::{Pattern, Terms};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::io::{FromRawFd, IntoRawFd, OwnedFd};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Returned where there is nothing of the number, or a system call failed.
const FAILED: i64 = -1;
const CLOSED: i64 = -2;

static APPENDERS: Mutex<Vec<Arc<Appender>>> = Mutex::new(Vec::new());
static LANES: Mutex<Vec<Arc<Lane>>> = Mutex::new(Vec::new());

/// What `Extent` is for Python, and the next number.
#[repr(C)]
pub struct Place {
    marker: [u8; 8],
    size: u64,
    end_seq: u64,
    next_seq: u64,
}

/// Bytes that Python lends for a call.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Lent {
    data: *const u8,
    size: usize,
}

/// What Python vouches for; the ranges lie in the head.
#[repr(C)]
pub struct Vouched {
    head: Lent,
    length: [usize; 2],
    receipt: [usize; 2],
    routing: [Lent; 2],
    parent_key: Lent,
    answer: Lent,
    max_body: usize,
    max_messages: usize,
    age_ms: u64,
}

fn added<T>(all: &Mutex<Vec<Arc<T>>>, one: Arc<T>) -> i64 {
    let mut all = lock(all);
    all.push(one);
    all.len() as i64 - 1
}

fn found<T>(all: &Mutex<Vec<Arc<T>>>, number: i64) -> Option<Arc<T>> {
    let number = usize::try_from(number).ok()?;
    lock(all).get(number).cloned()
}

fn with<T>(all: &Mutex<Vec<Arc<T>>>, number: i64, work: impl FnOnce(&T) -> i64) -> i64 {
    guarded(|| found(all, number).map_or(FAILED, |one| work(&one)))
}

/// Return the number of a new appender, which has no leave to write.
#[no_mangle]
pub extern "C" fn otb_pen_new() -> i64 {
    guarded(|| added(&APPENDERS, Arc::default()))
}

/// Take the pen; waits for it.
///
/// # Safety
/// `place` can be written.
#[no_mangle]
pub unsafe extern "C" fn otb_pen_take(pen: i64, place: *mut Place) -> i64 {
    with(&APPENDERS, pen, |appender| {
        let (extent, next_seq) = appender.take();
        // SAFETY: as the caller promises.
        unsafe { place.write(placed(extent, next_seq)) };
        0
    })
}

/// Give the pen back, with leave to write the segment at `path` until it has `full` bytes, and never more than `most`; without leave where the path is empty.
///
/// # Safety
/// `place` can be read, `path` is as `borrowed` wants it.
#[no_mangle]
pub unsafe extern "C" fn otb_pen_give(
    pen: i64,
    place: *const Place,
    path: *const u8,
    path_size: usize,
    full: u64,
    most: u64,
) -> i64 {
    with(&APPENDERS, pen, |appender| {
        // SAFETY: as the caller promises.
        let (place, path) = unsafe { (place.read(), borrowed(path, path_size)) };
        let leave = match path {
            [] => None,
            path => Leave::open(Path::new(OsStr::from_bytes(path)), full, most).ok(),
        };
        let extent = Extent { marker: place.marker, size: place.size, end_seq: place.end_seq };
        appender.give(extent, place.next_seq, leave);
        0
    })
}

/// Tell what is durable.
///
/// # Safety
/// `place` can be written.
#[no_mangle]
pub unsafe extern "C" fn otb_pen_extent(pen: i64, place: *mut Place) -> i64 {
    with(&APPENDERS, pen, |appender| {
        // SAFETY: as the caller promises.
        unsafe { place.write(placed(appender.extent(), 0)) };
        0
    })
}

/// Wait for records that have become durable; return how many durations of groups were written, with `is_new` saying whether there are any
/// records, or `CLOSED`.
///
/// # Safety
/// `durations` has room for `capacity` numbers, `is_new` can be written.
#[no_mangle]
pub unsafe extern "C" fn otb_pen_hear(
    pen: i64,
    timeout_ms: u64,
    durations: *mut f64,
    capacity: usize,
    is_new: *mut u8,
) -> i64 {
    with(&APPENDERS, pen, |appender| {
        match appender.hear(Duration::from_millis(timeout_ms)) {
            Heard::Closed => CLOSED,
            Heard::News(news, told) => {
                let count = told.len().min(capacity);
                // SAFETY: as the caller promises.
                unsafe {
                    is_new.write(u8::from(news));
                    std::ptr::copy_nonoverlapping(told.as_ptr(), durations, count);
                }
                count as i64
            }
        }
    })
}

/// Let nothing be appended any more, but by Python; wait so long for what is being written.
#[no_mangle]
pub extern "C" fn otb_pen_close(pen: i64, timeout_ms: u64) -> i64 {
    with(&APPENDERS, pen, |appender| {
        appender.close(Duration::from_millis(timeout_ms));
        0
    })
}

/// Return a transaction, at least `smallest` and larger than those before.
#[no_mangle]
pub extern "C" fn otb_pen_xact(pen: i64, smallest: u64, room: u64) -> i64 {
    with(&APPENDERS, pen, |appender| appender.next_xact(smallest, room) as i64)
}

/// Return the number of a new lane that appends with a pen.
#[no_mangle]
pub extern "C" fn otb_lane_new(pen: i64, threads: usize) -> i64 {
    guarded(|| {
        let lane = found(&APPENDERS, pen).map(|appender| Lane::start(appender, threads));
        match lane {
            Some(Ok(lane)) => added(&LANES, lane),
            _ => FAILED,
        }
    })
}

/// Return the file descriptor that is readable whenever `otb_lane_returned` has something, or `otb_lane_is_over` may be true.
#[no_mangle]
pub extern "C" fn otb_lane_fd(lane: i64) -> i64 {
    with(&LANES, lane, |lane| i64::from(lane.returned_fd()))
}

/// Vouch for requests with a head.
///
/// # Safety
/// `vouched` can be read, and so can what it lends.
#[no_mangle]
pub unsafe extern "C" fn otb_lane_vouch(lane: i64, vouched: *const Vouched) -> i64 {
    with(&LANES, lane, |lane| {
        // SAFETY: as the caller promises.
        let vouched = unsafe { &*vouched };
        let bytes = |lent: Lent| {
            // SAFETY: as the caller promises.
            unsafe { borrowed(lent.data, lent.size) }
        };
        let ([start, end], [receipt_start, receipt_end]) = (vouched.length, vouched.receipt);
        let terms = Terms {
            routing: [bytes(vouched.routing[0]).to_vec(), bytes(vouched.routing[1]).to_vec()],
            parent_key: bytes(vouched.parent_key).to_vec(),
            max_body: vouched.max_body,
            max_messages: vouched.max_messages,
            answer: bytes(vouched.answer).to_vec(),
        };
        match Pattern::new(bytes(vouched.head), start..end, receipt_start..receipt_end) {
            Some(pattern) => {
                lane.vouch(pattern, terms, Duration::from_millis(vouched.age_ms));
                0
            }
            None => FAILED,
        }
    })
}

/// Bring an idle connection, which is the lane's from then on; where this fails, it is the caller's as before.
///
/// # Safety
/// `fd` is a connection of the caller's.
#[no_mangle]
pub unsafe extern "C" fn otb_lane_bring(lane: i64, fd: i32) -> i64 {
    with(&LANES, lane, |lane| {
        // SAFETY: as the caller promises.
        match lane.bring(unsafe { OwnedFd::from_raw_fd(fd) }) {
            Ok(()) => 0,
            Err(refused) => {
                let _ = refused.into_raw_fd();
                FAILED
            }
        }
    })
}

/// Write to `data` what was read of the next connection that goes to Python, return its size, and the connection in `fd`, which is the
/// caller's, and in `is_late` whether its sender would have to be waited for; `CLOSED` where there is none.
///
/// # Safety
/// `fd` and `is_late` can be written, `data` has room for `otb_lane_buffer_size` bytes.
#[no_mangle]
pub unsafe extern "C" fn otb_lane_returned(lane: i64, fd: *mut i32, is_late: *mut u8, data: *mut u8) -> i64 {
    with(&LANES, lane, |lane| match lane.next_returned() {
        Some(returned) => {
            // SAFETY: as the caller promises; no more than a buffer is ever read.
            unsafe {
                fd.write(returned.fd.into_raw_fd());
                is_late.write(u8::from(returned.is_late));
                std::ptr::copy_nonoverlapping(returned.data.as_ptr(), data, returned.data.len());
            }
            returned.data.len() as i64
        }
        None => CLOSED,
    })
}

/// Return how many bytes may be read of a request.
#[no_mangle]
pub extern "C" fn otb_lane_buffer_size() -> i64 {
    MAX_BUFFER as i64
}

/// Return how many spans were kept.
#[no_mangle]
pub extern "C" fn otb_lane_spans(lane: i64) -> i64 {
    with(&LANES, lane, |lane| lane.accepted().0 as i64)
}

/// Return how many requests were kept.
#[no_mangle]
pub extern "C" fn otb_lane_requests(lane: i64) -> i64 {
    with(&LANES, lane, |lane| lane.accepted().1 as i64)
}

/// Vouch for nothing any more.
#[no_mangle]
pub extern "C" fn otb_lane_doubt(lane: i64) -> i64 {
    with(&LANES, lane, |lane| {
        lane.doubt();
        0
    })
}

/// Close the connections that were idle for too long.
#[no_mangle]
pub extern "C" fn otb_lane_sweep(lane: i64) -> i64 {
    with(&LANES, lane, |lane| {
        lane.sweep();
        0
    })
}

/// Take no request any more.
#[no_mangle]
pub extern "C" fn otb_lane_close(lane: i64) -> i64 {
    with(&LANES, lane, |lane| {
        lane.close();
        0
    })
}

/// Return 1 once nothing is done any more, else 0.
#[no_mangle]
pub extern "C" fn otb_lane_is_over(lane: i64) -> i64 {
    with(&LANES, lane, |lane| i64::from(lane.is_over()))
}

fn placed(extent: Extent, next_seq: u64) -> Place {
    Place { marker: extent.marker, size: extent.size, end_seq: extent.end_seq, next_seq }
}

#[cfg(test)]
mod tests;
