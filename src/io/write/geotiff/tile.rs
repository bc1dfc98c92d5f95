//! Rows of cells packed as tiles of 256²: predictor 3, which sorts the bytes of floats by significance, then deflate.
//!
//! Adobe's Technical Note 3: a row of a tile is its numbers' most significant bytes, then the next ones, and so on, each byte
//! as the difference to the one before it of its band.

use flate2::Compression;
use flate2::write::ZlibEncoder;
use rayon::prelude::*;
use std::io::{self, Write};

/// Side of a tile.
pub(super) const TILE: usize = 256;

/// Tiles that are packed at once.
const GROUP: usize = 64;

/// Deflate's level: a middle one, chosen without measurements.
const LEVEL: u32 = 4;

/// How the bytes of rows lie.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layout {
    /// Cells of a row.
    pub(super) width: usize,
    /// Numbers of a cell.
    pub(super) bands: usize,
    /// Bytes of a number.
    pub(super) size: usize,
}

impl Layout {
    /// Bytes of a cell.
    fn cell(&self) -> usize {
        self.bands * self.size
    }

    /// Bytes of a row.
    pub(super) fn row(&self) -> usize {
        self.width * self.cell()
    }

    /// Packs up to 256 rows as a row of tiles, on all cores, and hands on the tiles from left to right.
    pub(super) fn pack(&self, rows: &[u8], mut sink: impl FnMut(Vec<u8>) -> io::Result<()>) -> io::Result<()> {
        let across: Vec<usize> = (0..self.width.div_ceil(TILE)).collect();
        for group in across.chunks(GROUP) {
            let pack = |column: &usize| self.tile(rows, column * TILE * self.cell());
            group.par_iter().map(pack).collect::<io::Result<Vec<_>>>()?.into_iter().try_for_each(&mut sink)?;
        }
        Ok(())
    }

    /// Packs the tile whose rows begin at byte `first` of the rows. What lies outside the raster repeats the last cell or row, which
    /// costs next to nothing.
    fn tile(&self, rows: &[u8], first: usize) -> io::Result<Vec<u8>> {
        let (size, bands, bytes) = (self.size, self.bands, TILE * self.cell());
        let end = self.row().min(first + bytes);
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::new(LEVEL));
        let mut planes = vec![0; bytes];
        for row in rows.chunks_exact(self.row()) {
            let cells = row[first..end].chunks_exact(self.cell());
            let last = &row[end - self.cell()..end];
            for (k, cell) in cells.chain(std::iter::repeat(last)).take(TILE).enumerate() {
                for (band, number) in cell.chunks_exact(size).enumerate() {
                    // The most significant byte of a little-endian number is its last.
                    for (byte, value) in number.iter().rev().enumerate() {
                        planes[byte * TILE * bands + k * bands + band] = *value;
                    }
                }
            }
            for k in (bands..bytes).rev() {
                planes[k] = planes[k].wrapping_sub(planes[k - bands]);
            }
            encoder.write_all(&planes)?;
        }
        for _ in rows.len() / self.row()..TILE {
            encoder.write_all(&planes)?;
        }
        encoder.finish()
    }
}
