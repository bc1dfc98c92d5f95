//! Evenly spaced streamlines of ∇f, after Jobard and Lefer (*Creating evenly-spaced streamlines of arbitrary density*, Visualization
//! in Scientific Computing '97, p. 43).
//!
//! A line grows from its seed up and down along ∇f. It begins at least a spacing d away from every other line and ends where it would
//! come nearer to one than a share of d, or at a critical point, a border or a hole (see [`End`]). New seeds lie at the distance d on
//! both sides of the lines that are there, so that lines accompany each other; when these are used up, places of a lattice that are
//! still free begin anew. Distances are the picture's ([`Frame`]), between the line segments themselves.
//!
//! What is changed from the source: lines are traced many at a time (`trace.rs`), against the lines accepted before, and then
//! accepted one by one, the longest first, each cut where it comes too near to one accepted just before. A round takes at most one
//! seed from each side of each line, none near another of the same round, so that little is traced in vain; and as the longest win,
//! lines become longer than one by one. Which paths share a round does not depend on the number of threads, and neither do the lines.
//!
//! Edge cases: a field that is constant or nowhere defined has no lines. Near critical points the spacing ends most lines, so that
//! they do not clot there; the first one to come reaches the point. Lines shorter than [`StreamOptions::shortest`] are left out, which
//! leaves small gaps.
//!
//! Limits: a line may come near to itself, as where it winds around a summit that slopes in a spiral.

use super::frame::{Frame, Vector};
use super::index::Index;
use super::seeds::{Anew, Round, Sides, is_taken, length};
use super::trace::{BETWEEN, Path, Tracer};
use super::{End, Slopes};
use crate::tile::watch::{Interrupted, Watch};
use rayon::prelude::*;
use thiserror::Error;

/// Seeds that are traced together; half as many points are asked for at once as two directions of each make.
const BATCH: usize = 64;
/// Seeds of a round.
const ROUND: usize = 512;
/// Seeds of the first round: few and far from each other, so that the longest of them may run freely.
const FIRST: usize = 64;
/// The most points that lines may need, about a gigabyte of them with their index.
const MOST_POINTS: f64 = 2e7;

/// How streamlines are laid out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StreamOptions {
    /// The distance between neighbours, in units of the picture.
    pub spacing: f64,
    /// A line ends where another is nearer than this share of the spacing; Jobard and Lefer take 0.5 to 0.9.
    pub closest: f64,
    /// Lines shorter than this many spacings are left out.
    pub shortest: f64,
}

impl StreamOptions {
    /// Lines this far apart, in units of the picture.
    #[must_use]
    pub fn new(spacing: f64) -> Self {
        Self { spacing, closest: 0.5, shortest: 2.0 }
    }
}

/// A path along which f rises.
#[derive(Debug, Clone, PartialEq)]
pub struct Streamline {
    /// Its points in the world, from low to high f.
    pub points: Vec<Vector>,
    /// Why it goes no further down.
    pub low: End,
    /// Why it goes no further up.
    pub high: End,
}

/// Why there are no streamlines.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum StreamError {
    /// The spacing or a share is not usable.
    #[error("{what} of streamlines is {least}, not {value}")]
    Option {
        /// Which.
        what: &'static str,
        /// What it should be.
        least: &'static str,
        /// What it is.
        value: f64,
    },
    /// There would be too many.
    #[error(
        "a spacing of {spacing} needs about {points:.0e} points, more than {MOST_POINTS:.0e}; take {least:.3} or more"
    )]
    TooMany {
        /// The spacing, in units of the picture.
        spacing: f64,
        /// Points of all lines.
        points: f64,
        /// The least that is taken.
        least: f64,
    },
    /// The frame has no area.
    #[error("streamlines need a plane: two axes of more than one node")]
    NoPlane,
    /// The work was asked to stop.
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
}

