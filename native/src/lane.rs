//! The lane: connections of senders whose requests Python has just taken are served here, as long as their requests are ordinary.
//!
//! A request is kept here if its head is one of those that Python vouches for (`template.rs`), its body is surely sound (`check.rs`), all of
//! it came at once, and there is leave to write it (`append.rs`). In every other case its connection goes to Python with all bytes that were
//! read, before anything of it was kept or answered; Python may bring it again after its answer.
//!
//! Bounds: so many threads, each with one buffer; so many connections; so many on the way to Python with no more than a buffer each, a
//! thread that brings one more waits.

use crate::append::{lock, Appender};
use crate::check::{check, Limits};
use crate::record::Record;
use crate::sys::{self, Poll, Signal};
use crate::template::{Pattern, Templates, Terms};
use std::collections::{HashMap, VecDeque};
use std::io::{ErrorKind, Result as IoResult};
use std::ops::Range;
use std::os::unix::io::{AsRawFd, OwnedFd, RawFd};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The largest body; Python serves larger ones.
pub const MAX_BODY: usize = 1 << 20;

/// The largest head.
const MAX_HEAD: usize = 16 << 10;

pub const MAX_BUFFER: usize = MAX_HEAD + MAX_BODY;

const MAX_CONNECTIONS: usize = 256;
const MAX_RETURNING: usize = 16;
const STACK_BYTES: usize = 256 << 10;

/// How long a connection may be idle after an answer, as `receive/http_protocol.py` has it.
const IDLE: Duration = Duration::from_secs(75);

/// How long a sender may be silent within a request, and a request may take, before Python waits for it.
const PATIENCE_MS: i32 = 100;
const SLOWEST: Duration = Duration::from_secs(1);

/// How long a thread waits for the next request of a connection before it waits for any.
const LINGERS_MS: i32 = 20;

const STOP: u64 = 0;

/// As `store/xact.py` has it.
const XACT_PREFIX: u64 = 0x0de1 << 48;

/// Characters of numbers and a receipt, roughly.
const MAX_SENT: usize = 64;

struct Connection {
    fd: OwnedFd,
    since: Instant,
}

#[derive(Default)]
struct State {
    is_closing: bool,
    next_id: u64,
    idle: HashMap<u64, Connection>,
    returning: VecDeque<(OwnedFd, Vec<u8>)>,
}

/// What one lane has; its threads share it.
pub struct Lane {
    appender: Arc<Appender>,
    poll: Poll,
    stop: Signal,
    returned: Signal,
    templates: Mutex<Templates>,
    state: Mutex<State>,
    changed: Condvar,
    threads: AtomicUsize,
    connections: AtomicUsize,
    accepted_spans: AtomicU64,
    accepted_requests: AtomicU64,
}

/// What became of a request.
enum Served {
    /// It is kept and answered.
    Kept,
    /// It is for Python, with so many bytes of it.
    Python(usize),
    /// The connection has ended, or must.
    Ended,
}

impl Lane {
    /// Begin, with so many threads.
    pub fn start(appender: Arc<Appender>, threads: usize) -> IoResult<Arc<Lane>> {
        let lane = Arc::new(Lane {
            appender,
            poll: Poll::new()?,
            stop: Signal::new()?,
            returned: Signal::new()?,
            templates: Mutex::default(),
            state: Mutex::default(),
            changed: Condvar::new(),
            threads: AtomicUsize::new(0),
            connections: AtomicUsize::new(0),
            accepted_spans: AtomicU64::new(0),
            accepted_requests: AtomicU64::new(0),
        });
        lane.poll.add_for_all(&lane.stop, STOP)?;
        for _ in 0..threads {
            let own = lane.clone();
            lane.threads.fetch_add(1, Ordering::SeqCst);
            let begun = thread::Builder::new()
                .name("otlp-lane".into())
                .stack_size(STACK_BYTES);
            if let Err(error) = begun.spawn(move || own.run()) {
                lane.threads.fetch_sub(1, Ordering::SeqCst);
                lane.close();
                return Err(error);
            }
        }
        Ok(lane)
    }

    /// Readable whenever connections go to Python.
    pub fn returned_fd(&self) -> RawFd {
        self.returned.as_raw_fd()
    }

    /// Spans and requests that were kept.
    pub fn accepted(&self) -> (u64, u64) {
        (
            self.accepted_spans.load(Ordering::SeqCst),
            self.accepted_requests.load(Ordering::SeqCst),
        )
    }

    pub fn vouch(&self, pattern: Pattern, terms: Terms) {
        lock(&self.templates).vouch(pattern, terms, Instant::now());
    }

