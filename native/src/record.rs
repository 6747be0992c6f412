//! One record of the spool in bytes, exactly as `spool/record.py` has it, which describes it.

use crate::crc::crc32;
use std::ops::Range;

pub const HEAD_SIZE: usize = 32;

/// A record on its way into the spool, with the buffer that its payload lies in.
pub struct Record {
    front: Vec<u8>,
    buffer: Vec<u8>,
    payload: Range<usize>,
    checksum: u32,
}

impl Record {
    /// Make a record, but for what it has of its place (`place`).
    pub fn new(routing: &[u8], buffer: Vec<u8>, payload: Range<usize>) -> Record {
        let mut front = vec![0; HEAD_SIZE];
        front.extend_from_slice(routing);
        let checksum = crc32(crc32(0, routing), &buffer[payload.clone()]);
        Record {
            front,
            buffer,
            payload,
            checksum,
        }
    }

    /// Bytes of the whole record.
    pub fn size(&self) -> u64 {
        (self.front.len() + self.payload.len()) as u64
    }

    /// Write the head of a record of this segment with this number.
    pub fn place(&mut self, marker: [u8; 8], seq: u64) {
        let routing_size = (self.front.len() - HEAD_SIZE) as u32;
        let payload_size = self.payload.len() as u32;
        self.front[..8].copy_from_slice(&marker);
        self.front[8..16].copy_from_slice(&seq.to_le_bytes());
        self.front[16..20].copy_from_slice(&routing_size.to_le_bytes());
        self.front[20..24].copy_from_slice(&payload_size.to_le_bytes());
        self.front[24..28].copy_from_slice(&self.checksum.to_le_bytes());
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
