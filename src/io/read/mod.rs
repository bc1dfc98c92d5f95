//! Readers of sampled grids: one trait for every format, rows as they are wanted, memory within a limit.
//!
//! ```
//! use gradgrid::io::read::{ReadOptions, open};
//! # use gradgrid::io::npy;
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("field.npy");
//! # let mut file = std::fs::File::create(&path)?;
//! # npy::write_header(&mut file, npy::Element::F32, &[3, 2])?;
//! # npy::write_f32(&mut file, &[0.0, 1.0, 2.0, 3.0, 4.0, 5.0])?;
//! let mut reader = open(&path, &ReadOptions::default())?;
//! assert_eq!(reader.header().shape, [3, 2]);
//! let mut rows = Vec::new();
//! reader.read_rows_f64(1..3, &mut rows)?;
//! assert_eq!(rows, [2.0, 3.0, 4.0, 5.0]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The shape has the slowest axis first, as NumPy writes it. A *row* is a run along the fastest axis: row number
//! `y + ny · z` of a volume. Rows may be read in any order; forward order is the fast one, and going back over the rows of
//! the last call is cheap in every format. What the file says of its size is checked against the bytes that are there before
//! anything is allocated, and what a decoder must hold is bounded by [`ReadOptions::limit`].
//!
//! | format | known by | notes |
//! |---|---|---|
//! | [NPY](npy) | content | all real types, both byte orders, C and Fortran order, versions 1 to 3 |
//! | [NPZ](npz) | content | stored and deflated members, checksums verified |
//! | [TIFF](tiff) | content | BigTIFF, GeoTIFF; strips and tiles; deflate, LZW, zstd, PackBits; predictors |
//! | [PNG](png), [JPEG, WebP](picture) | content | luminance, or one channel |
//! | [EXR](exr) | content | one channel, or luminance |
//! | [ESRI ASCII grid](ascii) | content | streamed |
//! | [raw] | description | any shape, type, byte order and offset |
//!
//! Numbers become `f32` or `f64` by the rules of [`dtype`]. Nodata, and NaN of any kind, become the quiet NaN of a masked
//! cell; infinities stay.

pub mod ascii;
mod bytes;
pub mod dtype;
mod error;
pub mod exr;
mod masked;
pub mod memory;
pub mod npy;
pub mod npz;
pub mod picture;
pub mod pixels;
pub mod png;
pub mod raw;
pub mod tiff;

pub use dtype::Dtype;
pub use error::ReadError;
pub use raw::RawShape;

use crate::io::georef::GeoReference;
use bytes::{Again, FileBytes, Memory, Source};
use std::fmt;
use std::fs::File;
use std::io::Read as _;
use std::ops::Range;
use std::path::Path;

/// Memory that decoders may use unless told otherwise: 1 GiB.
pub const DEFAULT_LIMIT: u64 = 1 << 30;

/// The most axes of a file.
pub const MAX_AXES: usize = 3;

/// What to take of a file that has several channels (bands, samples, layers).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Channel {
    /// Luminance in 0…1 of a colour picture, else the first channel as it is stored.
    #[default]
    Auto,
    /// Luminance in 0…1, of a grey picture too.
    Luminance,
    /// The channel of that number, from 0, as it is stored.
    Index(usize),
    /// The channel of that name, as it is stored: `R`, `G`, `B`, `A`, or any name of an EXR file.
    Named(String),
}

/// How to read a file.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadOptions {
    /// Which channel.
    pub channel: Channel,
    /// Which array of an NPZ archive; not needed if it has only one.
    pub member: Option<String>,
    /// Which page of a TIFF file, from 0.
    pub page: usize,
    /// The file is raw numbers, and these.
    pub raw: Option<RawShape>,
    /// A number that stands for “no data” beside what the file says.
    pub nodata: Option<f64>,
    /// Bytes that a decoder may hold. What [`Reader::read_rows_f32`] gives to its caller is not counted.
    pub limit: u64,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self { channel: Channel::Auto, member: None, page: 0, raw: None, nodata: None, limit: DEFAULT_LIMIT }
    }
}

