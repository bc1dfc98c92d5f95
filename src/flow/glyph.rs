//! Arrows and streamlines as marks of a figure.
//!
//! An arrow is one polygon: a shaft that widens from tail to neck and a swept head, so that the eye takes its direction from the whole
//! and not from the tip alone. Arrows shorter than their head would be are drawn smaller, head and all. Everything has a halo in the
//! opposite tone, drawn below all of its kind, which keeps it legible on any colormap.
//!
//! Edge cases: nothing to draw is no mark at all. Sizes are in typographic points, see [`View::point`].

use super::arrows::{Arrow, Way};
use super::frame::{Frame, Vector, unit};
use super::seeds::{Walk, length};
use super::streamlines::Streamline;
use crate::figure::View;
use crate::figure::ink::Tone;
use crate::figure::scene::{Brush, Colour, Mark};

/// Width of a shaft at the neck, in points.
const SHAFT: f64 = 1.3;
/// Width of a streamline, in points.
const LINE: f64 = 1.0;
/// A shaft's width at the tail, of that at the neck.
const TAIL: f64 = 0.45;
/// Length of a head, in widths of the shaft.
const HEAD: f64 = 4.6;
/// Half the width of a head, of its length.
const BARB: f64 = 0.42;
/// How far the neck lies before the barbs, of the length of a head.
const SWEEP: f64 = 0.22;
/// A whole arrow is at least this many heads long; below, its head shrinks.
const SLIM: f64 = 1.5;
/// What a halo adds on each side, in points.
const HALO: f64 = 0.8;
/// Heads along a streamline are this far apart, in points; a shorter line has one in its middle.
const HEADS: f64 = 110.0;

/// What arrows and lines are drawn with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    /// Their colour.
    pub brush: Brush,
    /// What surrounds them.
    pub halo: Brush,
    /// The width of lines and of the shafts of arrows in points, if it is not the usual one.
    pub width: Option<f64>,
}

impl Look {
    /// White in a dark halo, or near black in a light one.
    #[must_use]
    pub fn in_tone(tone: Tone) -> Self {
        Self::of(tone.ink())
    }

    /// A colour in a halo of the opposite tone.
    #[must_use]
    pub fn of(colour: [u8; 3]) -> Self {
        let edge = Tone::of(colour).opposite();
        let strength = match edge {
            Tone::Dark => 0.45,
            Tone::Pale => 0.7,
        };
        Self {
            brush: Brush { colour: Colour::Rgb(colour), strength: 1.0 },
            halo: Brush { colour: Colour::Rgb(edge.ink()), strength },
            width: None,
        }
    }
}

/// The marks of arrows.
#[must_use]
pub fn arrow_marks(arrows: &[Arrow], view: &View, look: &Look) -> Vec<Mark> {
    let thick = look.width.unwrap_or(SHAFT) * view.point();
    let shapes: Vec<Vec<(f64, f64)>> =
        arrows.iter().filter_map(|arrow| polygon(arrow.tail, arrow.tip, thick)).collect();
    if shapes.is_empty() {
        return Vec::new();
    }
    let clip = view.clip();
    let outlines = shapes.iter().map(|shape| closed(shape)).collect();
    let halo = Mark::Stroke { paths: outlines, width: 2.0 * HALO * view.point(), brush: look.halo, clip };
    vec![halo, Mark::Fill { paths: shapes, brush: look.brush, clip }]
}

/// The marks of streamlines, with heads that point up or down.
#[must_use]
pub fn stream_marks(lines: &[Streamline], frame: &Frame, view: &View, way: Way, look: &Look) -> Vec<Mark> {
    let shown = |line: &Streamline| -> Vec<Vector> {
        let mut points: Vec<Vector> = line.points.iter().map(|&x| frame.picture(x)).collect();
        if way == Way::Descent {
            points.reverse();
        }
        points
    };
    let lines: Vec<Vec<Vector>> = lines.iter().map(shown).filter(|line| line.len() > 1).collect();
    drawn(&lines, view, look)
}

/// A short arrow, or a piece of a streamline, between two places of the picture, as a legend shows it.
#[must_use]
pub fn sample(from: (f64, f64), to: (f64, f64), streams: bool, view: &View, look: &Look) -> Vec<Mark> {
    let (tail, tip) = ([from.0, from.1], [to.0, to.1]);
    if streams {
        return drawn(&[vec![tail, tip]], view, look);
    }
    arrow_marks(&[Arrow { place: tail, gradient: [0.0; 2], tail, tip }], view, look)
}

