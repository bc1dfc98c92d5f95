//! One strip or tile of a TIFF file: from compressed bytes to numbers in the file's byte order.
//!
//! Compression: none, LZW (TIFF 6.0, section 13), deflate (Adobe's and the older code), PackBits (section 9), zstd. Predictors: 2,
//! differences of neighbours in a row (section 14), for integers of 8 to 64 bits; 3, differences of the bytes of floats laid out
//! by significance (Adobe's Technical Note 3), for 16 to 64 bits.

use crate::io::read::error::{ReadError, damaged, unsupported};
use crate::io::read::tiff::FORMAT;
use flate2::read::ZlibDecoder;
use std::io::Read;
use weezl::{BitOrder, LzwStatus};
use zune_inflate::{DeflateDecoder, DeflateOptions};

/// How the bytes of a chunk are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compression {
    None,
    Lzw,
    Deflate,
    PackBits,
    Zstd,
}

impl Compression {
    pub(crate) fn from_code(code: u64) -> Result<Self, ReadError> {
        let name = match code {
            1 => return Ok(Self::None),
            5 => return Ok(Self::Lzw),
            8 | 32_946 => return Ok(Self::Deflate),
            32_773 => return Ok(Self::PackBits),
            50_000 => return Ok(Self::Zstd),
            2..=4 => "fax",
            6 | 7 => "JPEG",
            34_887 => "LERC",
            34_925 => "LZMA",
            50_001 => "WebP",
            50_002 => "JPEG XL",
            _ => "unknown",
        };
        let remedy = "rewrite it, for instance by gdal_translate -co COMPRESS=DEFLATE";
        Err(unsupported(FORMAT, format!("its compression is {name} (code {code}); {remedy}")))
    }
}

/// What a chunk holds once it is unpacked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    pub(crate) compression: Compression,
    pub(crate) predictor: u64,
    pub(crate) big_endian: bool,
    /// Bits of a sample: 1, 2, 4, or whole bytes up to 64.
    pub(crate) bits: usize,
    /// Samples of a row of the chunk.
    pub(crate) samples_per_row: usize,
    /// Samples of a pixel, the distance between neighbours of one kind.
    pub(crate) samples: usize,
    pub(crate) rows: usize,
}

impl Shape {
    /// Bytes of a row as the file has them; short samples are packed, and a row begins with a new byte.
    pub(crate) fn packed_row(&self) -> usize {
        (self.samples_per_row * self.bits).div_ceil(8)
    }

    /// Bytes of a row as they are handed on, a byte a sample at least.
    pub(crate) fn row(&self) -> usize {
        self.samples_per_row * self.bits.div_ceil(8)
    }
}

/// Unpacks a chunk into numbers of whole bytes, in the byte order of the file.
pub(crate) fn chunk(shape: &Shape, bytes: Vec<u8>) -> Result<Vec<u8>, ReadError> {
    let size = shape.packed_row() * shape.rows;
    let mut data = unpack(shape.compression, bytes, size)?;
    match shape.predictor {
        2 => data.chunks_exact_mut(shape.packed_row()).for_each(|row| differences(shape, row)),
        3 => {
            let mut spare = vec![0; shape.packed_row()];
            data.chunks_exact_mut(shape.packed_row()).for_each(|row| significance(shape, row, &mut spare));
        }
        _ => {}
    }
    if shape.bits < 8 {
        data = data.chunks_exact(shape.packed_row()).flat_map(|row| short_samples(shape, row)).collect();
    }
    Ok(data)
}

