//! Where labels sit on lines: along a straight stretch, apart from each other, on no other line.
//!
//! Everything is in pixels, y downward. Each line is tried at many places along its length. A place is *bad* if the line bends there so
//! that the words would leave it, if the words would leave the box, or if they would touch another label; of the others the one is taken that is
//! straightest, most nearly level, clear of other lines, and closest to the middle of its share of the line. Long lines carry a label every so
//! often, and the same words do not stand close together. A level that has found no place clear of other lines takes the best one on them, and its halo keeps it legible.
//!
//! Words are upright: their angle is the line's, turned by half a turn where they would stand on their heads. Where they sit, the
//! line is cut.
//!
//! The order of lines decides who comes first, longest first, so the same lines carry the same labels.

use std::collections::HashMap;

/// A line to be labelled.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Its points.
    pub points: Vec<(f64, f64)>,
    /// Whether its last point is joined to its first.
    pub closed: bool,
    /// Which of the labels it carries.
    pub label: usize,
}

/// How labels are set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Setting {
    /// The height of the letters.
    pub height: f64,
    /// Labels of one line are about so far apart.
    pub spacing: f64,
    /// Left, top, right and bottom of where words may be.
    pub bounds: [f64; 4],
}

/// A label on a line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Placed {
    /// Which line.
    pub line: usize,
    /// Which label.
    pub label: usize,
    /// The middle of the words.
    pub at: (f64, f64),
    /// Radians from the horizontal, counter-clockwise as seen.
    pub angle: f64,
    /// The stretch of the line that the words take, in pixels from its first point; on a closed line it may go past the end.
    pub gap: (f64, f64),
}

/// The words leave the line where a chord is shorter than this share of its arc.
const STRAIGHT: f64 = 0.93;

/// A line shorter than this many lengths of its label carries none.
const SHORTEST: f64 = 2.5;

/// The same words are at least this share of the spacing apart.
const APART: f64 = 0.3;

/// Places that are tried for each label.
const TRIES: usize = 48;

/// A line with its length up to each point; a closed one has its first point again at the end.
struct Measured {
    points: Vec<(f64, f64)>,
    along: Vec<f64>,
    closed: bool,
}

impl Measured {
    fn new(line: &Line) -> Self {
        let mut points = line.points.clone();
        points.extend(line.points.first().filter(|_| line.closed));
        let mut along = Vec::with_capacity(points.len());
        let mut length = 0.0;
        for (k, point) in points.iter().enumerate() {
            if k > 0 {
                let before: (f64, f64) = points[k - 1];
                length += (point.0 - before.0).hypot(point.1 - before.1);
            }
            along.push(length);
        }
        Self { points, along, closed: line.closed }
    }

    fn length(&self) -> f64 {
        self.along.last().copied().unwrap_or(0.0)
    }

    /// The point at a distance from the first, around and around on a closed line.
    fn at(&self, distance: f64) -> (f64, f64) {
        let length = self.length();
        let distance = if self.closed && length > 0.0 { distance.rem_euclid(length) } else { distance };
        let after = self.along.partition_point(|&along| along < distance).clamp(1, self.points.len() - 1);
        let (from, to) = (self.along[after - 1], self.along[after]);
        let share = if to > from { ((distance - from) / (to - from)).clamp(0.0, 1.0) } else { 0.0 };
        let (a, b) = (self.points[after - 1], self.points[after]);
        (a.0 + share * (b.0 - a.0), a.1 + share * (b.1 - a.1))
    }

    /// The points between two distances, both ends included.
    fn stretch(&self, from: f64, to: f64) -> Vec<(f64, f64)> {
        let mut points = vec![self.at(from)];
        let length = self.length();
        let turns: &[f64] = if self.closed { &[0.0, 1.0, 2.0] } else { &[0.0] };
        for turn in turns {
            let inside = |along: f64| from < along + turn * length && along + turn * length < to;
            points.extend(
                self.points.iter().zip(&self.along).filter(|&(_, &along)| inside(along)).map(|(point, _)| *point),
            );
        }
        points.push(self.at(to));
        points.dedup();
        points
    }
}

/// A point of a line, and the number of the line.
type OfLine = (usize, (f64, f64));

