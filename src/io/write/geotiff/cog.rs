//! Writes cloud-optimised `GeoTIFF` files: all pages in front, then the tiles of ever larger views, so that a part is read by few requests.
//!
//! The layout is that of GDAL's COG driver, which its validator checks (<https://gdal.org/drivers/raster/cog.html>): the header, a note
//! on the structure, the pages from the largest view to the smallest, and the tiles from the smallest view to the largest, row by
//! row. Before each tile stand its size, in four bytes, and after it its last four bytes again, so that a reader that has the one before
//! finds the next. The bands of a cell lie together. Views are halved (see [`Overviews`]) until one tile holds them.
//!
//! The pages cannot be written before the tiles are known, and the small views not before the large ones. So the tiles of every view
//! wait in a file of its own, which the caller gives, and are copied into their places at the end: memory is a row of tiles of every
//! view, less than twice that of the largest, and the disk holds the raster twice for a while.

use crate::field::Samples;
use crate::io::write::geotiff::page::{self, Page, Pieces};
use crate::io::write::geotiff::reduce::{Halver, Overviews, half};
use crate::io::write::geotiff::tile::{Layout, TILE};
use crate::io::write::geotiff::{GeoTiffOptions, MOST_CLASSIC, check, header};
use crate::io::write::{Description, Element, Progress, WriteError, Writer, push_rows};
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};

const FORMAT: &str = "COG";

/// Bytes that are copied at a time.
const COPY: usize = 1 << 20;

/// What GDAL reads between the header and the first page.
const STRUCTURE: &str = "LAYOUT=IFDS_BEFORE_DATA\nBLOCK_ORDER=ROW_MAJOR\nBLOCK_LEADER=SIZE_AS_UINT4\n\
    BLOCK_TRAILER=LAST_4_BYTES_REPEATED\nKNOWN_INCOMPATIBLE_EDITION=NO\n ";

/// Bytes of a tile's size before it, and of its end after it.
const LEADER: u64 = 4;

/// An open cloud-optimised file.
#[derive(Debug)]
pub struct Cog<W> {
    out: W,
    progress: Progress,
    description: Description,
    options: GeoTiffOptions,
    /// The largest first.
    views: Vec<View>,
}

/// One size of the raster.
#[derive(Debug)]
struct View {
    layout: Layout,
    rows: usize,
    done: usize,
    /// Rows that do not fill a row of tiles yet.
    waiting: Vec<u8>,
    /// The tiles that are packed, with what stands around them, and where each begins in the file, and its size.
    file: BufWriter<File>,
    place: u64,
    tiles: Vec<(u64, u64)>,
    /// What makes the rows of the next view, one for each band.
    halvers: Vec<Halver>,
}

impl View {
    /// Takes the next row of every band as it will be stored.
    fn take(&mut self, row: &[u8]) -> io::Result<()> {
        self.waiting.extend_from_slice(row);
        self.done += 1;
        if !self.done.is_multiple_of(TILE) && self.done < self.rows {
            return Ok(());
        }
        let (file, tiles, place) = (&mut self.file, &mut self.tiles, &mut self.place);
        self.layout.pack(&self.waiting, |tile| {
            let size = u32::try_from(tile.len()).map_err(io::Error::other)?;
            file.write_all(&size.to_le_bytes())?;
            file.write_all(&tile)?;
            file.write_all(&tile[tile.len() - 4..])?;
            tiles.push((*place + LEADER, tile.len() as u64));
            *place += tile.len() as u64 + 2 * LEADER;
            Ok(())
        })?;
        self.waiting.clear();
        Ok(())
    }
}

impl<W: Write> Cog<W> {
    /// Prepares a raster of one or two axes; `scratch` makes empty files, which are gone when they are closed.
    ///
    /// # Errors
    /// A volume, a raster too wide or too high, or what the system says.
    pub fn new(
        out: W,
        description: Description,
        options: GeoTiffOptions,
        overviews: Overviews,
        mut scratch: impl FnMut() -> io::Result<File>,
    ) -> Result<Self, WriteError> {
        let progress = Progress::new(FORMAT, &description, 2)?;
        let bands = description.names.len();
        check(&progress, bands)?;
        let (mut width, mut rows) = (progress.width, progress.rows);
        let mut views = Vec::new();
        loop {
            let last = width.max(rows) <= TILE;
            let halver = || Halver::new(width, rows, overviews);
            views.push(View {
                layout: Layout { width, bands, size: description.element.size() },
                rows,
                done: 0,
                waiting: Vec::new(),
                file: BufWriter::with_capacity(COPY, scratch()?),
                place: 0,
                tiles: Vec::new(),
                halvers: (0..if last { 0 } else { bands }).map(|_| halver()).collect(),
            });
            if last {
                return Ok(Self { out, progress, description, options, views });
            }
            (width, rows) = (half(width), half(rows));
        }
    }

