//! Arrows of steepest ascent or descent on a lattice, and normals of level sets.
//!
//! The lattice lies in the picture, so that a field of 4096² cells has as many arrows as one of 64². At each place that it has, ∇f is
//! found exactly there, not averaged over cells. An arrow's direction is that of ±∇f in the world, pushed forward into the picture
//! (see [`Frame`]); where both axes have the same scale it stands at right angles on the contours. Its length tells ‖∇f‖ in the
//! world, whatever the scales of the axes:
//!
//! - linear: in proportion, up to the 95th percentile of all that are shown; steeper ones are as long as that;
//! - log: in proportion to log ‖∇f‖ between the 5th and the 95th percentile, from a quarter to the whole length;
//! - unit: all alike.
//!
//! On the lattice an arrow has its middle at its place, on a level set its tail.
//!
//! Edge cases: no arrow where f or ∇f is not defined or ∇f = 0. No linear arrow is shorter than an eighth of the longest, so that its
//! direction can be seen.

use super::Slopes;
use super::frame::{Frame, Vector, distance, unit};
use super::index::Index;
use super::seeds::{Walk, length};

/// The steepest share of arrows that are shown alike, and of the flattest in a logarithmic picture.
const CLIPPED: f64 = 0.05;
/// The shortest linear arrow, of the longest.
const SHORTEST: f64 = 0.125;
/// The shortest logarithmic arrow, of the longest.
const SHORTEST_LOG: f64 = 0.25;
/// The longest arrow, of the distance between places: neighbours that point at each other do not touch.
const LONGEST: f64 = 0.85;
/// Arrows of level sets that come nearer to those of others than this share of the spacing are left out.
const NEAREST: f64 = 0.6;

/// Which way arrows point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Way {
    /// Along ∇f.
    #[default]
    Ascent,
    /// Along −∇f.
    Descent,
}

/// Where arrows stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lattice {
    /// Every second row shifted by half, so that rows and columns do not catch the eye.
    #[default]
    Hexagonal,
    /// In rows and columns.
    Square,
}

/// How ‖∇f‖ becomes the length of an arrow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Length {
    /// In proportion, clipped at the 95th percentile.
    #[default]
    Linear,
    /// In proportion to the logarithm.
    Log,
    /// All alike.
    Unit,
}

/// How arrows are laid out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ArrowOptions {
    /// Distance between neighbours, in units of the picture.
    pub spacing: f64,
    /// Up or down.
    pub way: Way,
    /// The lattice.
    pub lattice: Lattice,
    /// What length tells.
    pub length: Length,
}

impl ArrowOptions {
    /// Arrows of ascent this far apart.
    #[must_use]
    pub fn new(spacing: f64) -> Self {
        Self { spacing, way: Way::default(), lattice: Lattice::default(), length: Length::default() }
    }

    fn is_usable(&self, frame: &Frame) -> bool {
        frame.is_open() && self.spacing > 0.0 && self.spacing.is_finite()
    }
}

/// An arrow.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Arrow {
    /// Its place in the world.
    pub place: Vector,
    /// ∇f there.
    pub gradient: Vector,
    /// Where it begins in the picture.
    pub tail: Vector,
    /// Where it points to in the picture.
    pub tip: Vector,
}

/// Arrows at the places of a lattice over all of `frame`; none if it has no area or the spacing is not a positive number.
#[must_use]
pub fn arrows<S: Slopes + ?Sized>(slopes: &S, frame: &Frame, options: &ArrowOptions) -> Vec<Arrow> {
    if !options.is_usable(frame) {
        return Vec::new();
    }
    built(slopes, frame, options, &places(frame, options), 0.5)
}

