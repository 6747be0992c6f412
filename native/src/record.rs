//! One record of the spool in bytes, exactly as `spool/record.py` has it, which describes it.

use crate::crc::crc32;
use std::ops::Range;
use std::time::Duration;

pub const HEAD_SIZE: usize = 32;

/// Digits of each transaction, which are all of one size (`store/xact.py`).
const XACT_DIGITS: usize = 19;

const XACT_PREFIX: u64 = 0x0de1 << 48;

/// A record on its way into the spool, with the buffer that its payload lies in.
pub struct Record {
    front: Vec<u8>,
    xact_place: usize,
    received: Duration,
    buffer: Vec<u8>,
    payload: Range<usize>,
}

impl Record {
    /// Make a record, but for what it has of its place (`place`).
    ///
    /// `routing` is what stands around the transaction, `received` the time since 1970.
    pub fn new(
        [routing, behind]: [Vec<u8>; 2],
        received: Duration,
        buffer: Vec<u8>,
        payload: Range<usize>,
    ) -> Record {
        let xact_place = HEAD_SIZE + routing.len();
        let mut front = vec![0; HEAD_SIZE];
        front.extend_from_slice(&routing);
        front.resize(xact_place + XACT_DIGITS, b'0');
        front.extend_from_slice(&behind);
        Record { front, xact_place, received, buffer, payload }
    }

    /// Bytes of the whole record.
    pub fn size(&self) -> u64 {
        (self.front.len() + self.payload.len()) as u64
    }

    /// The smallest transaction that it may have, and how many more it takes: as `XactClock.next` says.
    pub fn wanted_xact(&self) -> (u64, u64) {
        (XACT_PREFIX | self.received.as_secs() << 16, (self.payload.len() >> 17) as u64)
    }

    /// Write what a record of this segment has with this number and this transaction.
    pub fn place(&mut self, marker: [u8; 8], seq: u64, xact: u64) {
        let digits = format!("{:0size$}", xact, size = XACT_DIGITS);
        self.front[self.xact_place..self.xact_place + XACT_DIGITS]
            .copy_from_slice(&digits.as_bytes()[..XACT_DIGITS]);
        let routing_size = (self.front.len() - HEAD_SIZE) as u32;
        let payload_size = self.payload.len() as u32;
        let checksum = crc32(crc32(0, &self.front[HEAD_SIZE..]), &self.buffer[self.payload.clone()]);
        self.front[..8].copy_from_slice(&marker);
        self.front[8..16].copy_from_slice(&seq.to_le_bytes());
        self.front[16..20].copy_from_slice(&routing_size.to_le_bytes());
        self.front[20..24].copy_from_slice(&payload_size.to_le_bytes());
        self.front[24..28].copy_from_slice(&checksum.to_le_bytes());
        let head_checksum = crc32(0, &self.front[..28]);
        self.front[28..HEAD_SIZE].copy_from_slice(&head_checksum.to_le_bytes());
    }

    /// Return its bytes in two parts.
    pub fn parts(&self) -> [&[u8]; 2] {
        [&self.front, &self.buffer[self.payload.clone()]]
    }

    /// Return the buffer that it was made with.
    pub fn into_buffer(self) -> Vec<u8> {
        self.buffer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARKER: [u8; 8] = *b"\x01marker\x00";
    const SEQ: u64 = (1 << 40) + 5;
    const XACT: u64 = 1_000_197_156_530_614_077;

    fn record(payload: &[u8], around: &[u8]) -> Record {
        let front = br#"{"signal":"traces","parent":"project_name:p","xact":"#.to_vec();
        let behind = br#","received_ns":1778629724900000000,"projects":null,"receipt":null,"senders":[]}"#;
        let buffer = [around, payload, around].concat();
        let place = around.len()..around.len() + payload.len();
        Record::new([front, behind.to_vec()], Duration::from_secs(1_778_629_724), buffer, place)
    }

    #[test]
    fn it_is_byte_for_byte_what_python_packs() {
        // `spool.record.pack_record` of the same routing, printed.
        let python = [
            b"\x01marker\x00\x05\x00\x00\x00\x00\x01\x00\x00\x96\x00\x00\x00\x07\x00\x00\x00\xa2\xab\xc5&NiV{".as_slice(),
            br#"{"signal":"traces","parent":"project_name:p","xact":1000197156530614077,"#,
            br#""received_ns":1778629724900000000,"projects":null,"receipt":null,"senders":[]}payload"#,
        ]
        .concat();
        let mut record = record(b"payload", b"");

        record.place(MARKER, SEQ, XACT);

        assert_eq!(record.parts().concat(), python);
        assert_eq!(record.size() as usize, python.len());
    }

    #[test]
    fn every_field_lies_where_the_format_has_it() {
        for payload in [&b""[..], b"x", &[7; 1_000]] {
            let mut record = record(payload, b"around");

            record.place(MARKER, SEQ, XACT);

            let written = record.parts().concat();
            let number = |place: usize| u32::from_le_bytes(written[place..place + 4].try_into().unwrap());
            let routing_size = number(16) as usize;
            assert_eq!(written[..8], MARKER);
            assert_eq!(written[8..16], SEQ.to_le_bytes());
            assert_eq!(number(20) as usize, payload.len());
            assert_eq!(number(24), crc32(0, &written[HEAD_SIZE..]));
            assert_eq!(number(28), crc32(0, &written[..28]));
            assert_eq!(written[HEAD_SIZE], b'{');
            assert_eq!(written[HEAD_SIZE + routing_size - 1], b'}');
            assert_eq!(written[HEAD_SIZE + routing_size..], *payload);
        }
    }

    #[test]
    fn a_record_that_is_placed_again_keeps_nothing_of_its_first_place() {
        let (mut once, mut twice) = (record(b"payload", b""), record(b"payload", b""));

        twice.place([0xff; 8], u64::MAX, u64::MAX / 4);
        twice.place(MARKER, SEQ, XACT);
        once.place(MARKER, SEQ, XACT);

        assert_eq!(twice.parts(), once.parts());
    }

    #[test]
    fn its_buffer_comes_back_as_it_was() {
        let mut record = record(b"payload", b"around");

        record.place(MARKER, SEQ, XACT);

        assert_eq!(record.into_buffer(), b"aroundpayloadaround");
    }

    #[test]
    fn a_transaction_begins_with_the_second_and_takes_room_for_its_rows() {
        // As recorded of the hosted service (`tests/collector/store/test_xact.py`).
        assert_eq!(record(b"", b"").wanted_xact(), (XACT >> 16 << 16, 0));
        assert_eq!(record(&vec![0; (1 << 17) - 1], b"").wanted_xact().1, 0);
        assert_eq!(record(&vec![0; 1 << 20], b"").wanted_xact().1, 8);
    }
}
