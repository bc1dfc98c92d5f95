//! Strips and tiles as if the picture lay uncompressed, row after row: a source that unpacks one row of chunks at a time.

use crate::io::read::bytes::Source;
use crate::io::read::dtype::Dtype;
use crate::io::read::error::{ReadError, damaged};
use crate::io::read::tiff::decode::{self, Compression};
use crate::io::read::tiff::{FORMAT, Page};
use rayon::prelude::*;
use std::collections::VecDeque;

/// Chunks that are unpacked at once; each holds its packed and its plain bytes.
const AT_ONCE: usize = 16;

/// The picture of a page, or one plane of it.
pub(crate) struct Chunked<S> {
    source: S,
    page: Page,
    big_endian: bool,
    /// The one plane that is wanted of a page in planes.
    plane: Option<usize>,
    offsets: Vec<u64>,
    counts: Vec<u64>,
    /// What a chunk holds that the file leaves out: one sample.
    fill: Vec<u8>,
    /// Rows of chunks that are unpacked, by number, the oldest first.
    kept: VecDeque<(usize, Vec<u8>)>,
    most_kept: usize,
}

impl<S: Source> Chunked<S> {
    pub(crate) fn new(
        source: S,
        page: Page,
        big_endian: bool,
        plane: Option<usize>,
        (offsets, counts): (Vec<u64>, Vec<u64>),
        fill: f64,
        limit: u64,
    ) -> Result<Self, ReadError> {
        let fill = encode(fill, page.dtype, big_endian);
        let mut chunked =
            Self { source, page, big_endian, plane, offsets, counts, fill, kept: VecDeque::new(), most_kept: 2 };
        let needs = chunked.needs();
        if needs > limit.min(isize::MAX as u64) {
            return Err(ReadError::TooBig { format: FORMAT, needs, limit });
        }
        let rows = usize::try_from(chunked.rows()).unwrap_or(usize::MAX).max(1);
        let spare = usize::try_from(limit - needs).unwrap_or(usize::MAX).min(MOST_KEPT);
        chunked.most_kept = (spare / rows).saturating_add(2).min(page_rows_at_most(&chunked.page));
        Ok(chunked)
    }

    /// Bytes of a row of chunks.
    fn rows(&self) -> u64 {
        (self.row_bytes() as u64).saturating_mul(self.page.chunk_height.min(self.page.height) as u64)
    }

    /// Samples of a pixel that is handed on.
    fn samples(&self) -> usize {
        if self.plane.is_some() { 1 } else { self.page.samples }
    }

    fn row_bytes(&self) -> usize {
        self.page.width * self.samples() * self.page.dtype.size()
    }

    /// Whether a row of chunks is one chunk, laid out as it is handed on.
    fn is_one(&self) -> bool {
        self.page.chunk_width == self.page.width && (!self.page.planar || self.plane.is_some())
    }

    /// Chunks that are unpacked at once.
    fn at_once(&self) -> u64 {
        self.page.across().saturating_mul(self.planes().len()).min(AT_ONCE) as u64
    }

    /// Bytes of an unpacked chunk.
    fn chunk(&self) -> u64 {
        let shape = self.page.shape(0, self.big_endian);
        (shape.row().max(shape.packed_row()) as u64).saturating_mul(shape.rows as u64)
    }

    /// Memory at most: two rows of chunks, and the chunks that are being unpacked with their packed bytes and one spare copy.
    fn needs(&self) -> u64 {
        // A picture of one row of chunks is kept once.
        let kept = self.rows().saturating_mul(self.page.down().min(2) as u64);
        let table = (self.offsets.len() as u64).saturating_mul(16);
        let chunk = self.chunk();
        let packed = self.counts.iter().copied().max().unwrap_or(0).min(most_packed(chunk));
        let at_once = self.at_once();
        let spare = match self.page.compression {
            Compression::Zstd => decode::zstd_spare(chunk),
            // What is too long shows only when it is there.
            Compression::Deflate => decode::INFLATE_SPARE,
            _ => 0,
        };
        let spare = spare.saturating_add(u64::from(self.page.bits < 8) * chunk);
        let work = chunk.saturating_add(packed).saturating_add(spare).saturating_mul(at_once);
        // Where a chunk is a whole row of them, it is moved and not copied.
        let moved = if self.is_one() { chunk.min(kept) } else { 0 };
        kept.saturating_add(work).saturating_add(table) - moved
    }

    /// The planes that are wanted.
    fn planes(&self) -> std::ops::Range<usize> {
        match self.plane {
            Some(plane) => plane..plane + 1,
            None if self.page.planar => 0..self.page.samples,
            None => 0..1,
        }
    }

