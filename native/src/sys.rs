//! The system calls that the standard library has no words for. Linux alone.

use std::io::{Error, ErrorKind, Result};
use std::os::raw::{c_int, c_short, c_void};
use std::os::unix::io::{AsRawFd, FromRawFd, OwnedFd, RawFd};

const EPOLL_CLOEXEC: c_int = 0o2_000_000;
const EPOLL_CTL_ADD: c_int = 1;
const EPOLL_CTL_DEL: c_int = 2;
const EPOLL_CTL_MOD: c_int = 3;
const EPOLLIN: u32 = 1;
const EPOLLRDHUP: u32 = 0x2000;
const EPOLLONESHOT: u32 = 1 << 30;
const EFD_NONBLOCK: c_int = 0o4_000;
const MSG_DONTWAIT: c_int = 0x40;
const MSG_NOSIGNAL: c_int = 0x4000;
const POLLIN: c_short = 1;

/// Of one write.
const MAX_PARTS: usize = 1_024;

#[repr(C)]
struct Part {
    base: *const c_void,
    size: usize,
}

#[repr(C)]
#[cfg_attr(target_arch = "x86_64", repr(packed))]
#[derive(Clone, Copy)]
struct Event {
    events: u32,
    data: u64,
}

#[repr(C)]
struct Polled {
    fd: c_int,
    events: c_short,
    happened: c_short,
}

extern "C" {
    fn pwritev(fd: c_int, parts: *const Part, count: c_int, offset: i64) -> isize;
    fn recv(fd: c_int, data: *mut c_void, size: usize, flags: c_int) -> isize;
    fn send(fd: c_int, data: *const c_void, size: usize, flags: c_int) -> isize;
    fn poll(polled: *mut Polled, count: u64, timeout_ms: c_int) -> c_int;
    fn epoll_create1(flags: c_int) -> c_int;
    fn epoll_ctl(epoll: c_int, what: c_int, fd: c_int, event: *mut Event) -> c_int;
    fn epoll_wait(epoll: c_int, events: *mut Event, most: c_int, timeout_ms: c_int) -> c_int;
    fn eventfd(value: u32, flags: c_int) -> c_int;
    fn write(fd: c_int, data: *const c_void, size: usize) -> isize;
}

/// Write parts one behind the other from `offset` on, none of them copied here; return where the last one ends.
pub fn write_all(fd: &impl AsRawFd, parts: &[&[u8]], offset: u64) -> Result<u64> {
    let mut end = offset;
    let mut next = 0;
    let mut written_of_next = 0;
    while next < parts.len() {
        let waiting: Vec<Part> = parts[next..]
            .iter()
            .take(MAX_PARTS)
            .enumerate()
            .map(|(place, part)| if place == 0 { &part[written_of_next..] } else { part })
            .map(|part| Part { base: part.as_ptr().cast(), size: part.len() })
            .collect();
        // SAFETY: the parts outlive the call, which reads them alone.
        let written =
            unsafe { pwritev(fd.as_raw_fd(), waiting.as_ptr(), waiting.len() as c_int, end as i64) };
        let mut written = match size_of(written) {
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Ok(0) if waiting.iter().any(|part| part.size > 0) => return Err(ErrorKind::WriteZero.into()),
            other => other?,
        };
        end += written as u64;
        while next < parts.len() && written >= parts[next].len() - written_of_next {
            written -= parts[next].len() - written_of_next;
            written_of_next = 0;
            next += 1;
        }
        written_of_next += written;
    }
    Ok(end)
}

/// Read what is there; `WouldBlock` where there is nothing yet, 0 at the end.
pub fn receive(fd: &impl AsRawFd, buffer: &mut [u8]) -> Result<usize> {
    // SAFETY: the buffer is ours to write to, and outlives the call.
    size_of(unsafe { recv(fd.as_raw_fd(), buffer.as_mut_ptr().cast(), buffer.len(), MSG_DONTWAIT) })
}

/// Send what fits at once; a peer that is gone is an error, and no signal.
pub fn send_now(fd: &impl AsRawFd, data: &[u8]) -> Result<usize> {
    // SAFETY: the data outlive the call, which reads them alone.
    size_of(unsafe { send(fd.as_raw_fd(), data.as_ptr().cast(), data.len(), MSG_DONTWAIT | MSG_NOSIGNAL) })
}

