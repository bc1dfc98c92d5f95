//! Where streamlines begin: beside the lines that are there, and in places that none has reached.
//!
//! Both offer places to a [`Round`], which takes those that are free. A place that is near a line is so for ever; one that is near a
//! seed of the same round is offered again in the next.

use super::frame::{Frame, Vector, distance, unit};
use super::index::Index;

/// Seeds of a round are this many spacings apart: those of one gap between lines would give the same line twice.
const APART: f64 = 3.0;
/// Places to try along the sides of a line, in spacings.
const ALONG: f64 = 0.5;
/// Places to begin anew at, in spacings: a free disc as large as a spacing cannot be missed.
const ANEW: f64 = 0.7;
/// Seeds at the distance d are compared with d less this share, so that rounding does not refuse them.
const ROUNDING: f64 = 1e-9;

/// The seeds of one round.
#[derive(Debug)]
pub(super) struct Round<'a> {
    pub(super) frame: &'a Frame,
    /// The lines that are there.
    pub(super) index: &'a Index,
    pub(super) spacing: f64,
    /// The most seeds it takes.
    pub(super) most: usize,
    pub(super) seeds: Vec<Vector>,
}

/// What a round says to a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    Taken,
    Never,
    Later,
}

impl Round<'_> {
    fn offer(&mut self, p: Vector) -> Answer {
        if !self.frame.holds(p) || is_taken(self.index, p, self.spacing, 0) {
            return Answer::Never;
        }
        let near = |other: &Vector| distance(*other, p) < APART * self.spacing;
        if self.seeds.len() >= self.most || self.seeds.iter().any(near) {
            return Answer::Later;
        }
        self.seeds.push(p);
        Answer::Taken
    }
}

/// Whether a line with a number of at least `since` is nearer to a seed than the spacing.
pub(super) fn is_taken(index: &Index, p: Vector, spacing: f64, since: u32) -> bool {
    index.is_near(p, p, spacing * (1.0 - ROUNDING), since)
}

/// The places beside a line that have not been tried.
#[derive(Debug)]
pub(super) struct Sides {
    /// Places on the line and its direction there, from the middle outward.
    along: Vec<(Vector, Vector)>,
    /// The next to try, on the left and on the right.
    next: [usize; 2],
}

impl Sides {
    pub(super) fn new(points: &[Vector], spacing: f64) -> Self {
        let whole = length(points);
        let mut along = Vec::new();
        let mut walk = Walk::new(points);
        let step = ALONG * spacing;
        let mut at = 0.5 * whole - step * (0.5 * whole / step).floor();
        while let Some(place) = walk.at(at) {
            along.push(place);
            at += step;
        }
        let middle = along.len() / 2;
        // The middle, one behind it, one before it, two behind it …
        let later = along.split_off(middle);
        let mut earlier = along.into_iter().rev();
        let mut outward = Vec::with_capacity(2 * later.len());
        for place in later {
            outward.push(place);
            outward.extend(earlier.next());
        }
        outward.extend(earlier);
        Self { along: outward, next: [0; 2] }
    }

    /// Offers places on each side until one is taken there or has to wait; whether some are left.
    pub(super) fn offer(&mut self, round: &mut Round<'_>) -> bool {
        let spacing = round.spacing;
        for (side, next) in [1.0, -1.0].into_iter().zip(&mut self.next) {
            while let Some((at, tangent)) = self.along.get(*next) {
                let p = [at[0] - side * spacing * tangent[1], at[1] + side * spacing * tangent[0]];
                let answer = round.offer(p);
                if answer == Answer::Later {
                    break;
                }
                *next += 1;
                if answer == Answer::Taken {
                    break;
                }
            }
        }
        self.next.iter().any(|&next| next < self.along.len())
    }
}

/// Places all over the frame, far ones after each other.
#[derive(Debug)]
pub(super) struct Anew {
    low: Vector,
    step: f64,
    across: usize,
    places: usize,
    next: usize,
    /// Shares no factor with the number of places, so that its multiples visit each of them once.
    stride: usize,
    /// Places that have to wait.
    again: Vec<Vector>,
}

impl Anew {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bounded by the most points of lines")]
    pub(super) fn new(frame: &Frame, spacing: f64) -> Self {
        /// Roberts' numbers 1/p and 1/p², p³ = p + 1: multiples of the pair fill the unit square most evenly.
        const EVEN: Vector = [0.754_877_666_246_693, 0.569_840_290_998_053];
        let (size, step) = (frame.size(), ANEW * spacing);
        let (across, down) = ((size[0] / step) as usize + 1, (size[1] / step) as usize + 1);
        let places = across * down;
        let mut stride = ((EVEN[0] * down as f64) as usize * across + (EVEN[1] * across as f64) as usize).max(1);
        while gcd(stride, places) != 1 {
            stride += 1;
        }
        Self { low: frame.low(), step, across, places, next: 0, stride, again: Vec::new() }
    }

    /// How many places there are.
    pub(super) fn places(&self) -> usize {
        self.places
    }

    /// How many have been offered.
    pub(super) fn offered(&self) -> usize {
        self.next
    }