/// The marks of lines in pixels, with heads along them.
fn drawn(lines: &[Vec<Vector>], view: &View, look: &Look) -> Vec<Mark> {
    let (point, clip) = (view.point(), view.clip());
    let thick = look.width.unwrap_or(LINE) * point;
    if lines.is_empty() {
        return Vec::new();
    }
    let heads: Vec<Vec<(f64, f64)>> = lines.iter().flat_map(|line| heads(line, HEADS * point, thick)).collect();
    let paths: Vec<Vec<(f64, f64)>> = lines.iter().map(|line| line.iter().map(|p| (p[0], p[1])).collect()).collect();
    let rims = heads.iter().map(|shape| closed(shape)).collect();
    vec![
        Mark::Stroke { paths: paths.clone(), width: thick + 2.0 * HALO * point, brush: look.halo, clip },
        Mark::Stroke { paths: rims, width: 2.0 * HALO * point, brush: look.halo, clip },
        Mark::Stroke { paths, width: thick, brush: look.brush, clip },
        Mark::Fill { paths: heads, brush: look.brush, clip },
    ]
}

/// An arrow as a polygon, its head last; `None` if it has no length.
fn polygon(tail: Vector, tip: Vector, thick: f64) -> Option<Vec<(f64, f64)>> {
    let along = unit([tip[0] - tail[0], tip[1] - tail[1]])?;
    let long = super::frame::distance(tail, tip);
    let size = (long / (SLIM * HEAD * thick)).min(1.0);
    let (head, half) = (size * HEAD * thick, 0.5 * size * thick);
    let at = |back: f64, aside: f64| {
        (tip[0] - back * along[0] - aside * along[1], tip[1] - back * along[1] + aside * along[0])
    };
    let (neck, barb) = (head * (1.0 - SWEEP), head * BARB);
    Some(vec![
        at(long, TAIL * half),
        at(neck, half),
        at(head, barb),
        at(0.0, 0.0),
        at(head, -barb),
        at(neck, -half),
        at(long, -TAIL * half),
    ])
}

/// The heads along a line.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a float beyond usize becomes its end")]
fn heads(line: &[Vector], every: f64, thick: f64) -> Vec<Vec<(f64, f64)>> {
    let whole = length(line);
    let head = HEAD * thick;
    if !(whole > 1.5 * head && every > 0.0) {
        return Vec::new();
    }
    let count = ((whole / every).round() as usize).max(1);
    let mut walk = Walk::new(line);
    let middles = (0..count).map(|k| whole * (k as f64 + 0.5) / count as f64);
    // The head's axis is a chord of the line, so that a bent line runs through its middle.
    let ends: Vec<(Vector, Vector)> =
        middles.filter_map(|at| Some((walk.at(at - 0.5 * head)?.0, walk.at(at + 0.5 * head)?.0))).collect();
    let shape = |(back, tip): (Vector, Vector)| {
        let along = unit([tip[0] - back[0], tip[1] - back[1]])?;
        let at = |back: f64, aside: f64| {
            (tip[0] - back * along[0] - aside * along[1], tip[1] - back * along[1] + aside * along[0])
        };
        Some(vec![at(head * (1.0 - SWEEP), 0.0), at(head, BARB * head), at(0.0, 0.0), at(head, -BARB * head)])
    };
    ends.into_iter().filter_map(shape).collect()
}

