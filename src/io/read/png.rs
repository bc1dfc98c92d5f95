//! Reads PNG pictures row by row: luminance, the grey values as they are, or one channel.
//!
//! Palettes are looked up, and grey values of 1, 2 and 4 bits are spread to 0…255; 8 and 16 bits stay exact. What an alpha channel
//! or a transparent colour makes fully transparent is masked. Gamma and profiles are not applied.
//!
//! Rows are decoded as they are wanted, so that a picture of any height takes little memory; an interlaced one is decoded whole,
//! within the limit. The checksum of the data is compared at the last row at the latest.

use crate::io::read::bytes::{Again, Forward, Memory, Part, Restart, Shared, Source};
use crate::io::read::dtype::Dtype;
use crate::io::read::error::{ReadError, damaged};
use crate::io::read::npz::MOST_BYTES_PER_DEFLATED;
use crate::io::read::pixels::{Layout, Pixels, Take};
use crate::io::read::{Header, ReadOptions, Reader, checked_cells};
use png::{BitDepth, ColorType, Decoder, Limits, Transformations};
use std::io::{self, BufReader, Read};

const FORMAT: &str = "PNG";

/// Bytes for a byte of a row.
const ROWS: u64 = 8;

type Decoding = png::Reader<BufReader<Part>>;

fn start(source: Box<dyn Source>, limit: u64) -> Result<Decoding, ReadError> {
    let limits = Limits { bytes: usize::try_from(limit).unwrap_or(usize::MAX) };
    let mut decoder = Decoder::new_with_limits(BufReader::new(Part::whole(source)), limits);
    decoder.set_transformations(Transformations::EXPAND);
    // Words and profiles are not wanted, and would take memory.
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    decoder.read_info().map_err(|error| damaged(FORMAT, error.to_string()))
}

pub(crate) fn open(source: Box<dyn Source>, again: Again, options: &ReadOptions) -> Result<Box<dyn Reader>, ReadError> {
    let (len, limit) = (source.len(), options.limit);
    let mut reader = start(source, limit)?;
    let info = reader.info();
    // The decoder holds a row and the one before it, filtered and not, and hands on a copy of up to four bytes for each of theirs.
    let rows = (info.raw_row_length() as u64).saturating_mul(ROWS);
    if rows > limit {
        return Err(ReadError::TooBig { format: FORMAT, needs: rows, limit });
    }
    let [width, height] = [info.width, info.height].map(|size| usize::try_from(size).unwrap_or(usize::MAX));
    let raw = (info.raw_row_length() as u64).saturating_mul(info.height.into());
    let interlaced = info.interlaced;
    if raw > len.saturating_mul(MOST_BYTES_PER_DEFLATED) {
        return Err(damaged(FORMAT, format!("its header promises {width}×{height} pixels, and it has {len} bytes")));
    }
    let (colour, depth) = reader.output_color_type();
    let dtype = if depth == BitDepth::Sixteen { Dtype::U16 } else { Dtype::U8 };
    let (colours, alpha) = match colour {
        ColorType::GrayscaleAlpha => (1, true),
        ColorType::Rgb | ColorType::Indexed => (3, false),
        ColorType::Rgba => (3, true),
        ColorType::Grayscale => (1, false),
    };
    let samples = colours + usize::from(alpha);
    let take = Take::choose(&options.channel, colours, alpha, samples)?;
    let shape = vec![height, width];
    let bytes = checked_cells(FORMAT, &shape, samples * dtype.size())? * samples * dtype.size();
    let header = Header { channels: samples, ..Header::new(FORMAT, shape, dtype) };
    let layout = Layout { offset: 0, dtype, big_endian: true, samples, take };
    if interlaced {
        let size = reader.output_buffer_size().filter(|size| *size == bytes);
        let size = size.ok_or_else(|| damaged(FORMAT, "its rows are too long"))?;
        let needs = (size as u64).saturating_add(rows);
        if needs > limit {
            return Err(ReadError::TooBig { format: FORMAT, needs, limit });
        }
        let mut pixels = vec![0; size];
        reader.next_frame(&mut pixels).map_err(|error| damaged(FORMAT, error.to_string()))?;
        reader.finish().map_err(|error| damaged(FORMAT, error.to_string()))?;
        return Ok(Box::new(Pixels::of_picture(header, layout, Memory::from(pixels), colours, alpha)));
    }
    let stream = Stream { first: Some(reader), again, limit };
    let rows = Shared::new(Forward::new(FORMAT, stream, bytes as u64, limit - rows));
    Ok(Box::new(Pixels::of_picture(header, layout, rows, colours, alpha)))
}

struct Stream {
    /// The decoder that has read the header serves the first pass.
    first: Option<Decoding>,
    again: Again,
    limit: u64,
}

impl Restart for Stream {
    fn start(&mut self) -> Result<Box<dyn Read + Send>, ReadError> {
        let reader = match self.first.take() {
            Some(reader) => reader,
            None => start((self.again)()?, self.limit)?,
        };
        let left = reader.info().height;
        Ok(Box::new(Rows { reader, row: Vec::new(), place: 0, left }))
    }
}

/// Decoded rows, one after the other.
struct Rows {
    reader: Decoding,
    row: Vec<u8>,
    place: usize,
    left: u32,
}

impl Read for Rows {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.place == self.row.len() {
            if self.left == 0 {
                return Ok(0);
            }
            let row = self.reader.next_row()?.ok_or(io::ErrorKind::UnexpectedEof)?;
            self.row.clear();
            self.row.extend_from_slice(row.data());
            (self.place, self.left) = (0, self.left - 1);
            if self.left == 0 {
                self.reader.finish()?;
            }
        }
        let count = out.len().min(self.row.len() - self.place);
        out[..count].copy_from_slice(&self.row[self.place..self.place + count]);
        self.place += count;
        Ok(count)
    }
}
