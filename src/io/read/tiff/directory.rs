//! The structure of a TIFF file: byte order, pages, and the entries of one page, all of it checked before it is believed.
//!
//! TIFF 6.0, section 2; BigTIFF has the same with 64-bit places. An entry holds its values, or the place where they are, of
//! which no more are read than the file has bytes.

use crate::io::read::bytes::Source;
use crate::io::read::error::{ReadError, damaged};
use crate::io::read::tiff::FORMAT;

/// The most pages that are counted through; the chain of a hostile file may be a ring.
const MOST_PAGES: usize = 1 << 16;

/// One entry of a page.
#[derive(Debug, Clone, Copy)]
struct Entry {
    tag: u16,
    kind: u16,
    count: u64,
    /// Where its values lie in the file.
    place: u64,
}

/// The entries of one page.
#[derive(Debug)]
pub(crate) struct Directory {
    pub(crate) big_endian: bool,
    entries: Vec<Entry>,
}

/// Bytes of one value of a TIFF type; 0 for types that are not known.
fn size_of_kind(kind: u16) -> u64 {
    match kind {
        1 | 2 | 6 | 7 => 1,
        3 | 8 => 2,
        4 | 9 | 11 | 13 => 4,
        5 | 10 | 12 | 16 | 17 | 18 => 8,
        _ => 0,
    }
}

impl Directory {
    /// Reads the entries of page number `page`.
    pub(crate) fn read(source: &mut dyn Source, page: usize) -> Result<Self, ReadError> {
        let mut start = [0; 16];
        let there = if source.len() < 16 { 8 } else { 16 };
        if source.len() < 8 {
            return Err(damaged(FORMAT, "it ends within the header"));
        }
        source.read_at(0, &mut start[..there])?;
        let big_endian = start[0] == b'M';
        let order = Order(big_endian);
        let wide = order.u16(&start[2..]) == 43;
        let mut place = if wide { order.u64(&start[8..]) } else { u64::from(order.u32(&start[4..])) };
        if wide && (order.u16(&start[4..]) != 8 || there < 16) {
            return Err(damaged(FORMAT, "its BigTIFF header is not proper"));
        }
        let mut number = 0;
        loop {
            if place == 0 {
                return Err(ReadError::Choice(format!("has {number} pages, numbered from 0; there is no page {page}")));
            }
            let (entries, next) = read_page(source, order, wide, place, number == page)?;
            if number == page {
                return Ok(Self { big_endian, entries });
            }
            number += 1;
            if number > MOST_PAGES {
                return Err(damaged(FORMAT, format!("its chain of pages is longer than {MOST_PAGES}")));
            }
            place = next;
        }
    }

    /// The values of an entry as bytes, and its type; at most `most` values.
    fn bytes(&self, source: &mut dyn Source, tag: u16, most: u64) -> Result<Option<(u16, Vec<u8>)>, ReadError> {
        let Some(entry) = self.entries.iter().find(|entry| entry.tag == tag) else { return Ok(None) };
        let bytes = entry.count.min(most).saturating_mul(size_of_kind(entry.kind));
        let fits = entry.place.checked_add(bytes).filter(|end| *end <= source.len());
        let (Some(_), Ok(bytes)) = (fits, usize::try_from(bytes)) else {
            return Err(damaged(FORMAT, format!("the {} values of its tag {tag} are not in the file", entry.count)));
        };
        let mut values = vec![0; bytes];
        source.read_at(entry.place, &mut values)?;
        Ok(Some((entry.kind, values)))
    }

    /// Whole numbers; an absent tag has none.
    pub(crate) fn numbers(&self, source: &mut dyn Source, tag: u16, most: u64) -> Result<Vec<u64>, ReadError> {
        let Some((kind, bytes)) = self.bytes(source, tag, most)? else { return Ok(Vec::new()) };
        let order = Order(self.big_endian);
        Ok(match kind {
            1 | 7 => bytes.iter().map(|&byte| u64::from(byte)).collect(),
            3 => bytes.chunks_exact(2).map(|value| u64::from(order.u16(value))).collect(),
            4 | 13 => bytes.chunks_exact(4).map(|value| u64::from(order.u32(value))).collect(),
            16 | 18 => bytes.chunks_exact(8).map(|value| order.u64(value)).collect(),
            _ => return Err(damaged(FORMAT, format!("its tag {tag} holds no whole numbers (type {kind})"))),
        })
    }

