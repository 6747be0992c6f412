//! Messages of protobuf for tests, written as encoders do; or as none does, where that is asked for.

/// Return a number as a varint.
pub fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

/// Return a field that is a varint.
pub fn number(field: u64, value: u64) -> Vec<u8> {
    [varint(field << 3), varint(value)].concat()
}

/// Return a field that is a text, bytes or a message.
pub fn sized(field: u64, content: &[u8]) -> Vec<u8> {
    [varint(field << 3 | 2), varint(content.len() as u64), content.to_vec()].concat()
}

/// Return a field of four bytes.
pub fn fixed32(field: u64, value: u32) -> Vec<u8> {
    [varint(field << 3 | 5), value.to_le_bytes().to_vec()].concat()
}

/// Return a field of eight bytes.
pub fn fixed64(field: u64, value: u64) -> Vec<u8> {
    [varint(field << 3 | 1), value.to_le_bytes().to_vec()].concat()
}

/// Return a field of the group that ordinary messages have no more: a begin and an end around its content.
pub fn group(field: u64, content: &[u8]) -> Vec<u8> {
    [varint(field << 3 | 3), content.to_vec(), varint(field << 3 | 4)].concat()
}

/// Return an attribute with a text.
pub fn attribute(key: &str, text: &str) -> Vec<u8> {
    [sized(1, key.as_bytes()), sized(2, &sized(1, text.as_bytes()))].concat()
}

/// Return a span that is sound, with more fields behind those that it needs.
pub fn span(more: &[u8]) -> Vec<u8> {
    [sized(1, &[7; 16]), sized(2, &[8; 8]), sized(5, b"name"), fixed64(7, 1), fixed64(8, 2), more.to_vec()]
        .concat()
}

/// Return a request of one resource, which is a message too, and its spans.
pub fn request(resource: &[u8], spans: &[Vec<u8>]) -> Vec<u8> {
    let spans: Vec<u8> = spans.iter().flat_map(|span| sized(2, span)).collect();
    sized(1, &[sized(1, resource), sized(2, &spans)].concat())
}
