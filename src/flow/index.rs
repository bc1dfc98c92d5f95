//! An index of line segments by cells: which lines pass within a distance of a place.
//!
//! The rectangle is cut into square cells. Each cell has a list of the segments whose middle lies in it, the latest first; a
//! query looks at the cells that such a middle may lie in, which is those within the distance and half the longest segment.
//! Distances are to the segments themselves, not to sample points of the lines.
//!
//! Edge cases: places outside of the rectangle belong to the nearest cell, so none is lost; a segment of no length is a point.
//! Limits: as many cells as 2²⁴, coarser ones beyond, which cost time and change no answer.

use super::frame::{Frame, Vector};

/// The end of a list.
const NONE: u32 = u32::MAX;

/// The most cells along a side.
const MOST: f64 = 4096.0;

/// Segments of numbered lines.
#[derive(Debug)]
pub(super) struct Index {
    low: Vector,
    /// Side of a cell.
    side: f64,
    across: usize,
    down: usize,
    /// The latest segment of each cell.
    heads: Vec<u32>,
    segments: Vec<Segment>,
    /// Half the length of the longest segment.
    reach: f64,
}

#[derive(Debug, Clone, Copy)]
struct Segment {
    a: Vector,
    b: Vector,
    /// The line it belongs to.
    line: u32,
    /// The segment of the same cell that came before.
    next: u32,
}

impl Index {
    /// An empty index over the rectangle of `frame`, for queries of about this distance.
    pub(super) fn new(frame: &Frame, distance: f64) -> Self {
        let size = frame.size();
        let side = distance.max(size[0] / MOST).max(size[1] / MOST);
        let (across, down) = (count(size[0] / side), count(size[1] / side));
        Self {
            low: frame.low(),
            side,
            across,
            down,
            heads: vec![NONE; across * down],
            segments: Vec::new(),
            reach: 0.0,
        }
    }

    /// Adds the segments of a line; its number is not below those of the lines before it.
    pub(super) fn insert(&mut self, line: u32, points: &[Vector]) {
        for pair in points.windows(2) {
            let (a, b) = (pair[0], pair[1]);
            let Ok(place) = u32::try_from(self.segments.len()) else { return };
            let cell = self.cell([0.5 * (a[0] + b[0]), 0.5 * (a[1] + b[1])]);
            let head = &mut self.heads[cell.1 * self.across + cell.0];
            self.segments.push(Segment { a, b, line, next: *head });
            *head = place;
            self.reach = self.reach.max(0.5 * super::frame::distance(a, b));
        }
    }

    /// Whether a line with a number of at least `since` comes closer to the segment from `a` to `b` than `distance`.
    pub(super) fn is_near(&self, a: Vector, b: Vector, distance: f64, since: u32) -> bool {
        let reach = distance + self.reach;
        let first = self.cell([a[0].min(b[0]) - reach, a[1].min(b[1]) - reach]);
        let last = self.cell([a[0].max(b[0]) + reach, a[1].max(b[1]) + reach]);
        // Middles further apart than this need no closer look.
        let far = reach + 0.5 * super::frame::distance(a, b);
        let middle = [a[0] + b[0], a[1] + b[1]];
        for row in first.1..=last.1 {
            for column in first.0..=last.0 {
                let mut place = self.heads[row * self.across + column];
                while let Some(segment) = self.segments.get(place as usize) {
                    if segment.line < since {
                        // Those before it are older still.
                        break;
                    }
                    let (dx, dy) = (segment.a[0] + segment.b[0] - middle[0], segment.a[1] + segment.b[1] - middle[1]);
                    if 0.25 * (dx * dx + dy * dy) <= far * far && apart(a, b, segment.a, segment.b) < distance {
                        return true;
                    }
                    place = segment.next;
                }
            }
        }
        false
    }

    /// The column and row of the cell at a place.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a float beyond usize becomes its end")]
    fn cell(&self, p: Vector) -> (usize, usize) {
        let along = |axis: usize, most: usize| (((p[axis] - self.low[axis]) / self.side) as usize).min(most - 1);
        (along(0, self.across), along(1, self.down))
    }
}

/// Cells along a side, at least one.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most MOST and a rounding")]
fn count(cells: f64) -> usize {
    (cells.ceil() as usize).max(1)
}

