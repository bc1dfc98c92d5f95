//! Shaded relief: a hillshade that darkens the colours of a picture.
//!
//! The brightness of a hillshade (1 to 255) becomes a factor of the colours. Level ground keeps its colour, so that the colour bar tells it as
//! without light; what faces the light is a little lighter, and what turns away from it falls to [`DARKEST`], never to black, so that colours stay
//! readable in shadow. Between these the factor is linear in the brightness.
//!
//! The hillshade is computed piece by piece as the picture asks for rows, so memory does not grow with it.
//!
//! Edge cases: a cell that has a value but no hillshade, as at the border of a file, is as light as level ground.

use crate::engine::Thresholds;
use crate::picture::{PictureError, Shade};
use crate::quantity::terrain::Hillshade;
use crate::request::{Prepared, RequestError};

/// What is left of a colour in full shadow.
const DARKEST: f64 = 0.32;
/// The byte of level ground, so that what faces the light is up to 1.18 times as light.
const PLAIN: u8 = 216;

/// The shade of a hillshade.
#[derive(Debug)]
pub struct Relief {
    prepared: Prepared,
    thresholds: Thresholds,
    /// The factor of each brightness, in 255ths.
    tones: [u8; 256],
}

impl Relief {
    /// The shade of `prepared`, whose only plane is the hillshade `light` of the grid of the picture.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn new(prepared: Prepared, light: Hillshade) -> Result<Self, RequestError> {
        // A level is the brightness rounded, and 0 where there is none.
        let steps: Vec<f64> = (1..=254).map(|level| f64::from(level) + 0.5).collect();
        let thresholds = prepared.thresholds(&steps)?;
        Ok(Self { prepared, thresholds, tones: tones(light.on_level_ground()) })
    }
}

/// The bytes, where level ground is `level` lit (0 to 1).
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 255")]
fn tones(level: f64) -> [u8; 256] {
    let (plain, white) = (f64::from(PLAIN), 255.0);
    let tone = |lit: f64| {
        if lit > level {
            plain + (white - plain) * (lit - level) / (1.0 - level)
        } else if level > 0.0 {
            plain * (DARKEST + (1.0 - DARKEST) * lit / level)
        } else {
            plain
        }
    };
    let mut tones = [0; 256];
    for (brightness, byte) in tones.iter_mut().enumerate() {
        let lit = if brightness == 0 { level } else { (brightness - 1) as f64 / 254.0 };
        *byte = tone(lit).round() as u8;
    }
    tones
}

impl Shade for Relief {
    fn rows(&mut self, first: usize, count: usize, out: &mut Vec<u8>) -> Result<(), PictureError> {
        let (width, rows) = (self.prepared.grid().width(), self.prepared.grid().rows());
        let count = count.min(rows.saturating_sub(first));
        let from = if self.prepared.first_row_on_top() { first } else { rows - first - count };
        self.prepared.palette(from * width..(from + count) * width, 0, &self.thresholds, out)?;
        if !self.prepared.first_row_on_top() {
            for row in 0..count / 2 {
                let (lower, upper) = out.split_at_mut((count - 1 - row) * width);
                lower[row * width..(row + 1) * width].swap_with_slice(&mut upper[..width]);
            }
        }
        out.iter_mut().for_each(|level| *level = self.tones[usize::from(*level)]);
        Ok(())
    }

    fn plain(&self) -> u8 {
        PLAIN
    }
}

/// Two shades, one over the other: the factors are multiplied. One may have a byte for each cell and the other for each pixel.
pub struct Both(pub Box<dyn Shade>, pub Box<dyn Shade>);

impl std::fmt::Debug for Both {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Both")
    }
}

impl Shade for Both {
    fn rows(&mut self, first: usize, count: usize, out: &mut Vec<u8>) -> Result<(), PictureError> {
        let mut other = Vec::new();
        self.0.rows(first, count, out)?;
        self.1.rows(first, count, &mut other)?;
        let most = out.len().max(other.len());
        for bytes in [&mut *out, &mut other] {
            let magnify = (most / bytes.len().max(1)).isqrt();
            if magnify > 1 {
                let width = bytes.len() / count.max(1);
                let row =
                    |row: &[u8]| row.iter().flat_map(|byte| std::iter::repeat_n(*byte, magnify)).collect::<Vec<_>>();
                *bytes = bytes.chunks(width.max(1)).flat_map(|cells| row(cells).repeat(magnify)).collect();
            }
        }
        let plain = u16::from(self.1.plain().max(1));
        for (shade, other) in out.iter_mut().zip(other) {
            let product = (u16::from(*shade) * u16::from(other) + plain / 2) / plain;
            *shade = u8::try_from(product).unwrap_or(u8::MAX);
        }
        Ok(())
    }