/// Normals of level sets: arrows along ±∇f on `contours`, polylines of the world whose last point is their first if they are
/// closed. They stand at even distances along each contour, not nearer to those of other contours than a share of the spacing.
#[must_use]
pub fn normals<S: Slopes + ?Sized>(
    slopes: &S,
    frame: &Frame,
    contours: &[Vec<Vector>],
    options: &ArrowOptions,
) -> Vec<Arrow> {
    if !options.is_usable(frame) {
        return Vec::new();
    }
    let mut places = Vec::new();
    let mut index = Index::new(frame, NEAREST * options.spacing);
    for (number, contour) in (0..).zip(contours) {
        let shown: Vec<Vector> = contour.iter().map(|&x| frame.picture(x)).collect();
        let free = |p: &Vector| frame.holds(*p) && !index.is_near(*p, *p, NEAREST * options.spacing, 0);
        let found: Vec<Vector> = along(&shown, options.spacing).into_iter().filter(free).collect();
        found.iter().for_each(|&p| index.insert(number, &[p, p]));
        places.extend(found);
    }
    built(slopes, frame, options, &places, 0.0)
}

/// Places at even distances along a line: around a closed one an even share each, on an open one the ends left free alike.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a float beyond usize becomes its end")]
fn along(points: &[Vector], spacing: f64) -> Vec<Vector> {
    let whole = length(points);
    if !(whole > 0.0 && whole.is_finite()) {
        return Vec::new();
    }
    let count = ((whole / spacing).round() as usize).max(1);
    let step = whole / count as f64;
    let mut walk = Walk::new(points);
    (0..count).filter_map(|k| walk.at((k as f64 + 0.5) * step)).map(|(at, _)| at).collect()
}

/// The places of the lattice, centred in the frame.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a float beyond usize becomes its end")]
fn places(frame: &Frame, options: &ArrowOptions) -> Vec<Vector> {
    let (size, low, d) = (frame.size(), frame.low(), options.spacing);
    let hexagonal = options.lattice == Lattice::Hexagonal;
    // Rows of a hexagonal lattice are √3/2 apart, so that all neighbours are equally far.
    let row_step = if hexagonal { 0.5 * 3_f64.sqrt() * d } else { d };
    let (rows, columns) = ((size[1] / row_step) as usize, (size[0] / d) as usize);
    let (rows, columns) = (rows.max(1), columns.max(1));
    let top = low[1] + 0.5 * (size[1] - (rows - 1) as f64 * row_step);
    let mut places = Vec::new();
    for row in 0..rows {
        let shifted = hexagonal && row % 2 == 1;
        // A shifted row has one place less, and is as centred as the others.
        let columns = if shifted && columns > 1 { columns - 1 } else { columns };
        let left = low[0] + 0.5 * (size[0] - (columns - 1) as f64 * d);
        places.extend((0..columns).map(|column| [left + column as f64 * d, top + row as f64 * row_step]));
    }
    places
}

/// The arrows at places of the picture, `pivot` of their length behind the place.
fn built<S: Slopes + ?Sized>(
    slopes: &S,
    frame: &Frame,
    options: &ArrowOptions,
    places: &[Vector],
    pivot: f64,
) -> Vec<Arrow> {
    let world: Vec<Vector> = places.iter().map(|&p| frame.world(p)).collect();
    let jets = slopes.jets(&[world.iter().map(|x| x[0]).collect(), world.iter().map(|x| x[1]).collect()]);
    let scale = frame.scale();
    let sign = if options.way == Way::Ascent { 1.0 } else { -1.0 };
    let mut found: Vec<(Vector, Vector, Arrow)> = Vec::new();
    for (k, (&p, &place)) in places.iter().zip(&world).enumerate() {
        let partial = |axis: usize| jets.gradient.get(axis).and_then(|column| column.get(k)).copied();
        let (Some(f), Some(gx), Some(gy)) = (jets.value.get(k), partial(0), partial(1)) else { continue };
        let Some(direction) = unit([sign * scale[0] * gx, sign * scale[1] * gy]).filter(|_| f.is_finite()) else {
            continue;
        };
        found.push((p, direction, Arrow { place, gradient: [gx, gy], tail: p, tip: p }));
    }
    let magnitudes: Vec<f64> = found.iter().map(|(_, _, arrow)| arrow.magnitude()).collect();
    let share = Shares::new(options.length, &magnitudes);
    let longest = LONGEST * options.spacing;
    let finish = |((p, d, arrow), &m): ((Vector, Vector, Arrow), &f64)| {
        let long = longest * share.of(m);
        let tail = [p[0] - pivot * long * d[0], p[1] - pivot * long * d[1]];
        Arrow { tail, tip: [tail[0] + long * d[0], tail[1] + long * d[1]], ..arrow }
    };
    found.into_iter().zip(&magnitudes).map(finish).collect()
}

