//! Reads TIFF, BigTIFF and GeoTIFF files: strips or tiles, any real type, one page, one band or luminance.
//!
//! Strips that lie one after the other uncompressed, the usual case, are read from the file as they are, without any decoder. Else a
//! whole row of strips or tiles is unpacked at a time, on all cores, and the last two are kept at least, so that rows of a halo cost
//! nothing. Places and sizes are checked when the file is opened.
//!
//! | feature | read |
//! |---|---|
//! | samples | 1, 2, 4 bits; integers of 8 to 64 bits; floats of 16, 32, 64 bits; interleaved or in planes |
//! | compression | none, deflate, LZW, PackBits, zstd; predictors 2 and 3 |
//! | places | pixel scale and tie point, or an affine transformation; keys of the reference system as they are |
//! | nodata | GDAL's tag 42113; strips and tiles that a sparse file leaves out read as nodata, or 0 without one |
//!
//! Limits: no JPEG, LERC or fax compression, no complex numbers, no YCbCr; palette images read as indices; orientation, scale and
//! offset (GDAL's metadata) and mask pages are ignored.

mod chunks;
mod decode;
mod directory;
mod places;

use crate::io::read::bytes::{FileBytes, Source};
use crate::io::read::dtype::Dtype;
use crate::io::read::error::{ReadError, damaged, unsupported};
use crate::io::read::pixels::{Layout, Pixels, Take};
use crate::io::read::{Header, ReadOptions, Reader, check_size, checked_cells};
use chunks::Chunked;
use decode::{Compression, Shape};
use directory::Directory;
use std::fs::File;
use std::path::Path;

const FORMAT: &str = "TIFF";

/// What a page says of its pixels.
#[derive(Debug)]
struct Page {
    width: usize,
    height: usize,
    samples: usize,
    bits: usize,
    dtype: Dtype,
    compression: Compression,
    predictor: u64,
    /// Every sample has strips or tiles of its own.
    planar: bool,
    tiled: bool,
    chunk_width: usize,
    chunk_height: usize,
    colours: usize,
    alpha: bool,
}

/// A size from the file.
fn size(value: Option<u64>, name: &str) -> Result<usize, ReadError> {
    match value.and_then(|value| u32::try_from(value).ok()) {
        Some(value) if value > 0 => Ok(value as usize),
        _ => Err(damaged(FORMAT, format!("its {name} is {}", value.map_or("missing".to_owned(), |v| v.to_string())))),
    }
}

impl Page {
    fn read(source: &mut dyn Source, directory: &Directory) -> Result<Self, ReadError> {
        let mut number = |tag: u16| directory.number(source, tag);
        let (width, height) = (size(number(256)?, "width")?, size(number(257)?, "height")?);
        let samples = size(Some(number(277)?.unwrap_or(1)), "number of samples")?;
        let compression = Compression::from_code(number(259)?.unwrap_or(1))?;
        let photometric = number(262)?.unwrap_or(1);
        let predictor = number(317)?.unwrap_or(1);
        let planar = match number(284)?.unwrap_or(1) {
            _ if samples == 1 => false,
            1 => false,
            2 => true,
            other => return Err(damaged(FORMAT, format!("its planar configuration is {other}"))),
        };
        let tiled = number(322)?.is_some();
        let (chunk_width, chunk_height) = if tiled {
            (size(number(322)?, "tile width")?, size(number(323)?, "tile length")?)
        } else {
            let rows = number(278)?.unwrap_or(u64::from(u32::MAX)).min(height as u64);
            (width, size(Some(rows), "rows per strip")?)
        };
        if number(266)?.unwrap_or(1) != 1 {
            return Err(unsupported(FORMAT, "its bits are in reverse order"));
        }
        if photometric == 6 {
            return Err(unsupported(FORMAT, "its colours are YCbCr; convert it to RGB"));
        }
        if samples > 1 << 12 {
            return Err(unsupported(FORMAT, format!("it has {samples} bands")));
        }
        let bits = directory.numbers(source, 258, samples as u64)?;
        let formats = directory.numbers(source, 339, samples as u64)?;
        let same = |values: &[u64]| values.windows(2).all(|pair| pair[0] == pair[1]);
        if !same(&bits) || !same(&formats) {
            return Err(unsupported(FORMAT, "its bands are of different types"));
        }
        let (bits, format) = (bits.first().copied().unwrap_or(1), formats.first().copied().unwrap_or(1));
        let dtype = dtype(bits, format)?;
        let bits = usize::try_from(bits).unwrap_or(64);
        match predictor {
            1 => {}
            2 if bits >= 8 => {}
            3 if matches!(dtype, Dtype::F16 | Dtype::F32 | Dtype::F64) => {}
            _ => return Err(unsupported(FORMAT, format!("predictor {predictor} with {bits} bits"))),
        }
        let colours = if photometric == 2 && samples >= 3 { 3 } else { 1 };
        let extra = directory.number(source, 338)?;
        let alpha = samples > colours && matches!(extra, Some(1 | 2));
        Ok(Self {
            width,
            height,
            samples,
            bits,
            dtype,
            compression,
            predictor: if compression == Compression::None { 1 } else { predictor },
            planar,
            tiled,
            chunk_width,
            chunk_height,
            colours,
            alpha,
        })
    }

