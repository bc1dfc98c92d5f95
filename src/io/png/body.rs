//! The pixels of a PNG file: rows come in, are compressed in pieces on all cores, and go out as IDAT chunks in order.

use super::PngError;
use crate::io::deflate::{Checksum, Compressor, END, HEADER};
use png::{Encoder, Writer, chunk};
use rayon::prelude::*;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes of rows in one piece of a large picture: as many as fit a core's cache with what is made of them.
const PIECE: usize = 512 * 1024;
/// Bytes in one piece of a small picture, so that there is work for all cores.
const SMALL_PIECE: usize = 64 * 1024;
/// Pieces of a picture that is neither large nor small.
const PIECES: usize = 64;
/// The longest chunk that is written: the format allows twice as much.
const LONGEST_CHUNK: usize = 1 << 30;

/// The writer, and the first thing that went wrong with it: the encoder turns errors into words and loses their kind.
pub(super) struct Destination<W> {
    writer: W,
    failure: Option<io::Error>,
}

/// The encoder keeps its writer to itself; sharing it is how we get it back in the end.
pub(super) struct Shared<W>(Arc<Mutex<Destination<W>>>);

impl<W: Write> Shared<W> {
    fn attempt<T>(&self, act: impl FnOnce(&mut W) -> io::Result<T>) -> io::Result<T> {
        let mut destination = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        act(&mut destination.writer).map_err(|error| {
            let kind = error.kind();
            // An interrupted call is tried again and is no failure.
            if kind != io::ErrorKind::Interrupted {
                destination.failure.get_or_insert(error);
            }
            kind.into()
        })
    }
}

impl<W: Write> Write for Shared<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.attempt(|writer| writer.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.attempt(W::flush)
    }
}

/// A PNG file after its head.
pub(super) struct Body<W: Write> {
    /// Gone after an error.
    writer: Option<Writer<Shared<W>>>,
    destination: Arc<Mutex<Destination<W>>>,
    /// Rows that are still to come.
    left: u64,
    /// Bytes in a row.
    width: usize,
    /// Bytes of a pixel.
    pixel: usize,
    /// Rows in a piece.
    piece: usize,
    compressors: Vec<Compressor>,
    /// The row above, and rows that wait until there is work for all cores.
    waiting: Vec<u8>,
    sum: Checksum,
}