fn unpack(compression: Compression, mut bytes: Vec<u8>, size: usize) -> Result<Vec<u8>, ReadError> {
    let short = || damaged(FORMAT, "a strip or tile ends early");
    if compression == Compression::None {
        if bytes.len() < size {
            return Err(short());
        }
        bytes.truncate(size);
        return Ok(bytes);
    }
    if compression == Compression::Deflate {
        // The fast way takes a chunk that is neither damaged nor longer than it should be.
        let options = DeflateOptions::default().set_size_hint(size + INFLATE_ROOM).set_limit(size.max(1));
        if let Ok(fast) = DeflateDecoder::new_with_options(&bytes, options).decode_zlib()
            && fast.len() == size
        {
            return Ok(fast);
        }
    }
    let mut out = vec![0; size];
    match compression {
        Compression::None => {}
        Compression::Deflate => {
            let mut decoder = ZlibDecoder::new(bytes.as_slice());
            decoder.read_exact(&mut out).map_err(|error| damaged(FORMAT, format!("a strip or tile: {error}")))?;
        }
        Compression::Zstd => {
            let trouble = |what: String| damaged(FORMAT, format!("a strip or tile: {what}"));
            let mut decoder =
                ruzstd::decoding::StreamingDecoder::new_with_max_window_size(bytes.as_slice(), LARGEST_WINDOW)
                    .map_err(|error| trouble(error.to_string()))?;
            decoder.read_exact(&mut out).map_err(|error| trouble(error.to_string()))?;
        }
        Compression::Lzw => {
            let mut decoder = weezl::decode::Decoder::with_tiff_size_switch(BitOrder::Msb, 8);
            let (mut from, mut to) = (0, 0);
            while to < size {
                let step = decoder.decode_bytes(&bytes[from..], &mut out[to..]);
                (from, to) = (from + step.consumed_in, to + step.consumed_out);
                let stuck = step.consumed_in == 0 && step.consumed_out == 0;
                match step.status {
                    Ok(LzwStatus::Ok) if !stuck => {}
                    _ if to == size => {}
                    Ok(_) => return Err(short()),
                    Err(error) => return Err(damaged(FORMAT, format!("a strip or tile: {error}"))),
                }
            }
        }
        Compression::PackBits => pack_bits(&bytes, &mut out).ok_or_else(short)?,
    }
    Ok(out)
}

/// The farthest that zstd may look back. Writers use up to 8 MiB unless told to search longer.
const LARGEST_WINDOW: u64 = 32 << 20;

/// Bytes that the zstd decoder holds for a chunk: what it may look back to, which grows with what is unpacked up to twice that and whatever
/// the window is said to be, a block of up to 128 KiB packed and as literals, and tables.
pub(crate) fn zstd_spare(chunk: u64) -> u64 {
    2 * chunk.min(LARGEST_WINDOW) + 2 * chunk.min(128 << 10) + (64 << 10)
}

/// Room after the last byte in which the fast inflater copies sloppily; with less it asks for twice the memory.
const INFLATE_ROOM: usize = 1024;

/// The same, and the tables of the inflater.
pub(crate) const INFLATE_SPARE: u64 = 16 << 10;

/// Runs and literals, until `out` is full.
fn pack_bits(mut bytes: &[u8], mut out: &mut [u8]) -> Option<()> {
    while !out.is_empty() {
        let (&head, rest) = bytes.split_first()?;
        bytes = rest;
        let head = head.cast_signed();
        if head == i8::MIN {
            continue;
        }
        let count = usize::from(head.unsigned_abs()) + 1;
        let (now, later) = out.split_at_mut(count.min(out.len()));
        if head >= 0 {
            let (literal, rest) = bytes.split_at_checked(count)?;
            now.copy_from_slice(&literal[..now.len()]);
            bytes = rest;
        } else {
            let (&value, rest) = bytes.split_first()?;
            now.fill(value);
            bytes = rest;
        }
        out = later;
    }
    Some(())
}

/// Predictor 2: every sample is the difference to the one before it of its kind.
fn differences(shape: &Shape, row: &mut [u8]) {
    macro_rules! sum {
        ($name:ty) => {{
            const SIZE: usize = size_of::<$name>();
            let distance = shape.samples * SIZE;
            for place in (distance..row.len()).step_by(SIZE) {
                let read = |place: usize| {
                    let mut array = [0; SIZE];
                    array.copy_from_slice(&row[place..place + SIZE]);
                    if shape.big_endian { <$name>::from_be_bytes(array) } else { <$name>::from_le_bytes(array) }
                };
                let sum = read(place).wrapping_add(read(place - distance));
                let array = if shape.big_endian { sum.to_be_bytes() } else { sum.to_le_bytes() };
                row[place..place + SIZE].copy_from_slice(&array);
            }
        }};
    }
    match shape.bits {
        8 => sum!(u8),
        16 => sum!(u16),
        32 => sum!(u32),
        _ => sum!(u64),
    }
}