    fn plain(&self) -> u8 {
        self.0.plain()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::formula::Formula;
    use crate::grid::Grid;
    use crate::quantity::Quantity;
    use crate::quantity::terrain::Terrain;
    use crate::request::Request;

    #[test]
    fn tones_rise_with_the_light() {
        for level in [0.0, 0.3, 45.0_f64.to_radians().sin(), 1.0] {
            let tones = tones(level);
            assert!(tones[1..].windows(2).all(|pair| pair[0] <= pair[1]), "{level}");
            assert!(tones[1] >= 69 && tones[255] >= PLAIN, "{level}: {} to {}", tones[1], tones[255]);
        }
        let tones = tones(0.5);
        assert_eq!((tones[0], tones[128], tones[255]), (PLAIN, PLAIN, 255), "no hillshade is like level ground");
    }

    /// The shade of a function, as one piece or row by row.
    fn shade(text: &str, on_top: bool, pieces: &[usize]) -> Vec<u8> {
        let formula = Formula::parse(text).expect("a formula");
        let grid = Grid::plane((-1.0, 1.0, 9), (-1.0, 1.0, 8)).expect("a grid");
        let light = Hillshade::Single(315.0, 45.0);
        let request = Request::new(&formula, &grid).quantity(Quantity::Terrain(Terrain::Hillshade(light)));
        let mut prepared = request.prepare().expect("a CPU");
        prepared.set_first_row_on_top(on_top);
        let mut relief = Relief::new(prepared, light).expect("thresholds");
        let (mut all, mut first, mut rows) = (Vec::new(), 0, Vec::new());
        for &count in pieces {
            relief.rows(first, count, &mut rows).expect("rows");
            all.extend_from_slice(&rows);
            first += count;
        }
        all
    }

    #[test]
    fn rows_come_from_the_top_however_they_are_asked_for() {
        let whole = shade("x^2*y + sin(3y)", false, &[8]);
        assert_eq!(whole.len(), 72, "every cell");
        assert_eq!(whole, shade("x^2*y + sin(3y)", false, &[1, 3, 2, 2]), "in pieces");
        let turned: Vec<u8> = shade("x^2*y + sin(3y)", true, &[3, 5]).chunks(9).rev().flatten().copied().collect();
        assert_eq!(whole, turned, "and the other way up");
        assert!(shade("7", false, &[8]).iter().all(|&tone| tone.abs_diff(PLAIN) <= 1), "level ground");
        // The light comes from the north-west: a slope that falls toward it is lit.
        let (lit, dark) = (shade("x - y", false, &[8]), shade("y - x", false, &[8]));
        assert!(lit[0] > 240 && dark[0] < 100, "{} and {}", lit[0], dark[0]);
        assert!(shade("ln(x)", false, &[8])[..4].iter().all(|&tone| tone.abs_diff(PLAIN) <= 1), "no hillshade there");
    }

    #[test]
    fn two_shades_multiply() {
        /// So many bytes for a cell, and the byte that changes nothing.
        struct Given(Vec<u8>, u8);
        impl Shade for Given {
            fn rows(&mut self, _: usize, _: usize, out: &mut Vec<u8>) -> Result<(), PictureError> {
                out.clone_from(&self.0);
                Ok(())
            }
            fn plain(&self) -> u8 {
                self.1
            }
        }
        let product = |a: &[u8], b: &[u8], plain: u8| {
            let mut out = vec![1; 7];
            let mut both = Both(Box::new(Given(a.to_vec(), 128)), Box::new(Given(b.to_vec(), plain)));
            both.rows(0, 2, &mut out).expect("bytes");
            assert_eq!(both.plain(), 128, "that of the first");
            out
        };
        assert_eq!(product(&[128, 200, 0, 90], &[200, 200, 200, 100], 200), [128, 200, 0, 45], "cell by cell");
        assert_eq!(product(&[255, 255], &[255, 9], 128), [255, 18], "no lighter than white");
        // Two rows of two cells, and of four by four pixels.
        let pixels: Vec<u8> = (0..16).collect();
        let wanted = [0, 1, 4, 6, 4, 5, 12, 14, 24, 27, 0, 0, 36, 39, 0, 0];
        assert_eq!(product(&[1, 2, 3, 0], &pixels, 1), wanted, "pixels under cells");
        assert_eq!(product(&pixels, &[1, 2, 3, 0], 1), wanted, "cells under pixels");
    }
}