/// Points of lines by the square of pixels they lie in.
struct Crowd {
    size: f64,
    squares: HashMap<(i64, i64), Vec<OfLine>>,
}

impl Crowd {
    fn new(lines: &[Measured], size: f64) -> Self {
        let mut crowd = Self { size, squares: HashMap::new() };
        for (nth, line) in lines.iter().enumerate() {
            // As dense as half a square, so that no line slips through.
            let mut distance = 0.0;
            while distance <= line.length() && line.points.len() > 1 {
                let point = line.at(distance);
                crowd.squares.entry(crowd.square(point)).or_default().push((nth, point));
                distance += 0.5 * size;
            }
        }
        crowd
    }

    #[expect(clippy::cast_possible_truncation, reason = "pixel places are far below 2⁵³")]
    fn square(&self, (x, y): (f64, f64)) -> (i64, i64) {
        ((x / self.size).floor() as i64, (y / self.size).floor() as i64)
    }

    /// Whether another line, or another stretch of this one, passes through a box of words.
    fn passes(&self, words: &Words, line: usize, own: f64) -> bool {
        let reach = words.half_length.hypot(words.half_height);
        let (from, to) = (
            self.square((words.at.0 - reach, words.at.1 - reach)),
            self.square((words.at.0 + reach, words.at.1 + reach)),
        );
        (from.1..=to.1).any(|row| {
            (from.0..=to.0).any(|column| {
                self.squares.get(&(column, row)).is_some_and(|points| {
                    points.iter().any(|&(nth, point)| {
                        let (along, across) = words.local(point);
                        let inside = along.abs() < words.half_length && across.abs() < words.half_height;
                        inside && (nth != line || across.abs() > own)
                    })
                })
            })
        })
    }
}

/// A box of words at an angle.
#[derive(Debug, Clone, Copy)]
struct Words {
    at: (f64, f64),
    /// Cosine and sine on the screen, where y points down.
    turn: (f64, f64),
    half_length: f64,
    half_height: f64,
}

impl Words {
    /// A point along and across the words, from their middle.
    fn local(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let (dx, dy) = (x - self.at.0, y - self.at.1);
        (dx * self.turn.0 + dy * self.turn.1, dy * self.turn.0 - dx * self.turn.1)
    }

    fn corners(&self) -> [(f64, f64); 4] {
        [(1.0, 1.0), (-1.0, 1.0), (-1.0, -1.0), (1.0, -1.0)].map(|(along, across)| {
            let (a, b) = (along * self.half_length, across * self.half_height);
            (self.at.0 + a * self.turn.0 - b * self.turn.1, self.at.1 + a * self.turn.1 + b * self.turn.0)
        })
    }

    /// Whether two boxes share a point: no side of either has all of the other beyond it.
    fn meets(&self, other: &Self) -> bool {
        let apart = |a: &Self, b: &Self| {
            let local = b.corners().map(|corner| a.local(corner));
            let beyond = |side: &dyn Fn(&(f64, f64)) -> f64, half: f64| {
                local.iter().all(|corner| side(corner) > half) || local.iter().all(|corner| side(corner) < -half)
            };
            beyond(&|corner| corner.0, a.half_length) || beyond(&|corner| corner.1, a.half_height)
        };
        !apart(self, other) && !apart(other, self)
    }
}

/// Places labels of these widths on lines.
#[must_use]
pub fn place(lines: &[Line], widths: &[f64], setting: &Setting) -> Vec<Placed> {
    let measured: Vec<Measured> = lines.iter().map(Measured::new).collect();
    let crowd = Crowd::new(&measured, setting.height.max(1.0));
    let mut order: Vec<usize> = (0..lines.len()).filter(|&nth| lines[nth].points.len() > 1).collect();
    order.sort_by(|&a, &b| measured[b].length().total_cmp(&measured[a].length()));
    let (mut placed, mut taken): (Vec<Placed>, Vec<Words>) = (Vec::new(), Vec::new());
    let mut labelled = vec![false; widths.len()];
    for clear in [true, false] {
        for &nth in &order {
            let label = lines[nth].label;
            let Some(&width) = widths.get(label) else { continue };
            let line = &measured[nth];
            if line.length() < SHORTEST * width || (!clear && labelled[label]) {
                continue;
            }
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small count")]
            let count = if clear { ((line.length() / setting.spacing) as usize).max(1) } else { 1 };
            for share in 0..count {
                let part = line.length() / count as f64;
                let range = (share as f64 * part, part);
                let free = |words: &Words| {
                    let near = |other: &Placed| (other.at.0 - words.at.0).hypot(other.at.1 - words.at.1);
                    let alike = placed.iter().filter(|other| other.label == label);
                    alike.map(near).all(|distance| distance > APART * setting.spacing)
                        && !taken.iter().any(|other| words.meets(other))
                };
                if let Some((place, words)) = best(line, (nth, label), width, range, setting, &crowd, &free, clear) {
                    placed.push(place);
                    taken.push(words);
                    labelled[label] = true;
                }
            }
        }
    }
    placed
}