    /// Unpacks row `down` of chunks, and forgets the oldest one that is kept if need be.
    fn unpack(&mut self, down: usize) -> Result<(), ReadError> {
        let mut rows = match self.kept.len() < self.most_kept {
            true => Vec::new(),
            false => self.kept.pop_front().map(|(_, rows)| rows).unwrap_or_default(),
        };
        let across = self.page.across();
        let shape = self.page.shape(down, self.big_endian);
        let height = self.page.chunk_height.min(self.page.height - down * self.page.chunk_height);
        let row_bytes = self.row_bytes();
        if self.is_one() {
            rows = Vec::new();
        } else {
            rows.resize(height * row_bytes, 0);
        }
        let size = self.page.dtype.size();
        let jobs: Vec<(usize, usize)> =
            self.planes().flat_map(|plane| (0..across).map(move |column| (plane, column))).collect();
        for group in jobs.chunks(AT_ONCE) {
            let mut packed = Vec::with_capacity(group.len());
            for &(plane, column) in group {
                let index = (plane * self.page.down() + down) * across + column;
                packed.push(self.packed(index, shape.row() as u64 * shape.rows as u64)?);
            }
            let fill = &self.fill;
            let unpacked = |bytes: Option<Vec<u8>>| match bytes {
                Some(bytes) => decode::chunk(&shape, bytes),
                None => Ok(fill.repeat(shape.samples_per_row * shape.rows)),
            };
            let plain: Vec<Vec<u8>> = if group.len() == 1 || shape.compression == Compression::None {
                packed.into_iter().map(unpacked).collect::<Result<_, _>>()?
            } else {
                packed.into_par_iter().map(unpacked).collect::<Result<_, _>>()?
            };
            for (&(plane, column), chunk) in group.iter().zip(plain) {
                if self.is_one() {
                    rows = chunk;
                    continue;
                }
                let first = column * self.page.chunk_width;
                let columns = self.page.chunk_width.min(self.page.width - first);
                let interleave = self.page.planar && self.plane.is_none();
                let pixel = row_bytes / self.page.width;
                for (from, to) in chunk.chunks_exact(shape.row()).zip(rows.chunks_exact_mut(row_bytes)) {
                    let to = &mut to[first * pixel..(first + columns) * pixel];
                    if interleave {
                        for (from, to) in from.chunks_exact(size).zip(to.chunks_exact_mut(pixel)) {
                            to[plane * size..(plane + 1) * size].copy_from_slice(from);
                        }
                    } else {
                        to.copy_from_slice(&from[..columns * pixel]);
                    }
                }
            }
        }
        self.kept.push_back((down, rows));
        Ok(())
    }

    /// The packed bytes of a chunk; none where a sparse file leaves it out.
    fn packed(&mut self, index: usize, plain: u64) -> Result<Option<Vec<u8>>, ReadError> {
        let (offset, count) = (self.offsets[index], self.counts[index]);
        if offset == 0 || count == 0 {
            return Ok(None);
        }
        let count = usize::try_from(count.min(most_packed(plain)));
        let mut bytes = vec![0; count.map_err(|_| damaged(FORMAT, "a strip or tile is too large"))?];
        self.source.read_at(offset, &mut bytes)?;
        Ok(Some(bytes))
    }
}

/// Memory for rows of chunks beyond the two that a band and its halo may lie in: low strips are kept by the dozen.
const MOST_KEPT: usize = 8 << 20;

/// There are no more rows of chunks to keep than the picture has.
fn page_rows_at_most(page: &Page) -> usize {
    page.down().clamp(1, 1 << 10)
}

/// No compression doubles its bytes; what a chunk has beyond that is not its data.
fn most_packed(plain: u64) -> u64 {
    plain.saturating_mul(2).saturating_add(1024)
}

/// A number as it would be stored.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "what does not fit saturates")]
fn encode(value: f64, dtype: Dtype, big_endian: bool) -> Vec<u8> {
    let mut bytes = match dtype {
        Dtype::Bool | Dtype::U8 => vec![value as u8],
        Dtype::I8 => (value as i8).to_le_bytes().to_vec(),
        Dtype::I16 => (value as i16).to_le_bytes().to_vec(),
        Dtype::U16 => (value as u16).to_le_bytes().to_vec(),
        Dtype::I32 => (value as i32).to_le_bytes().to_vec(),
        Dtype::U32 => (value as u32).to_le_bytes().to_vec(),
        Dtype::I64 => (value as i64).to_le_bytes().to_vec(),
        Dtype::U64 => (value as u64).to_le_bytes().to_vec(),
        Dtype::F16 => half::f16::from_f64(value).to_le_bytes().to_vec(),
        Dtype::F32 => (value as f32).to_le_bytes().to_vec(),
        Dtype::F64 => value.to_le_bytes().to_vec(),
    };
    if big_endian {
        bytes.reverse();
    }
    bytes
}

impl<S: Source> Source for Chunked<S> {
    fn len(&self) -> u64 {
        self.row_bytes() as u64 * self.page.height as u64
    }

    fn read_at(&mut self, mut offset: u64, mut out: &mut [u8]) -> Result<(), ReadError> {
        let chunk_rows = (self.row_bytes() * self.page.chunk_height) as u64;
        while !out.is_empty() {
            let down = usize::try_from(offset / chunk_rows).unwrap_or(usize::MAX);
            if down >= self.page.down() {
                return Err(damaged(FORMAT, "rows after the last were asked for"));
            }
            if !self.kept.iter().any(|(kept, _)| *kept == down) {
                self.unpack(down)?;
            }
            let rows = self.kept.iter().find(|(kept, _)| *kept == down).map_or(&[][..], |(_, rows)| rows.as_slice());
            let from = usize::try_from(offset % chunk_rows).unwrap_or(usize::MAX);
            let there = rows.get(from..).unwrap_or(&[]);
            let count = there.len().min(out.len());
            if count == 0 {
                return Err(damaged(FORMAT, "a strip is short"));
            }
            let (now, later) = out.split_at_mut(count);
            now.copy_from_slice(&there[..count]);
            offset += count as u64;
            out = later;
        }
        Ok(())
    }
}
