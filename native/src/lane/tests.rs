use super::*;
use crate::append::{Extent, Leave};
use crate::written::{request, span};
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;

const WAIT: Duration = Duration::from_secs(20);

fn connected() -> (TcpStream, OwnedFd) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let sender = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    sender.set_read_timeout(Some(WAIT)).unwrap();
    (sender, listener.accept().unwrap().0.into())
}

fn lane() -> Arc<Lane> {
    Lane::start(Arc::default(), 2).unwrap()
}

fn returned(lane: &Lane) -> Returned {
    let start = Instant::now();
    loop {
        if let Some(returned) = lane.next_returned() {
            return returned;
        }
        assert!(start.elapsed() < WAIT);
        thread::yield_now();
    }
}

fn ends(sender: &mut TcpStream) -> bool {
    matches!(sender.read(&mut [0; 10]), Ok(0))
}

#[test]
fn what_nobody_vouches_for_goes_to_python_with_all_that_came() {
    let lane = lane();
    let (mut sender, connection) = connected();
    lane.bring(connection).unwrap();

    sender.write_all(b"GET / HTTP/1.1\r\n\r\nbehind").unwrap();

    let returned = returned(&lane);
    assert_eq!(returned.data, b"GET / HTTP/1.1\r\n\r\nbehind");
    assert!(!returned.is_late);
    lane.close();
}

#[test]
fn half_a_head_is_late_and_goes_to_python_too() {
    let lane = lane();
    let (mut sender, connection) = connected();
    lane.bring(connection).unwrap();

    sender.write_all(b"GET / HT").unwrap();

    let returned = returned(&lane);
    assert_eq!(returned.data, b"GET / HT");
    assert!(returned.is_late);
    lane.close();
}

#[test]
fn a_connection_that_is_idle_for_too_long_is_closed() {
    let lane = lane();
    let ((mut sender, connection), (mut other, fresh)) = (connected(), connected());
    lane.bring(connection).unwrap();
    let long_ago = Instant::now().checked_sub(IDLE).unwrap();
    lock(&lane.state).idle.values_mut().for_each(|idle| idle.since = long_ago);
    lane.bring(fresh).unwrap();

    lane.sweep();

    assert!(ends(&mut sender));
    assert_eq!(lane.connections.load(Ordering::SeqCst), 1);
    lane.close();
    assert!(ends(&mut other));
}

#[test]
fn no_more_than_so_many_are_served_and_none_once_it_closes() {
    let lane = lane();
    let mut senders = Vec::new();
    for _ in 0..MAX_CONNECTIONS {
        let (sender, connection) = connected();
        senders.push(sender);
        lane.bring(connection).unwrap();
    }

    assert!(lane.bring(connected().1).is_err());
    lane.close();
    assert!(lane.bring(connected().1).is_err());
    assert!(senders.iter_mut().all(ends));
    assert_eq!(lane.connections.load(Ordering::SeqCst), 0);
}

#[test]
fn it_is_over_when_its_threads_have_ended() {
    let lane = lane();
    let start = Instant::now();
    while lane.threads.load(Ordering::SeqCst) < 2 {
        assert!(start.elapsed() < WAIT);
    }
    assert!(!lane.is_over());

    lane.close();

    while !lane.is_over() {
        assert!(start.elapsed() < WAIT);
    }
}

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
const MARKER: &[u8; 8] = b"8 bytes!";
const FRONT: &str = "{\"signal\":\"traces\",\"xact\":";

fn head(length: &str) -> Vec<u8> {
    format!("POST /v1/traces HTTP/1.1\r\nhost: h\r\ncontent-length: {}\r\n\r\n", length).into_bytes()
}

fn request_with(body: &[u8]) -> Vec<u8> {
    [head(&body.len().to_string()), body.to_vec()].concat()
}

/// A body that is sound.
fn sound() -> Vec<u8> {
    request(b"", &[span(b"")])
}

/// A lane that may write a segment, for whose requests Python vouches.
struct Granted {
    lane: Arc<Lane>,
    path: PathBuf,
}