/// Streamlines of `slopes` over all of `frame`.
///
/// # Errors
/// Options out of their ranges, a spacing too small for the frame, a frame without area, and a watch that stops.
pub fn streamlines<S: Slopes + ?Sized>(
    slopes: &S,
    frame: &Frame,
    options: &StreamOptions,
    watch: &mut dyn Watch,
) -> Result<Vec<Streamline>, StreamError> {
    check(frame, options)?;
    let mut plan = Plan::new(slopes, frame, options);
    // Rounds are many and small; what is watched is how much of the lattice is behind them.
    watch.begin("streamlines", plan.anew.places());
    let mut told = 0;
    loop {
        let seeds = plan.seeds();
        if seeds.is_empty() {
            watch.advance(plan.anew.places() - told)?;
            return Ok(plan.done());
        }
        plan.grow(&seeds);
        watch.advance(plan.anew.offered() - told)?;
        told = plan.anew.offered();
    }
}

/// The whole lines through these points of the world, whatever their distance from each other; `None` where a point is not in the frame
/// or f has no direction there. Lines are as accurate as those of a picture with this spacing.
///
/// # Errors
/// A spacing that is not a positive number, and a frame without area.
pub fn lines_through<S: Slopes + ?Sized>(
    slopes: &S,
    frame: &Frame,
    spacing: f64,
    points: &[Vector],
) -> Result<Vec<Option<Streamline>>, StreamError> {
    if !(spacing > 0.0 && spacing.is_finite()) {
        return Err(wrong_spacing(spacing));
    }
    if !frame.is_open() {
        return Err(StreamError::NoPlane);
    }
    let tracer = Tracer { slopes, frame, spacing };
    let shown: Vec<Vector> = points.iter().map(|&x| frame.picture(x)).collect();
    let inside: Vec<Vector> = shown.iter().copied().filter(|&p| frame.holds(p)).collect();
    let mut traced = tracer.trace(&inside, &|_, _| false).into_iter();
    let line = |[up, down]: [Path; 2]| Line::new(up, down).in_world(frame);
    Ok(shown.iter().map(|&p| if frame.holds(p) { traced.next().flatten().map(line) } else { None }).collect())
}

fn wrong_spacing(value: f64) -> StreamError {
    StreamError::Option { what: "the spacing", least: "a positive number", value }
}

fn check(frame: &Frame, options: &StreamOptions) -> Result<(), StreamError> {
    let wrong = |what, least, value| Err(StreamError::Option { what, least, value });
    if !(options.spacing > 0.0 && options.spacing.is_finite()) {
        return Err(wrong_spacing(options.spacing));
    }
    if !(0.1..=0.95).contains(&options.closest) {
        return wrong("the smallest distance", "0.1 to 0.95 of the spacing", options.closest);
    }
    if !(0.0..=1e6).contains(&options.shortest) {
        return wrong("the least length", "0 to 10⁶ spacings", options.shortest);
    }
    if !frame.is_open() {
        return Err(StreamError::NoPlane);
    }
    let (spacing, size) = (options.spacing, frame.size());
    let points = (size[0] / spacing).max(1.0) * (size[1] / spacing).max(1.0) / BETWEEN;
    if points > MOST_POINTS {
        let least = (size[0] * size[1] / (BETWEEN * MOST_POINTS)).sqrt();
        return Err(StreamError::TooMany { spacing, points, least });
    }
    Ok(())
}

/// The lines so far and where to look for more.
struct Plan<'a, S: Slopes + ?Sized> {
    tracer: Tracer<'a, S>,
    options: StreamOptions,
    index: Index,
    lines: Vec<Line>,
    /// Lines whose sides are not used up.
    open: Vec<Sides>,
    anew: Anew,
}

/// An accepted line in the picture.
struct Line {
    points: Vec<Vector>,
    low: End,
    high: End,
}

/// A line that was traced from a seed.
struct Candidate {
    seed: Vector,
    up: Path,
    down: Path,
    length: f64,
}