    fn across(&self) -> usize {
        self.width.div_ceil(self.chunk_width)
    }

    fn down(&self) -> usize {
        self.height.div_ceil(self.chunk_height)
    }

    /// What chunks in row `down` of them hold: the last strip may be short, tiles are whole.
    fn shape(&self, down: usize, big_endian: bool) -> Shape {
        let rows =
            if self.tiled { self.chunk_height } else { self.chunk_height.min(self.height - down * self.chunk_height) };
        let samples = if self.planar { 1 } else { self.samples };
        Shape {
            compression: self.compression,
            predictor: self.predictor,
            big_endian,
            bits: self.bits,
            samples_per_row: self.chunk_width * samples,
            samples,
            rows,
        }
    }
}

fn dtype(bits: u64, format: u64) -> Result<Dtype, ReadError> {
    Ok(match (format, bits) {
        (1 | 4, 1 | 2 | 4 | 8) => Dtype::U8,
        (1 | 4, 16) => Dtype::U16,
        (1 | 4, 32) => Dtype::U32,
        (1 | 4, 64) => Dtype::U64,
        (2, 8) => Dtype::I8,
        (2, 16) => Dtype::I16,
        (2, 32) => Dtype::I32,
        (2, 64) => Dtype::I64,
        (3, 16) => Dtype::F16,
        (3, 32) => Dtype::F32,
        (3, 64) => Dtype::F64,
        (5 | 6, _) => return Err(unsupported(FORMAT, "its values are complex numbers")),
        _ => return Err(unsupported(FORMAT, format!("samples of {bits} bits in format {format}"))),
    })
}

/// The image description of the first page; nothing if there is none.
pub(crate) fn description(path: &Path) -> Result<Vec<u8>, ReadError> {
    const MOST: u64 = 1 << 20;
    const IMAGE_DESCRIPTION: u16 = 270;
    let mut source: Box<dyn Source> = Box::new(FileBytes::new(File::open(path)?)?);
    let directory = Directory::read(&mut source, 0)?;
    directory.text(&mut source, IMAGE_DESCRIPTION, MOST)
}