    /// Offers places until the round is full or there are no more.
    pub(super) fn offer(&mut self, round: &mut Round<'_>) {
        let mut later = Vec::new();
        for p in std::mem::take(&mut self.again) {
            if round.offer(p) == Answer::Later {
                later.push(p);
            }
        }
        while round.seeds.len() < round.most && self.next < self.places {
            let p = self.place(self.next * self.stride % self.places);
            self.next += 1;
            if round.offer(p) == Answer::Later {
                later.push(p);
            }
        }
        self.again = later;
    }

    fn place(&self, number: usize) -> Vector {
        /// Where a place lies in its cell of the lattice: off the middle, where symmetric functions have their critical points.
        const OFF: Vector = [0.382, 0.447];
        let (column, row) = ((number % self.across) as f64, (number / self.across) as f64);
        [self.low[0] + (column + OFF[0]) * self.step, self.low[1] + (row + OFF[1]) * self.step]
    }
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// The length of a line.
pub(super) fn length(points: &[Vector]) -> f64 {
    points.windows(2).map(|pair| distance(pair[0], pair[1])).sum()
}

/// Places along a line by their distance from its beginning, further and further.
#[derive(Debug)]
pub(super) struct Walk<'a> {
    points: &'a [Vector],
    /// The segment that was walked to, and the length before it.
    segment: usize,
    before: f64,
}

impl<'a> Walk<'a> {
    pub(super) fn new(points: &'a [Vector]) -> Self {
        Self { points, segment: 0, before: 0.0 }
    }

    /// The place and the direction there; `None` behind the end of the line, and before the place asked for last.
    pub(super) fn at(&mut self, along: f64) -> Option<(Vector, Vector)> {
        loop {
            let (a, b) = (*self.points.get(self.segment)?, *self.points.get(self.segment + 1)?);
            let long = distance(a, b);
            let share = (along - self.before) / long;
            if along < self.before || !along.is_finite() || !self.before.is_finite() {
                return None;
            }
            if share <= 1.0
                && let Some(tangent) = unit([b[0] - a[0], b[1] - a[1]])
            {
                return Some(([a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])], tangent));
            }
            self.segment += 1;
            self.before += long;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_walk_measures_along_the_line() {
        let points = [[0.0, 0.0], [3.0, 0.0], [3.0, 0.0], [3.0, 4.0]];
        let mut walk = Walk::new(&points);
        let stops = [0.0, 1.0, 3.0, 5.0, 7.0].map(|along| walk.at(along).map(|(at, _)| at));
        let wanted = [[0.0, 0.0], [1.0, 0.0], [3.0, 0.0], [3.0, 2.0], [3.0, 4.0]].map(Some);
        assert_eq!(stops, wanted, "around the corner");
        assert_eq!((walk.at(7.1), Walk::new(&points).at(f64::NAN)), (None, None), "behind the end, NaN");
        assert_eq!(Walk::new(&points).at(5.0).map(|(_, tangent)| tangent), Some([0.0, 1.0]), "up");
        assert_eq!(length(&points), 7.0, "in all");
        assert!(Walk::new(&[]).at(0.0).is_none() && Walk::new(&points[1..3]).at(0.0).is_none(), "no line, a point");
    }

    #[test]
    fn every_place_is_offered_once_and_neighbours_in_time_are_far_apart() {
        for (width, height) in [(100.0, 70.0), (0.3, 9.0), (7.7, 0.1), (0.1, 0.1), (64.0, 64.0)] {
            let frame = Frame::between([0.0; 2], [1.0; 2], [0.0; 2], [width, height]);
            let anew = Anew::new(&frame, 1.0);
            let mut seen: Vec<usize> = (0..anew.places).map(|next| next * anew.stride % anew.places).collect();
            let first: Vec<Vector> = seen.iter().take(16).map(|&number| anew.place(number)).collect();
            seen.sort_unstable();
            assert_eq!(seen, (0..anew.places).collect::<Vec<_>>(), "{width} × {height}");
            if width * height > 1000.0 {
                let nearest =
                    |p: &Vector| first.iter().filter(|q| *q != p).map(|q| distance(*p, *q)).fold(1e9, f64::min);
                // Sixteen places, each with a share of the area: a square of a quarter of the mean side.
                let even = (width * height / 16.0).sqrt();
                assert!(first.iter().all(|p| nearest(p) > 0.4 * even), "{first:?}");
            }
        }
    }

    #[test]
    fn sides_are_tried_from_the_middle_and_wait_for_their_turn() {
        let frame = Frame::between([0.0; 2], [1.0; 2], [0.0; 2], [40.0, 10.0]);
        let line = [[0.0, 5.0], [40.0, 5.0]];
        let mut index = Index::new(&frame, 1.0);
        index.insert(0, &line);
        let mut sides = Sides::new(&line, 1.0);
        assert_eq!(sides.along.len(), 81, "both ends, the middle, and between");
        let mut round = |most: usize| {
            let mut round = Round { frame: &frame, index: &index, spacing: 1.0, most, seeds: Vec::new() };
            let more = sides.offer(&mut round);
            (round.seeds, more)
        };
        assert_eq!(round(9), (vec![[20.0, 6.0]], true), "the left; the right is near it and waits");
        assert_eq!(round(0), (vec![], true), "nothing is lost in a full round");
        assert_eq!(round(9), (vec![[19.5, 6.0]], true), "further along the left; the right waits on");
        let mut rest = 0;
        while round(9).1 {
            rest += 1;
        }
        assert!((80..160).contains(&rest), "every place comes to its turn: {rest}");
    }
}