/// What is known of a file before its numbers are read.
#[derive(Debug, Clone, PartialEq)]
pub struct Header {
    /// Name of the format.
    pub format: &'static str,
    /// Sizes of 1 to 3 axes, the slowest first; none is zero.
    pub shape: Vec<usize>,
    /// Type of the numbers as they are stored.
    pub dtype: Dtype,
    /// Channels in the file, of which one is read.
    pub channels: usize,
    /// Where the cells lie on Earth, or in world units.
    pub georef: Option<GeoReference>,
    /// The number that stands for “no data”, which reads as NaN.
    pub nodata: Option<f64>,
}

impl Header {
    pub(crate) fn new(format: &'static str, shape: Vec<usize>, dtype: Dtype) -> Self {
        Self { format, shape, dtype, channels: 1, georef: None, nodata: None }
    }

    /// Length of the fastest axis.
    #[must_use]
    pub fn width(&self) -> usize {
        self.shape.last().copied().unwrap_or(0)
    }

    /// Number of rows: the product of all sizes but the last.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.shape[..self.shape.len().saturating_sub(1)].iter().product()
    }

    /// Number of cells.
    #[must_use]
    pub fn cells(&self) -> usize {
        self.shape.iter().product()
    }

    /// The cells of a range of rows, if there are such rows.
    pub(crate) fn cells_of(&self, rows: &Range<usize>) -> Result<Range<usize>, ReadError> {
        if rows.start > rows.end || rows.end > self.rows() {
            return Err(ReadError::Rows { asked: rows.clone(), rows: self.rows() });
        }
        Ok(rows.start * self.width()..rows.end * self.width())
    }
}

/// An open file of samples.
pub trait Reader: Send + fmt::Debug {
    /// What is known of it.
    fn header(&self) -> &Header;

    /// Reads rows in single precision; `out` is resized to hold just them.
    ///
    /// # Errors
    /// Rows that are not there, what the system reports, or damage that shows only now. `out` is unspecified then, and the
    /// reader can be asked again.
    fn read_rows_f32(&mut self, rows: Range<usize>, out: &mut Vec<f32>) -> Result<(), ReadError>;

    /// Reads rows in double precision; `out` is resized to hold just them.
    ///
    /// # Errors
    /// As for [`read_rows_f32`](Self::read_rows_f32).
    fn read_rows_f64(&mut self, rows: Range<usize>, out: &mut Vec<f64>) -> Result<(), ReadError>;

    /// A reader of another channel of the same picture, from its first row on, that shares the work of decoding with this one: while
    /// both read the same rows in turn, the file is decoded once. `None` where the file is to be opened again.
    fn beside(&self, _channel: &Channel) -> Option<Result<Box<dyn Reader>, ReadError>> {
        None
    }
}

/// Opens a file, whose format is known by its content.
///
/// # Errors
/// A file that cannot be read, is in no known format, damaged, or needs more memory than allowed; each with its name.
pub fn open(path: &Path, options: &ReadOptions) -> Result<Box<dyn Reader>, ReadError> {
    open_path(path, options).map_err(|error| ReadError::In { path: path.display().to_string(), error: Box::new(error) })
}

fn open_path(path: &Path, options: &ReadOptions) -> Result<Box<dyn Reader>, ReadError> {
    let file = File::open(path)?;
    let kind = file.metadata()?.file_type();
    if kind.is_dir() {
        return Err(ReadError::Choice("is a folder: name a file in it".to_owned()));
    }
    if !kind.is_file() {
        // A pipe cannot go back; what comes out of it is read once, up to the limit and one byte more.
        let mut bytes = Vec::new();
        file.take(options.limit.saturating_add(1)).read_to_end(&mut bytes)?;
        let needs = bytes.len() as u64;
        if needs > options.limit {
            return Err(ReadError::TooBig { format: "piped", needs, limit: options.limit });
        }
        return open_bytes(bytes, options);
    }
    let path = path.to_owned();
    let again: Again = Box::new(move || Ok(Box::new(FileBytes::new(File::open(&path)?)?)));
    from_source(Box::new(FileBytes::new(file)?), again, options)
}