impl Granted {
    fn new(name: &str, max_body: usize, most: u64) -> Granted {
        let path = std::env::temp_dir().join(format!("otb-lane-{}-{}", name, std::process::id()));
        std::fs::write(&path, b"").unwrap();
        let appender = Arc::new(Appender::default());
        let extent = Extent { marker: *MARKER, size: 0, end_seq: 1 };
        appender.give(extent, 1, Leave::open(&path, most, most).ok());
        let lane = Lane::start(appender, 2).unwrap();
        let terms = Terms {
            routing: [FRONT.into(), b",\"receipt\":".to_vec()],
            parent_key: vec![],
            max_body,
            max_messages: 1_000,
            answer: ANSWER.to_vec(),
        };
        let known = head("1");
        let length = known.len() - 5..known.len() - 4;
        let pattern = Pattern::new(&known, length, 0..0).unwrap();
        // As if it had just been given, however long the test takes.
        let given = Instant::now() + Duration::from_secs(3_600);
        lock(&lane.templates).vouch(pattern, terms, given);
        Granted { lane, path }
    }

    fn connect(&self) -> TcpStream {
        let (sender, connection) = connected();
        self.lane.bring(connection).unwrap();
        sender
    }

    /// See that a request goes to Python with all that came, and that nothing of it is kept.
    fn is_for_python(&self, request: &[u8]) {
        let mut sender = self.connect();
        sender.write_all(request).unwrap();

        let back = returned(&self.lane);

        assert_eq!(back.data, request);
        assert!(!back.is_late);
        assert_eq!(self.written(), b"");
        assert_eq!(self.lane.accepted(), (0, 0));
    }

    fn written(&self) -> Vec<u8> {
        std::fs::read(&self.path).unwrap()
    }
}

impl Drop for Granted {
    fn drop(&mut self) {
        self.lane.close();
        let _ = std::fs::remove_file(&self.path);
    }
}

fn granted(name: &str) -> Granted {
    Granted::new(name, MAX_BODY, 1 << 30)
}

fn reads_answer(sender: &mut TcpStream) -> bool {
    let mut answer = [0; ANSWER.len()];
    sender.read_exact(&mut answer).is_ok() && answer == ANSWER
}

#[test]
fn what_is_answered_is_in_the_segment_as_it_came() {
    let granted = granted("kept");
    let mut sender = granted.connect();
    let start = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();

    for number in 1..=3 {
        sender.write_all(&request_with(&sound())).unwrap();
        assert!(reads_answer(&mut sender));
        assert_eq!(granted.lane.accepted(), (number, number));
    }

    let written = granted.written();
    let records: Vec<&[u8]> = written.chunks(written.len() / 3).collect();
    for (record, seq) in records.iter().zip(1_u64..) {
        let routing = String::from_utf8_lossy(&record[32..record.len() - sound().len()]).into_owned();
        let (xact, rest) = routing.strip_prefix(FRONT).unwrap().split_at(19);
        let (received, rest) =
            rest.strip_prefix(",\"received_ns\":").unwrap().split_once(",\"receipt\":null,").unwrap();
        assert_eq!(record[8..16], seq.to_le_bytes());
        assert!(record.ends_with(&sound()));
        assert!(xact.parse::<u64>().unwrap() >= (0x0de1 << 48) + (start.as_secs() << 16));
        assert!(received.parse::<u128>().unwrap() >= start.as_nanos());
        assert!(rest.starts_with("\"senders\":[{\"service\":\"\"") && rest.ends_with("}]}"));
    }
}

#[test]
fn wherever_a_request_is_cut_in_two_it_is_kept_whole_or_goes_to_python_whole() {
    let granted = granted("cut");
    let request = request_with(&sound());
    let mut kept = 0;
    for cut in 1..request.len() {
        let mut sender = granted.connect();
        sender.set_nodelay(true).unwrap();

        sender.write_all(&request[..cut]).unwrap();
        sender.write_all(&request[cut..]).unwrap();

        let start = Instant::now();
        loop {
            assert!(start.elapsed() < WAIT);
            if granted.lane.accepted().1 > kept {
                kept += 1;
                assert!(reads_answer(&mut sender), "cut at {}", cut);
                break;
            }
            if let Some(back) = granted.lane.next_returned() {
                // The second part took its time; Python reads on where the lane has stopped.
                assert!(back.is_late);
                let mut data = back.data;
                let mut rest = vec![0; request.len() - data.len()];
                TcpStream::from(back.fd).read_exact(&mut rest).unwrap();
                data.extend(rest);
                assert_eq!(data, request, "cut at {}", cut);
                break;
            }
            thread::yield_now();
        }
    }
    let records = granted.written().windows(8).filter(|part| part == MARKER).count();
    assert_eq!(records as u64, kept);
}