    /// Vouch for nothing any more.
    pub fn doubt(&self) {
        lock(&self.templates).clear();
    }

    /// Serve a connection that is idle; tell whether it is served, else it is as it was and still the caller's to close.
    pub fn bring(&self, fd: OwnedFd) -> Result<(), OwnedFd> {
        if self.connections.fetch_add(1, Ordering::SeqCst) >= MAX_CONNECTIONS {
            self.connections.fetch_sub(1, Ordering::SeqCst);
            return Err(fd);
        }
        let mut state = lock(&self.state);
        if state.is_closing {
            self.connections.fetch_sub(1, Ordering::SeqCst);
            return Err(fd);
        }
        state.next_id += 1;
        let id = state.next_id;
        if self.poll.add(&fd, id).is_err() {
            self.connections.fetch_sub(1, Ordering::SeqCst);
            return Err(fd);
        }
        state.idle.insert(
            id,
            Connection {
                fd,
                since: Instant::now(),
            },
        );
        Ok(())
    }

    /// Return a connection that goes to Python, with the bytes that were read of it.
    pub fn next_returned(&self) -> Option<(OwnedFd, Vec<u8>)> {
        let next = lock(&self.state).returning.pop_front();
        self.changed.notify_all();
        next
    }

    /// Close the connections that were idle for too long.
    pub fn sweep(&self) {
        let mut state = lock(&self.state);
        let before = state.idle.len();
        let poll = &self.poll;
        state.idle.retain(|_, connection| {
            let stays = connection.since.elapsed() < IDLE;
            if !stays {
                poll.forget(&connection.fd);
            }
            stays
        });
        self.connections
            .fetch_sub(before - state.idle.len(), Ordering::SeqCst);
    }

    /// Take no request any more: those that are kept are answered, the others go to Python, idle connections end.
    pub fn close(&self) {
        let mut state = lock(&self.state);
        state.is_closing = true;
        for (_, connection) in state.idle.drain() {
            self.poll.forget(&connection.fd);
            self.connections.fetch_sub(1, Ordering::SeqCst);
        }
        drop(state);
        self.doubt();
        self.changed.notify_all();
        self.stop.raise();
    }

    /// Tell whether nothing is done any more.
    pub fn is_over(&self) -> bool {
        self.threads.load(Ordering::SeqCst) == 0
    }

    fn run(&self) {
        let mut buffer = vec![0; MAX_BUFFER];
        loop {
            let id = self.poll.wait();
            if id == STOP {
                break;
            }
            let connection = lock(&self.state).idle.remove(&id);
            if let Some(connection) = connection {
                self.serve(id, connection, &mut buffer);
            }
        }
        self.threads.fetch_sub(1, Ordering::SeqCst);
    }

    fn serve(&self, id: u64, connection: Connection, buffer: &mut Vec<u8>) {
        loop {
            match self.request(&connection.fd, buffer) {
                Served::Kept if self.lingers(&connection.fd) => (),
                Served::Kept => return self.await_next(id, connection.fd),
                Served::Python(size) => {
                    return self.give_back(connection.fd, buffer[..size].to_vec())
                }
                Served::Ended => return self.end(connection.fd),
            }
        }
    }

    /// Wait a moment for the next request, if there is a thread for each connection; tell whether something came.
    ///
    /// Of the threads that wait for all connections together, one that is not needed wakes now and then, and for each request one is told
    /// twice which connections are waited for: much of what an answer costs.
    fn lingers(&self, fd: &OwnedFd) -> bool {
        let threads = self.threads.load(Ordering::SeqCst);
        self.connections.load(Ordering::SeqCst) <= threads
            && !lock(&self.state).is_closing
            && sys::wait_readable(fd, LINGERS_MS)
    }

    fn await_next(&self, id: u64, fd: OwnedFd) {
        let mut state = lock(&self.state);
        if state.is_closing || self.poll.arm(&fd, id).is_err() {
            drop(state);
            self.end(fd);
            return;
        }
        state.idle.insert(
            id,
            Connection {
                fd,
                since: Instant::now(),
            },
        );
    }

    fn end(&self, fd: OwnedFd) {
        self.poll.forget(&fd);
        self.connections.fetch_sub(1, Ordering::SeqCst);
    }

