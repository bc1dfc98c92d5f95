//! Writes GeoTIFF rasters: tiles of 256², deflated with the predictor for floats, or plain strips; a plane is a band.
//!
//! TIFF 6.0, GeoTIFF 1.1 and GDAL's tags for nodata (42113) and band names (42112). The pixels come first and the page after them,
//! so that nothing has to be known in advance but whether the file may pass 4 GiB, in which case it is a BigTIFF.
//! A raster that is read and written again keeps its transform and the keys of its reference system as they were.
//!
//! Plain strips are written in place, every band in one piece: any program reads them at the speed of the disk, ours too. Tiles
//! take a row of them in memory, are packed on all cores, and make small files.
//!
//! Masked cells become `nodata` if a number was given, else NaN, and the file says which.

use crate::field::Samples;
use crate::io::georef::{GeoKeys, GeoReference};
use crate::io::write::{Description, Destination, Progress, WriteError, Writer, escaped, push_rows};
use flate2::Compression;
use flate2::write::ZlibEncoder;
use rayon::prelude::*;
use std::io::{SeekFrom, Write};

const FORMAT: &str = "GeoTIFF";

/// Side of a tile.
const TILE: usize = 256;

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
        if progress.width.max(progress.rows) > i32::MAX as usize || bands > usize::from(u16::MAX) {
            let what = format!("{bands} bands of {}×{} cells", progress.width, progress.rows);
            return Err(WriteError::Unfit { format: FORMAT, what });
        }
        let cells = |size: usize| if options.uncompressed { size } else { size.next_multiple_of(TILE) } as u64;
        let bytes = cells(progress.width) * cells(progress.rows) * (bands * description.element.size()) as u64;
        let big = bytes > MOST_CLASSIC;
        // The place of the page is filled in at the end.
        let header: &[u8] =
            if big { b"II\x2b\0\x08\0\0\0\0\0\0\0\0\0\0\0" } else { b"II\x2a\0\0\0\0\0\0\0\0\0\0\0\0\0" };
        out.write_all(header)?;
        let place = header.len() as u64;
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
        let (row_bytes, size) = (self.row_bytes(), self.description.element.size());
        let across: Vec<usize> = (0..self.progress.width.div_ceil(TILE)).collect();
        for (waiting, tiles) in self.waiting.iter_mut().zip(&mut self.tiles) {
            for group in across.chunks(GROUP) {
                let packed: Vec<Vec<u8>> = group
                    .par_iter()
                    .map(|column| pack(waiting, row_bytes, column * TILE * size, size))
                    .collect::<Result<_, _>>()?;
                for tile in packed {
                    self.out.write_all(&tile)?;
                    tiles.push((self.place, tile.len() as u64));
                    self.place += tile.len() as u64;
                }
            }
            waiting.clear();
        }
        Ok(())
    }

    /// The tags of the page, in ascending order.
    fn tags(&self) -> Result<Vec<Tag>, WriteError> {
        let bands = self.bands();
        let per_band = |value: u16| Tag::shorts(&vec![value; bands]);
        let bits = u16::try_from(8 * self.description.element.size()).unwrap_or(64);
        let size = |size: usize| Tag::long(u32::try_from(size).unwrap_or(u32::MAX));
        let plain = self.options.uncompressed;
        let mut tags = vec![
            (256, size(self.progress.width)),
            (257, size(self.progress.rows)),
            (258, per_band(bits)),
            (259, Tag::shorts(&[if plain { 1 } else { 8 }])),
            (262, Tag::shorts(&[1])),
            (277, Tag::shorts(&[u16::try_from(bands).unwrap_or(u16::MAX)])),
            (284, Tag::shorts(&[if bands == 1 { 1 } else { 2 }])),
            (305, Tag::ascii(concat!("gradgrid ", env!("CARGO_PKG_VERSION")).as_bytes())),
            (339, per_band(3)),
        ];
        if !self.options.words.is_empty() {
            tags.push((270, Tag::ascii(self.options.words.as_bytes())));
        }
        let pieces: Vec<(u64, u64)> = if plain {
            let (step, rows) = (self.rows_per_strip(), self.progress.rows);
            tags.push((278, size(step)));
            let strip = |band: usize, first: usize| {
                (self.plain_place(band, first), (step.min(rows - first) * self.row_bytes()) as u64)
            };
            (0..bands).flat_map(|band| (0..rows).step_by(step).map(move |first| strip(band, first))).collect()
        } else {
            tags.extend([(317, Tag::shorts(&[3])), (322, size(TILE)), (323, size(TILE))]);
            self.tiles.concat()
        };
        let [places, sizes]: [Vec<u64>; 2] =
            [pieces.iter().map(|p| p.0).collect(), pieces.iter().map(|p| p.1).collect()];
        let numbers = if plain { [273, 279] } else { [324, 325] };
        tags.extend([(numbers[0], self.longs(&places)?), (numbers[1], self.longs(&sizes)?)]);
        if bands > 1 {
            tags.push((338, Tag::shorts(&vec![0; bands - 1])));
        }
        if let Some(georef) = &self.options.georef {
            tags.extend(place_tags(georef));
        }
        let item = |(band, name): (usize, &String)| {
            format!("  <Item name=\"DESCRIPTION\" sample=\"{band}\" role=\"description\">{}</Item>\n", escaped(name))
        };
        let items: String = self.description.names.iter().enumerate().map(item).collect();
        tags.push((42_112, Tag::ascii(format!("<GDALMetadata>\n{items}</GDALMetadata>\n").as_bytes())));
        let nodata = self.options.nodata.filter(|nodata| !nodata.is_nan()).map_or("nan".to_owned(), |n| n.to_string());
        tags.push((42_113, Tag::ascii(nodata.as_bytes())));
        tags.sort_by_key(|(number, _)| *number);
        Ok(tags.into_iter().map(|(number, tag)| Tag { number, ..tag }).collect())
    }

    /// Places or sizes, as wide as the file needs.
    fn longs(&self, values: &[u64]) -> Result<Tag, WriteError> {
        if self.big {
            let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
            return Ok(Tag { number: 0, kind: 16, count: values.len(), bytes });
        }
        let mut bytes = Vec::with_capacity(values.len() * 4);
        for value in values {
            let what = || WriteError::Unfit { format: FORMAT, what: "it grew over 4 GiB".to_owned() };
            bytes.extend(u32::try_from(*value).map_err(|_| what())?.to_le_bytes());
        }
        Ok(Tag { number: 0, kind: 4, count: values.len(), bytes })
    }
}

