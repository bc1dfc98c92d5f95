//! Values as 16-bit grey: a PNG file that other programs read as heights or data, in two passes or, with a given range, one.
//!
//! Pixel 0 is masked; 1 is the low end of the range and all below, 65 535 the high end and all above; between them
//! pixel = 1 + 65 534·(v − low)/(high − low), rounded, computed in `f64`. How to turn pixels back into values stands in the
//! file: the keyword `Mapping` in words, and `Offset` and `Scale` for programs, with v = Offset + Scale·pixel. A value inside the range is
//! then off by half of `Scale` at most. As in every picture y points upward, so that the
//! first row has the largest y, unless the first row of the grid is to be on top.
//!
//! **Edges**: a range of one value gives pixel 1 where there is a value; no value anywhere gives zeros and the range 0 to 0.

use super::{PictureError, check, sides};
use crate::field::Samples;
use crate::io::png::GreyPng;
use crate::quantity::Quantity;
use crate::request::Prepared;
use crate::tile::watch::Watch;
use rayon::prelude::*;
use std::io::Write;

/// Pixels of the range's ends.
const LOWEST: f64 = 1.0;
const HIGHEST: f64 = 65_535.0;

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GreySummary {
    /// The ends of the range.
    pub range: (f64, f64),
    /// Cells without a value.
    pub masked: u64,
}

/// The linear map from values to pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Mapping {
    low: f64,
    high: f64,
}

impl Mapping {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and 65535")]
    fn pixel(self, value: f64) -> u16 {
        if value.is_nan() {
            return 0;
        }
        let span = self.high - self.low;
        let share = if span > 0.0 { (value - self.low) / span } else { 0.0 };
        (LOWEST + (HIGHEST - LOWEST) * share.clamp(0.0, 1.0)).round() as u16
    }

    /// Value per pixel, and the value of pixel 0 were it not masked.
    fn back(self) -> (f64, f64) {
        let scale = (self.high - self.low) / (HIGHEST - LOWEST);
        (scale, self.low - scale * LOWEST)
    }

    fn words(self) -> Vec<(String, String)> {
        let (scale, offset) = self.back();
        let mapping = format!("0 = masked, 1 = {:?}, 65535 = {:?}, linear between", self.low, self.high);
        [("Mapping", mapping), ("Offset", format!("{offset:?}")), ("Scale", format!("{scale:?}"))]
            .map(|(keyword, words)| (keyword.to_owned(), words))
            .to_vec()
    }
}

