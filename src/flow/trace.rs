//! Paths of steepest ascent and descent, many at a time: Dormand–Prince 5(4) along the direction of ∇f.
//!
//! A path p(s) in the picture satisfies dp/ds = ± J·∇f/‖J·∇f‖: it follows ∇f of the world, pushed forward into the
//! picture ([`Frame`]), and s is its length there. Along it f rises by df/ds = ‖∇f‖²/‖J·∇f‖ per unit of length, so that paths neither cross
//! nor close.
//!
//! The pair of formulas is Dormand and Prince's (J. Comput. Appl. Math. 6, 1980, p. 23), its last stage the next step's first, with
//! the interpolant of fourth order in Hairer, Nørsett, Wanner, *Solving Ordinary Differential Equations I* (2nd ed., II.6). All paths of a
//! batch take their stages together, since a field is asked about many points at once for little more than about one.
//!
//! A path ends
//! - on the border of the frame, to the bit: the step that leaves is cut where its interpolant does;
//! - where ∇f has no direction, or turns back within the shortest step: a critical point, or a crease of f;
//! - where f is not defined, to the shortest step;
//! - where f is flat to the last bit: it would rise by less than an ulp over a whole spacing;
//! - where whoever watches says so.
//!
//! Limits: a hole in the domain that is narrower than a quarter of a step may be stepped over; a step is at most half a spacing.

use super::frame::{Frame, Vector, unit};
use super::{End, Slopes};

/// Error of a step, in spacings: a path of a thousand steps drifts by less than a thousandth of a spacing.
const TOLERANCE: f64 = 1e-6;
/// The longest step, in spacings.
const LONGEST: f64 = 0.5;
/// The shortest step, in spacings: paths end this near to what they end at. At usual spacings a hundredth of a pixel.
const SHORTEST: f64 = 1e-3;
/// Points of a path are at most this far apart, in spacings …
pub(super) const BETWEEN: f64 = 0.2;
/// … and turn by at most this angle, in radians, between them (4.6°), where the step tells the turn.
const TURN: f64 = 0.08;
/// Steps of the shortest length one after the other that a path may take: beyond a kink that it crosses steps grow again, along one
/// that it would slide on they do not.
const FORCED: u32 = 12;
/// Steps that a path may take: of the longest, 10⁴ spacings.
const STEPS: u32 = 20_000;

/// Where each stage stands, in the stages before it.
const STAGES: [&[f64]; 6] = [
    &[1.0 / 5.0],
    &[3.0 / 40.0, 9.0 / 40.0],
    &[44.0 / 45.0, -56.0 / 15.0, 32.0 / 9.0],
    &[19372.0 / 6561.0, -25360.0 / 2187.0, 64448.0 / 6561.0, -212.0 / 729.0],
    &[9017.0 / 3168.0, -355.0 / 33.0, 46732.0 / 5247.0, 49.0 / 176.0, -5103.0 / 18656.0],
    &[35.0 / 384.0, 0.0, 500.0 / 1113.0, 125.0 / 192.0, -2187.0 / 6784.0, 11.0 / 84.0],
];
/// The fifth order less the fourth.
const ERROR: [f64; 7] =
    [71.0 / 57600.0, 0.0, -71.0 / 16695.0, 71.0 / 1920.0, -17253.0 / 339_200.0, 22.0 / 525.0, -1.0 / 40.0];
/// The interpolant's last term.
const DENSE: [f64; 7] = [
    -12_715_105_075.0 / 11_282_082_432.0,
    0.0,
    87_487_479_700.0 / 32_700_410_799.0,
    -10_690_763_975.0 / 1_880_347_072.0,
    701_980_252_875.0 / 199_316_789_632.0,
    -1_453_857_185.0 / 822_651_844.0,
    69_997_945.0 / 29_380_423.0,
];

/// One direction along ∇f from a point.
#[derive(Debug)]
pub(super) struct Path {
    /// Places in the picture; the first is where it began.
    pub(super) points: Vec<Vector>,
    /// Why it ended.
    pub(super) end: End,
    /// +1 up, −1 down.
    sign: f64,
    /// The length of the next step.
    step: f64,
    /// What is known at the last point.
    first: Slope,
    forced: u32,
    taken: u32,
}

/// What traces paths.
pub(super) struct Tracer<'a, S: Slopes + ?Sized> {
    pub(super) slopes: &'a S,
    pub(super) frame: &'a Frame,
    pub(super) spacing: f64,
}

/// What is known at a place where f is defined.
#[derive(Debug, Clone, Copy, Default)]
struct Slope {
    /// f.
    value: f64,
    /// The direction in which it rises, unless it is flat.
    direction: Option<Vector>,
}

/// What is known at the stages of a step, as seen by a path that goes up.
type Stages = [Option<Slope>; 7];