/// Tiles that are packed at once.
const GROUP: usize = 64;

/// Packs the tile whose rows begin at byte `first` of the rows: predictor 3, then deflate. What lies outside the raster repeats
/// the last cell or row, which costs next to nothing.
fn pack(rows: &[u8], row_bytes: usize, first: usize, size: usize) -> std::io::Result<Vec<u8>> {
    let tile_bytes = TILE * size;
    let end = row_bytes.min(first + tile_bytes);
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::new(LEVEL));
    let mut planes = vec![0; tile_bytes];
    for row in rows.chunks_exact(row_bytes) {
        let cells = row[first..end].chunks_exact(size);
        let last = &row[end - size..end];
        for (k, cell) in cells.chain(std::iter::repeat(last)).take(TILE).enumerate() {
            // The most significant byte of a little-endian number is its last.
            for (byte, value) in cell.iter().rev().enumerate() {
                planes[byte * TILE + k] = *value;
            }
        }
        for k in (1..tile_bytes).rev() {
            planes[k] = planes[k].wrapping_sub(planes[k - 1]);
        }
        encoder.write_all(&planes)?;
    }
    for _ in rows.len() / row_bytes..TILE {
        encoder.write_all(&planes)?;
    }
    encoder.finish()
}

/// Deflate's level: a middle one, chosen without measurements.
const LEVEL: u32 = 4;

/// One entry of the page.
#[derive(Debug)]
struct Tag {
    number: u16,
    kind: u16,
    count: usize,
    bytes: Vec<u8>,
}

impl Tag {
    fn shorts(values: &[u16]) -> Self {
        Self { number: 0, kind: 3, count: values.len(), bytes: values.iter().flat_map(|v| v.to_le_bytes()).collect() }
    }

    fn long(value: u32) -> Self {
        Self { number: 0, kind: 4, count: 1, bytes: value.to_le_bytes().to_vec() }
    }

