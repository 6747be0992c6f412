//! CRC-32 as zlib computes it, for the records of the spool.
//!
//! Where the processor multiplies without carries, 64 bytes are folded at a time; elsewhere tables do it, 16 bytes at a time.
//! Sources: Intel, "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ Instruction" (2009), also for its constants; Kounavis and
//! Berry, "A Systematic Approach to Building High Performance Software-based CRC Generators" (2005), for slicing.

const POLYNOMIAL: u32 = 0xedb8_8320;
const SLICES: usize = 16;

static TABLES: [[u32; 256]; SLICES] = tables();

/// Return the CRC-32 of what `crc` is that of, 0 for nothing, with `data` behind it.
pub fn crc32(crc: u32, data: &[u8]) -> u32 {
    #[cfg(target_arch = "x86_64")]
    if data.len() >= folded::SMALLEST && folded::is_known() {
        return folded::crc32(crc, data);
    }
    sliced(crc, data)
}

fn sliced(crc: u32, data: &[u8]) -> u32 {
    let mut crc = !crc;
    let mut chunks = data.chunks_exact(SLICES);
    for chunk in &mut chunks {
        let mut next = 0;
        for (place, &byte) in chunk.iter().enumerate() {
            let carried = if place < 4 { (crc >> (8 * place)) as u8 } else { 0 };
            next ^= TABLES[SLICES - 1 - place][usize::from(byte ^ carried)];
        }
        crc = next;
    }
    for &byte in chunks.remainder() {
        crc = crc >> 8 ^ TABLES[0][usize::from(crc as u8 ^ byte)];
    }
    !crc
}

const fn tables() -> [[u32; 256]; SLICES] {
    let mut tables = [[0; 256]; SLICES];
    let mut byte = 0;
    while byte < 256 {
        let mut crc = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ POLYNOMIAL } else { crc >> 1 };
            bit += 1;
        }
        tables[0][byte] = crc;
        byte += 1;
    }
    let mut slice = 1;
    while slice < SLICES {
        let mut byte = 0;
        while byte < 256 {
            let before = tables[slice - 1][byte];
            tables[slice][byte] = before >> 8 ^ tables[0][(before & 255) as usize];
            byte += 1;
        }
        slice += 1;
    }
    tables
}

#[cfg(target_arch = "x86_64")]
#[allow(unsafe_op_in_unsafe_fn)] // every instruction is one; what they read is a slice
mod folded {
    use std::arch::x86_64::{
        __m128i, _mm_and_si128, _mm_clmulepi64_si128, _mm_cvtsi32_si128, _mm_extract_epi32, _mm_loadu_si128,
        _mm_set_epi32, _mm_set_epi64x, _mm_srli_si128, _mm_xor_si128,
    };

    /// What is smaller is not worth it.
    pub const SMALLEST: usize = 128;

    /// Of the paper, for this polynomial with its bits reversed.
    const BY_64: (i64, i64) = (0x1_5444_2bd4, 0x1_c6e4_1596);
    const BY_16: (i64, i64) = (0x1_7519_97d0, 0x0_ccaa_009e);
    const BY_8: i64 = 0x1_63cd_6124;
    const BARRETT: (i64, i64) = (0x1_db71_0641, 0x1_f701_1641);

    pub fn is_known() -> bool {
        is_x86_feature_detected!("pclmulqdq") && is_x86_feature_detected!("sse4.1")
    }

    pub fn crc32(crc: u32, data: &[u8]) -> u32 {
        // SAFETY: the caller has asked whether the processor has what it needs.
        let folded = unsafe { fold(crc, data) };
        super::sliced(folded, &data[data.len() / 16 * 16..])
    }

    /// Return the CRC of the whole blocks of 16 bytes in `data`, of which there are at least eight.
    #[target_feature(enable = "pclmulqdq", enable = "sse4.1")]
    unsafe fn fold(crc: u32, data: &[u8]) -> u32 {
        let blocks = data.len() / 16;
        let mut lanes = [block(data, 0), block(data, 1), block(data, 2), block(data, 3)];
        lanes[0] = _mm_xor_si128(lanes[0], _mm_cvtsi32_si128(!crc as i32));
        let by_64 = _mm_set_epi64x(BY_64.1, BY_64.0);
        let mut next = 4;
        while next + 4 <= blocks {
            for (lane, place) in lanes.iter_mut().zip(next..) {
                *lane = shifted(*lane, block(data, place), by_64);
            }
            next += 4;
        }
        let by_16 = _mm_set_epi64x(BY_16.1, BY_16.0);
        let mut sum = lanes[0];
        for &lane in &lanes[1..] {
            sum = shifted(sum, lane, by_16);
        }
        for place in next..blocks {
            sum = shifted(sum, block(data, place), by_16);
        }
        reduced(sum, by_16)
    }