impl Arrow {
    /// ‖∇f‖.
    #[must_use]
    pub fn magnitude(&self) -> f64 {
        self.gradient[0].hypot(self.gradient[1])
    }

    /// How long it is in the picture.
    #[must_use]
    pub fn length(&self) -> f64 {
        distance(self.tail, self.tip)
    }
}

/// The share of the longest arrow that a magnitude gets.
#[derive(Debug, Clone, Copy)]
struct Shares {
    how: Length,
    low: f64,
    high: f64,
}

impl Shares {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rank within the list")]
    fn new(how: Length, magnitudes: &[f64]) -> Self {
        let mut sorted = magnitudes.to_vec();
        sorted.sort_by(f64::total_cmp);
        let last = sorted.len().saturating_sub(1);
        // The nearest rank; an infinite magnitude, of a finite ∇f, is above the percentile unless most are.
        let rank = |share: f64| sorted.get((share * last as f64).round() as usize).copied().unwrap_or(1.0);
        Self { how, low: rank(CLIPPED), high: rank(1.0 - CLIPPED) }
    }

    fn of(self, magnitude: f64) -> f64 {
        // ∞/∞ is as steep as it gets.
        let share = |share: f64| if share.is_nan() { 1.0 } else { share.clamp(0.0, 1.0) };
        match self.how {
            Length::Unit => 1.0,
            Length::Linear => share(magnitude / self.high).max(SHORTEST),
            Length::Log if self.high > self.low => {
                SHORTEST_LOG + (1.0 - SHORTEST_LOG) * share((magnitude / self.low).ln() / (self.high / self.low).ln())
            }
            Length::Log => 1.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::formula::Formula;
    use crate::probe::Probe;

    fn probe(text: &str) -> Probe {
        Probe::new(&Formula::parse(text).expect("a formula"), 2, &[]).expect("small")
    }

    /// A box of the world on 400 × 300 pixels, y upward.
    fn frame(x: (f64, f64), y: (f64, f64)) -> Frame {
        Frame::between([x.0, y.0], [x.1, y.1], [10.0, 320.0], [410.0, 20.0])
    }

    /// The direction of an arrow in the picture.
    fn direction(arrow: &Arrow) -> Vector {
        unit([arrow.tip[0] - arrow.tail[0], arrow.tip[1] - arrow.tail[1]]).expect("some length")
    }

    /// A few roundings of numbers up to 400.
    const ROUNDED: f64 = 1e-12 * 400.0;

    #[test]
    fn lattices_are_even_and_centred_whatever_the_frame() {
        for lattice in [Lattice::Hexagonal, Lattice::Square] {
            for spacing in [7.0, 25.0, 90.0, 299.0, 5000.0] {
                let options = ArrowOptions { lattice, ..ArrowOptions::new(spacing) };
                let frame = frame((0.0, 1.0), (0.0, 1.0));
                let places = places(&frame, &options);
                assert!(places.iter().all(|&p| frame.holds(p)), "{lattice:?} {spacing}: inside");
                let middle = places.iter().fold([0.0; 2], |sum, p| [sum[0] + p[0], sum[1] + p[1]]);
                let n = places.len() as f64;
                let off = (middle[0] / n - 210.0).abs().max((middle[1] / n - 170.0).abs());
                assert!(off < ROUNDED, "{lattice:?} {spacing}: {off} off the middle");
                for (k, &p) in places.iter().enumerate() {
                    let nearest = places[..k].iter().map(|&q| distance(p, q)).fold(f64::INFINITY, f64::min);
                    assert!(nearest > spacing - ROUNDED, "{lattice:?}: {nearest} apart");
                }
            }
        }
        let count = |lattice| {
            places(&frame((0.0, 1.0), (0.0, 1.0)), &ArrowOptions { lattice, ..ArrowOptions::new(10.0) }).len()
        };
        assert_eq!(count(Lattice::Square), 40 * 30, "rows and columns");
        assert_eq!(count(Lattice::Hexagonal), 17 * 40 + 17 * 39, "more rows, shifted");
    }

    #[test]
    fn arrows_point_along_the_gradient_of_the_world_pushed_into_the_picture() {
        // 4 pixels a unit along x, −300 along y.
        let frame = frame((0.0, 100.0), (0.0, 1.0));
        let up = arrows(&probe("x/100 + y^2"), &frame, &ArrowOptions::new(30.0));
        assert!(up.len() > 100, "{}", up.len());
        for arrow in &up {
            let wanted = unit([4.0 * 0.01, -300.0 * 2.0 * arrow.place[1]]).expect("a direction");
            let found = direction(arrow);
            assert!(distance(found, wanted) < 1e-9, "{arrow:?}: {found:?} for {wanted:?}");
            assert!((arrow.magnitude() - 0.01_f64.hypot(2.0 * arrow.place[1])).abs() < 1e-12, "‖∇f‖ of the world");
        }
        let down =
            arrows(&probe("x/100 + y^2"), &frame, &ArrowOptions { way: Way::Descent, ..ArrowOptions::new(30.0) });
        let opposite = |(a, b): (&Arrow, &Arrow)| distance(a.tail, b.tip) + distance(a.tip, b.tail) < ROUNDED;
        assert!(up.len() == down.len() && up.iter().zip(&down).all(opposite), "descent is the other way");
    }

    #[test]
    fn lengths_tell_magnitudes() {
        let frame = frame((0.5, 4.5), (-1.0, 1.0));
        let lengths = |text: &str, length: Length| -> Vec<(f64, f64)> {
            let options = ArrowOptions { length, lattice: Lattice::Square, ..ArrowOptions::new(20.0) };
            arrows(&probe(text), &frame, &options)
                .iter()
                .map(|a| (a.magnitude(), a.length() / (LONGEST * 20.0)))
                .collect()
        };
        // ‖∇f‖ = 2x: the 95th percentile of the columns.
        let linear = lengths("x^2", Length::Linear);
        let steepest =
            linear.iter().filter(|(_, long)| *long > 1.0 - 1e-9).map(|(m, _)| *m).fold(f64::INFINITY, f64::min);
        assert!((8.3..8.7).contains(&steepest), "clipped from {steepest} on");
        for (m, long) in &linear {
            assert!((long - (m / steepest).min(1.0)).abs() < 1e-9, "{m}: {long}");
        }
        let log = lengths("exp(3*x)", Length::Log);
        let (low, high) = log.iter().fold((1.0, 0.0), |(low, high): (f64, f64), (_, l)| (low.min(*l), high.max(*l)));
        assert!((low - SHORTEST_LOG).abs() < 1e-9 && (high - 1.0).abs() < 1e-9, "from {low} to {high}");
        let mut between: Vec<(f64, f64)> =
            log.into_iter().filter(|(_, l)| *l > low + 1e-9 && *l < high - 1e-9).collect();
        between.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (first, last) = (between[0], between[between.len() - 1]);
        let slope = (last.1 - first.1) / (last.0 / first.0).ln();
        for (m, long) in &between {
            assert!(
                (long - first.1 - slope * (m / first.0).ln()).abs() < 1e-9,
                "equal ratios, equal steps: {m}, {long}"
            );
        }
        assert!(lengths("exp(3*x)", Length::Unit).iter().all(|(_, l)| (l - 1.0).abs() < 1e-9), "all alike");
        let weak = lengths("exp(9*x)", Length::Linear);
        assert!(weak.iter().all(|(_, l)| *l >= SHORTEST - 1e-9), "none vanishes");
        assert!(lengths("x", Length::Log).iter().all(|(_, l)| (l - 1.0).abs() < 1e-9), "one magnitude");
    }

    #[test]
    fn undefined_and_flat_places_have_no_arrow() {
        let frame = frame((-2.0, 2.0), (-1.5, 1.5));
        for text in ["7", "0/0", "floor(x)"] {
            assert_eq!(arrows(&probe(text), &frame, &ArrowOptions::new(20.0)), [], "{text}");
        }
        let half = arrows(&probe("ln(x)"), &frame, &ArrowOptions::new(20.0));
        assert!(half.len() > 100 && half.iter().all(|arrow| arrow.place[0] > 0.0), "the right half");
        let all = arrows(&probe("x^2 + y^2"), &frame, &ArrowOptions::new(20.0));
        assert!(all.iter().all(|arrow| arrow.tip.iter().chain(&arrow.tail).all(|c| c.is_finite())), "finite");
        for spacing in [0.0, -3.0, f64::NAN, f64::INFINITY] {
            assert_eq!(arrows(&probe("x"), &frame, &ArrowOptions::new(spacing)), [], "{spacing}");
        }
        let steep = |scale: f64| arrows(&probe(&format!("{scale:e}*(x + y)")), &frame, &ArrowOptions::new(40.0));
        assert!(!steep(1e-300).is_empty() && !steep(1e300).is_empty(), "whatever the unit of f");
        assert!(steep(1e308).iter().all(|arrow| arrow.length().is_finite()), "at the end of the numbers");
    }

    #[test]
    fn normals_stand_evenly_on_level_sets() {
        let frame = frame((-2.0, 2.0), (-1.5, 1.5));
        let circle = |r: f64| -> Vec<Vector> {
            (0..=720)
                .map(|k| (f64::from(k) * std::f64::consts::TAU / 720.0).sin_cos())
                .map(|(s, c)| [r * c, r * s])
                .collect()
        };
        let options = ArrowOptions { length: Length::Unit, ..ArrowOptions::new(25.0) };
        let found = normals(&probe("x^2 + y^2"), &frame, &[circle(1.0)], &options);
        // 100 pixels a unit: 2π·100/25 = 25.1.
        assert_eq!(found.len(), 25, "around the circle");
        for (k, arrow) in found.iter().enumerate() {
            let outward = unit(arrow.place).expect("not the middle");
            let shown = direction(arrow);
            assert!((shown[0] - outward[0]).abs() + (shown[1] + outward[1]).abs() < 1e-9, "{arrow:?}");
            let next = found[(k + 1) % 25].tail;
            let chord = 2.0 * 100.0 * (std::f64::consts::PI / 25.0).sin();
            // The polygon of 720 sides is that much shorter than the circle.
            assert!((distance(arrow.tail, next) - chord).abs() < 0.01, "evenly: {}", distance(arrow.tail, next));
        }
        let crowded = normals(&probe("x^2 + y^2"), &frame, &[circle(1.0), circle(1.02), circle(1.4)], &options);
        let outer = crowded.iter().filter(|arrow| arrow.place[0].hypot(arrow.place[1]) > 1.3).count();
        let between = crowded.len() - 25 - outer;
        assert!(outer >= 30 && between <= 3, "{outer} on the outer, {between} on the one that is too near");
        let outside = normals(&probe("x^2 + y^2"), &frame, &[circle(1.8)], &options);
        assert!(!outside.is_empty() && outside.iter().all(|arrow| frame.holds(arrow.tail)), "the part that is shown");
        let none: [Vec<Vector>; 3] = [vec![], vec![[0.5, 0.5]], vec![[f64::NAN; 2]; 3]];
        assert_eq!(normals(&probe("x^2 + y^2"), &frame, &none, &options), [], "no line, a point, NaN");
    }
}
