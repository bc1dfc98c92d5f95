//! Reads NPZ archives: NPY members of a ZIP file, stored or deflated, as `numpy.savez` and `savez_compressed` write them.
//!
//! The archive's directory at its end is believed only as far as the file goes (APPNOTE.TXT 6.3.10, sections 4.3.7 to
//! 4.3.16, with the 64-bit extensions). A member is read as a stream in both methods, so that its checksum is verified when
//! its end is reached; reading backwards further than a halo starts it over. A Fortran-ordered member, which must be gathered,
//! is held in memory.
//!
//! Limits: one disk, no encryption, no other methods.

use crate::io::read::bytes::{Again, Forward, Memory, Part, Restart, Source, all};
use crate::io::read::error::{ReadError, damaged, unsupported};
use crate::io::read::{ReadOptions, Reader, npy};
use flate2::read::DeflateDecoder;
use std::io::{self, BufReader, ErrorKind, Read};

const FORMAT: &str = "NPZ";

/// The largest directory that is read: some hundred thousand members.
const LARGEST_DIRECTORY: u64 = 16 << 20;

/// Bytes for a byte of the directory: itself, and its share of a [`Member`] in a vector that may be half empty.
const MEMBER_PER_BYTE: u64 = 6;

/// Deflate makes at most 258 bytes of two bits (RFC 1951).
pub(crate) const MOST_BYTES_PER_DEFLATED: u64 = 1032;

/// A member, as the directory has it.
#[derive(Debug, Clone)]
struct Member {
    name: String,
    deflated: bool,
    crc: u32,
    packed: u64,
    size: u64,
    local: u64,
}

pub(crate) fn open(
    mut source: Box<dyn Source>,
    again: Again,
    options: &ReadOptions,
) -> Result<Box<dyn Reader>, ReadError> {
    let members = directory(&mut source, options.limit)?;
    let member = choose(members, options.member.as_deref())?;
    let start = data_start(&mut source, &member)?;
    let claimed = if member.deflated {
        member.packed.saturating_add(1).saturating_mul(MOST_BYTES_PER_DEFLATED)
    } else {
        member.packed
    };
    if member.size > claimed {
        return Err(damaged(FORMAT, format!("'{}' claims {} bytes, more than it can hold", member.name, member.size)));
    }
    let size = member.size;
    let stream = Stream { again, member, start };
    let mut forward = Forward::new(FORMAT, stream, size, options.limit);
    if is_fortran(&mut forward)? {
        let bytes = all(&mut forward.keeping_nothing(), FORMAT, options.limit)?;
        return npy::open(Box::new(Memory::from(bytes)), true, options.limit);
    }
    npy::open(Box::new(forward), true, options.limit)
}

/// Whether the member is in Fortran order; a rough look, that the NPY reader repeats in earnest.
fn is_fortran(source: &mut dyn Source) -> Result<bool, ReadError> {
    let mut start = [0; 128];
    let count = usize::try_from(source.len()).unwrap_or(start.len()).min(start.len());
    source.read_at(0, &mut start[..count])?;
    Ok(start.windows(4).any(|word| word == b"True"))
}

fn choose(members: Vec<Member>, wanted: Option<&str>) -> Result<Member, ReadError> {
    let named = |member: &Member| member.name.strip_suffix(".npy").unwrap_or(&member.name).to_owned();
    let arrays: Vec<Member> = members.into_iter().filter(|member| member.name.ends_with(".npy")).collect();
    let names = arrays.iter().take(20).map(named).collect::<Vec<_>>().join(", ");
    match wanted {
        Some(wanted) => arrays
            .into_iter()
            .find(|member| named(member) == wanted || member.name == wanted)
            .ok_or_else(|| ReadError::Choice(format!("holds no array '{wanted}'; it has {names}"))),
        None if arrays.len() > 1 => Err(ReadError::Choice(format!("holds several arrays, name one: {names}"))),
        None => arrays.into_iter().next().ok_or_else(|| ReadError::Choice("holds no .npy array".to_owned())),
    }
}

/// Little-endian numbers at places of a record; what lies outside is damage.
struct Record<'a>(&'a [u8]);

impl Record<'_> {
    fn number<const N: usize>(&self, place: usize) -> Result<[u8; N], ReadError> {
        let bytes = place.checked_add(N).and_then(|end| self.0.get(place..end));
        bytes.and_then(|bytes| bytes.try_into().ok()).ok_or_else(|| damaged(FORMAT, "its directory is cut off"))
    }

    fn u16(&self, place: usize) -> Result<u16, ReadError> {
        self.number(place).map(u16::from_le_bytes)
    }

    fn u32(&self, place: usize) -> Result<u32, ReadError> {
        self.number(place).map(u32::from_le_bytes)
    }

    fn u64(&self, place: usize) -> Result<u64, ReadError> {
        self.number(place).map(u64::from_le_bytes)
    }
}

