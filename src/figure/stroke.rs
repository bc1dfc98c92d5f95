//! Coverage of strokes and dots: how much of each pixel a line with round ends, or a marker, takes.
//!
//! A pixel's share is found from the distance d between its centre and the shape's edge, ½ − d within [0, 1]: exact for
//! a straight edge along the pixel grid, within a tenth of a pixel's area for any other direction. The parts of a stroke
//! are combined by their maximum, so that joints and crossings of a line with itself do not darken.
//!
//! Edge cases: a path of one point is a round dot; a stroke thinner than a pixel is a pixel wide and paler; points far
//! outside the window cost nothing, as each row looks only at the part of a segment that comes near it.

use super::fill::Edge;
use super::scene::{Area, Shape};

/// Calls `set(x, y, share)` once for each pixel of `window` that the stroke along `paths` covers.
pub(super) fn stroke(
    paths: &[Vec<(f64, f64)>],
    width: f64,
    window: &Area,
    shares: &mut Vec<f32>,
    set: &mut impl FnMut(i64, i64, f64),
) {
    let segments = paths.iter().flat_map(|path| {
        let alone = path.first().filter(|_| path.len() == 1).map(|&at| (at, at));
        path.windows(2).map(|pair| (pair[0], pair[1])).chain(alone)
    });
    stroke_segments(segments, width, window, shares, set);
}

/// The same for segments, in whatever order.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a window fits in memory")]
pub(super) fn stroke_segments(
    segments: impl Iterator<Item = Edge>,
    width: f64,
    window: &Area,
    shares: &mut Vec<f32>,
    set: &mut impl FnMut(i64, i64, f64),
) {
    if window.width <= 0 || window.height <= 0 {
        return;
    }
    let (strength, half) = (width.clamp(0.0, 1.0), 0.5 * width.max(1.0));
    shares.clear();
    shares.resize((window.width * window.height) as usize, 0.0);
    for (a, b) in segments {
        segment(a, b, half, window, shares);
    }
    for (row, shares) in (window.y..).zip(shares.chunks_exact(window.width as usize)) {
        for (column, &share) in (window.x..).zip(shares) {
            if share > 0.0 {
                set(column, row, f64::from(share) * strength);
            }
        }
    }
}

/// How far from its segments a stroke of this thickness reaches.
pub(super) fn reach(width: f64) -> f64 {
    0.5 * width.max(1.0) + 0.5
}

/// Raises the shares of the pixels near the segment from `a` to `b`.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the window before")]
fn segment(a: (f64, f64), b: (f64, f64), half: f64, window: &Area, shares: &mut [f32]) {
    let reach = half + 0.5;
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let length2 = dx * dx + dy * dy;
    let rows = within(a.1.min(b.1) - reach, a.1.max(b.1) + reach, window.y, window.bottom());
    for y in rows {
        let row = centre(y);
        // The part of the segment whose height is within reach of this row holds every nearest point.
        let (from, to) = if dy.abs() < 1e-9 {
            (0.0, 1.0)
        } else {
            let (s, t) = ((row - reach - a.1) / dy, (row + reach - a.1) / dy);
            (s.min(t).clamp(0.0, 1.0), s.max(t).clamp(0.0, 1.0))
        };
        let (left, right) = (a.0 + from * dx, a.0 + to * dx);
        for x in within(left.min(right) - reach, left.max(right) + reach, window.x, window.right()) {
            let (px, py) = (centre(x) - a.0, row - a.1);
            let along = if length2 > 0.0 { ((px * dx + py * dy) / length2).clamp(0.0, 1.0) } else { 0.0 };
            let distance = (px - along * dx).hypot(py - along * dy);
            let share = (reach - distance).clamp(0.0, 1.0) as f32;
            let place = ((y - window.y) * window.width + (x - window.x)) as usize;
            if let Some(old) = shares.get_mut(place) {
                *old = old.max(share);
            }
        }
    }
}

/// Calls `set(x, y, share)` for each pixel of `window` that a marker of this shape and radius around `at` covers.
pub(super) fn dot(shape: Shape, at: (f64, f64), radius: f64, window: &Area, set: &mut impl FnMut(i64, i64, f64)) {
    let reach = 1.5 * radius + 1.0;
    for y in within(at.1 - reach, at.1 + reach, window.y, window.bottom()) {
        for x in within(at.0 - reach, at.0 + reach, window.x, window.right()) {
            let (dx, dy) = ((centre(x) - at.0).abs(), (centre(y) - at.1).abs());
            // Squares and diamonds are sized to the disc's area, so that all look equally large.
            let inside = match shape {
                Shape::Disc => radius - dx.hypot(dy),
                Shape::Square => 0.886 * radius - dx.max(dy),
                Shape::Diamond => (1.253 * radius - dx - dy) * std::f64::consts::FRAC_1_SQRT_2,
            };
            let share = (inside + 0.5).clamp(0.0, 1.0);
            if share > 0.0 {
                set(x, y, share);
            }
        }
    }
}

