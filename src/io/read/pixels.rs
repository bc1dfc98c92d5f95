//! Rows of numbers that lie in a source in C order: what every format but Fortran-ordered arrays comes down to.
//!
//! A cell is a pixel of one or more samples of one type. What is taken of it is one sample, or the luminance
//!
//! ```text
//! Y = 0.2125 R + 0.7154 G + 0.0721 B,
//! ```
//!
//! R, G and B being scaled to 0…1 by the largest value of an integer type: the numbers of scikit-image's `rgb2gray` (Rec. 709
//! weights on the encoded values, without undoing their gamma). A pixel whose alpha is 0 shows no colour, so its luminance is
//! masked; partial transparency is ignored.

use crate::io::read::bytes::Source;
use crate::io::read::dtype::{Dtype, Number, Stored, decode, mask_in_place};
use crate::io::read::error::ReadError;
use crate::io::read::{Channel, Header, Reader};
use std::fmt;
use std::ops::Range;

/// Rec. 709 weights as scikit-image has them.
pub const LUMINANCE: [f64; 3] = [0.2125, 0.7154, 0.0721];

/// Bytes that are decoded at a time: they stay in the second-level cache.
const BLOCK: usize = 128 * 1024;

/// What is taken of a pixel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum What {
    /// One sample, as it is stored.
    Sample(usize),
    /// The first sample scaled to 0…1.
    Grey,
    /// Luminance of the first three samples.
    Colour,
}

/// What is taken of a pixel, and the sample that masks it where it is 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Take {
    pub(crate) what: What,
    pub(crate) alpha: Option<usize>,
}

impl Take {
    /// What to take of pixels of this many colours, 1 or 3, followed by alpha or not and by anything else.
    pub(crate) fn choose(channel: &Channel, colours: usize, alpha: bool, samples: usize) -> Result<Self, ReadError> {
        let alpha = alpha.then_some(colours);
        let what = match channel {
            Channel::Auto | Channel::Luminance if colours == 3 => What::Colour,
            Channel::Auto => What::Sample(0),
            Channel::Luminance => What::Grey,
            Channel::Index(index) if *index < samples => return Ok(Self::sample(*index)),
            Channel::Index(index) => {
                return Err(ReadError::Choice(format!(
                    "has {samples} channels, numbered from 0; there is no channel {index}"
                )));
            }
            Channel::Named(name) => {
                const NAMES: [&str; 4] = ["R", "G", "B", "A"];
                let place = match NAMES.iter().position(|known| known.eq_ignore_ascii_case(name)) {
                    Some(3) => alpha,
                    place if colours == 3 => place,
                    _ => None,
                };
                return place.map(Self::sample).ok_or_else(|| {
                    ReadError::Choice(format!("has {samples} channels and none of them is called '{name}'"))
                });
            }
        };
        Ok(Self { what, alpha })
    }

    /// One sample as it is, unmasked.
    pub(crate) fn sample(index: usize) -> Self {
        Self { what: What::Sample(index), alpha: None }
    }

    /// The sample, if it is but one.
    pub(crate) fn only_sample(self) -> Option<usize> {
        match self {
            Self { what: What::Sample(index), alpha: None } => Some(index),
            _ => None,
        }
    }
}

/// How pixels lie in a source.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Layout {
    pub(crate) offset: u64,
    pub(crate) dtype: Dtype,
    pub(crate) big_endian: bool,
    /// Samples of a pixel, one after the other.
    pub(crate) samples: usize,
    pub(crate) take: Take,
}

impl Layout {
    pub(crate) fn single(offset: u64, dtype: Dtype, big_endian: bool) -> Self {
        Self { offset, dtype, big_endian, samples: 1, take: Take::sample(0) }
    }

    fn pixel(&self) -> usize {
        self.samples * self.dtype.size()
    }
}

/// Reads rows of pixels.
pub(crate) struct Pixels<S> {
    header: Header,
    layout: Layout,
    source: S,
    block: Vec<u8>,
    /// What is needed to read another channel of the same pixels.
    colours: Option<Colours<S>>,
}

/// Number of colours, whether there is alpha, and how another reader gets at the source.
struct Colours<S> {
    colours: usize,
    alpha: bool,
    again: fn(&S) -> S,
}

impl<S> fmt::Debug for Pixels<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pixels").field("header", &self.header).field("layout", &self.layout).finish_non_exhaustive()
    }
}