impl<W: Write> Body<W> {
    /// Writes the head that `set` describes and prepares for rows of pixels of so many bytes.
    pub(super) fn new(
        writer: W,
        (across, down): (u32, u32),
        pixel: usize,
        set: impl FnOnce(&mut Encoder<'_, Shared<W>>) -> Result<(), png::EncodingError>,
    ) -> Result<Self, PngError> {
        if across == 0 || down == 0 || across.max(down) > i32::MAX.cast_unsigned() {
            return Err(PngError::Size { width: across, height: down });
        }
        let destination = Arc::new(Mutex::new(Destination { writer, failure: None }));
        let mut encoder = Encoder::new(Shared(Arc::clone(&destination)), across, down);
        let started = set(&mut encoder).and_then(|()| encoder.write_header());
        let writer = started.map_err(|error| reason(&destination, error.into()))?;
        let width = pixel * across as usize;
        // Cut by the picture, never by how its rows come: the bytes are to depend on nothing else.
        let bytes = width.saturating_mul(down as usize);
        let piece = ((bytes / PIECES).clamp(SMALL_PIECE, PIECE) / width).max(1);
        Ok(Self {
            writer: Some(writer),
            destination,
            left: u64::from(down),
            width,
            pixel,
            piece,
            compressors: Vec::new(),
            waiting: vec![0; width],
            sum: Checksum::default(),
        })
    }

    /// Rows that are still to come.
    pub(super) fn left(&self) -> u64 {
        self.left
    }

    /// Bytes of memory that are taken: for each thread a piece, what becomes of it, and its tokens; and the row above.
    pub(super) fn memory(&self) -> usize {
        let piece = self.width * self.piece;
        rayon::current_num_threads().max(1) * (2 * piece + Compressor::MEMORY) + self.width
    }

    /// Takes whole rows, top row first.
    pub(super) fn write_rows(&mut self, rows: &[u8]) -> Result<(), PngError> {
        if self.writer.is_none() {
            return Err(PngError::GivenUp);
        }
        if self.compressors.is_empty() {
            // As many pieces at once as there are threads to work on them.
            self.compressors.resize_with(rayon::current_num_threads().max(1), Compressor::default);
        }
        let batch = self.width * self.piece * self.compressors.len();
        let mut rows = rows;
        while !rows.is_empty() {
            let room = self.width + batch - self.waiting.len();
            let (now, later) = rows.split_at(room.min(rows.len()));
            self.waiting.extend_from_slice(now);
            rows = later;
            self.left -= (now.len() / self.width) as u64;
            if self.left == 0 || self.waiting.len() == self.width + batch {
                self.compress()?;
            }
        }
        Ok(())
    }

    /// Compresses and writes what waits.
    fn compress(&mut self) -> Result<(), PngError> {
        let (width, pixel, size) = (self.width, self.pixel, self.width * self.piece);
        let rows = &self.waiting[width..];
        let starts: Vec<usize> = (0..rows.len()).step_by(size).collect();
        let sums: Vec<(Checksum, usize)> = starts
            .par_iter()
            .zip(&mut self.compressors)
            .map(|(&start, compressor)| {
                let piece = &rows[start..(start + size).min(rows.len())];
                // The row above the first row of a piece stands right in front of it.
                let above = &self.waiting[start..start + width];
                (compressor.compress(above, piece, width, pixel), piece.len())
            })
            .collect();
        let mut first = self.sum == Checksum::default();
        for ((sum, len), compressor) in sums.into_iter().zip(&self.compressors) {
            let filtered = len + len / width;
            self.sum = self.sum.then(sum, filtered as u64);
            if std::mem::take(&mut first) {
                write(&mut self.writer, &self.destination, &[&HEADER, compressor.bytes()].concat())?;
            } else {
                write(&mut self.writer, &self.destination, compressor.bytes())?;
            }
        }
        self.waiting.drain(..rows_before_last(self.waiting.len(), width));
        Ok(())
    }

    /// Writes the end of the file and gives the writer back.
    pub(super) fn finish(mut self) -> Result<W, PngError> {
        write(&mut self.writer, &self.destination, &[&END[..], &self.sum.bytes()].concat())?;
        let writer = self.writer.take().ok_or(PngError::GivenUp)?;
        writer.finish().map_err(|e| reason(&self.destination, e.into()))?;
        // The encoder and its handle are gone, so this one is the last.
        let destination = Arc::into_inner(self.destination).ok_or(PngError::GivenUp)?;
        Ok(destination.into_inner().unwrap_or_else(PoisonError::into_inner).writer)
    }
}

/// Bytes in front of the last row.
fn rows_before_last(len: usize, width: usize) -> usize {
    len.saturating_sub(width)
}

/// Writes compressed bytes as chunks; after an error the writer is given up.
fn write<W: Write>(
    writer: &mut Option<Writer<Shared<W>>>,
    destination: &Mutex<Destination<W>>,
    bytes: &[u8],
) -> Result<(), PngError> {
    for part in bytes.chunks(LONGEST_CHUNK) {
        let writing = writer.as_mut().ok_or(PngError::GivenUp)?;
        if let Err(error) = writing.write_chunk(chunk::IDAT, part) {
            *writer = None;
            return Err(reason(destination, error.into()));
        }
    }
    Ok(())
}

/// What the destination said, if it was the cause, else what the encoder says.
fn reason<W>(destination: &Mutex<Destination<W>>, encoder_says: PngError) -> PngError {
    let failure = destination.lock().unwrap_or_else(PoisonError::into_inner).failure.take();
    failure.map_or(encoder_says, PngError::Write)
}