/// The pixels between two places, cut to a window.
#[expect(clippy::cast_possible_truncation, reason = "a float beyond i64 becomes its end, and is cut then")]
fn within(from: f64, to: f64, first: i64, after: i64) -> std::ops::Range<i64> {
    (from.floor() as i64).max(first)..(to.ceil() as i64).min(after)
}

#[expect(clippy::cast_precision_loss, reason = "pixel places are far below 2⁵³")]
fn centre(pixel: i64) -> f64 {
    pixel as f64 + 0.5
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: Area = Area { x: 0, y: 0, width: 60, height: 60 };

    fn area(paths: &[Vec<(f64, f64)>], width: f64, window: &Area) -> f64 {
        let mut sum = 0.0;
        stroke(paths, width, window, &mut Vec::new(), &mut |_, _, share| sum += share);
        sum
    }

    #[test]
    fn a_stroke_has_the_area_of_its_shape() {
        /// An edge that crosses pixels at a slant is off by at most a tenth of a pixel's area in each of them; along a
        /// stroke of 40 pixels the errors of both sides cancel down to a few hundredths of its area.
        const SLANT: f64 = 0.03;
        for (a, b) in [((10.0, 20.0), (50.0, 20.0)), ((10.0, 12.0), (45.0, 33.0)), ((20.3, 10.1), (21.7, 50.2))] {
            for width in [1.0, 2.5, 6.0] {
                let (length, ends) = (f64::hypot(b.0 - a.0, b.1 - a.1), std::f64::consts::PI * width * width / 4.0);
                let (found, wanted) = (area(&[vec![a, b]], width, &WINDOW), length * width + ends);
                assert!((found - wanted).abs() < SLANT * wanted + 0.5, "{a:?} {b:?} {width}: {found} {wanted}");
            }
        }
        let (thick, thin) = (area(&[vec![(5.0, 5.5), (50.0, 5.5)]], 1.0, &WINDOW), 0.25);
        assert!((area(&[vec![(5.0, 5.5), (50.0, 5.5)]], thin, &WINDOW) - thin * thick).abs() < 1e-3, "a hair is pale");
    }

    #[test]
    fn a_line_over_itself_does_not_darken_and_rows_do_not_matter() {
        let line = vec![(5.0, 5.0), (50.0, 40.0)];
        let there_and_back = vec![line[0], line[1], line[0]];
        let once = area(std::slice::from_ref(&line), 3.0, &WINDOW);
        assert_eq!(once, area(&[there_and_back], 3.0, &WINDOW), "drawn twice");
        let (mut whole, mut bands) = (Vec::new(), Vec::new());
        stroke(std::slice::from_ref(&line), 3.0, &WINDOW, &mut Vec::new(), &mut |x, y, s| {
            whole.push((x, y, s.to_bits()))
        });
        for y in (0..60).step_by(7) {
            let band = Area { y, height: 7, ..WINDOW };
            stroke(std::slice::from_ref(&line), 3.0, &band, &mut Vec::new(), &mut |x, y, s| {
                bands.push((x, y, s.to_bits()))
            });
        }
        assert_eq!(whole, bands, "row by row or at once");
    }

    #[test]
    fn far_points_are_cheap_and_stay_out_of_the_window() {
        let far = vec![(-1e12, -1e12), (1e12, 1e12)];
        let mut pixels = Vec::new();
        stroke(&[far], 2.0, &WINDOW, &mut Vec::new(), &mut |x, y, _| pixels.push((x, y)));
        assert!(pixels.iter().all(|&(x, y)| (0..60).contains(&x) && (0..60).contains(&y)), "cut to the window");
        assert!(pixels.len() >= 60, "the diagonal crosses it");
        assert_eq!(area(&[vec![(0.0, 0.0)]], 2.0, &Area { width: 0, ..WINDOW }), 0.0, "no window");
    }

    #[test]
    fn markers_of_all_shapes_look_equally_large() {
        /// A disc's edge of 4 pixels radius crosses 32 pixels, each off by at most a tenth of a pixel, most by far less.
        const EDGE: f64 = 1.0;
        for shape in [Shape::Disc, Shape::Square, Shape::Diamond] {
            let mut sum = 0.0;
            dot(shape, (20.2, 30.6), 4.0, &WINDOW, &mut |_, _, share| sum += share);
            assert!((sum - 16.0 * std::f64::consts::PI).abs() < EDGE, "{shape:?}: {sum}");
        }
    }
}