impl<S: Slopes + ?Sized> Tracer<'_, S> {
    /// f and the directions in which it rises, in the picture; `None` where f is not defined.
    fn slopes_at(&self, places: &[Vector]) -> Vec<Option<Slope>> {
        let scale = self.frame.scale();
        let world = places.iter().map(|&p| self.frame.world(self.frame.clamped(p)));
        let (x, y) = world.map(|x| (x[0], x[1])).unzip();
        let jets = self.slopes.jets(&[x, y]);
        let known = |k: usize| {
            let value = *jets.value.get(k)?;
            let g = [*jets.gradient.first()?.get(k)?, *jets.gradient.get(1)?.get(k)?];
            if !(value.is_finite() && g[0].is_finite() && g[1].is_finite()) {
                return None;
            }
            let pushed = [scale[0] * g[0], scale[1] * g[1]];
            let slope = g[0].hypot(g[1]) * (g[0].hypot(g[1]) / pushed[0].hypot(pushed[1]));
            // Written so that 0/0 counts as flat.
            let rises = slope * self.spacing > f64::EPSILON * value.abs();
            Some(Slope { value, direction: unit(pushed).filter(|_| rises) })
        };
        (0..places.len()).map(known).collect()
    }

    /// Paths up and down from each place, in this order, `None` where there is no direction. `stop(a, b)` tells whether a path may
    /// not go on from `a` to `b`.
    pub(super) fn trace(&self, starts: &[Vector], stop: &dyn Fn(Vector, Vector) -> bool) -> Vec<Option<[Path; 2]>> {
        let begin = |at: Vector, slope: Slope, sign: f64| Path {
            points: vec![at],
            end: End::Long,
            sign,
            step: 0.1 * self.spacing,
            first: slope.along(sign),
            forced: 0,
            taken: 0,
        };
        let pair = |(&at, slope): (&Vector, Option<Slope>)| {
            let slope = slope.filter(|slope| slope.direction.is_some())?;
            Some([begin(at, slope, 1.0), begin(at, slope, -1.0)])
        };
        let mut pairs: Vec<Option<[Path; 2]>> = starts.iter().zip(self.slopes_at(starts)).map(pair).collect();
        let mut going: Vec<&mut Path> = pairs.iter_mut().flatten().flatten().collect();
        while !going.is_empty() {
            self.advance(&mut going, stop);
        }
        pairs
    }

    /// Tries a step of every path, and leaves those that go on.
    fn advance(&self, going: &mut Vec<&mut Path>, stop: &dyn Fn(Vector, Vector) -> bool) {
        let mut stages: Vec<Stages> = going.iter().map(|path| [Some(path.first); 7]).collect();
        let mut ends: Vec<Vector> = vec![[0.0; 2]; going.len()];
        for (number, weights) in STAGES.iter().enumerate() {
            for ((stages, path), end) in stages.iter().zip(&*going).zip(&mut ends) {
                let directions = stages.map(|stage| stage.and_then(|slope| slope.direction).unwrap_or_default());
                let (at, along) = (path.at(), weighted(&directions, weights));
                *end = [at[0] + path.step * along[0], at[1] + path.step * along[1]];
            }
            for ((stages, path), slope) in stages.iter_mut().zip(&*going).zip(self.slopes_at(&ends)) {
                stages[number + 1] = slope.map(|slope| slope.along(path.sign));
            }
        }
        let mut tried = stages.iter().zip(&ends);
        going.retain_mut(|path| tried.next().is_some_and(|(stages, &to)| self.conclude(path, stages, to, stop)));
    }

    /// Takes the step that was tried, or shortens it; whether the path goes on.
    fn conclude(&self, path: &mut Path, stages: &Stages, to: Vector, stop: &dyn Fn(Vector, Vector) -> bool) -> bool {
        let (shortest, longest) = (SHORTEST * self.spacing, LONGEST * self.spacing);
        path.taken += 1;
        if path.taken > STEPS {
            return false;
        }
        let mut k = [[0.0; 2]; 7];
        for (k, stage) in k.iter_mut().zip(stages) {
            match stage {
                Some(Slope { direction: Some(direction), .. }) => *k = *direction,
                Some(_) => return path.shorten(0.5, shortest, End::Critical),
                None => return path.shorten(0.5, shortest, End::Masked),
            }
        }
        let turn = k[0][0] * k[6][0] + k[0][1] * k[6][1];
        if turn <= 0.0 {
            return path.shorten(0.5, shortest, End::Critical);
        }
        let error = weighted(&k, &ERROR);
        let error = path.step * error[0].hypot(error[1]) / (TOLERANCE * self.spacing);
        // Errors of the fifth power of the step; 0.9 so that the next one is seldom refused.
        let factor = if error > 0.0 { (0.9 * error.powf(-0.2)).clamp(0.2, 5.0) } else { 5.0 };
        let last = stages[6].unwrap_or_default();
        if error > 1.0 {
            if path.step > shortest {
                path.step = (path.step * factor.min(0.9)).max(shortest);
                return true;
            }
            // The shortest step need not be accurate, since nothing is seen of it, but it has to lead up.
            path.forced += 1;
            if path.forced > FORCED || last.value <= path.first.value {
                path.end = End::Critical;
                return false;
            }
        } else {
            path.forced = 0;
        }
        let dense = Dense::new(path.at(), to, path.step, &k);
        let turn = if error > 1.0 { 0.0 } else { turn.min(1.0).acos() };
        let goes_on = self.draw(path, &dense, turn, stop);
        path.first = last;
        path.step = (path.step * factor).clamp(shortest, longest);
        goes_on
    }

    /// Adds the points of a step; whether the path goes on behind it.
    fn draw(&self, path: &mut Path, dense: &Dense, turn: f64, stop: &dyn Fn(Vector, Vector) -> bool) -> bool {
        let leaves = !self.frame.holds(dense.at(1.0));
        let share = if leaves { dense.crossing(self.frame) } else { 1.0 };
        let parts = (share * (path.step / (BETWEEN * self.spacing)).max(turn / TURN)).ceil().max(1.0);
        let mut part = 0.0;
        while part < parts {
            part += 1.0;
            let p = self.frame.clamped(dense.at(share * part / parts));
            let p = if leaves && part == parts { self.onto_border(p) } else { p };
            if stop(path.at(), p) {
                path.end = End::Crowded;
                return false;
            }
            if p != path.at() {
                path.points.push(p);
            }
        }
        if leaves {
            path.end = End::Border;
        }
        !leaves
    }

    /// The place of the border that is nearest.
    fn onto_border(&self, p: Vector) -> Vector {
        let (low, high) = (self.frame.low(), self.frame.high());
        let sides = [(0, low[0]), (0, high[0]), (1, low[1]), (1, high[1])];
        let far = |&(axis, side): &(usize, f64)| (p[axis] - side).abs();
        let nearest = sides.into_iter().min_by(|a, b| far(a).total_cmp(&far(b)));
        let mut on = p;
        if let Some((axis, side)) = nearest {
            on[axis] = side;
        }
        on
    }
}