    fn doubles(values: &[f64]) -> Self {
        Self { number: 0, kind: 12, count: values.len(), bytes: values.iter().flat_map(|v| v.to_le_bytes()).collect() }
    }

    fn ascii(text: &[u8]) -> Self {
        let bytes = [text, b"\0"].concat();
        Self { number: 0, kind: 2, count: bytes.len(), bytes }
    }
}

/// The tags that say where the raster lies.
fn place_tags(georef: &GeoReference) -> Vec<(u16, Tag)> {
    let mut t = georef.transform;
    if !georef.pixel_is_area {
        // The tie point of such a file is a centre.
        t[0] += 0.5 * (t[1] + t[2]);
        t[3] += 0.5 * (t[4] + t[5]);
    }
    let straight = t[2] == 0.0 && t[4] == 0.0 && t[5] < 0.0;
    let mut tags = if straight {
        vec![(33_550, Tag::doubles(&[t[1], -t[5], 0.0])), (33_922, Tag::doubles(&[0.0, 0.0, 0.0, t[0], t[3], 0.0]))]
    } else {
        let matrix = [t[1], t[2], 0.0, t[0], t[4], t[5], 0.0, t[3], 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0];
        vec![(34_264, Tag::doubles(&matrix))]
    };
    // Without keys: version 1.1.0 and the one key that says whether cells are areas or points.
    let plain = GeoKeys {
        directory: vec![1, 1, 0, 1, 1025, 0, 1, if georef.pixel_is_area { 1 } else { 2 }],
        ..GeoKeys::default()
    };
    let keys = georef.keys.as_ref().unwrap_or(&plain);
    tags.push((34_735, Tag::shorts(&keys.directory)));
    if !keys.doubles.is_empty() {
        tags.push((34_736, Tag::doubles(&keys.doubles)));
    }
    if !keys.ascii.is_empty() {
        tags.push((34_737, Tag::ascii(&keys.ascii)));
    }
    tags
}

impl<W: Destination> Writer for GeoTiff<W> {
    fn write_rows(&mut self, band: &Samples) -> Result<(), WriteError> {
        let rows = self.progress.band(band)?;
        if self.options.uncompressed { self.write_plain(band, rows) } else { self.write_tiled(band, rows) }
    }

    fn finish(mut self: Box<Self>) -> Result<(), WriteError> {
        self.progress.end()?;
        let tags = self.tags()?;
        let end = if self.options.uncompressed { self.plain_place(self.bands(), 0) } else { self.place };
        let page = end.next_multiple_of(8);
        let (head, entry, field) = if self.big { (8, 20, 8) } else { (2, 12, 4) };
        let mut entries = Vec::new();
        // Values that do not fit their field lie after the entries and the place of the next page, which there is not.
        let first = page + (head + entry * tags.len() + field) as u64;
        let mut values = vec![0; usize::try_from(first.next_multiple_of(8) - first).unwrap_or(0)];
        let number = |value: u64| value.to_le_bytes()[..field].to_vec();
        entries.extend(&(tags.len() as u64).to_le_bytes()[..head]);
        for tag in &tags {
            entries.extend(tag.number.to_le_bytes());
            entries.extend(tag.kind.to_le_bytes());
            entries.extend(number(tag.count as u64));
            if tag.bytes.len() <= field {
                entries.extend(&tag.bytes);
                entries.resize(entries.len() + field - tag.bytes.len(), 0);
            } else {
                entries.extend(number(first + values.len() as u64));
                values.extend(&tag.bytes);
                values.resize(values.len().next_multiple_of(2), 0);
            }
        }
        entries.extend(number(0));
        let size = page + (entries.len() + values.len()) as u64;
        if !self.big && u32::try_from(size).is_err() {
            return Err(WriteError::Unfit { format: FORMAT, what: "it grew over 4 GiB".to_owned() });
        }
        self.out.seek(SeekFrom::Start(page))?;
        self.out.write_all(&entries)?;
        self.out.write_all(&values)?;
        self.out.seek(SeekFrom::Start(if self.big { 8 } else { 4 }))?;
        self.out.write_all(&number(page))?;
        self.out.seek(SeekFrom::Start(size))?;
        self.out.flush()?;
        Ok(())
    }
}