/// Reads the directory of the archive.
fn directory(source: &mut dyn Source, limit: u64) -> Result<Vec<Member>, ReadError> {
    let len = source.len();
    // The record at the end is 22 bytes and a comment of up to 65 535.
    let tail_len = len.min(22 + 65_535);
    let mut tail = vec![0; usize::try_from(tail_len).unwrap_or(0)];
    source.read_at(len - tail_len, &mut tail)?;
    let end = tail.windows(4).rposition(|word| word == b"PK\x05\x06");
    let end = end.ok_or_else(|| damaged(FORMAT, "the directory at its end is missing; was it cut off?"))?;
    let record = Record(&tail[end..]);
    let (mut size, mut start) = (u64::from(record.u32(12)?), u64::from(record.u32(16)?));
    if start == u64::from(u32::MAX) || size == u64::from(u32::MAX) {
        let locator = Record(end.checked_sub(20).map_or(&[], |from| &tail[from..end]));
        if locator.number::<4>(0)? != *b"PK\x06\x07" {
            return Err(damaged(FORMAT, "its 64-bit directory is missing"));
        }
        let mut wide = [0; 56];
        let place = locator.u64(8)?;
        if place > len.saturating_sub(56) {
            return Err(damaged(FORMAT, "its 64-bit directory is out of the file"));
        }
        source.read_at(place, &mut wide)?;
        (size, start) = (Record(&wide).u64(40)?, Record(&wide).u64(48)?);
    }
    if size > LARGEST_DIRECTORY || start.checked_add(size).is_none_or(|end| end > len) {
        return Err(damaged(FORMAT, format!("it claims a directory of {size} bytes at {start}")));
    }
    // An entry of 46 bytes and its name is held as it is, and as a member.
    let needs = size.saturating_mul(MEMBER_PER_BYTE);
    if needs > limit {
        return Err(ReadError::TooBig { format: FORMAT, needs, limit });
    }
    let mut bytes = vec![0; usize::try_from(size).unwrap_or(0)];
    source.read_at(start, &mut bytes)?;
    let (mut members, mut place) = (Vec::new(), 0);
    while place < bytes.len() {
        let record = Record(&bytes[place..]);
        if record.number::<4>(0)? != *b"PK\x01\x02" {
            return Err(damaged(FORMAT, "its directory has something that is no entry"));
        }
        let [name, extra, comment] = [record.u16(28)?, record.u16(30)?, record.u16(32)?].map(usize::from);
        members.push(entry(&record, name, extra)?);
        place += 46 + name + extra + comment;
    }
    Ok(members)
}

fn entry(record: &Record<'_>, name: usize, extra: usize) -> Result<Member, ReadError> {
    let cut = || damaged(FORMAT, "its directory is cut off");
    let name_bytes = record.0.get(46..46 + name).ok_or_else(cut)?;
    let mut member = Member {
        name: String::from_utf8_lossy(name_bytes).into_owned(),
        deflated: record.u16(10)? == 8,
        crc: record.u32(16)?,
        packed: record.u32(20)?.into(),
        size: record.u32(24)?.into(),
        local: record.u32(42)?.into(),
    };
    if record.u16(8)? & 1 != 0 {
        return Err(unsupported(FORMAT, "it is encrypted"));
    }
    if ![0, 8].contains(&record.u16(10)?) {
        return Err(unsupported(FORMAT, format!("'{}' is compressed otherwise than by deflate", member.name)));
    }
    // The 64-bit sizes, in this order, of those that do not fit 32 bits.
    let mut fields = Record(record.0.get(46 + name..46 + name + extra).ok_or_else(cut)?);
    while fields.0.len() >= 4 {
        let (kind, length) = (fields.u16(0)?, usize::from(fields.u16(2)?));
        let body = Record(fields.0.get(4..4 + length).ok_or_else(cut)?);
        if kind == 1 {
            let mut place = 0;
            for slot in [&mut member.size, &mut member.packed, &mut member.local] {
                if *slot == u64::from(u32::MAX) {
                    *slot = body.u64(place)?;
                    place += 8;
                }
            }
        }
        fields = Record(&fields.0[4 + length..]);
    }
    Ok(member)
}

/// Where the bytes of a member begin; they must lie in the file.
fn data_start(source: &mut dyn Source, member: &Member) -> Result<u64, ReadError> {
    let out = || damaged(FORMAT, format!("'{}' lies outside the file", member.name));
    let mut local = [0; 30];
    if member.local > source.len().saturating_sub(30) {
        return Err(out());
    }
    source.read_at(member.local, &mut local)?;
    let record = Record(&local);
    if record.number::<4>(0)? != *b"PK\x03\x04" {
        return Err(damaged(FORMAT, format!("'{}' is not where the directory says", member.name)));
    }
    let start = member.local + 30 + u64::from(record.u16(26)?) + u64::from(record.u16(28)?);
    match start.checked_add(member.packed) {
        Some(end) if end <= source.len() => Ok(start),
        _ => Err(out()),
    }
}

/// A member that can be read again and again.
struct Stream {
    again: Again,
    member: Member,
    start: u64,
}

impl Restart for Stream {
    fn start(&mut self) -> Result<Box<dyn Read + Send>, ReadError> {
        let part = BufReader::with_capacity(64 * 1024, Part::new((self.again)()?, self.start, self.member.packed));
        let (left, crc) = (self.member.size, self.member.crc);
        Ok(if self.member.deflated {
            Box::new(Checked { inner: DeflateDecoder::new(part), left, crc, sum: crc32fast::Hasher::new() })
        } else {
            Box::new(Checked { inner: part, left, crc, sum: crc32fast::Hasher::new() })
        })
    }
}

/// A stream of known length whose checksum is compared as soon as its last byte has passed.
struct Checked<R> {
    inner: R,
    left: u64,
    crc: u32,
    sum: crc32fast::Hasher,
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(out.len());
        let count = self.inner.read(&mut out[..most])?;
        self.sum.update(&out[..count]);
        self.left -= count as u64;
        if count > 0 && self.left == 0 && self.sum.clone().finalize() != self.crc {
            return Err(io::Error::new(ErrorKind::InvalidData, "the checksum is wrong"));
        }
        Ok(count)
    }
}
