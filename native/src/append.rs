//! Appends to the segment of the spool that grows: what waits is written together, with one sync.
//!
//! There is one pen. Whoever of the waiting has it writes for all of them; Python takes it for what it writes itself, for the change to
//! another segment and for everything that is policy, and gives it back with leave to write so far into the segment. Where there is no leave,
//! nothing is written, and the record is for Python. So there is one order of numbers, and nobody is told of a number before its record is
//! durable.
//!
//! Bounds: who appends waits for it, so that no more waits than the lane has threads, each with one record.

use crate::record::Record;
use crate::sys;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Result as IoResult};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Durations that wait for Python; of more, nobody learns.
const MAX_NEWS: usize = 256;

/// What of the growing segment is durable.
#[derive(Clone, Copy, Default, Debug, PartialEq)]
pub struct Extent {
    pub marker: [u8; 8],
    /// Bytes of the segment.
    pub size: u64,
    /// The number after the last durable record's.
    pub end_seq: u64,
}

/// A segment, and how far it may grow.
pub struct Leave {
    file: File,
    full: u64,
    most: u64,
}

impl Leave {
    /// Open the segment at `path`: nothing more is written once it has `full` bytes, and it never has more than `most`.
    pub fn open(path: &Path, full: u64, most: u64) -> IoResult<Leave> {
        let file = OpenOptions::new().write(true).open(path)?;
        Ok(Leave { file, full, most })
    }

    fn left(&self, size: u64) -> u64 {
        if size < self.full {
            self.most.saturating_sub(size)
        } else {
            0
        }
    }
}

/// The pen, and who waits for it.
#[derive(Default)]
struct Desk {
    is_held: bool,
    is_closed: bool,
    /// Python waits for the pen.
    is_asked_for: bool,
    leave: Option<Leave>,
    next_seq: u64,
    waiting: Vec<Waiting>,
}

struct Waiting {
    record: Record,
    turn: Arc<Turn>,
}

/// What somebody waits for who appends; each has one, so that nobody wakes for another.
#[derive(Default)]
struct Turn {
    call: Mutex<Option<Call>>,
    called: Condvar,
}

enum Call {
    /// The pen is theirs: they write what waits.
    Write,
    /// Their record is durable, or not in the spool.
    Done(Record, bool),
}

impl Turn {
    fn call(&self, call: Call) {
        *lock(&self.call) = Some(call);
        self.called.notify_one();
    }

    fn wait(&self) -> Call {
        let mut call = lock(&self.call);
        loop {
            match call.take() {
                Some(call) => return call,
                None => call = wait(&self.called, call),
            }
        }
    }
}

#[derive(Default)]
struct News {
    is_new: bool,
    is_closed: bool,
    durations: Vec<f64>,
}

/// What became of waiting for news.
#[derive(Debug, PartialEq)]
pub enum Heard {
    /// Records have become durable, or nothing has; with the seconds that each group took.
    News(bool, Vec<f64>),
    Closed,
}

/// The growing segment, for any thread.
#[derive(Default)]
pub struct Appender {
    desk: Mutex<Desk>,
    free: Condvar,
    extent: Mutex<Extent>,
    news: Mutex<News>,
    told: Condvar,
    last_xact: Mutex<u64>,
}

impl Appender {
    /// Append a record and return it; with true once it is durable, with false where it is not in the spool.
    pub fn append(&self, record: Record) -> (Record, bool) {
        let turn = Arc::new(Turn::default());
        let mut desk = lock(&self.desk);
        desk.waiting.push(Waiting { record, turn: turn.clone() });
        let mut is_own = !desk.is_held && !desk.is_asked_for;
        desk.is_held |= is_own;
        drop(desk);
        loop {
            if is_own {
                self.write_group();
            }
            match turn.wait() {
                Call::Write => is_own = true,
                Call::Done(record, is_durable) => return (record, is_durable),
            }
        }
    }

    /// Take the pen, once nobody has it, and return what is durable and the next number. With it goes the leave to write. One thread does.
    pub fn take(&self) -> (Extent, u64) {
        let mut desk = lock(&self.desk);
        desk.is_asked_for = true;
        while desk.is_held {
            desk = wait(&self.free, desk);
        }
        desk.is_asked_for = false;
        desk.is_held = true;
        desk.leave = None;
        (self.extent(), desk.next_seq)
    }

    /// Give the pen back, with what is durable now, and leave to write on or none. Those who wait are next.
    pub fn give(&self, extent: Extent, next_seq: u64, leave: Option<Leave>) {
        let mut desk = lock(&self.desk);
        *lock(&self.extent) = extent;
        desk.next_seq = next_seq;
        desk.leave = if desk.is_closed { None } else { leave };
        self.pass_on(desk, false);
    }

    /// Return what is durable now.
    pub fn extent(&self) -> Extent {
        *lock(&self.extent)
    }

    /// Return a transaction that is larger than every one before, and at least `smallest`; `room` more go with it.
    pub fn next_xact(&self, smallest: u64, room: u64) -> u64 {
        let mut last = lock(&self.last_xact);
        let given = (*last + 1).max(smallest);
        *last = given + room;
        given
    }