    #[target_feature(enable = "pclmulqdq", enable = "sse4.1")]
    unsafe fn shifted(sum: __m128i, block: __m128i, by: __m128i) -> __m128i {
        let low = _mm_clmulepi64_si128(sum, by, 0x00);
        let high = _mm_clmulepi64_si128(sum, by, 0x11);
        _mm_xor_si128(_mm_xor_si128(block, low), high)
    }

    /// Reduce 128 bits to the 32 of the CRC.
    #[target_feature(enable = "pclmulqdq", enable = "sse4.1")]
    unsafe fn reduced(sum: __m128i, by_16: __m128i) -> u32 {
        let low_32 = _mm_set_epi32(0, 0, 0, !0);
        let sum = _mm_xor_si128(_mm_clmulepi64_si128(sum, by_16, 0x10), _mm_srli_si128(sum, 8));
        let by_8 = _mm_set_epi64x(0, BY_8);
        let sum = _mm_xor_si128(
            _mm_clmulepi64_si128(_mm_and_si128(sum, low_32), by_8, 0x00),
            _mm_srli_si128(sum, 4),
        );
        let barrett = _mm_set_epi64x(BARRETT.1, BARRETT.0);
        let quotient = _mm_clmulepi64_si128(_mm_and_si128(sum, low_32), barrett, 0x10);
        let product = _mm_clmulepi64_si128(_mm_and_si128(quotient, low_32), barrett, 0x00);
        !(_mm_extract_epi32(_mm_xor_si128(sum, product), 1) as u32)
    }

    #[target_feature(enable = "pclmulqdq", enable = "sse4.1")]
    unsafe fn block(data: &[u8], place: usize) -> __m128i {
        _mm_loadu_si128(data[16 * place..16 * place + 16].as_ptr().cast())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bit_by_bit(data: &[u8]) -> u32 {
        !data.iter().fold(!0, |crc, &byte| {
            (0..8).fold(
                crc ^ u32::from(byte),
                |crc: u32, _| {
                    if crc & 1 == 1 {
                        crc >> 1 ^ POLYNOMIAL
                    } else {
                        crc >> 1
                    }
                },
            )
        })
    }

    #[test]
    fn it_is_the_crc_of_zlib() {
        assert_eq!(crc32(0, b"123456789"), 0xcbf4_3926);
        assert_eq!(crc32(0, b""), 0);
    }

    #[test]
    fn known_values_are_found_again() {
        // Of zlib's `crc32`; the long ones take the way of the processor, where it has one.
        for (data, right) in [
            (b"a".to_vec(), 0xe8b7_be43),
            (b"abc".to_vec(), 0x3524_41c2),
            (b"The quick brown fox jumps over the lazy dog".to_vec(), 0x414f_a339),
            (vec![0; 32], 0x190a_55ad),
            (vec![0xff; 32], 0xff6c_ab0b),
            (vec![0; 1 << 20], 0xa738_ea1c),
            ((0..=255).cycle().take(1 << 20).collect(), 0x04d0_e435),
        ] {
            assert_eq!(crc32(0, &data), right, "{} bytes", data.len());
        }
    }

    #[test]
    fn it_does_not_matter_where_the_data_begin_in_memory() {
        let data: Vec<u8> = (0..400_u32).map(|n| (n * 7 % 253) as u8).collect();
        for start in 0..64 {
            assert_eq!(crc32(0, &data[start..start + 300]), bit_by_bit(&data[start..start + 300]));
        }
    }

    #[test]
    fn both_ways_agree_with_the_definition_at_every_length_and_split() {
        let data: Vec<u8> = (0..1_000_u32).map(|n| (n * n % 251) as u8).collect();
        for size in 0..data.len() {
            let data = &data[..size];
            let right = bit_by_bit(data);
            assert_eq!(sliced(0, data), right);
            assert_eq!(crc32(0, data), right);
            let (front, rest) = data.split_at(size / 3);
            assert_eq!(crc32(crc32(0, front), rest), right);
        }
    }
}
