//! Shaded relief: a hillshade that darkens the colours of a picture.
//!
//! The brightness of a hillshade (1 to 255) becomes a factor of the colours. Level ground keeps most of its colour, so that the colour bar still
//! tells it; what faces the light is a little lighter, and what turns away from it falls to [`DARKEST`], never to black, so that colours stay
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
/// What is left of a colour on level ground, where there is something lighter.
const LEVEL: f64 = 0.88;

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

/// The factors, where level ground is `level` lit (0 to 1).
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 255")]
fn tones(level: f64) -> [u8; 256] {
    let lightest = if level < 1.0 { LEVEL } else { 1.0 };
    let factor = |lit: f64| {
        if lit > level {
            LEVEL + (1.0 - LEVEL) * (lit - level) / (1.0 - level)
        } else if level > 0.0 {
            DARKEST + (lightest - DARKEST) * lit / level
        } else {
            lightest
        }
    };
    let mut tones = [0; 256];
    for (brightness, tone) in tones.iter_mut().enumerate() {
        let lit = if brightness == 0 { level } else { (brightness - 1) as f64 / 254.0 };
        *tone = (255.0 * factor(lit)).round() as u8;
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
}

/// Two shades, one over the other.
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
        for (shade, other) in out.iter_mut().zip(other) {
            let product = u16::from(*shade) * u16::from(other);
            *shade = ((product + 127) / 255).to_le_bytes()[0];
        }
        Ok(())
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
            assert!(tones[1] >= 80 && tones[255] == 255, "{level}: {} to {}", tones[1], tones[255]);
        }
        let tones = tones(0.5);
        assert_eq!((tones[0], tones[128]), (224, 224), "no hillshade is like level ground");
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
        assert!(shade("7", false, &[8]).iter().all(|&tone| tone.abs_diff(224) <= 1), "level ground");
        // The light comes from the north-west: a slope that falls toward it is lit.
        let (lit, dark) = (shade("x - y", false, &[8]), shade("y - x", false, &[8]));
        assert!(lit[0] > 240 && dark[0] < 100, "{} and {}", lit[0], dark[0]);
        assert!(shade("ln(x)", false, &[8])[..4].iter().all(|&tone| tone.abs_diff(224) <= 1), "no hillshade there");
    }

    #[test]
    fn two_shades_multiply() {
        struct Even(u8);
        impl Shade for Even {
            fn rows(&mut self, _: usize, count: usize, out: &mut Vec<u8>) -> Result<(), PictureError> {
                out.clear();
                out.resize(count, self.0);
                Ok(())
            }
        }
        for (a, b, wanted) in [(255, 255, 255), (255, 9, 9), (128, 128, 64), (0, 200, 0)] {
            let mut out = vec![1; 7];
            Both(Box::new(Even(a)), Box::new(Even(b))).rows(0, 2, &mut out).expect("bytes");
            assert_eq!(out, [wanted; 2], "{a} and {b}");
        }
    }
}
