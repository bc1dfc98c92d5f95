//! An index of segments by rows: which of a million pieces touch some rows is known without looking at the others.
//!
//! The picture is cut into stripes of [`STRIPE`] rows at fixed places, and each stripe has a list of the segments that
//! touch it. A segment over more than [`LONG`] stripes is not listed in each but kept in a list of its own, which every
//! stripe looks through; so the index has at most [`LONG`] entries per segment. Segments that lie outside the box they
//! are cut to are left out.
//!
//! Whether a segment is long does not depend on which rows are drawn, and a stripe gives its segments in the same order
//! always: so sums over them have the same bits however the picture is cut into bands.

use super::scene::Area;
use std::ops::Range;

/// Rows of a stripe.
pub(super) const STRIPE: i64 = 32;
/// Stripes that a segment may touch and still be listed in each.
const LONG: i64 = 8;

/// Where a segment starts: the number of its path and that of its first point.
pub(super) type Piece = (u32, u32);

/// Segments by stripes.
#[derive(Clone, Debug, Default)]
pub(super) struct Stripes {
    /// The number of the first stripe.
    first: i64,
    /// Where the list of each stripe starts; one more for the end.
    starts: Vec<usize>,
    pieces: Vec<Piece>,
    /// Long segments and their rows.
    long: Vec<(Range<i64>, Piece)>,
    /// The smallest box that holds all segments, cut to the box given.
    bounds: Area,
}

impl Stripes {
    /// Lists the segments of paths, which reach `reach` pixels around them, within a box. `closed` paths have a segment
    /// from the last point to the first; a path of one point is a segment of no length.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counted from the first stripe")]
    pub(super) fn new(paths: &[Vec<(f64, f64)>], closed: bool, reach: f64, clip: &Area) -> Self {
        let mut bounds: Option<(i64, i64, i64, i64)> = None;
        // For the fill rule, what lies left of the box counts; what lies right of it never does.
        let touches = |b: &(i64, i64, i64, i64)| {
            b.0 < clip.right() && (closed || b.2 > clip.x) && b.1 < clip.bottom() && b.3 > clip.y
        };
        let all = |visit: &mut dyn FnMut((i64, i64, i64, i64), Piece)| {
            for (path, points) in (0_u32..).zip(paths) {
                for (point, (a, b)) in (0_u32..).zip(segments(points, closed)) {
                    if let Some(around) = around(a, b, reach) {
                        visit(around, (path, point));
                    }
                }
            }
        };
        // Of all segments: an inside may reach further than those of its edges that are seen.
        all(&mut |b, _| {
            let old = bounds.unwrap_or(b);
            bounds = Some((old.0.min(b.0), old.1.min(b.1), old.2.max(b.2), old.3.max(b.3)));
        });
        let Some((left, top, right, bottom)) = bounds else { return Self::default() };
        let (x, y) = (left.max(clip.x), top.max(clip.y));
        let bounds = Area { x, y, width: right.min(clip.right()) - x, height: bottom.min(clip.bottom()) - y };
        if bounds.width <= 0 || bounds.height <= 0 {
            return Self::default();
        }
        let each = |visit: &mut dyn FnMut((i64, i64, i64, i64), Piece)| {
            all(&mut |b, piece| {
                if touches(&b) {
                    visit(b, piece);
                }
            });
        };
        let first = y.div_euclid(STRIPE);
        let count = ((bounds.bottom() - 1).div_euclid(STRIPE) - first + 1) as usize;
        let stripes = |top: i64, bottom: i64| {
            let from = top.max(bounds.y).div_euclid(STRIPE) - first;
            let to = (bottom.min(bounds.bottom()) - 1).div_euclid(STRIPE) - first;
            from as usize..to as usize + 1
        };
        let is_long = |(_, top, _, bottom): (i64, i64, i64, i64)| (bottom - top) / STRIPE >= LONG;
        let (mut starts, mut long) = (vec![0; count + 1], Vec::new());
        each(&mut |b, piece| {
            if is_long(b) {
                long.push((b.1..b.3, piece));
            } else {
                stripes(b.1, b.3).for_each(|stripe| starts[stripe + 1] += 1);
            }
        });
        for stripe in 0..count {
            starts[stripe + 1] += starts[stripe];
        }
        let mut next = starts.clone();
        let mut pieces = vec![(0, 0); starts[count]];
        each(&mut |b, piece| {
            if !is_long(b) {
                for stripe in stripes(b.1, b.3) {
                    pieces[next[stripe]] = piece;
                    next[stripe] += 1;
                }
            }
        });
        Self { first, starts, pieces, long, bounds }
    }

    /// The smallest box that holds all segments, cut to the box given; empty if there are none.
    pub(super) fn bounds(&self) -> Area {
        self.bounds
    }

    /// Bytes of memory that the index takes.
    pub(super) fn memory(&self) -> usize {
        size_of_val(&*self.starts) + size_of_val(&*self.pieces) + size_of_val(&*self.long)
    }

    /// The segments that touch some rows of one stripe, which all lie in the same stripe.
    pub(super) fn touching(&self, rows: Range<i64>) -> impl Iterator<Item = Piece> {
        let stripe = usize::try_from(rows.start.div_euclid(STRIPE) - self.first).unwrap_or(usize::MAX);
        let list = match (self.starts.get(stripe), self.starts.get(stripe.saturating_add(1))) {
            (Some(&from), Some(&to)) => &self.pieces[from..to],
            _ => &[],
        };
        let long = self.long.iter().filter(move |(all, _)| all.start < rows.end && all.end > rows.start);
        list.iter().copied().chain(long.map(|&(_, piece)| piece))
    }
}