    /// The first number of a tag, if it is there.
    pub(crate) fn number(&self, source: &mut dyn Source, tag: u16) -> Result<Option<u64>, ReadError> {
        Ok(self.numbers(source, tag, 1)?.first().copied())
    }

    /// Doubles; a tag that is absent or of another type has none.
    pub(crate) fn doubles(&self, source: &mut dyn Source, tag: u16, most: u64) -> Result<Vec<f64>, ReadError> {
        let order = Order(self.big_endian);
        Ok(match self.bytes(source, tag, most)? {
            Some((12, bytes)) => bytes.chunks_exact(8).map(|value| f64::from_bits(order.u64(value))).collect(),
            _ => Vec::new(),
        })
    }

    /// Text, without the zero at its end.
    pub(crate) fn text(&self, source: &mut dyn Source, tag: u16, most: u64) -> Result<Vec<u8>, ReadError> {
        Ok(match self.bytes(source, tag, most)? {
            Some((2, mut bytes)) => {
                while bytes.last() == Some(&0) {
                    bytes.pop();
                }
                bytes
            }
            _ => Vec::new(),
        })
    }
}

/// The entries of the page at `place`, if they are wanted, and the place of the next one.
fn read_page(
    source: &mut dyn Source,
    order: Order,
    wide: bool,
    place: u64,
    wanted: bool,
) -> Result<(Vec<Entry>, u64), ReadError> {
    let out = || damaged(FORMAT, format!("its page at {place} is not in the file"));
    let (count_size, entry_size, place_size) = if wide { (8, 20, 8) } else { (2, 12, 4) };
    let mut number = [0; 8];
    let body = place.checked_add(count_size).filter(|body| *body <= source.len()).ok_or_else(out)?;
    source.read_at(place, &mut number[..if wide { 8 } else { 2 }])?;
    let count = if wide { order.u64(&number) } else { u64::from(order.u16(&number)) };
    let size = count.checked_mul(entry_size).and_then(|bytes| bytes.checked_add(place_size));
    let size = size.filter(|size| body.checked_add(*size).is_some_and(|end| end <= source.len())).ok_or_else(out)?;
    let next = body + size - place_size;
    source.read_at(next, &mut number[..if wide { 8 } else { 4 }])?;
    let next = if wide { order.u64(&number) } else { u64::from(order.u32(&number)) };
    let mut entries = Vec::new();
    // A page has some dozens of entries; a writer with thousands is none.
    if wanted && count <= 1 << 12 {
        let mut bytes = vec![0; usize::try_from(size).map_err(|_| out())?];
        source.read_at(body, &mut bytes)?;
        let length = if wide { 20 } else { 12 };
        for (k, entry) in bytes.chunks_exact(length).take(usize::try_from(count).unwrap_or(0)).enumerate() {
            let (tag, kind) = (order.u16(entry), order.u16(&entry[2..]));
            let count = if wide { order.u64(&entry[4..]) } else { u64::from(order.u32(&entry[4..])) };
            let field = if wide { 12 } else { 8 };
            let inline = count.saturating_mul(size_of_kind(kind)) <= place_size;
            let place = match (inline, wide) {
                (true, _) => body + (k * length + field) as u64,
                (false, true) => order.u64(&entry[field..]),
                (false, false) => u64::from(order.u32(&entry[field..])),
            };
            entries.push(Entry { tag, kind, count, place });
        }
    } else if wanted {
        return Err(damaged(FORMAT, format!("its page has {count} entries")));
    }
    Ok((entries, next))
}

/// Reads numbers in the byte order of the file, from slices that are long enough.
#[derive(Debug, Clone, Copy)]
struct Order(bool);

impl Order {
    fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
        let mut array = [0; N];
        array.copy_from_slice(&bytes[..N]);
        array
    }

    fn u16(self, bytes: &[u8]) -> u16 {
        let array = Self::array(bytes);
        if self.0 { u16::from_be_bytes(array) } else { u16::from_le_bytes(array) }
    }

    fn u32(self, bytes: &[u8]) -> u32 {
        let array = Self::array(bytes);
        if self.0 { u32::from_be_bytes(array) } else { u32::from_le_bytes(array) }
    }

    fn u64(self, bytes: &[u8]) -> u64 {
        let array = Self::array(bytes);
        if self.0 { u64::from_be_bytes(array) } else { u64::from_le_bytes(array) }
    }
}