/// Writes the only plane of `prepared` as 16-bit grey into `writer` and gives it back; `range` is found if it is not given.
///
/// # Errors
/// A quantity of several planes, a grid that is not a plane, and what engine, watch or writer report.
pub fn write_grey_png<W: Write>(
    prepared: &mut Prepared,
    quantity: &Quantity,
    range: Option<(f64, f64)>,
    text: &[(String, String)],
    writer: W,
    watch: &mut dyn Watch,
) -> Result<(W, GreySummary), PictureError> {
    check(prepared, quantity)?;
    let (width, height) = sides(prepared)?;
    let range = match range {
        Some(range) => range,
        None => prepared.range(0, watch)?.extremes().unwrap_or((0.0, 0.0)),
    };
    let mapping = Mapping { low: range.0, high: range.1 };
    let mut words = text.to_vec();
    words.extend(mapping.words());
    let mut png = GreyPng::new(writer, width, height, &words)?;
    let (width, mut masked) = (width as usize, 0);
    let as_they_lie = prepared.first_row_on_top();
    // The pixels of a piece, in both byte orders on their way.
    let (mut pixels, mut row, per_cell) = (Vec::new(), Vec::new(), 4);
    prepared.value_rows(png.memory(), per_cell, watch, |samples: &Samples| {
        masked += samples.masked();
        pixels.resize(samples.cells(), 0);
        let whole = row.is_empty() && pixels.len().is_multiple_of(width);
        // A piece has whole rows, the lowest first, or a part of one.
        let rows = if whole { pixels.len() / width } else { 1 };
        let length = pixels.len() / rows;
        pixels.par_chunks_mut(length).enumerate().for_each(|(line, out)| {
            let first = if as_they_lie { line } else { rows - 1 - line } * length;
            match samples {
                Samples::F32(planes) => {
                    let values = &planes[0][first..first + length];
                    out.iter_mut().zip(values).for_each(|(pixel, &v)| *pixel = mapping.pixel(f64::from(v)));
                }
                Samples::F64(planes) => {
                    let values = &planes[0][first..first + length];
                    out.iter_mut().zip(values).for_each(|(pixel, &v)| *pixel = mapping.pixel(v));
                }
            }
        });
        if whole {
            return Ok(png.write_rows(&pixels)?);
        }
        row.extend_from_slice(&pixels);
        if row.len() == width {
            png.write_rows(&row)?;
            row.clear();
        }
        Ok::<(), PictureError>(())
    })?;
    Ok((png.finish()?, GreySummary { range, masked }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid::Grid;
    use crate::tile::watch::Silent;
    use crate::{EngineChoice, Formula, Request};

    #[test]
    fn values_map_to_pixels_and_back() {
        let mapping = Mapping { low: -2.0, high: 3.0 };
        assert_eq!([-2.0, 3.0, f64::NAN].map(|v| mapping.pixel(v)), [1, 65_535, 0], "the ends and no value");
        assert_eq!([-9.0, 9.0, f64::INFINITY].map(|v| mapping.pixel(v)), [1, 65_535, 65_535], "beyond");
        let (scale, offset) = mapping.back();
        for i in 0..1000 {
            let value = -2.0 + 5.0 * f64::from(i) / 999.0;
            let back = offset + scale * f64::from(mapping.pixel(value));
            // Half a step, and three roundings of numbers up to 3.
            assert!((back - value).abs() <= scale / 2.0 + 3.0 * 3.0 * f64::EPSILON, "{value} came back as {back}");
        }
        assert_eq!(Mapping { low: 1.0, high: 1.0 }.pixel(1.0), 1, "a range of one value");
    }

    #[test]
    fn rows_point_upward_and_the_pieces_do_not_show() {
        let f = Formula::parse("sqrt(x+y)").expect("a formula");
        let grid = Grid::plane((0.0, 700.0, 701), (-1.0, 3.0, 5)).expect("valid");
        let request = Request::new(&f, &grid).quantity(Quantity::Value).engine(EngineChoice::Cpu);
        let write = |memory| {
            let mut prepared = request.clone().memory(memory).prepare().expect("fits");
            write_grey_png(&mut prepared, &Quantity::Value, None, &[], Vec::new(), &mut Silent)
                .expect("a vector takes all")
        };
        let (file, summary) = write(1 << 28);
        assert_eq!(summary, GreySummary { range: (0.0, f64::from(703_f32.sqrt())), masked: 1 }, "√−1 is none");
        assert!(write(1).0 == file, "parts of rows");
        let decoder = png::Decoder::new(std::io::Cursor::new(&file));
        let mut reader = decoder.read_info().expect("a PNG file");
        let mut bytes = vec![0; 701 * 5 * 2];
        reader.next_frame(&mut bytes).expect("its pixels");
        let pixel =
            |x: usize, line: usize| u16::from_be_bytes([bytes[2 * (line * 701 + x)], bytes[2 * (line * 701 + x) + 1]]);
        assert_eq!((pixel(0, 4), pixel(700, 0), pixel(1, 4)), (0, 65_535, 1), "masked at the bottom, largest on top");
        let words = &reader.info().uncompressed_latin1_text;
        assert!(words.iter().any(|word| word.keyword == "Scale"), "the mapping is in the file: {words:?}");
    }
}