/// The segment of paths that a piece names.
pub(super) fn segment(paths: &[Vec<(f64, f64)>], (path, point): Piece) -> ((f64, f64), (f64, f64)) {
    let (points, point) = (&paths[path as usize], point as usize);
    (points[point], points[if point + 1 < points.len() { point + 1 } else { 0 }])
}

/// The segments of a path, in the order in which pieces are numbered.
fn segments(points: &[(f64, f64)], closed: bool) -> impl Iterator<Item = ((f64, f64), (f64, f64))> {
    let last = points.len().wrapping_sub(1);
    let count = if closed || points.len() == 1 { points.len() } else { points.len().saturating_sub(1) };
    (0..count).map(move |k| (points[k], points[if k == last { 0 } else { k + 1 }]))
}

/// Left, top, right and bottom of the pixels near a segment; nothing if it is not finite.
#[expect(clippy::cast_possible_truncation, reason = "a float beyond i64 becomes its end, and is cut then")]
fn around(a: (f64, f64), b: (f64, f64), reach: f64) -> Option<(i64, i64, i64, i64)> {
    /// Beyond any picture, and far from the end of i64.
    const FAR: f64 = 4e18;
    let low = |a: f64, b: f64| ((a.min(b) - reach).floor().clamp(-FAR, FAR)) as i64;
    let high = |a: f64, b: f64| ((a.max(b) + reach).ceil().clamp(-FAR, FAR)) as i64;
    let finite = [a.0, a.1, b.0, b.1].into_iter().all(f64::is_finite);
    // A place on the edge of a pixel belongs to the next one too.
    let next = |low: i64, high: i64| high.max(low + 1);
    let (left, top) = (low(a.0, b.0), low(a.1, b.1));
    finite.then(|| (left, top, next(left, high(a.0, b.0)), next(top, high(a.1, b.1))))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLIP: Area = Area { x: 10, y: 20, width: 500, height: 3000 };

    fn paths() -> Vec<Vec<(f64, f64)>> {
        let mut state = 7_u32;
        let mut next = |most: f64| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(state >> 8) / f64::from(1 << 24) * most
        };
        let mut paths: Vec<Vec<(f64, f64)>> = (0..200)
            .map(|_| {
                let (x, y) = (next(700.0), next(3200.0));
                (0..7).map(|k| (x + 9.0 * f64::from(k), y + next(60.0))).collect()
            })
            .collect();
        paths.push(vec![(100.0, -1e15), (120.0, 1e15)]);
        paths.push(vec![(300.0, 500.0), (f64::NAN, 600.0), (310.0, 700.0)]);
        paths.push(vec![(300.0, 2000.0)]);
        paths
    }

    #[test]
    fn a_stripe_lists_what_touches_it_and_little_more() {
        let paths = paths();
        for (closed, reach) in [(false, 2.5), (true, 0.0)] {
            let index = Stripes::new(&paths, closed, reach, &CLIP);
            assert!(index.long.len() <= 2, "few are long: {}", index.long.len());
            let mut listed = 0;
            for top in (-64..3200).step_by(32) {
                let found: std::collections::BTreeSet<Piece> = index.touching(top..top + STRIPE).collect();
                listed += found.len();
                for (path, points) in (0_u32..).zip(&paths) {
                    for (point, (a, b)) in (0_u32..).zip(segments(points, closed)) {
                        let (upper, lower) = (a.1.min(b.1) - reach, a.1.max(b.1) + reach);
                        let (left, right) = (a.0.min(b.0) - reach, a.0.max(b.0) + reach);
                        let rows = (20.max(top), (top + 32).min(3020));
                        let across = left < 510.0 && (closed || right > 10.0);
                        let down = upper < rows.1 as f64 && lower > rows.0 as f64 && rows.0 < rows.1;
                        let finite = [a.0, a.1, b.0, b.1].into_iter().all(f64::is_finite);
                        let touches = across && down && finite && lower > upper;
                        assert!(!touches || segment(&paths, (path, point)) == (a, b), "the piece it names");
                        assert!(!touches || found.contains(&(path, point)), "{a:?} {b:?} in {top}");
                    }
                }
            }
            assert!(listed < 3 * 1400, "not all everywhere: {listed}");
        }
    }

    #[test]
    fn nothing_has_no_bounds() {
        for paths in [vec![], vec![vec![]], vec![vec![(f64::INFINITY, 3.0), (4.0, 5.0)]], vec![vec![(0.0, 0.0)]]] {
            let index = Stripes::new(&paths, false, 1.0, &CLIP);
            assert_eq!((index.bounds(), index.touching(32..64).count()), (Area::default(), 0), "{paths:?}");
        }
        let around = vec![(0.0, 0.0), (600.0, 0.0), (600.0, 4000.0), (0.0, 4000.0)];
        assert_eq!(Stripes::new(&[around], true, 0.0, &CLIP).bounds(), CLIP, "an inside that is larger");
        let index = Stripes::new(&paths(), false, 1.0, &CLIP);
        assert!(index.bounds().x >= CLIP.x && index.bounds().right() <= CLIP.right(), "cut to the box");
    }
}
