use super::*;
use std::path::PathBuf;
use std::thread;

const MARKER: [u8; 8] = *b"\x01marker\x00";

fn segment(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("otb-{}-{}", name, std::process::id()));
    File::create(&path).unwrap();
    path
}

/// A record with 53 bytes beside its payload.
fn record(payload: &[u8]) -> Record {
    let routing = [b"{".to_vec(), b"}".to_vec()];
    Record::new(routing, Duration::from_secs(7), payload.to_vec(), 0..payload.len())
}

fn extent(size: u64, end_seq: u64) -> Extent {
    Extent { marker: MARKER, size, end_seq }
}

fn granted(path: &Path, full: u64, most: u64) -> Appender {
    let appender = Appender::default();
    appender.give(extent(0, 5), 5, Leave::open(path, full, most).ok());
    appender
}

#[test]
fn a_record_is_what_python_writes() {
    let path = segment("record");
    let appender = granted(&path, 1_000, 1_000);

    assert!(appender.append(record(b"payload")).1);

    let written = std::fs::read(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert_eq!(written[..8], MARKER);
    assert_eq!(written[8..24], *b"\x05\0\0\0\0\0\0\0\x15\0\0\0\x07\0\0\0");
    assert_eq!(written[24..28], crate::crc::crc32(0, &written[32..]).to_le_bytes());
    assert_eq!(written[28..32], crate::crc::crc32(0, &written[..28]).to_le_bytes());
    assert_eq!(written[32..], *format!("{{{}}}payload", (0x0de1_u64 << 48) + (7 << 16)).as_bytes());
    assert_eq!(appender.extent(), extent(60, 6));
}

#[test]
fn without_leave_and_beyond_it_nothing_is_written() {
    let path = segment("leave");
    assert!(!Appender::default().append(record(b"")).1);

    let appender = granted(&path, 1_000, 100);
    assert!(!appender.append(record(&[1; 48])).1);
    assert!(appender.append(record(&[2; 47])).1);
    assert!(!appender.append(record(b"")).1);
    let appender = granted(&path, 30, 1_000);
    assert!(appender.append(record(b"")).1);
    assert!(!appender.append(record(b"")).1);

    appender.close(Duration::ZERO);
    appender.give(extent(0, 9), 9, Leave::open(&path, 1_000, 1_000).ok());
    assert!(!appender.append(record(b"")).1);
    std::fs::remove_file(&path).unwrap();
}

#[test]
fn what_cannot_be_written_or_synced_is_not_acknowledged_and_python_is_next() {
    for path in ["/dev/full", "/dev/null"] {
        let appender = granted(Path::new(path), 1_000, 1_000);

        assert!(!appender.append(record(b"lost")).1);

        assert_eq!(appender.extent(), extent(0, 5));
        assert!(!appender.append(record(b"")).1);
        assert_eq!(appender.take().1, 6);
        assert_eq!(appender.hear(Duration::ZERO), Heard::News(false, vec![]));
    }
}

#[test]
fn what_is_refused_leaves_what_is_told_as_it_was() {
    let path = segment("refused");
    let appender = Appender::default();
    // Of the numbers up to 8 the last ones could not be written.
    appender.give(extent(0, 5), 9, Leave::open(&path, 1_000, 1_000).ok());

    assert!(!appender.append(record(&[0; 2_000])).1);

    std::fs::remove_file(&path).unwrap();
    assert_eq!(appender.extent(), extent(0, 5));
    assert_eq!(appender.hear(Duration::ZERO), Heard::News(false, vec![]));
}

#[test]
fn many_threads_and_python_write_one_behind_the_other() {
    let path = segment("threads");
    let appender = Arc::new(granted(&path, 1 << 20, 1 << 20));
    let mut threads: Vec<_> = (0..8_u8)
        .map(|number| {
            let appender = appender.clone();
            thread::spawn(move || (0..50).filter(|_| appender.append(record(&[number; 10])).1).count())
        })
        .collect();
    let pythons = appender.clone();
    let own = path.clone();
    threads.push(thread::spawn(move || {
        for _ in 0..50 {
            let (place, next_seq) = pythons.take();
            let mut mine = record(&[8; 10]);
            mine.place(MARKER, next_seq, pythons.next_xact(0, 0));
            let file = OpenOptions::new().write(true).open(&own).unwrap();
            let size = sys::write_all(&file, &mine.parts(), place.size).unwrap();
            pythons.give(extent(size, next_seq + 1), next_seq + 1, Leave::open(&own, 1 << 20, 1 << 20).ok());
        }
        50
    }));

    let appended: usize = threads.into_iter().map(|thread| thread.join().unwrap()).sum();

    let written = std::fs::read(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert_eq!(appended, 450);
    assert_eq!(appender.extent(), extent(450 * 63, 455));
    let mut xact: &[u8] = b"";
    for (place, each) in written.chunks(63).enumerate() {
        assert_eq!(each[8..16], (place as u64 + 5).to_le_bytes());
        assert!(each[33..52] > *xact);
        xact = &each[33..52];
        assert_eq!(crate::crc::crc32(0, &each[32..]).to_le_bytes(), each[24..28]);
    }
}

#[test]
fn news_are_told_once_and_end_when_it_is_closed() {
    let path = segment("news");
    let appender = granted(&path, 1_000, 1_000);
    assert_eq!(appender.hear(Duration::ZERO), Heard::News(false, vec![]));

    appender.append(record(b""));
    appender.append(record(b""));

    std::fs::remove_file(&path).unwrap();
    assert!(matches!(appender.hear(Duration::ZERO), Heard::News(true, told) if told.len() == 2));
    assert_eq!(appender.hear(Duration::ZERO), Heard::News(false, vec![]));
    appender.close(Duration::ZERO);
    assert_eq!(appender.hear(Duration::from_secs(60)), Heard::Closed);
}

#[test]
fn transactions_grow_whatever_is_asked_for() {
    let appender = Appender::default();

    let given =
        [(10, 0), (5, 3), (5, 0), (100, 0)].map(|(smallest, room)| appender.next_xact(smallest, room));

    assert_eq!(given, [10, 11, 15, 100]);
}

/// Wait until so many records wait for the pen, which somebody has.
fn until_waiting(appender: &Appender, count: usize) {
    let start = Instant::now();
    while lock(&appender.desk).waiting.len() < count {
        assert!(start.elapsed() < Duration::from_secs(20));
        thread::yield_now();
    }
}

/// Append each on a thread of its own while Python has the pen, so that they wait together; return which of them are durable.
fn together(appender: &Arc<Appender>, records: Vec<Record>, leave: Option<Leave>) -> Vec<bool> {
    let (place, next_seq) = appender.take();
    let threads: Vec<_> = records
        .into_iter()
        .enumerate()
        .map(|(number, record)| {
            let own = appender.clone();
            let thread = thread::spawn(move || own.append(record).1);
            until_waiting(appender, number + 1);
            thread
        })
        .collect();
    appender.give(place, next_seq, leave);
    threads.into_iter().map(|thread| thread.join().unwrap()).collect()
}

#[test]
fn what_waits_together_is_written_in_the_order_in_which_it_came_with_one_sync() {
    let path = segment("group");
    let appender = Arc::new(granted(&path, 1_000, 1_000));
    let records = (0..5_u8).map(|number| record(&[number])).collect();

    let outcomes = together(&appender, records, Leave::open(&path, 1_000, 1_000).ok());

    let written = std::fs::read(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert_eq!(outcomes, [true; 5]);
    assert!(matches!(appender.hear(Duration::ZERO), Heard::News(true, told) if told.len() == 1));
    assert!(written.chunks(54).map(|each| each[53]).eq(0..5));
    assert_eq!(appender.extent(), extent(5 * 54, 10));
}

#[test]
fn of_what_waits_together_that_which_fits_is_written() {
    let path = segment("fits");
    let appender = Arc::new(granted(&path, 1_000, 1_000));
    let records = [10, 500, 10, 10].map(|size| record(&vec![0; size])).into_iter().collect();

    let outcomes = together(&appender, records, Leave::open(&path, 1_000, 2 * 63).ok());

    std::fs::remove_file(&path).unwrap();
    assert_eq!(outcomes, [true, false, true, false]);
    assert_eq!(appender.extent(), extent(2 * 63, 7));
}

#[test]
fn where_python_gives_no_leave_nobody_waits_any_more() {
    let path = segment("none");
    let appender = Arc::new(granted(&path, 1_000, 1_000));

    let outcomes = together(&appender, vec![record(b"a"), record(b"b")], None);

    assert_eq!(std::fs::read(&path).unwrap(), b"");
    std::fs::remove_file(&path).unwrap();
    assert_eq!(outcomes, [false; 2]);
}

#[test]
fn a_panic_while_it_writes_costs_the_group_and_not_the_pen() {
    let path = segment("panic");
    let appender = granted(&path, 1_000, 1_000);

    // A payload that does not lie in its buffer is a fault of ours.
    let faulty = Record::new([b"{".to_vec(), b"}".to_vec()], Duration::ZERO, vec![], 5..9);
    let (_, is_durable) = appender.append(faulty);

    assert!(!is_durable);
    assert_eq!(appender.take(), (extent(0, 5), 6));
    appender.give(extent(0, 5), 6, Leave::open(&path, 1_000, 1_000).ok());
    assert!(appender.append(record(b"a")).1);
    std::fs::remove_file(&path).unwrap();
    assert_eq!(appender.extent(), extent(54, 7));
}

#[test]
fn closing_waits_no_longer_than_it_may_for_who_has_the_pen() {
    let path = segment("close");
    let appender = granted(&path, 1_000, 1_000);
    let (place, next_seq) = appender.take();

    appender.close(Duration::from_millis(1));
    appender.give(place, next_seq, Leave::open(&path, 1_000, 1_000).ok());

    assert!(!appender.append(record(b"late")).1);
    assert_eq!(std::fs::read(&path).unwrap(), b"");
    std::fs::remove_file(&path).unwrap();
}

#[test]
fn closing_may_wait_as_long_as_it_likes() {
    let appender = Appender::default();

    appender.close(Duration::MAX);

    assert_eq!(appender.hear(Duration::MAX), Heard::Closed);
}

#[test]
fn closing_waits_for_who_has_the_pen() {
    let appender = Arc::new(Appender::default());
    let (place, next_seq) = appender.take();
    let own = appender.clone();
    let closing = thread::spawn(move || {
        own.close(Duration::from_secs(60));
        lock(&own.desk).is_held
    });
    while !lock(&appender.desk).is_closed {
        thread::yield_now();
    }
    (0..1_000).for_each(|_| thread::yield_now()); // who does not wait is gone by then

    appender.give(place, next_seq, None);

    assert!(!closing.join().unwrap());
}
