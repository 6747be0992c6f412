//! The system calls that the standard library has no words for. Linux alone.

use std::io::{Error, ErrorKind, Result};
use std::os::raw::{c_int, c_short, c_void};
use std::os::unix::io::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::time::Instant;

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
    let start = Instant::now();
    let mut left_ms = timeout_ms;
    loop {
        let mut polled = Polled { fd: fd.as_raw_fd(), events: POLLIN, happened: 0 };
        // SAFETY: it is one, ours, and outlives the call.
        let count = unsafe { poll(&mut polled, 1, left_ms) };
        if count >= 0 || Error::last_os_error().kind() != ErrorKind::Interrupted {
            return count > 0;
        }
        let waited_ms = c_int::try_from(start.elapsed().as_millis()).unwrap_or(c_int::MAX);
        left_ms = timeout_ms.saturating_sub(waited_ms).max(0);
    }
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
    use std::io::{Read, Write};
    use std::os::unix::net::UnixStream;
    use std::os::unix::thread::JoinHandleExt;

    const SIGUSR2: c_int = 12;
    const SIGPIPE: c_int = 13;

    extern "C" {
        fn signal(number: c_int, handler: usize) -> usize;
        fn pthread_kill(thread: std::os::unix::thread::RawPthread, number: c_int) -> c_int;
    }

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

    #[test]
    fn nothing_to_write_is_written_at_once() {
        let file = std::fs::File::open("/dev/null").unwrap(); // which may not be written to

        assert_eq!(write_all(&file, &[], 7).unwrap(), 7);
    }

    #[test]
    fn parts_without_bytes_take_no_room() {
        let file = std::fs::OpenOptions::new().write(true).open("/dev/null").unwrap();

        assert_eq!(write_all(&file, &[b"", b"ab", b"", b"", b"c", b""], 7).unwrap(), 10);
        assert_eq!(write_all(&file, &[b"", b""], 7).unwrap(), 7);
    }

    #[test]
    fn what_a_disk_does_not_take_is_an_error() {
        let file = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();

        assert!(write_all(&file, &[b"ab"], 0).is_err());
    }

    #[test]
    fn reading_waits_for_nothing_and_tells_the_end() {
        let (mut sender, receiver) = UnixStream::pair().unwrap();
        let mut buffer = [0; 4];

        assert_eq!(receive(&receiver, &mut buffer).unwrap_err().kind(), ErrorKind::WouldBlock);
        sender.write_all(b"abcdef").unwrap();
        assert_eq!(receive(&receiver, &mut buffer).unwrap(), 4);
        assert_eq!(receive(&receiver, &mut buffer).unwrap(), 2);
        drop(sender);
        assert_eq!(receive(&receiver, &mut buffer).unwrap(), 0);
    }

    #[test]
    fn sending_waits_for_nothing_and_says_how_much_went() {
        let (sender, receiver) = UnixStream::pair().unwrap();
        let data = vec![0; 16 << 20];

        let sent = send_now(&sender, &data).unwrap();

        assert!(sent < data.len());
        assert_eq!(send_now(&sender, &data).unwrap_err().kind(), ErrorKind::WouldBlock);
        drop(receiver);
        assert_eq!(send_now(&sender, &data).unwrap_err().kind(), ErrorKind::BrokenPipe);
    }

    #[test]
    fn a_peer_that_is_gone_is_no_signal() {
        let (sender, receiver) = UnixStream::pair().unwrap();
        drop(receiver);
        // SAFETY: no handler is set; the test program ignores the signal otherwise, which would hide it.
        let before = unsafe { signal(SIGPIPE, 0) };

        let sent = send_now(&sender, b"x");

        // SAFETY: it is what was there before.
        unsafe { signal(SIGPIPE, before) };
        assert_eq!(sent.unwrap_err().kind(), ErrorKind::BrokenPipe);
    }

    #[test]
    fn what_can_be_read_is_waited_for_no_longer_than_said() {
        let (mut sender, receiver) = UnixStream::pair().unwrap();

        assert!(!wait_readable(&receiver, 0));
        assert!(!wait_readable(&receiver, 1));
        sender.write_all(b"x").unwrap();
        assert!(wait_readable(&receiver, 60_000));
        drop(sender);
        assert!(wait_readable(&receiver, 60_000));
    }

    #[test]
    fn a_signal_does_not_end_the_waiting() {
        extern "C" fn nothing(_: c_int) {}
        // SAFETY: the handler does nothing, and no other test has this signal.
        unsafe { signal(SIGUSR2, nothing as *const () as usize) };
        let (mut sender, receiver) = UnixStream::pair().unwrap();
        let waiting = std::thread::spawn(move || wait_readable(&receiver, 60_000));

        for _ in (0..5_000).take_while(|_| !waiting.is_finished()) {
            // SAFETY: the thread has not been joined.
            unsafe { pthread_kill(waiting.as_pthread_t(), SIGUSR2) };
            std::thread::yield_now();
        }
        sender.write_all(b"x").unwrap();

        assert!(waiting.join().unwrap());
    }

    #[test]
    fn a_connection_is_told_of_once_until_it_is_armed_again() {
        let poll = Poll::new().unwrap();
        let ((mut one, first), (mut other, second)) =
            (UnixStream::pair().unwrap(), UnixStream::pair().unwrap());
        poll.add(&first, 1).unwrap();
        poll.add(&second, 2).unwrap();

        one.write_all(b"x").unwrap();
        assert_eq!(poll.wait(), 1);
        one.write_all(b"x").unwrap();
        other.write_all(b"x").unwrap();
        assert_eq!(poll.wait(), 2); // the first would be told before
        poll.arm(&first, 3).unwrap();
        assert_eq!(poll.wait(), 3);
        poll.forget(&first);
        assert!(poll.arm(&first, 4).is_err());
    }

    #[test]
    fn a_signal_stays_raised_for_all_however_often_it_is_raised() {
        let (poll, raised) = (Poll::new().unwrap(), Signal::new().unwrap());
        poll.add_for_all(&raised, 5).unwrap();
        assert!(!wait_readable(&raised, 0));

        for _ in 0..1_000 {
            raised.raise();
        }

        assert_eq!([poll.wait(), poll.wait()], [5, 5]);
    }
}
