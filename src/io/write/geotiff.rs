//! Writes GeoTIFF rasters: tiles of 256², deflated with the predictor for floats, or plain strips; a plane is a band.
//!
//! TIFF 6.0 and GeoTIFF 1.1. The pixels come first and the page after them, so that nothing has to be known in advance but whether
//! the file may pass 4 GiB, in which case it is a BigTIFF. [`Cog`] has its pages in front and smaller views behind them.
//! A raster that is read and written again keeps its transform and the keys of its reference system as they were.
//!
//! Plain strips are written in place, every band in one piece: any program reads them at the speed of the disk, ours too. Tiles
//! take a row of them in memory, are packed on all cores, and make small files.
//!
//! Masked cells become `nodata` if a number was given, else NaN, and the file says which.

mod cog;
mod page;
mod reduce;
mod tile;

pub use cog::Cog;
pub use reduce::Overviews;

use crate::field::Samples;
use crate::io::georef::GeoReference;
use crate::io::write::{Description, Destination, Progress, WriteError, Writer, push_rows};
use page::{Page, Pieces};
use std::io::SeekFrom;
use tile::{Layout, TILE};

const FORMAT: &str = "GeoTIFF";

/// Bytes of a plain strip, about.
const STRIP: usize = 1 << 20;

/// A classic file holds less than 4 GiB; this leaves room for the page and for noise that deflate makes larger.
const MOST_CLASSIC: u64 = 3_900_000_000;

/// How to write.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct GeoTiffOptions {
    /// Where the raster lies.
    pub georef: Option<GeoReference>,
    /// What masked cells become; NaN if nothing is said.
    pub nodata: Option<f64>,
    /// Plain strips in place of deflated tiles.
    pub uncompressed: bool,
    /// What made the file, for the image description; ASCII, nothing if empty.
    pub words: String,
    /// A BigTIFF even if the file stays small.
    pub big: bool,
}

/// Checks that a raster has a page.
fn check(progress: &Progress, bands: usize) -> Result<(), WriteError> {
    if progress.width.max(progress.rows) > i32::MAX as usize || bands > usize::from(u16::MAX) {
        let what = format!("{bands} bands of {}×{} cells", progress.width, progress.rows);
        return Err(WriteError::Unfit { format: FORMAT, what });
    }
    Ok(())
}

/// The start of a file whose first page is at `page`.
fn header(big: bool, page: u64) -> Vec<u8> {
    let (start, place) = (if big { &b"II\x2b\0\x08\0\0\0"[..] } else { b"II\x2a\0" }, page.to_le_bytes());
    [start, &place[..if big { 8 } else { 4 }]].concat()
}

/// An open GeoTIFF file.
#[derive(Debug)]
pub struct GeoTiff<W> {
    out: W,
    progress: Progress,
    description: Description,
    options: GeoTiffOptions,
    big: bool,
    /// Where the next tile goes, or where plain bands begin.
    place: u64,
    /// Rows of each band that do not fill a row of tiles yet.
    waiting: Vec<Vec<u8>>,
    /// Of each band, the places and sizes of its tiles.
    tiles: Vec<Vec<(u64, u64)>>,
}

impl<W: Destination> GeoTiff<W> {
    /// Writes the header. A grid of one axis becomes a raster of one row.
    ///
    /// # Errors
    /// A volume, a raster too wide or too high, or what the destination says.
    pub fn new(mut out: W, description: Description, options: GeoTiffOptions) -> Result<Self, WriteError> {
        let progress = Progress::new(FORMAT, &description, 2)?;
        let bands = description.names.len();
        check(&progress, bands)?;
        let cells = |size: usize| if options.uncompressed { size } else { size.next_multiple_of(TILE) } as u64;
        let bytes = cells(progress.width) * cells(progress.rows) * (bands * description.element.size()) as u64;
        let big = options.big || bytes > MOST_CLASSIC;
        // The place of the page is filled in at the end.
        let mut start = header(big, 0);
        start.resize(start.len().next_multiple_of(16), 0);
        out.write_all(&start)?;
        let place = start.len() as u64;
        let (waiting, tiles) = (vec![Vec::new(); bands], vec![Vec::new(); bands]);
        Ok(Self { out, progress, description, options, big, place, waiting, tiles })
    }

    fn row_bytes(&self) -> usize {
        self.progress.width * self.description.element.size()
    }