    fn give_back(&self, fd: OwnedFd, data: Vec<u8>) {
        self.poll.forget(&fd);
        self.connections.fetch_sub(1, Ordering::SeqCst);
        let mut state = lock(&self.state);
        while state.returning.len() >= MAX_RETURNING && !state.is_closing {
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        state.returning.push_back((fd, data));
        drop(state);
        self.returned.raise();
    }

    /// Read, keep and answer one request.
    fn request(&self, fd: &OwnedFd, buffer: &mut Vec<u8>) -> Served {
        let start = Instant::now();
        let mut size = 0;
        let head_size = loop {
            match read_on(fd, buffer, &mut size, start) {
                Read::More => (),
                Read::Late if size > 0 => return Served::Python(size),
                Read::Late => return Served::Kept, // nothing was there after all
                Read::Ended => return Served::Ended,
            }
            if let Some(end) = end_of_head(&buffer[..size.min(MAX_HEAD)]) {
                break end;
            }
            if size >= MAX_HEAD {
                return Served::Python(size);
            }
        };
        let found = lock(&self.templates).find(&buffer[..head_size], start);
        let (receipt, body_size, terms) = match found {
            Some((said, terms)) => (said.receipt.map(str::to_owned), said.body_size, terms),
            None => return Served::Python(size),
        };
        if body_size > terms.max_body.min(MAX_BODY) {
            return Served::Python(size);
        }
        let end = head_size + body_size;
        while size < end {
            match read_on(fd, &mut buffer[..end], &mut size, start) {
                Read::More => (),
                Read::Late => return Served::Python(size),
                Read::Ended => return Served::Ended,
            }
        }
        if size > end {
            return Served::Python(size); // more was sent before the answer
        }
        self.keep(fd, buffer, head_size..end, receipt.as_deref(), &terms)
    }

    fn keep(
        &self,
        fd: &OwnedFd,
        buffer: &mut Vec<u8>,
        body: Range<usize>,
        receipt: Option<&str>,
        terms: &Terms,
    ) -> Served {
        let end = body.end;
        let parent_key = Some(terms.parent_key.as_slice()).filter(|key| !key.is_empty());
        let limits = Limits {
            max_messages: terms.max_messages,
            parent_key,
        };
        let senders = match check(&buffer[body.clone()], limits) {
            Some(senders) => senders,
            None => return Served::Python(end),
        };
        let routing = self.routing(terms, receipt, body.len(), &senders.to_json());
        let record = Record::new(&routing, std::mem::take(buffer), body);
        let (record, is_durable) = self.appender.append(record);
        *buffer = record.into_buffer();
        if !is_durable {
            return Served::Python(end);
        }
        self.accepted_spans
            .fetch_add(senders.spans(), Ordering::SeqCst);
        self.accepted_requests.fetch_add(1, Ordering::SeqCst);
        match sys::send_now(fd, &terms.answer) {
            Ok(sent) if sent == terms.answer.len() => Served::Kept,
            _ => Served::Ended, // it reads nothing: what is kept is kept
        }
    }

    fn routing(
        &self,
        terms: &Terms,
        receipt: Option<&str>,
        body_size: usize,
        senders: &str,
    ) -> Vec<u8> {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let xact = self
            .appender
            .next_xact(XACT_PREFIX | now.as_secs() << 16, (body_size >> 17) as u64);
        let [front, middle] = &terms.routing;
        let mut routing =
            Vec::with_capacity(front.len() + middle.len() + senders.len() + 2 * MAX_SENT);
        routing.extend_from_slice(front);
        routing
            .extend_from_slice(format!("{},\"received_ns\":{}", xact, now.as_nanos()).as_bytes());
        routing.extend_from_slice(middle);
        // Nothing in a receipt that is read here has to be escaped.
        let receipt = receipt.map_or("null".to_owned(), |text| format!("\"{}\"", text));
        routing.extend_from_slice(receipt.as_bytes());
        routing.extend_from_slice(b",\"senders\":");
        routing.extend_from_slice(senders.as_bytes());
        routing.push(b'}');
        routing
    }
}

enum Read {
    More,
    Late,
    Ended,
}

/// Read on behind the first `size` bytes of a buffer that has room.
fn read_on(fd: &OwnedFd, buffer: &mut [u8], size: &mut usize, start: Instant) -> Read {
    loop {
        match sys::receive(fd, &mut buffer[*size..]) {
            Ok(0) => return Read::Ended,
            Ok(more) => {
                *size += more;
                return Read::More;
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => (),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                if start.elapsed() > SLOWEST || !sys::wait_readable(fd, PATIENCE_MS) {
                    return Read::Late;
                }
            }
            Err(_) => return Read::Ended,
        }
    }
}

fn end_of_head(data: &[u8]) -> Option<usize> {
    data.windows(4)
        .position(|window| window == b"\r\n\r\n")
        .map(|place| place + 4)
}
