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