/// The distance of two segments; crossing ones, which paths of one field do not make, are as far apart as their ends.
///
/// Of two segments that do not cross, an end of one is nearest to the other.
fn apart(a: Vector, b: Vector, c: Vector, d: Vector) -> f64 {
    let ends = [to_segment(a, c, d), to_segment(b, c, d), to_segment(c, a, b), to_segment(d, a, b)];
    ends.into_iter().fold(f64::INFINITY, f64::min).sqrt()
}

/// The square of the distance from a place to a segment.
fn to_segment(p: Vector, a: Vector, b: Vector) -> f64 {
    let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
    let (px, py) = (p[0] - a[0], p[1] - a[1]);
    let length2 = dx * dx + dy * dy;
    let share = if length2 > 0.0 { ((px * dx + py * dy) / length2).clamp(0.0, 1.0) } else { 0.0 };
    let (ex, ey) = (px - share * dx, py - share * dy);
    ex * ex + ey * ey
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(width: f64, height: f64) -> Frame {
        Frame::between([0.0; 2], [1.0; 2], [0.0; 2], [width, height])
    }

    /// Numbers in 0…1, always the same.
    fn noise(seed: &mut u64) -> f64 {
        *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (*seed >> 11) as f64 / (1_u64 << 53) as f64
    }

    #[test]
    fn answers_are_those_of_looking_at_every_segment() {
        let (mut seed, frame) = (7, frame(50.0, 30.0));
        let mut index = Index::new(&frame, 1.7);
        let mut all = Vec::new();
        for line in 0..60_u32 {
            // Some begin outside, some have no length.
            let a = [noise(&mut seed) * 60.0 - 5.0, noise(&mut seed) * 40.0 - 5.0];
            let long = if line % 7 == 0 { 0.0 } else { 2.0 };
            let b = [a[0] + long * (noise(&mut seed) - 0.5), a[1] + long * (noise(&mut seed) - 0.5)];
            index.insert(line, &[a, b]);
            all.push((a, b, line));
        }
        let (mut near, mut far) = (0, 0);
        for _ in 0..4000 {
            let a = [noise(&mut seed) * 60.0 - 5.0, noise(&mut seed) * 40.0 - 5.0];
            let b = [a[0] + noise(&mut seed), a[1] - noise(&mut seed)];
            let (distance, since) = (3.0 * noise(&mut seed), if noise(&mut seed) < 0.5 { 0 } else { 30 });
            let wanted = all.iter().any(|&(c, d, line)| line >= since && apart(a, b, c, d) < distance);
            assert_eq!(index.is_near(a, b, distance, since), wanted, "{a:?} {b:?} within {distance} since {since}");
            if wanted { near += 1 } else { far += 1 }
        }
        assert!(near > 500 && far > 500, "both answers are met: {near} and {far}");
    }

    #[test]
    fn distances_are_to_the_segment_and_not_to_its_ends() {
        let far = |p: Vector| to_segment(p, [0.0, 0.0], [4.0, 0.0]).sqrt();
        assert_eq!([far([2.0, 1.0]), far([-3.0, 4.0]), far([7.0, -4.0])], [1.0, 5.0, 5.0], "beside, before, behind");
        assert_eq!(apart([0.0, 0.0], [4.0, 0.0], [2.0, 3.0], [2.0, 9.0]), 3.0, "a T");
        let mut index = Index::new(&frame(10.0, 10.0), 1.0);
        index.insert(0, &[[1.0, 5.0], [9.0, 5.0]]);
        assert!(index.is_near([5.0, 5.9], [5.0, 5.9], 1.0, 0), "a long segment, far from its middle and ends");
        assert!(index.is_near([1.2, 5.9], [1.2, 5.9], 1.0, 0) && !index.is_near([5.0, 6.0], [5.0, 6.0], 1.0, 0));
        assert!(!index.is_near([5.0, 5.9], [5.0, 5.9], 1.0, 1), "too old");
    }

    #[test]
    fn thin_and_huge_rectangles_have_few_cells() {
        for (width, height, distance) in [(1e7, 1e-3, 1e-3), (1e9, 1e9, 1e-6), (0.1, 0.1, 50.0)] {
            let index = Index::new(&frame(width, height), distance);
            assert!(index.heads.len() <= 4097 * 4097, "{} cells", index.heads.len());
        }
    }
}