    fn bands(&self) -> usize {
        self.description.names.len()
    }

    fn rows_per_strip(&self) -> usize {
        (STRIP / self.row_bytes()).clamp(1, self.progress.rows)
    }

    /// Where row `row` of a plain band lies.
    fn plain_place(&self, band: usize, row: usize) -> u64 {
        self.place + (band * self.progress.rows + row) as u64 * self.row_bytes() as u64
    }

    fn write_plain(&mut self, band: &Samples, rows: usize) -> Result<(), WriteError> {
        let mut bytes = Vec::new();
        let width = self.progress.width;
        for plane in 0..self.bands() {
            let place = self.plain_place(plane, self.progress.done);
            self.out.seek(SeekFrom::Start(place))?;
            for first in (0..rows).step_by(self.rows_per_strip()) {
                let end = rows.min(first + self.rows_per_strip());
                bytes.clear();
                push_rows(&mut bytes, band, plane, first * width..end * width, self.options.nodata);
                self.out.write_all(&bytes)?;
            }
        }
        self.progress.done += rows;
        Ok(())
    }

    fn write_tiled(&mut self, band: &Samples, rows: usize) -> Result<(), WriteError> {
        let width = self.progress.width;
        let mut first = 0;
        while first < rows {
            let wanted = TILE - self.progress.done % TILE;
            let end = rows.min(first + wanted);
            for (plane, waiting) in self.waiting.iter_mut().enumerate() {
                push_rows(waiting, band, plane, first * width..end * width, self.options.nodata);
            }
            self.progress.done += end - first;
            first = end;
            if self.progress.done.is_multiple_of(TILE) || self.progress.done == self.progress.rows {
                self.flush_tiles()?;
            }
        }
        Ok(())
    }

    /// Packs and writes the row of tiles that waits.
    fn flush_tiles(&mut self) -> Result<(), WriteError> {
        let layout = Layout { width: self.progress.width, bands: 1, size: self.description.element.size() };
        for (waiting, tiles) in self.waiting.iter_mut().zip(&mut self.tiles) {
            layout.pack(waiting, |tile| {
                self.out.write_all(&tile)?;
                tiles.push((self.place, tile.len() as u64));
                self.place += tile.len() as u64;
                Ok(())
            })?;
            waiting.clear();
        }
        Ok(())
    }

    /// Where the strips or tiles lie, and their sizes.
    fn pieces(&self) -> Vec<(u64, u64)> {
        if !self.options.uncompressed {
            return self.tiles.concat();
        }
        let (step, rows) = (self.rows_per_strip(), self.progress.rows);
        let strip = |band: usize, first: usize| {
            (self.plain_place(band, first), (step.min(rows - first) * self.row_bytes()) as u64)
        };
        (0..self.bands()).flat_map(|band| (0..rows).step_by(step).map(move |first| strip(band, first))).collect()
    }
}

impl<W: Destination> Writer for GeoTiff<W> {
    fn write_rows(&mut self, band: &Samples) -> Result<(), WriteError> {
        let rows = self.progress.band(band)?;
        if self.options.uncompressed { self.write_plain(band, rows) } else { self.write_tiled(band, rows) }
    }

    fn finish(mut self: Box<Self>) -> Result<(), WriteError> {
        self.progress.end()?;
        let plain = self.options.uncompressed;
        let page = Page {
            width: self.progress.width,
            rows: self.progress.rows,
            description: &self.description,
            options: &self.options,
            pieces: if plain { Pieces::Strips(self.rows_per_strip()) } else { Pieces::Tiles(TILE) },
            together: false,
            overview: false,
        };
        let tags = page.tags(&self.pieces(), self.big)?;
        let end = if plain { self.plain_place(self.bands(), 0) } else { self.place };
        let place = end.next_multiple_of(8);
        let bytes = page::encode(&tags, place, 0, self.big);
        let size = place + bytes.len() as u64;
        if !self.big && u32::try_from(size).is_err() {
            return Err(page::grew());
        }
        self.out.seek(SeekFrom::Start(place))?;
        self.out.write_all(&bytes)?;
        self.out.seek(SeekFrom::Start(0))?;
        self.out.write_all(&header(self.big, place))?;
        self.out.seek(SeekFrom::Start(size))?;
        self.out.flush()?;
        Ok(())
    }
}