/// Wait until something can be read, or the connection has ended; tell whether that came in time.
pub fn wait_readable(fd: &impl AsRawFd, timeout_ms: c_int) -> bool {
    let mut polled = Polled { fd: fd.as_raw_fd(), events: POLLIN, happened: 0 };
    // SAFETY: it is one, ours, and outlives the call.
    unsafe { poll(&mut polled, 1, timeout_ms) > 0 }
}

/// Wakes whoever waits for its file descriptor; asyncio does.
pub struct Signal(OwnedFd);

impl Signal {
    pub fn new() -> Result<Signal> {
        // SAFETY: it takes numbers alone, and what it returns is ours.
        owned(unsafe { eventfd(0, EPOLL_CLOEXEC | EFD_NONBLOCK) }).map(Signal)
    }

    /// Make it readable; where it is already, nothing changes.
    pub fn raise(&self) {
        let one = 1_u64.to_ne_bytes();
        // SAFETY: eight bytes that outlive the call.
        let _ = unsafe { write(self.as_raw_fd(), one.as_ptr().cast(), one.len()) };
    }
}

impl AsRawFd for Signal {
    fn as_raw_fd(&self) -> RawFd {
        self.0.as_raw_fd()
    }
}

/// Tells which connections can be read; each of them once, until it is armed again.
pub struct Poll(OwnedFd);

impl Poll {
    pub fn new() -> Result<Poll> {
        // SAFETY: it takes a number alone, and what it returns is ours.
        owned(unsafe { epoll_create1(EPOLL_CLOEXEC) }).map(Poll)
    }

    pub fn add(&self, fd: &impl AsRawFd, id: u64) -> Result<()> {
        self.control(EPOLL_CTL_ADD, fd, id, EPOLLIN | EPOLLRDHUP | EPOLLONESHOT)
    }

    pub fn arm(&self, fd: &impl AsRawFd, id: u64) -> Result<()> {
        self.control(EPOLL_CTL_MOD, fd, id, EPOLLIN | EPOLLRDHUP | EPOLLONESHOT)
    }

    /// Tell of it again and again, to everyone who waits.
    pub fn add_for_all(&self, fd: &impl AsRawFd, id: u64) -> Result<()> {
        self.control(EPOLL_CTL_ADD, fd, id, EPOLLIN)
    }

    pub fn forget(&self, fd: &impl AsRawFd) {
        let _ = self.control(EPOLL_CTL_DEL, fd, 0, 0);
    }

    /// Wait for one, and return its id.
    pub fn wait(&self) -> u64 {
        loop {
            let mut event = Event { events: 0, data: 0 };
            // SAFETY: there is room for the one event that is asked for.
            if unsafe { epoll_wait(self.0.as_raw_fd(), &mut event, 1, -1) } == 1 {
                return event.data;
            }
        }
    }

    fn control(&self, what: c_int, fd: &impl AsRawFd, id: u64, events: u32) -> Result<()> {
        let mut event = Event { events, data: id };
        // SAFETY: the event outlives the call.
        match unsafe { epoll_ctl(self.0.as_raw_fd(), what, fd.as_raw_fd(), &mut event) } {
            0 => Ok(()),
            _ => Err(Error::last_os_error()),
        }
    }
}

fn owned(fd: c_int) -> Result<OwnedFd> {
    if fd < 0 {
        return Err(Error::last_os_error());
    }
    // SAFETY: a system call has just made it, and nobody else has it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

fn size_of(returned: isize) -> Result<usize> {
    usize::try_from(returned).map_err(|_| Error::last_os_error())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn many_parts_are_written_one_behind_the_other() {
        let path = std::env::temp_dir().join(format!("otb-write-{}", std::process::id()));
        let file = std::fs::File::create(&path).unwrap();
        let parts: Vec<Vec<u8>> = (0..2_500_usize).map(|n| vec![n as u8; n % 7]).collect();
        let borrowed: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();

        let end = write_all(&file, &borrowed, 3).unwrap();

        let mut written = Vec::new();
        std::fs::File::open(&path).unwrap().read_to_end(&mut written).unwrap();
        std::fs::remove_file(&path).unwrap();
        assert_eq!(end as usize, written.len());
        assert_eq!(written[3..], parts.concat());
    }
}