impl Slope {
    /// The same for a path that goes up, or for one that goes down, which climbs −f.
    fn along(self, sign: f64) -> Self {
        let direction = self.direction.map(|[x, y]| [sign * x, sign * y]);
        Self { value: sign * self.value, direction }
    }
}

impl Path {
    /// Where it has come to.
    fn at(&self) -> Vector {
        self.points.last().copied().unwrap_or_default()
    }

    /// A shorter next step, unless it was as short as can be and the path ends; whether it goes on.
    fn shorten(&mut self, by: f64, shortest: f64, end: End) -> bool {
        let more = self.step > shortest;
        self.step = (by * self.step).max(shortest);
        if !more {
            self.end = end;
        }
        more
    }
}

/// The sum of vectors with weights.
fn weighted(vectors: &[Vector], weights: &[f64]) -> Vector {
    vectors.iter().zip(weights).fold([0.0; 2], |sum, (v, w)| [sum[0] + w * v[0], sum[1] + w * v[1]])
}

/// The interpolant of one step: the polynomial of Hairer, Nørsett, Wanner (6.12), nested.
struct Dense([Vector; 5]);

impl Dense {
    fn new(from: Vector, to: Vector, step: f64, k: &[Vector; 7]) -> Self {
        let last = weighted(k, &DENSE);
        let mut terms = [[0.0; 2]; 5];
        for axis in 0..2 {
            let difference = to[axis] - from[axis];
            let bend = step * k[0][axis] - difference;
            let back = difference - step * k[6][axis] - bend;
            for (term, value) in terms.iter_mut().zip([from[axis], difference, bend, back, step * last[axis]]) {
                term[axis] = value;
            }
        }
        Self(terms)
    }

    /// The place at a share of the step.
    fn at(&self, share: f64) -> Vector {
        let (t, u) = (share, 1.0 - share);
        let along = |axis: usize| {
            let [a, b, c, d, e] = self.0.map(|term| term[axis]);
            a + t * (b + u * (c + t * (d + u * e)))
        };
        [along(0), along(1)]
    }

    /// The share of the step at which it leaves the frame, by bisection.
    fn crossing(&self, frame: &Frame) -> f64 {
        let (mut inside, mut outside) = (0.0, 1.0);
        // Halves of 1 down to an ulp.
        for _ in 0..53 {
            let middle = 0.5 * (inside + outside);
            if frame.holds(self.at(middle)) { inside = middle } else { outside = middle }
        }
        inside
    }
}