impl<'a, S: Slopes + ?Sized> Plan<'a, S> {
    fn new(slopes: &'a S, frame: &'a Frame, options: &StreamOptions) -> Self {
        let (spacing, closest) = (options.spacing, options.closest * options.spacing);
        Self {
            tracer: Tracer { slopes, frame, spacing },
            options: *options,
            index: Index::new(frame, closest + BETWEEN * spacing),
            lines: Vec::new(),
            open: Vec::new(),
            anew: Anew::new(frame, spacing),
        }
    }

    /// The seeds of the next round: from the sides of lines; when these are used up, from places not yet reached. None at the end.
    fn seeds(&mut self) -> Vec<Vector> {
        let (frame, spacing) = (self.tracer.frame, self.options.spacing);
        let most = if self.lines.is_empty() { FIRST } else { ROUND };
        let mut round = Round { frame, index: &self.index, spacing, most, seeds: Vec::new() };
        self.open.retain_mut(|sides| sides.offer(&mut round));
        if round.seeds.is_empty() {
            self.anew.offer(&mut round);
        }
        round.seeds
    }

    /// Traces lines from the seeds, and accepts those that have room.
    fn grow(&mut self, seeds: &[Vector]) {
        let closest = self.options.closest * self.options.spacing;
        let (index, tracer) = (&self.index, &self.tracer);
        let stop = |a: Vector, b: Vector| index.is_near(a, b, closest, 0);
        let traced = |seeds: &[Vector]| -> Vec<Candidate> {
            let pairs = tracer.trace(seeds, &stop).into_iter().zip(seeds);
            pairs.filter_map(|(pair, &seed)| pair.map(|[up, down]| Candidate::new(seed, up, down))).collect()
        };
        let mut candidates: Vec<Candidate> = seeds.par_chunks(BATCH).flat_map_iter(traced).collect();
        // A stable sort: ties stay in the order of their seeds.
        candidates.sort_by(|a, b| b.length.total_cmp(&a.length));
        let since = number(self.lines.len());
        for candidate in candidates {
            if let Some(line) = self.fitted(candidate, since) {
                self.index.insert(number(self.lines.len()), &line.points);
                self.open.push(Sides::new(&line.points, self.options.spacing));
                self.lines.push(line);
            }
        }
    }

    /// What is left of a candidate beside the lines since number `since`, if that is long enough.
    fn fitted(&self, candidate: Candidate, since: u32) -> Option<Line> {
        let Candidate { seed, mut up, mut down, .. } = candidate;
        let (spacing, closest) = (self.options.spacing, self.options.closest * self.options.spacing);
        if is_taken(&self.index, seed, spacing, since) {
            return None;
        }
        for path in [&mut up, &mut down] {
            let near = path.points.windows(2).position(|pair| self.index.is_near(pair[0], pair[1], closest, since));
            if let Some(last) = near {
                path.points.truncate(last + 1);
                path.end = End::Crowded;
            }
        }
        let line = Line::new(up, down);
        (line.points.len() > 1 && length(&line.points) >= self.options.shortest * spacing).then_some(line)
    }

    /// The lines in the world.
    fn done(self) -> Vec<Streamline> {
        let frame = self.tracer.frame;
        self.lines.into_iter().map(|line| line.in_world(frame)).collect()
    }
}

impl Line {
    /// The path down from a point, reversed, and the path up from it.
    fn new(up: Path, down: Path) -> Self {
        let (low, high) = (down.end, up.end);
        let mut points = down.points;
        points.reverse();
        points.extend(up.points.into_iter().skip(1));
        Self { points, low, high }
    }

    fn in_world(self, frame: &Frame) -> Streamline {
        let points = self.points.into_iter().map(|p| frame.world(p)).collect();
        Streamline { points, low: self.low, high: self.high }
    }
}

impl Candidate {
    fn new(seed: Vector, up: Path, down: Path) -> Self {
        let length = length(&up.points) + length(&down.points);
        Self { seed, up, down, length }
    }
}

/// A number of lines; the limit on points keeps it far below 2³².
fn number(lines: usize) -> u32 {
    u32::try_from(lines).unwrap_or(u32::MAX)
}