    /// Wait until records have become durable.
    pub fn hear(&self, timeout: Duration) -> Heard {
        let start = Instant::now();
        let mut news = lock(&self.news);
        while !news.is_new && !news.is_closed {
            let left = timeout.saturating_sub(start.elapsed());
            if left.is_zero() {
                break;
            }
            news = self.told.wait_timeout(news, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        if news.is_closed && !news.is_new {
            return Heard::Closed;
        }
        Heard::News(std::mem::take(&mut news.is_new), std::mem::take(&mut news.durations))
    }

    /// Append no more, and let nobody wait for news; wait, but no longer than that, for what is being written.
    pub fn close(&self, timeout: Duration) {
        let start = Instant::now();
        let mut desk = lock(&self.desk);
        desk.is_closed = true;
        while desk.is_held && start.elapsed() < timeout {
            let left = timeout.saturating_sub(start.elapsed());
            desk = self.free.wait_timeout(desk, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        if !desk.is_held {
            desk.leave = None;
        }
        drop(desk);
        lock(&self.news).is_closed = true;
        self.told.notify_all();
    }

    /// Let go of the pen: whoever waits has it next, or Python where it comes first.
    fn pass_on(&self, mut desk: MutexGuard<Desk>, is_pythons: bool) {
        let next = match desk.waiting.first() {
            Some(first) if !(is_pythons && desk.is_asked_for) => Some(first.turn.clone()),
            _ => None,
        };
        desk.is_held = next.is_some();
        drop(desk);
        match next {
            Some(turn) => turn.call(Call::Write),
            None => self.free.notify_all(),
        }
    }

    /// Write, with the pen, what waits and fits, refuse the rest, and pass the pen on.
    fn write_group(&self) {
        let mut desk = lock(&self.desk);
        let before = self.extent();
        let waiting = std::mem::take(&mut desk.waiting);
        let mut left = desk.leave.as_ref().map_or(0, |leave| leave.left(before.size));
        let (mut group, refused): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|each| {
            let fits = each.record.size() <= left;
            left -= if fits { each.record.size() } else { 0 };
            fits
        });
        let leave = desk.leave.take();
        let first_seq = desk.next_seq;
        // A number that failed is not given again: the file may still hold it.
        desk.next_seq += group.len() as u64;
        let end_seq = desk.next_seq;
        drop(desk);
        answer(refused, false);
        let written = match &leave {
            Some(leave) if !group.is_empty() => Some(self.write(leave, &mut group, before, first_seq)),
            _ => None,
        };
        let has_failed = matches!(written, Some(Err(_)));
        if let Some(Ok((size, _))) = written {
            *lock(&self.extent) = Extent { size, end_seq, ..before };
        }
        let mut desk = lock(&self.desk);
        if !has_failed && !desk.is_closed {
            desk.leave = leave; // after a failure Python writes next, and tells what is wrong
        }
        self.pass_on(desk, true);
        if let Some(Ok((_, duration_s))) = written {
            self.tell(duration_s);
        }
        answer(group, !has_failed);
    }

    /// Give a group its numbers and transactions, and write it; where that panics, nothing of it counts.
    fn write(
        &self,
        leave: &Leave,
        group: &mut [Waiting],
        before: Extent,
        first_seq: u64,
    ) -> IoResult<(u64, f64)> {
        let work = AssertUnwindSafe(|| {
            for (each, seq) in group.iter_mut().zip(first_seq..) {
                let (smallest, room) = each.record.wanted_xact();
                each.record.place(before.marker, seq, self.next_xact(smallest, room));
            }
            write_durably(leave, group, before.size)
        });
        catch_unwind(work).unwrap_or_else(|_| Err(ErrorKind::Other.into()))
    }

    fn tell(&self, duration_s: f64) {
        let mut news = lock(&self.news);
        if news.durations.len() < MAX_NEWS {
            news.durations.push(duration_s);
        }
        if !std::mem::replace(&mut news.is_new, true) {
            self.told.notify_all();
        }
    }
}

fn answer(group: Vec<Waiting>, is_durable: bool) {
    for Waiting { record, turn } in group {
        turn.call(Call::Done(record, is_durable));
    }
}

/// Write a group behind what is durable, and sync; return the size of the segment then and the seconds that it took.
fn write_durably(leave: &Leave, group: &[Waiting], size: u64) -> IoResult<(u64, f64)> {
    let start = Instant::now();
    let parts: Vec<&[u8]> = group.iter().flat_map(|each| each.record.parts()).collect();
    let written =
        sys::write_all(&leave.file, &parts, size).and_then(|end| leave.file.sync_data().map(|()| end));
    if written.is_err() {
        // After a failed sync the kernel may have dropped the pages: cut them off, so that no half record stays.
        let _ = leave.file.set_len(size);
    }
    Ok((written?, start.elapsed().as_secs_f64()))
}

/// Lock, whatever became of a thread that had it: what it holds is whole between any two statements.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn wait<'a, T>(turn: &Condvar, guard: MutexGuard<'a, T>) -> MutexGuard<'a, T> {
    turn.wait(guard).unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