    /// Takes a row of every band into the views from number `view` on.
    fn take(&mut self, view: usize, rows: &[Vec<f64>]) -> Result<(), WriteError> {
        let bytes = together(rows, self.description.element, self.options.nodata);
        let view_ = &mut self.views[view];
        view_.take(&bytes)?;
        let halved: Vec<Vec<f64>> = view_.halvers.iter_mut().zip(rows).filter_map(|(h, row)| h.take(row)).collect();
        if halved.is_empty() { Ok(()) } else { self.take(view + 1, &halved) }
    }

    /// The pages one after the other from `first` on, with the tiles where `places` says.
    fn pages(&self, first: u64, starts: &[u64], big: bool) -> Result<Vec<u8>, WriteError> {
        let mut bytes = Vec::new();
        for (number, (view, start)) in self.views.iter().zip(starts).enumerate() {
            let page = Page {
                width: view.layout.width,
                rows: view.rows,
                description: &self.description,
                options: &self.options,
                pieces: Pieces::Tiles(TILE),
                together: true,
                overview: number > 0,
            };
            let tiles: Vec<_> = view.tiles.iter().map(|(place, size)| (start + place, *size)).collect();
            let tags = page.tags(&tiles, big)?;
            let place = first + bytes.len() as u64;
            // The length does not depend on the places.
            let length = page::encode(&tags, place, 0, big).len() as u64;
            let next = if number + 1 < self.views.len() { (place + length).next_multiple_of(8) } else { 0 };
            bytes.extend(page::encode(&tags, place, next, big));
            bytes.resize(bytes.len().next_multiple_of(8), 0);
        }
        Ok(bytes)
    }
}

/// A row of every band as the file holds it, the bands of a cell together; masked cells are `nodata`.
#[expect(clippy::cast_possible_truncation, reason = "the numbers came in that type, or are averages of such")]
fn together(rows: &[Vec<f64>], element: Element, nodata: Option<f64>) -> Vec<u8> {
    let cells = rows[0].len();
    let mixed = (0..cells).flat_map(|cell| rows.iter().map(move |row| row[cell]));
    let row = match element {
        Element::F32 => Samples::F32(vec![mixed.map(|value| value as f32).collect()]),
        Element::F64 => Samples::F64(vec![mixed.collect()]),
    };
    let mut bytes = Vec::with_capacity(cells * rows.len() * element.size());
    push_rows(&mut bytes, &row, 0, 0..cells * rows.len(), nodata);
    bytes
}

impl<W: Write> Writer for Cog<W> {
    fn write_rows(&mut self, band: &Samples) -> Result<(), WriteError> {
        let rows = self.progress.band(band)?;
        let width = self.progress.width;
        for row in 0..rows {
            let cells = row * width..(row + 1) * width;
            let wide: Vec<Vec<f64>> = match band {
                Samples::F32(planes) => {
                    planes.iter().map(|plane| plane[cells.clone()].iter().map(|v| f64::from(*v)).collect()).collect()
                }
                Samples::F64(planes) => planes.iter().map(|plane| plane[cells.clone()].to_vec()).collect(),
            };
            self.take(0, &wide)?;
        }
        self.progress.done += rows;
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<(), WriteError> {
        self.progress.end()?;
        let all: u64 = self.views.iter().map(|view| view.place).sum();
        let big = self.options.big || all > MOST_CLASSIC;
        let note = format!("GDAL_STRUCTURAL_METADATA_SIZE={:06} bytes\n{STRUCTURE}", STRUCTURE.len());
        // A page begins at an even place.
        let first = ((header(big, 0).len() + note.len()) as u64).next_multiple_of(2);
        let mut starts = vec![0; self.views.len()];
        let mut start = first + self.pages(first, &starts, big)?.len() as u64;
        for (view, place) in self.views.iter().zip(&mut starts).rev() {
            *place = start;
            start += view.place;
        }
        let mut front = header(big, first);
        front.extend(note.as_bytes());
        front.resize(usize::try_from(first).unwrap_or(front.len()), 0);
        front.extend(self.pages(first, &starts, big)?);
        self.out.write_all(&front)?;
        for view in std::mem::take(&mut self.views).into_iter().rev() {
            let mut file = view.file.into_inner().map_err(io::IntoInnerError::into_error)?;
            file.rewind()?;
            let copied = io::copy(&mut BufReader::with_capacity(COPY, file.take(view.place)), &mut self.out)?;
            if copied != view.place {
                return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
            }
        }
        self.out.flush()?;
        Ok(())
    }
}