impl<S: Source> Pixels<S> {
    /// The caller has checked that the source holds `offset + cells × pixel` bytes.
    pub(crate) fn new(header: Header, layout: Layout, source: S) -> Self {
        Self { header, layout, source, block: Vec::new(), colours: None }
    }

    /// The same for pictures of this many colours, whose other channels can be read [beside](Reader::beside).
    pub(crate) fn of_picture(header: Header, layout: Layout, source: S, colours: usize, alpha: bool) -> Self
    where
        S: Clone,
    {
        let colours = Some(Colours { colours, alpha, again: S::clone });
        Self { colours, ..Self::new(header, layout, source) }
    }

    fn read<T: Number + Stored>(&mut self, rows: Range<usize>, out: &mut Vec<T>) -> Result<(), ReadError> {
        let cells = self.header.cells_of(&rows)?;
        out.resize(cells.len(), T::default());
        let pixel = self.layout.pixel();
        let mut place = self.layout.offset + cells.start as u64 * pixel as u64;
        self.source.keep_from(place);
        let Layout { dtype, big_endian, take, .. } = self.layout;
        if self.layout.samples == 1
            && take.only_sample().is_some()
            && let Some(bytes) = T::bytes_of(out, dtype, big_endian)
        {
            self.source.read_at(place, bytes)?;
            mask_in_place(out, self.header.nodata);
            return Ok(());
        }
        let mut block = std::mem::take(&mut self.block);
        for chunk in out.chunks_mut((BLOCK / pixel).max(1)) {
            block.resize(chunk.len() * pixel, 0);
            self.source.read_at(place, &mut block)?;
            self.take(&block, chunk);
            place += block.len() as u64;
        }
        self.block = block;
        Ok(())
    }

    fn take<T: Number>(&self, block: &[u8], out: &mut [T]) {
        let Layout { dtype, big_endian, take, .. } = self.layout;
        let (size, pixel, nodata) = (dtype.size(), self.layout.pixel(), self.header.nodata);
        let sample =
            |index: usize, out: &mut [f64]| decode(&block[index * size..], dtype, big_endian, pixel, nodata, out);
        let white = dtype.white().unwrap_or(1.0);
        match take.what {
            What::Sample(index) => decode(&block[index * size..], dtype, big_endian, pixel, nodata, out),
            What::Grey => {
                let mut grey = vec![0.0; out.len()];
                sample(0, &mut grey);
                out.iter_mut().zip(&grey).for_each(|(slot, grey)| *slot = T::from_f64(grey / white));
            }
            What::Colour => {
                let mut planes = [(); 3].map(|()| vec![0.0; out.len()]);
                planes.iter_mut().enumerate().for_each(|(index, plane)| sample(index, plane));
                for (k, slot) in out.iter_mut().enumerate() {
                    let [red, green, blue] = [0, 1, 2].map(|index| LUMINANCE[index] * (planes[index][k] / white));
                    *slot = T::from_f64(red + green + blue);
                }
            }
        }
        if take.alpha.is_none() && take.only_sample().is_some() {
            return;
        }
        if let Some(index) = take.alpha {
            let mut opacity = vec![0.0; out.len()];
            sample(index, &mut opacity);
            out.iter_mut()
                .zip(&opacity)
                .filter(|(_, opacity)| **opacity == 0.0)
                .for_each(|(slot, _)| *slot = T::MASKED);
        }
        out.iter_mut().filter(|value| value.is_nan()).for_each(|slot| *slot = T::MASKED);
    }
}

impl<S: Source + 'static> Reader for Pixels<S> {
    fn header(&self) -> &Header {
        &self.header
    }

    fn beside(&self, channel: &Channel) -> Option<Result<Box<dyn Reader>, ReadError>> {
        let Colours { colours, alpha, again } = *self.colours.as_ref()?;
        let take = Take::choose(channel, colours, alpha, self.layout.samples);
        Some(take.map(|take| -> Box<dyn Reader> {
            let (header, layout) = (self.header.clone(), Layout { take, ..self.layout });
            let colours = Some(Colours { colours, alpha, again });
            Box::new(Self { header, layout, source: again(&self.source), block: Vec::new(), colours })
        }))
    }

    fn read_rows_f32(&mut self, rows: Range<usize>, out: &mut Vec<f32>) -> Result<(), ReadError> {
        self.read(rows, out)
    }

    fn read_rows_f64(&mut self, rows: Range<usize>, out: &mut Vec<f64>) -> Result<(), ReadError> {
        self.read(rows, out)
    }
}