/// The best place for a label in a share of a line that begins at and has the length `range`.
#[expect(clippy::too_many_arguments, reason = "what a place is judged by")]
fn best(
    line: &Measured,
    (nth, label): (usize, usize),
    width: f64,
    (start, part): (f64, f64),
    setting: &Setting,
    crowd: &Crowd,
    free: &dyn Fn(&Words) -> bool,
    clear: bool,
) -> Option<(Placed, Words)> {
    // A little room on both sides of the words.
    let half = 0.5 * width + 0.35 * setting.height;
    let mut found: Option<(f64, Placed, Words)> = None;
    for k in 0..TRIES {
        let share = (k as f64 + 0.5) / TRIES as f64;
        let middle = start + share * part;
        if !line.closed && (middle - half < 0.0 || middle + half > line.length()) {
            continue;
        }
        let (a, b) = (line.at(middle - half), line.at(middle + half));
        let (dx, dy) = (b.0 - a.0, b.1 - a.1);
        let chord = dx.hypot(dy);
        let straight = chord / (2.0 * half);
        if straight < STRAIGHT {
            continue;
        }
        let upright = if dx < 0.0 || (dx == 0.0 && dy > 0.0) { -1.0 } else { 1.0 };
        let turn = (upright * dx / chord, upright * dy / chord);
        let at = (0.5 * (a.0 + b.0), 0.5 * (a.1 + b.1));
        let words = Words { at, turn, half_length: half, half_height: 0.8 * setting.height };
        let [left, top, right, bottom] = setting.bounds;
        let outside = |&(x, y): &(f64, f64)| x < left || x > right || y < top || y > bottom;
        if words.corners().iter().any(outside) || !free(&words) {
            continue;
        }
        // The line itself must not come back, nor bulge out from under its words.
        let crossed = crowd.passes(&words, nth, 0.45 * setting.height);
        if clear && crossed {
            continue;
        }
        let level = turn.1.abs();
        let cost = 8.0 * (1.0 - straight) / (1.0 - STRAIGHT)
            + 3.0 * level
            + 2.0 * (share - 0.5).abs()
            + if crossed { 20.0 } else { 0.0 };
        if found.as_ref().is_none_or(|best| cost < best.0) {
            let angle = -turn.1.atan2(turn.0);
            let place = Placed { line: nth, label, at, angle, gap: (middle - half, middle + half) };
            found = Some((cost, place, words));
        }
    }
    found.map(|(_, place, words)| (place, words))
}

/// The pieces of a line that are left between these gaps.
#[must_use]
pub fn cut(line: &Line, gaps: &[(f64, f64)]) -> Vec<Vec<(f64, f64)>> {
    let measured = Measured::new(line);
    let length = measured.length();
    let mut gaps = gaps.to_vec();
    gaps.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (Some(first), Some(last)) = (gaps.first().copied(), gaps.last().copied()) else {
        return vec![measured.points];
    };
    let mut pieces: Vec<(f64, f64)> = gaps.windows(2).map(|pair| (pair[0].1, pair[1].0)).collect();
    if line.closed {
        pieces.push((last.1, first.0 + length));
    } else {
        pieces.push((0.0, first.0));
        pieces.push((last.1, length));
    }
    let pieces = pieces.into_iter().filter(|(from, to)| from < to);
    pieces.map(|(from, to)| measured.stretch(from, to)).filter(|points| points.len() > 1).collect()
}

#[cfg(test)]
mod tests;