/// Predictor 3: differences of bytes, the most significant bytes of the whole row first.
fn significance(shape: &Shape, row: &mut [u8], spare: &mut [u8]) {
    for place in shape.samples..row.len() {
        row[place] = row[place].wrapping_add(row[place - shape.samples]);
    }
    let size = shape.bits / 8;
    let count = row.len() / size;
    for (k, number) in spare.chunks_exact_mut(size).enumerate() {
        for (byte, slot) in number.iter_mut().enumerate() {
            let plane = if shape.big_endian { byte } else { size - 1 - byte };
            *slot = row[plane * count + k];
        }
    }
    row.copy_from_slice(spare);
}

/// Samples of 1, 2 or 4 bits as bytes, the highest bits first.
fn short_samples(shape: &Shape, row: &[u8]) -> impl Iterator<Item = u8> {
    let (bits, per_byte) = (shape.bits, 8 / shape.bits);
    (0..shape.samples_per_row).map(move |k| {
        let shift = 8 - bits * (k % per_byte + 1);
        (row[k / per_byte] >> shift) & ((1 << bits) - 1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(compression: Compression, predictor: u64, bits: usize, samples_per_row: usize, rows: usize) -> Shape {
        Shape { compression, predictor, big_endian: false, bits, samples_per_row, samples: 1, rows }
    }

    #[test]
    fn packbits_is_that_of_the_specification() {
        // The example of TIFF 6.0, section 9.
        let packed = [0xFE, 0xAA, 0x02, 0x80, 0x00, 0x2A, 0xFD, 0xAA, 0x03, 0x80, 0x00, 0x2A, 0x22, 0xF7, 0xAA];
        let plain = "AA AA AA 80 00 2A AA AA AA AA 80 00 2A 22 AA AA AA AA AA AA AA AA AA AA";
        let plain: Vec<u8> = plain.split(' ').map(|hex| u8::from_str_radix(hex, 16).expect("hex")).collect();
        let shape = shape(Compression::PackBits, 1, 8, plain.len(), 1);
        assert_eq!(chunk(&shape, packed.to_vec()).expect("packed"), plain, "24 bytes");
        assert!(chunk(&shape, packed[..14].to_vec()).is_err(), "cut off");
    }

    #[test]
    fn short_samples_are_spread_highest_bit_first() {
        let two =
            chunk(&shape(Compression::None, 1, 2, 5, 2), vec![0b00_01_10_11, 0b10_000000, 0xff, 0]).expect("whole");
        assert_eq!(two, [0, 1, 2, 3, 2, 3, 3, 3, 3, 0], "two bits");
        let one = chunk(&shape(Compression::None, 1, 1, 3, 1), vec![0b1010_0000]).expect("whole");
        assert_eq!(one, [1, 0, 1], "one bit");
    }

    #[test]
    fn predictors_sum_up() {
        let row: Vec<u8> = [300_u16, 5, 0xffff].iter().flat_map(|value| value.to_le_bytes()).collect();
        let sums = chunk(&shape(Compression::None, 2, 16, 3, 1), row).expect("whole");
        assert_eq!(sums, [300_u16, 305, 304].map(u16::to_le_bytes).concat(), "16 bits");
        // Two floats, 1.0 = 3f 80 00 00 and -2.0 = c0 00 00 00: by significance 3f c0 | 80 00 | 00 00 | 00 00.
        let bytes = [0x3f, 0xc0, 0x80, 0, 0, 0, 0, 0_u8];
        let mut last = 0;
        let row = bytes.iter().map(|&byte| byte.wrapping_sub(std::mem::replace(&mut last, byte))).collect();
        let floats = chunk(&shape(Compression::None, 3, 32, 2, 1), row).expect("whole");
        assert_eq!(floats, [1.0_f32, -2.0].map(f32::to_le_bytes).concat(), "floats");
    }
}
