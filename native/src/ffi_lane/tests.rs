use super::*;

const NOTHING: Lent = Lent { data: std::ptr::null(), size: 0 };

fn place() -> Place {
    Place { marker: [7; 8], size: 7, end_seq: 7, next_seq: 7 }
}

fn vouched(head: &[u8], length: [usize; 2], receipt: [usize; 2]) -> Vouched {
    Vouched {
        head: Lent { data: head.as_ptr(), size: head.len() },
        length,
        receipt,
        routing: [NOTHING; 2],
        parent_key: NOTHING,
        answer: NOTHING,
        max_body: 0,
        max_messages: 0,
        age_ms: 0,
    }
}

#[test]
fn a_number_of_nothing_fails_and_touches_nothing() {
    for number in [-1, i64::MIN, i64::MAX, 1 << 32] {
        let (mut there, mut fd, mut is_late) = (place(), 7, 7);
        let (mut is_new, mut durations, mut data) = (7, [7.0], [7]);
        // SAFETY: all of it is there while the functions run.
        let told = unsafe {
            [
                otb_pen_take(number, &mut there),
                otb_pen_extent(number, &mut there),
                otb_pen_give(number, &there, std::ptr::null(), 0, 0, 0),
                otb_pen_hear(number, u64::MAX, durations.as_mut_ptr(), 1, &mut is_new),
                otb_lane_vouch(number, &vouched(b"", [0, 0], [0, 0])),
                otb_lane_bring(number, -1),
                otb_lane_returned(number, &mut fd, &mut is_late, data.as_mut_ptr()),
            ]
        };
        let others = [
            otb_pen_close(number, u64::MAX),
            otb_pen_xact(number, 1, 1),
            otb_lane_new(number, 1),
            otb_lane_fd(number),
            otb_lane_spans(number),
            otb_lane_requests(number),
            otb_lane_doubt(number),
            otb_lane_sweep(number),
            otb_lane_close(number),
            otb_lane_is_over(number),
        ];

        assert!(told.iter().chain(&others).all(|&returned| returned == FAILED));
        assert_eq!((there.marker, there.size, there.end_seq, there.next_seq), ([7; 8], 7, 7, 7));
        assert_eq!((fd, is_late, is_new, durations, data), (7, 7, 7, [7.0], [7]));
    }
}

#[test]
fn a_segment_that_is_not_there_gives_no_leave() {
    let pen = otb_pen_new();
    let path = b"/nowhere/segment";
    // SAFETY: all of it is there while the function runs.
    let given = unsafe { otb_pen_give(pen, &place(), path.as_ptr(), path.len(), 1_000, 1_000) };
    let record = crate::record::Record::new([vec![], vec![]], Duration::ZERO, vec![], 0..0);

    assert_eq!(given, 0);
    assert!(!found(&APPENDERS, pen).unwrap().append(record).1);
}

#[test]
fn the_longest_time_is_as_good_as_any() {
    let pen = otb_pen_new();
    let (mut durations, mut is_new) = ([], 0);

    assert_eq!(otb_pen_close(pen, u64::MAX), 0);
    // SAFETY: there is room for no duration.
    let heard = unsafe { otb_pen_hear(pen, u64::MAX, durations.as_mut_ptr(), 0, &mut is_new) };
    assert_eq!(heard, CLOSED);
}

#[test]
fn more_durations_than_there_is_room_for_are_left_out() {
    let pen = otb_pen_new();
    let path = std::env::temp_dir().join(format!("otb-ffi-{}", std::process::id()));
    std::fs::write(&path, b"").unwrap();
    let name = path.as_os_str().as_bytes();
    // SAFETY: all of it is there while the function runs.
    unsafe { otb_pen_give(pen, &place(), name.as_ptr(), name.len(), 1_000, 1_000) };
    for _ in 0..3 {
        let record = crate::record::Record::new([vec![], vec![]], Duration::ZERO, vec![], 0..0);
        assert!(found(&APPENDERS, pen).unwrap().append(record).1);
    }
    let (mut durations, mut is_new) = ([-1.0; 3], 0);

    // SAFETY: there is room for more than is asked for.
    let count = unsafe { otb_pen_hear(pen, 0, durations.as_mut_ptr(), 2, &mut is_new) };

    std::fs::remove_file(&path).unwrap();
    assert_eq!((count, is_new), (2, 1));
    assert!(durations[0] >= 0.0 && durations[1] >= 0.0);
    assert_eq!(durations[2], -1.0);
}

#[test]
fn ranges_that_do_not_lie_in_the_head_are_not_vouched_for() {
    let lane = otb_lane_new(otb_pen_new(), 1);
    let vouch = |length, receipt| {
        // SAFETY: the head outlives the call.
        unsafe { otb_lane_vouch(lane, &vouched(b"length 1 receipt x", length, receipt)) }
    };

    assert_eq!(vouch([7, 8], [17, 18]), 0);
    assert_eq!(vouch([7, 8], [0, 0]), 0);
    for (length, receipt) in [
        ([7, 99], [0, 0]),
        ([99, 100], [0, 0]),
        ([8, 7], [0, 0]),
        ([7, 8], [17, 99]),
        ([7, 12], [9, 14]),
        ([0, usize::MAX], [0, 0]),
    ] {
        assert_eq!(vouch(length, receipt), FAILED, "{:?} {:?}", length, receipt);
    }
    otb_lane_close(lane);
}

#[test]
fn a_connection_that_is_refused_is_still_the_callers() {
    let lane = otb_lane_new(otb_pen_new(), 1);
    otb_lane_close(lane);
    let (mut one, mut other) = std::os::unix::net::UnixStream::pair().unwrap();

    // SAFETY: it is ours.
    let brought = unsafe { otb_lane_bring(lane, std::os::unix::io::AsRawFd::as_raw_fd(&one)) };

    assert_eq!(brought, FAILED);
    std::io::Write::write_all(&mut one, b"x").unwrap();
    let mut data = [0];
    std::io::Read::read_exact(&mut other, &mut data).unwrap();
    assert_eq!(data, *b"x");
}
