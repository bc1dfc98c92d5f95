//! Outlines of text: a line of glyphs as closed paths, at any angle.
//!
//! Curves become chords that stay within a twentieth of a pixel of them. Nothing is moved to whole pixels, so that
//! letters on a contour line follow it smoothly; text along rows is sharper as drawn by [`super::text::Pen`].
//!
//! **Edges**: a character that the font lacks is the outline of a box; control characters are left out; a text without
//! ink has no paths.

use super::text::{FONT, advances, capital_height};
use ab_glyph::{Font, OutlineCurve, Point};

/// The outlines of a text that is centred on a place, along the line and on the middle of its capitals, and turned
/// counter-clockwise on the screen. `size` is in pixels per em, the angle in radians.
pub(super) fn outlines(text: &str, size: f64, (x, y): (f64, f64), angle: f64) -> Vec<Vec<(f64, f64)>> {
    let (glyphs, length) = advances(text, size);
    let per_unit = size / f64::from(FONT.units_per_em().unwrap_or(2048.0));
    let (sin, cos) = angle.sin_cos();
    let mut paths: Vec<Vec<(f64, f64)>> = Vec::new();
    for (id, along) in glyphs {
        let Some(outline) = FONT.outline(id) else { continue };
        let place = |point: Point| {
            let u = along + per_unit * f64::from(point.x) - 0.5 * length;
            let v = per_unit * f64::from(point.y) - 0.5 * capital_height(size);
            (x + u * cos - v * sin, y - u * sin - v * cos)
        };
        let mut end = None;
        for curve in &outline.curves {
            let (start, controls, stop) = match *curve {
                OutlineCurve::Line(a, b) => (a, [a, b], b),
                OutlineCurve::Quad(a, c, b) => (a, [third(a, c), third(b, c)], b),
                OutlineCurve::Cubic(a, c, d, b) => (a, [c, d], b),
            };
            if end != Some(start) {
                paths.push(Vec::new());
            }
            end = Some(stop);
            let steps = if matches!(curve, OutlineCurve::Line(..)) { 1 } else { chords(size) };
            let points = (0..steps).map(|k| place(cubic(start, controls, stop, k, steps)));
            if let Some(path) = paths.last_mut() {
                path.extend(points);
            }
        }
    }
    paths
}

/// How many chords a curve of letters of this size is cut into: a bow is at most 0.15 em high, its chords are off by a
/// quarter of that divided by their number squared.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 2 and 64")]
fn chords(size: f64) -> u16 {
    const NEAR: f64 = 0.05;
    (0.15 * size / 4.0 / NEAR).sqrt().ceil().clamp(2.0, 64.0) as u16
}

/// Two thirds of the way from an end of a quadratic curve to its control point: the control of the same curve as a cubic.
fn third(end: Point, control: Point) -> Point {
    Point { x: end.x + (control.x - end.x) * 2.0 / 3.0, y: end.y + (control.y - end.y) * 2.0 / 3.0 }
}

/// The point of a cubic curve after `k` of so many steps.
fn cubic(a: Point, [c, d]: [Point; 2], b: Point, k: u16, steps: u16) -> Point {
    let t = f32::from(k) / f32::from(steps);
    let s = 1.0 - t;
    let weights = [s * s * s, 3.0 * s * s * t, 3.0 * s * t * t, t * t * t];
    let sum = |of: fn(Point) -> f32| weights.into_iter().zip([a, c, d, b]).map(|(w, p)| w * of(p)).sum();
    Point { x: sum(|p| p.x), y: sum(|p| p.y) }
}

#[cfg(test)]
mod tests {
    use super::super::fill::{Rule, fill};
    use super::super::scene::Area;
    use super::super::text::{Line, Pen, Rows};
    use super::*;

    fn ink(paths: &[Vec<(f64, f64)>]) -> Vec<(i64, i64, f64)> {
        let window = Area { x: 0, y: 0, width: 200, height: 200 };
        let mut out = Vec::new();
        let edges = paths.iter().flat_map(|path| (0..path.len()).map(|k| (path[k], path[(k + 1) % path.len()])));
        fill(edges, Rule::Winding, &window, &mut Vec::new(), &mut |x, y, share| out.push((x, y, share)));
        out
    }

    #[test]
    fn outlines_have_the_ink_of_the_same_text_drawn() {
        /// Chords leave bows by a thirtieth of a pixel on average, along the outlines of three letters of some 4 em each.
        const CHORDS: f64 = 3.0 * 4.0 * 40.0 / 30.0;
        let size = 40.0;
        let mut drawn = 0.0;
        let line = Line { text: "8∇g".to_owned(), size, x: 20.0, y: 100.0, upward: false };
        Pen::default().draw(&line, Rows { from: 0, to: 200 }, &mut |_, _, c| drawn += f64::from(c) / 255.0);
        for angle in [0.0, 0.7, -2.0] {
            let found: f64 = ink(&outlines("8∇g", size, (100.0, 100.0), angle)).iter().map(|p| p.2).sum();
            assert!((found - drawn).abs() < CHORDS && drawn > 50.0 * CHORDS, "{angle}: {found} {drawn}");
        }
    }

    #[test]
    fn text_is_centred_and_turns_to_the_left() {
        let middle = |pixels: &[(i64, i64, f64)]| {
            let sum: f64 = pixels.iter().map(|p| p.2).sum();
            let mean =
                |of: fn(&(i64, i64, f64)) -> i64| pixels.iter().map(|p| (of(p) as f64 + 0.5) * p.2).sum::<f64>() / sum;
            (mean(|p| p.0), mean(|p| p.1))
        };
        for angle in [0.0, 0.5, 3.0] {
            let (x, y) = middle(&ink(&outlines("HIIH", 30.0, (90.25, 80.75), angle)));
            // A letter of 30 pixels has bearings of up to a pixel that are not the same on both sides.
            assert!((x - 90.25).abs() < 0.6 && (y - 80.75).abs() < 0.6, "{angle}: {x} {y}");
        }
        let (_, start) = middle(&ink(&outlines("M.", 30.0, (90.0, 80.0), std::f64::consts::FRAC_PI_2)));
        assert!(start > 83.0, "read upward, the heavy M is below: {start}");
    }

    #[test]
    fn nothing_to_write_has_no_outline() {
        assert!(outlines(" \n", 20.0, (0.0, 0.0), 0.0).is_empty(), "spaces");
        assert!(!outlines("字", 20.0, (0.0, 0.0), 0.0).is_empty(), "a box");
    }
}
