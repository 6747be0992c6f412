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
use std::panic::{catch_unwind, AssertUnwindSafe};
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
pub const STACK_BYTES: usize = 256 << 10;

/// How long a connection may be idle after an answer, as `receive/http_protocol.py` has it.
const IDLE: Duration = Duration::from_secs(75);

/// How long a request may take to come, before Python waits for it; while all threads are busy, they wait for none.
const PATIENCE: Duration = Duration::from_millis(50);

/// How long a thread waits for the next request of a connection before it waits for any.
const LINGERS_MS: i32 = 20;

const STOP: u64 = 0;

struct Connection {
    fd: OwnedFd,
    since: Instant,
    _counted: Counted,
}

/// One of a number, as long as it is there.
struct Counted(Arc<AtomicUsize>);

impl Counted {
    fn new(number: &Arc<AtomicUsize>) -> Counted {
        number.fetch_add(1, Ordering::SeqCst);
        Counted(number.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[derive(Default)]
struct State {
    is_closing: bool,
    next_id: u64,
    idle: HashMap<u64, Connection>,
    returning: VecDeque<Returned>,
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
    threads: Arc<AtomicUsize>,
    busy: Arc<AtomicUsize>,
    connections: Arc<AtomicUsize>,
    accepted_spans: AtomicU64,
    accepted_requests: AtomicU64,
}

/// A connection on its way to Python.
pub struct Returned {
    pub fd: OwnedFd,
    /// What was read of it.
    pub data: Vec<u8>,
    /// Whether its sender would have to be waited for.
    pub is_late: bool,
}

/// What became of a request.
enum Served {
    /// It is kept and answered.
    Kept,
    /// It is for Python, with so many bytes of it.
    Python(usize),
    /// Likewise, since it takes its time.
    Late(usize),
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
            threads: Arc::default(),
            busy: Arc::default(),
            connections: Arc::default(),
            accepted_spans: AtomicU64::new(0),
            accepted_requests: AtomicU64::new(0),
        });
        lane.poll.add_for_all(&lane.stop, STOP)?;
        for _ in 0..threads {
            let own = lane.clone();
            let builder = thread::Builder::new().name("otlp-lane".into()).stack_size(STACK_BYTES);
            if let Err(error) = builder.spawn(move || own.run()) {
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
        (self.accepted_spans.load(Ordering::SeqCst), self.accepted_requests.load(Ordering::SeqCst))
    }

    /// Take Python's word, which is so old already.
    pub fn vouch(&self, pattern: Pattern, terms: Terms, age: Duration) {
        if let Some(given) = Instant::now().checked_sub(age) {
            lock(&self.templates).vouch(pattern, terms, given);
        }
    }

    /// Vouch for nothing any more.
    pub fn doubt(&self) {
        lock(&self.templates).clear();
    }

    /// Serve a connection that is idle; where this is refused, it is as it was and still the caller's.
    pub fn bring(&self, fd: OwnedFd) -> Result<(), OwnedFd> {
        let counted = Counted::new(&self.connections);
        let mut state = lock(&self.state);
        if state.is_closing || self.connections.load(Ordering::SeqCst) > MAX_CONNECTIONS {
            return Err(fd);
        }
        state.next_id += 1;
        let id = state.next_id;
        if self.poll.add(&fd, id).is_err() {
            return Err(fd);
        }
        state.idle.insert(id, Connection { fd, since: Instant::now(), _counted: counted });
        Ok(())
    }

    /// Return a connection that goes to Python.
    pub fn next_returned(&self) -> Option<Returned> {
        let next = lock(&self.state).returning.pop_front();
        self.changed.notify_all();
        next
    }

    /// Close the connections that were idle for too long.
    pub fn sweep(&self) {
        let poll = &self.poll;
        lock(&self.state).idle.retain(|_, connection| {
            let stays = connection.since.elapsed() < IDLE;
            if !stays {
                poll.forget(&connection.fd);
            }
            stays
        });
    }

    /// Take no request any more: those that are kept are answered, the others go to Python, idle connections end.
    pub fn close(&self) {
        let mut state = lock(&self.state);
        state.is_closing = true;
        for (_, connection) in state.idle.drain() {
            self.poll.forget(&connection.fd);
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

    fn run(self: Arc<Lane>) {
        let counted = Counted::new(&self.threads);
        let mut buffer = vec![0; MAX_BUFFER];
        loop {
            let id = self.poll.wait();
            if id == STOP {
                break;
            }
            let connection = lock(&self.state).idle.remove(&id);
            if let Some(connection) = connection {
                let served = AssertUnwindSafe(|| self.serve(id, connection, &mut buffer));
                if catch_unwind(served).is_err() {
                    buffer = vec![0; MAX_BUFFER]; // a fault of ours: the connection has ended, its sender tries again
                }
            }
        }
        drop(counted);
        self.returned.raise(); // whoever waits for the end looks
    }

    fn serve(&self, id: u64, connection: Connection, buffer: &mut Vec<u8>) {
        loop {
            match self.request(&connection.fd, buffer) {
                Served::Kept if self.lingers(&connection.fd) => (),
                Served::Kept => return self.await_next(id, connection),
                Served::Python(size) => return self.give_back(connection, &buffer[..size], false),
                Served::Late(size) => return self.give_back(connection, &buffer[..size], true),
                Served::Ended => return self.poll.forget(&connection.fd),
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

    fn await_next(&self, id: u64, connection: Connection) {
        let mut state = lock(&self.state);
        if state.is_closing || self.poll.arm(&connection.fd, id).is_err() {
            self.poll.forget(&connection.fd);
            return;
        }
        state.idle.insert(id, Connection { since: Instant::now(), ..connection });
    }

    fn give_back(&self, connection: Connection, data: &[u8], is_late: bool) {
        self.poll.forget(&connection.fd);
        let mut state = lock(&self.state);
        while state.returning.len() >= MAX_RETURNING && !state.is_closing {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.returning.push_back(Returned { fd: connection.fd, data: data.to_vec(), is_late });
        drop(state);
        self.returned.raise();
    }

    /// Read, keep and answer one request.
    fn request(&self, fd: &OwnedFd, buffer: &mut Vec<u8>) -> Served {
        let start = Instant::now();
        let _busy = Counted::new(&self.busy);
        let mut size = 0;
        let head_size = loop {
            match self.read_on(fd, buffer, &mut size, start) {
                Read::More => (),
                Read::Late if size > 0 => return Served::Late(size),
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
            match self.read_on(fd, &mut buffer[..end], &mut size, start) {
                Read::More => (),
                Read::Late => return Served::Late(size),
                Read::Ended => return Served::Ended,
            }
        }
        if size > end {
            return Served::Python(size); // more was sent before the answer
        }
        self.keep(fd, buffer, head_size..end, receipt.as_deref(), &terms)
    }

    /// Read on behind the first `size` bytes of a buffer that has room.
    fn read_on(&self, fd: &OwnedFd, buffer: &mut [u8], size: &mut usize, start: Instant) -> Read {
        loop {
            match sys::receive(fd, &mut buffer[*size..]) {
                Ok(0) => return Read::Ended,
                Ok(more) => {
                    *size += more;
                    return Read::More;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => (),
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    let left = PATIENCE.saturating_sub(start.elapsed());
                    let is_needed = self.busy.load(Ordering::SeqCst) >= self.threads.load(Ordering::SeqCst);
                    if is_needed || !sys::wait_readable(fd, left.as_millis() as i32) {
                        return Read::Late;
                    }
                }
                Err(_) => return Read::Ended,
            }
        }
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
        let limits = Limits { max_messages: terms.max_messages, parent_key };
        let senders = match check(&buffer[body.clone()], limits) {
            Some(senders) => senders,
            None => return Served::Python(end),
        };
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let routing = routing(terms, now, receipt, &senders.to_json());
        let record = Record::new(routing, now, std::mem::take(buffer), body);
        let (record, is_durable) = self.appender.append(record);
        *buffer = record.into_buffer();
        if !is_durable {
            return Served::Python(end);
        }
        self.accepted_spans.fetch_add(senders.spans(), Ordering::SeqCst);
        self.accepted_requests.fetch_add(1, Ordering::SeqCst);
        match sys::send_now(fd, &terms.answer) {
            Ok(sent) if sent == terms.answer.len() => Served::Kept,
            _ => Served::Ended, // it reads nothing: what is kept is kept
        }
    }
}

/// Return the routing of a record, around its transaction.
fn routing(terms: &Terms, now: Duration, receipt: Option<&str>, senders: &str) -> [Vec<u8>; 2] {
    let [front, middle] = &terms.routing;
    // Nothing in a receipt that is read here has to be escaped.
    let receipt = receipt.map_or("null".to_owned(), |text| format!("\"{}\"", text));
    let mut behind = format!(",\"received_ns\":{}", now.as_nanos()).into_bytes();
    for part in [middle.as_slice(), receipt.as_bytes(), b",\"senders\":", senders.as_bytes(), b"}"] {
        behind.extend_from_slice(part);
    }
    [front.clone(), behind]
}

enum Read {
    More,
    Late,
    Ended,
}

fn end_of_head(data: &[u8]) -> Option<usize> {
    data.windows(4).position(|window| window == b"\r\n\r\n").map(|place| place + 4)
}

#[cfg(test)]
mod tests;