pub(crate) fn open(mut source: Box<dyn Source>, options: &ReadOptions) -> Result<Box<dyn Reader>, ReadError> {
    let directory = Directory::read(&mut source, options.page)?;
    let page = Page::read(&mut source, &directory)?;
    let take = Take::choose(&options.channel, page.colours, page.alpha, page.samples)?;
    let shape = vec![page.height, page.width];
    checked_cells(FORMAT, &shape, page.samples.saturating_mul(page.dtype.size()))?;
    let mut header = Header::new(FORMAT, shape, page.dtype);
    header.channels = page.samples;
    header.nodata = places::nodata(&mut source, &directory)?;
    header.georef = places::georef(&mut source, &directory)?;
    let big_endian = directory.big_endian;
    let (offsets, counts) = chunk_table(&mut source, &directory, &page, options.limit)?;
    // Of planes only the one that is wanted is read; where all are, they are interleaved.
    let plane = match take.only_sample() {
        Some(sample) if page.planar => Some(sample),
        _ => None,
    };
    let samples = if plane.is_some() { 1 } else { page.samples };
    let take = if plane.is_some() { Take::sample(0) } else { take };
    let layout = Layout { offset: 0, dtype: page.dtype, big_endian, samples, take };
    if let Some(offset) = contiguous(&page, &offsets, plane) {
        let row = page.width * samples * page.dtype.size();
        check_size(FORMAT, offset, (row * page.height) as u64, source.len())?;
        return Ok(Box::new(Pixels::new(header, Layout { offset, ..layout }, source)));
    }
    let fill = header.nodata.unwrap_or(0.0);
    let chunked = Chunked::new(source, page, big_endian, plane, (offsets, counts), fill, options.limit)?;
    Ok(Box::new(Pixels::new(header, layout, chunked)))
}

/// Where the strips or tiles lie, and their bytes, all of them within the file.
fn chunk_table(
    source: &mut dyn Source,
    directory: &Directory,
    page: &Page,
    limit: u64,
) -> Result<(Vec<u64>, Vec<u64>), ReadError> {
    let planes = if page.planar { page.samples } else { 1 };
    let count = page.across().checked_mul(page.down()).and_then(|count| count.checked_mul(planes));
    let count = count.ok_or_else(|| damaged(FORMAT, "it has more strips or tiles than can be counted"))?;
    // Both tables as numbers, and one of them as bytes.
    let needs = (count as u64).saturating_mul(24);
    if needs > limit {
        return Err(ReadError::TooBig { format: FORMAT, needs, limit });
    }
    let [places, sizes] = if page.tiled { [324, 325] } else { [273, 279] };
    let offsets = directory.numbers(source, places, count as u64)?;
    let mut counts = directory.numbers(source, sizes, count as u64)?;
    if counts.is_empty() && page.compression == Compression::None {
        // Some old writers leave the sizes out where they are plain.
        counts = (0..offsets.len())
            .map(|k| {
                let shape = page.shape(k / page.across() % page.down(), false);
                (shape.packed_row() as u64).saturating_mul(shape.rows as u64)
            })
            .collect();
    }
    if offsets.len() < count || counts.len() < count {
        let there = offsets.len().min(counts.len());
        return Err(damaged(FORMAT, format!("it has {there} of its {count} strips or tiles")));
    }
    for (k, (&offset, &bytes)) in offsets.iter().zip(&counts).enumerate() {
        if offset == 0 || bytes == 0 {
            continue;
        }
        if offset.checked_add(bytes).is_none_or(|end| end > source.len()) {
            return Err(damaged(FORMAT, format!("strip or tile {k} of {count} ends after the file; was it cut off?")));
        }
        let shape = page.shape(k / page.across() % page.down(), false);
        if page.compression == Compression::None
            && bytes < (shape.packed_row() as u64).saturating_mul(shape.rows as u64)
        {
            return Err(damaged(FORMAT, format!("strip or tile {k} of {count} has {bytes} bytes, too few")));
        }
    }
    Ok((offsets, counts))
}

/// Where the rows begin, if they are all one after the other and as they will be read.
fn contiguous(page: &Page, offsets: &[u64], plane: Option<usize>) -> Option<u64> {
    if page.compression != Compression::None || page.tiled || page.bits < 8 || (page.planar && plane.is_none()) {
        return None;
    }
    let offsets = offsets.get(plane.unwrap_or(0) * page.down()..)?.get(..page.down())?;
    let shape = page.shape(0, false);
    let strip = (shape.row() as u64).saturating_mul(page.chunk_height as u64);
    let follows = offsets.windows(2).all(|pair| pair[0].checked_add(strip) == Some(pair[1]));
    (follows && offsets[0] != 0).then_some(offsets[0])
}