/// A polygon as a line that comes back to its beginning.
fn closed(shape: &[(f64, f64)]) -> Vec<(f64, f64)> {
    shape.iter().chain(shape.first()).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::{Figure, FigureSpec};
    use crate::flow::End;

    fn view() -> View {
        Figure::new(FigureSpec::new(600, 600)).expect("a good spec").view()
    }

    /// Twice the signed area.
    fn area(shape: &[(f64, f64)]) -> f64 {
        let next = shape.iter().cycle().skip(1);
        shape.iter().zip(next).map(|(a, b)| a.0 * b.1 - a.1 * b.0).sum()
    }

    #[test]
    fn an_arrow_is_one_symmetric_polygon_from_tail_to_tip() {
        for (tail, tip) in [([0.0, 0.0], [40.0, 0.0]), ([5.0, 5.0], [-20.0, 30.0]), ([1.0, 1.0], [1.0, 1.5])] {
            let shape = polygon(tail, tip, 2.0).expect("some length");
            assert_eq!(shape[3], (tip[0], tip[1]), "the tip");
            let middle = (0.5 * (shape[0].0 + shape[6].0), 0.5 * (shape[0].1 + shape[6].1));
            assert!((middle.0 - tail[0]).hypot(middle.1 - tail[1]) < 1e-12, "the tail");
            let axis = [tip[0] - tail[0], tip[1] - tail[1]];
            for k in 0..3 {
                let (a, b) = (shape[k], shape[6 - k]);
                assert!(((a.0 - b.0) * axis[0] + (a.1 - b.1) * axis[1]).abs() < 1e-9, "both sides alike");
            }
            let long = super::super::frame::distance(tail, tip);
            let reach = shape.iter().map(|p| (p.0 - tip[0]).hypot(p.1 - tip[1])).fold(0.0, f64::max);
            assert!(reach < 1.01 * long, "no wider than long: {reach} of {long}");
            assert!(area(&shape) != 0.0, "and not flat");
        }
        assert_eq!(polygon([3.0, 3.0], [3.0, 3.0], 2.0), None, "no length");
    }

    #[test]
    fn heads_sit_on_their_line_and_point_along_it() {
        let line: Vec<Vector> =
            (0..=300).map(|k| f64::from(k) * 0.01).map(|t| [100.0 * t.cos(), 100.0 * t.sin()]).collect();
        let found = heads(&line, 100.0, 2.0);
        assert_eq!(found.len(), 3, "300 along");
        for shape in &found {
            let (neck, tip) = (shape[0], shape[2]);
            let along = unit([tip.0 - neck.0, tip.1 - neck.1]).expect("a direction");
            // Tangents of a circle about the origin that is walked anticlockwise.
            let tangent = unit([-tip.1, tip.0]).expect("a direction");
            assert!(along[0] * tangent[0] + along[1] * tangent[1] > 0.99, "{shape:?}");
            assert!((tip.0.hypot(tip.1) - 100.0).abs() < 0.01, "the tip is on the line");
        }
        assert_eq!(heads(&line[..2], 100.0, 2.0).len(), 0, "too short for a head");
        assert_eq!(heads(&line[..100], 500.0, 2.0).len(), 1, "one in the middle");
    }

    #[test]
    fn marks_are_few_and_follow_the_way() {
        let view = view();
        let (a, b) = (view.world(100.0, 300.0), view.world(500.0, 310.0));
        let line = Streamline { points: vec![[a.0, a.1], [b.0, b.1]], low: End::Border, high: End::Border };
        let frame = Frame::of_view(&view, (0.0, 1.0), (0.0, 1.0));
        let tips = |way: Way| -> Vec<(f64, f64)> {
            match &stream_marks(std::slice::from_ref(&line), &frame, &view, way, &Look::in_tone(Tone::Dark))[..] {
                [Mark::Stroke { .. }, Mark::Stroke { .. }, Mark::Stroke { .. }, Mark::Fill { paths, .. }] => {
                    paths.iter().map(|shape| shape[2]).collect()
                }
                other => panic!("{other:?}"),
            }
        };
        let (up, down) = (tips(Way::Ascent), tips(Way::Descent));
        assert!(!up.is_empty() && up.len() == down.len(), "heads");
        assert!(up[0].0 < up[up.len() - 1].0 && down[0].0 > down[down.len() - 1].0, "in the order of the way");
        let arrow = Arrow { place: [0.5; 2], gradient: [1.0; 2], tail: [50.0; 2], tip: [70.0, 60.0] };
        assert_eq!(
            arrow_marks(&[arrow; 50], &view, &Look::in_tone(Tone::Pale)).len(),
            2,
            "all in one halo and one fill"
        );
        assert_eq!(arrow_marks(&[], &view, &Look::in_tone(Tone::Pale)), [], "nothing");
        assert_eq!(stream_marks(&[], &frame, &view, Way::Ascent, &Look::in_tone(Tone::Dark)), [], "nothing");
    }

    #[test]
    fn halos_are_of_the_opposite_tone() {
        let tone = |look: Look| match look.halo.colour {
            Colour::Rgb([r, ..]) => r,
            _ => 0,
        };
        assert!(
            tone(Look::in_tone(Tone::Dark)) > 200 && tone(Look::in_tone(Tone::Pale)) < 50,
            "black in white, white in black"
        );
        assert!(
            tone(Look::of([255, 255, 0])) < 50 && tone(Look::of([0, 0, 255])) > 200,
            "yellow is light, blue is dark"
        );
    }
}