#[test]
fn requests_that_do_not_wait_for_the_answer_go_to_python_together() {
    granted("pipelined").is_for_python(&request_with(&sound()).repeat(2));
    granted("pipelined-cut").is_for_python(&[request_with(&sound()), b"P".to_vec()].concat());
}

#[test]
fn a_body_that_is_not_said_by_its_length_alone_goes_to_python() {
    let chunked = b"POST /v1/traces HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n";
    granted("chunked").is_for_python(chunked);
    let both = [b"transfer-encoding: chunked\r\n\r\n".as_slice(), &sound()].concat();
    let length = head(&sound().len().to_string());
    granted("both").is_for_python(&[&length[..length.len() - 2], &both].concat());
}

#[test]
fn a_length_that_is_no_ordinary_number_goes_to_python() {
    let lengths = ["", "-1", "+1", " 1", "1 ", "1e3", "0x10", "1,1", "１"];
    let large = ["10000000", "4294967296", "18446744073709551616", "99999999999999999999999999"];
    for (place, length) in lengths.iter().chain(&large).enumerate() {
        granted(&format!("length-{}", place)).is_for_python(&head(length));
    }
}

#[test]
fn a_body_beyond_what_is_allowed_goes_to_python_before_it_is_read() {
    let small = Granted::new("small", sound().len() - 1, 1 << 30);
    small.is_for_python(&head(&sound().len().to_string()));
    let endless = Granted::new("endless", usize::MAX, 1 << 30);
    endless.is_for_python(&head(&(MAX_BODY + 1).to_string()));
}

#[test]
fn a_body_as_large_as_may_be_is_waited_for() {
    for (name, max_body) in [("all", usize::MAX), ("half", MAX_BODY / 2)] {
        let granted = Granted::new(name, max_body, 1 << 30);
        let mut sender = granted.connect();

        sender.write_all(&head(&max_body.min(MAX_BODY).to_string())).unwrap();

        assert!(returned(&granted.lane).is_late);
    }
}

#[test]
fn a_head_without_end_goes_to_python() {
    let granted = granted("endless-head");
    let mut sender = granted.connect();
    let data = vec![b'x'; MAX_HEAD];

    sender.write_all(&data).unwrap();

    let back = returned(&granted.lane);
    assert_eq!(back.data, data);
    assert!(!back.is_late);
}

#[test]
fn a_body_that_is_not_surely_sound_goes_to_python() {
    granted("empty").is_for_python(&request_with(b""));
    granted("broken").is_for_python(&request_with(b"no OTLP"));
    let body = sound();
    granted("unsure").is_for_python(&request_with(&body[..body.len() - 1]));
}

#[test]
fn without_leave_a_request_goes_to_python_and_the_next_of_it_too() {
    let granted = Granted::new("leave", MAX_BODY, 10);
    granted.is_for_python(&request_with(&sound()));
    granted.is_for_python(&request_with(&sound()));
}

#[test]
fn a_sender_that_ends_within_a_request_leaves_nothing() {
    let granted = granted("ends");
    let request = request_with(&sound());
    for end in [1, request.len() - sound().len(), request.len() - 1] {
        let mut sender = granted.connect();
        sender.write_all(&request[..end]).unwrap();
        sender.shutdown(std::net::Shutdown::Write).unwrap();

        let start = Instant::now();
        while granted.lane.connections.load(Ordering::SeqCst) > 0 {
            assert!(start.elapsed() < WAIT);
            drop(granted.lane.next_returned()); // if the end came late
            thread::yield_now();
        }
        assert!(ends(&mut sender));
    }
    assert_eq!(granted.written(), b"");
}

#[test]
fn a_sender_that_is_gone_before_its_answer_disturbs_nobody() {
    let granted = granted("gone");
    for number in 1..=20 {
        let mut sender = granted.connect();
        sender.write_all(&request_with(&sound())).unwrap();
        drop(sender);

        let start = Instant::now();
        while granted.lane.accepted().1 < number {
            assert!(start.elapsed() < WAIT);
            thread::yield_now();
        }
    }

    let mut sender = granted.connect();
    sender.write_all(&request_with(&sound())).unwrap();
    assert!(reads_answer(&mut sender));
}

#[test]
fn what_python_takes_back_its_word_for_goes_to_python() {
    let granted = granted("doubt");

    granted.lane.doubt();

    granted.is_for_python(&request_with(&sound()));
}