/// Opens a file that is in memory.
///
/// # Errors
/// As for [`open`].
pub fn open_bytes(bytes: Vec<u8>, options: &ReadOptions) -> Result<Box<dyn Reader>, ReadError> {
    let memory = Memory::from(bytes);
    let again = memory.clone();
    from_source(Box::new(memory), Box::new(move || Ok(Box::new(again.clone()))), options)
}

/// Bytes that tell the format; the magic of every format is within them.
const MAGIC: usize = 16;

fn from_source(source: Box<dyn Source>, again: Again, options: &ReadOptions) -> Result<Box<dyn Reader>, ReadError> {
    let reader = known_format(source, again, options)?;
    Ok(match options.nodata {
        Some(nodata) => Box::new(masked::Masked::new(reader, nodata)),
        None => reader,
    })
}

fn known_format(
    mut source: Box<dyn Source>,
    again: Again,
    options: &ReadOptions,
) -> Result<Box<dyn Reader>, ReadError> {
    if let Some(shape) = &options.raw {
        return raw::open(source, shape);
    }
    let mut magic = [0; MAGIC];
    let there = usize::try_from(source.len()).unwrap_or(MAGIC).min(MAGIC);
    source.read_at(0, &mut magic[..there])?;
    match &magic[..there] {
        [0x93, b'N', b'U', b'M', b'P', b'Y', ..] => npy::open(source, false, options.limit),
        [b'P', b'K', 3 | 5, 4 | 6, ..] => npz::open(source, again, options),
        [b'I', b'I', 42 | 43, 0, ..] | [b'M', b'M', 0, 42 | 43, ..] => tiff::open(source, options),
        [0x89, b'P', b'N', b'G', ..] => png::open(source, again, options),
        [0xff, 0xd8, 0xff, ..] => picture::open_jpeg(source.as_mut(), options),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => {
            picture::open_webp(source.as_mut(), options)
        }
        [0x76, 0x2f, 0x31, 0x01, ..] => exr::open(source, options),
        start if ascii::looks_like(start) => ascii::open(source, again, options),
        _ => Err(ReadError::Unknown),
    }
}

/// Number of cells of a shape from a file: 1 to 3 axes, none empty, no overflow of the bytes either.
pub(crate) fn checked_cells(format: &'static str, shape: &[usize], pixel: usize) -> Result<usize, ReadError> {
    if shape.is_empty() || shape.len() > MAX_AXES {
        return Err(error::unsupported(
            format,
            format!("it has {} axes, and 1 to {MAX_AXES} can be read; save a slice of it", shape.len()),
        ));
    }
    if shape.contains(&0) {
        return Err(error::unsupported(format, "it has no cells: one of its axes has length 0"));
    }
    let cells = shape.iter().try_fold(1_usize, |cells, &size| cells.checked_mul(size));
    cells
        .filter(|cells| {
            cells.checked_mul(pixel.max(size_of::<f64>())).is_some_and(|bytes| isize::try_from(bytes).is_ok())
        })
        .ok_or_else(|| error::damaged(format, format!("its sizes, {shape:?}, are more than can be counted")))
}

/// Checks that `needed` bytes from `offset` on are there.
pub(crate) fn check_size(format: &'static str, offset: u64, needed: u64, there: u64) -> Result<(), ReadError> {
    match offset.checked_add(needed) {
        Some(end) if end <= there => Ok(()),
        _ => Err(error::damaged(
            format,
            format!("its header promises {needed} bytes of data, and {} are there", there.saturating_sub(offset)),
        )),
    }
}
