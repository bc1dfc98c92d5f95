//! How much of a figure's marks a box would hide, by which the place of a legend is chosen.
//!
//! **Theory.** As matplotlib's `loc="best"`, which counts the vertices of lines in the box; here it is the pixels that marks paint: the length of strokes and of
//! the rims of fills inside, times their width and strength, so that a line counts the same whether it has few points or many. Words count with the
//! box that they fill, dots with their disc. Of each kind of marks its share counts: the end of the only path is more than ten of a thousand arrows.
//!
//! **Edges.** Strokes count up to their clip; places that are not finite count nothing. Marks beneath each other count each.
//!
//! **Limits.** Images, boxes and the cells are passed over: what is known is what is drawn, not what the colours mean.

use super::scene::{Area, Mark};
use super::text::{capital_height, width as text_width};

/// A box: left, top, right, bottom.
pub type Bounds = [f64; 4];

/// Pixels of these marks in the box.
#[must_use]
pub fn hidden<'a>(marks: impl IntoIterator<Item = &'a Mark>, bounds: Bounds) -> f64 {
    marks.into_iter().map(|mark| share(mark, bounds)).sum()
}

/// The first of some boxes that hides the least shares of the kinds of marks, or hardly more: a tenth.
#[must_use]
pub fn least(kinds: &[&[Mark]], boxes: &[Bounds]) -> Option<usize> {
    const ALL: Bounds = [f64::NEG_INFINITY, f64::NEG_INFINITY, f64::INFINITY, f64::INFINITY];
    /// What no eye weighs; it keeps a legend in its usual corner where all are alike.
    const HARDLY: f64 = 1.1;
    let wholes: Vec<f64> = kinds.iter().map(|kind| hidden(*kind, ALL)).collect();
    let share = |kind: &[Mark], whole: f64, bounds| if whole > 0.0 { hidden(kind, bounds) / whole } else { 0.0 };
    let shares = |bounds| kinds.iter().zip(&wholes).map(|(kind, whole)| share(kind, *whole, bounds)).sum();
    let amounts: Vec<f64> = boxes.iter().map(|bounds| shares(*bounds)).collect();
    let fewest = amounts.iter().copied().fold(f64::INFINITY, f64::min);
    amounts.iter().position(|amount| *amount <= HARDLY * fewest)
}

fn share(mark: &Mark, bounds: Bounds) -> f64 {
    match mark {
        Mark::Stroke { paths, width, brush, clip } => {
            let bounds = meet(bounds, clip);
            width * brush.strength * paths.iter().map(|path| long(path, bounds)).sum::<f64>()
        }
        Mark::Fill { paths, brush, clip } => {
            let bounds = meet(bounds, clip);
            brush.strength * paths.iter().map(|path| long(path, bounds)).sum::<f64>()
        }
        Mark::Label { text, size, at, .. } => {
            let (half, up) = (0.5 * text_width(text, *size), 0.5 * capital_height(*size));
            area([at.0 - half, at.1 - up, at.0 + half, at.1 + up], bounds)
        }
        Mark::Dot { at, radius, .. } => area([at.0 - radius, at.1 - radius, at.0 + radius, at.1 + radius], bounds),
        Mark::Box(..) | Mark::Levels(..) | Mark::Tip { .. } | Mark::Text { .. } | Mark::Image { .. } => 0.0,
    }
}

#[expect(clippy::cast_precision_loss, reason = "pixel places are far below 2⁵³")]
fn meet(a: Bounds, clip: &Area) -> Bounds {
    let b = [clip.x as f64, clip.y as f64, clip.right() as f64, clip.bottom() as f64];
    [a[0].max(b[0]), a[1].max(b[1]), a[2].min(b[2]), a[3].min(b[3])]
}

fn area(a: Bounds, b: Bounds) -> f64 {
    let (across, down) = (a[2].min(b[2]) - a[0].max(b[0]), a[3].min(b[3]) - a[1].max(b[1]));
    if across > 0.0 && down > 0.0 { across * down } else { 0.0 }
}

/// The length of a line inside a box.
fn long(path: &[(f64, f64)], bounds: Bounds) -> f64 {
    path.windows(2).map(|ends| inside(ends[0], ends[1], bounds)).sum()
}

/// The length of a segment inside a box (Liang & Barsky, *ACM TOG* 3(1), 1984).
fn inside(a: (f64, f64), b: (f64, f64), [left, top, right, bottom]: Bounds) -> f64 {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let (mut from, mut to) = (0.0_f64, 1.0_f64);
    for (step, low, high) in [(dx, left - a.0, right - a.0), (dy, top - a.1, bottom - a.1)] {
        if step == 0.0 {
            if low > 0.0 || high < 0.0 {
                return 0.0;
            }
            continue;
        }
        let (enter, leave) = if step > 0.0 { (low / step, high / step) } else { (high / step, low / step) };
        (from, to) = (from.max(enter), to.min(leave));
    }
    // What is not finite fails the comparison.
    let length = dx.hypot(dy) * (to - from);
    if to > from && length.is_finite() { length } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::scene::{Brush, Colour, Shape};

    const CLIP: Area = Area { x: 0, y: 0, width: 100, height: 100 };
    const INK: Brush = Brush { colour: Colour::Ink, strength: 1.0 };

    fn stroke(path: &[(f64, f64)], width: f64) -> Mark {
        Mark::Stroke { paths: vec![path.to_vec()], width, brush: INK, clip: CLIP }
    }

    #[test]
    fn strokes_count_by_what_is_inside() {
        let bounds = [10.0, 10.0, 20.0, 20.0];
        let long = |path: &[(f64, f64)]| hidden(&[stroke(path, 1.0)], bounds);
        assert_eq!(long(&[(0.0, 15.0), (100.0, 15.0)]), 10.0, "across");
        assert!((long(&[(100.0, 15.0), (0.0, 15.0)]) - 10.0).abs() < 1e-12, "and back");
        assert!((long(&[(0.0, 0.0), (30.0, 30.0)]) - 200_f64.sqrt()).abs() < 1e-12, "the diagonal");
        assert_eq!(long(&[(12.0, 12.0), (12.0, 15.0), (16.0, 15.0)]), 7.0, "all of it");
        assert_eq!(long(&[(0.0, 21.0), (100.0, 21.0)]), 0.0, "beside");
        assert_eq!(long(&[(0.0, 30.0), (30.0, 40.0)]), 0.0, "far off");
        for odd in [f64::NAN, f64::INFINITY] {
            assert_eq!(long(&[(0.0, 15.0), (odd, 15.0)]), 0.0, "{odd}");
        }
        let outside = [90.0, 0.0, 140.0, 10.0];
        let cut = hidden(&[stroke(&[(0.0, 5.0), (200.0, 5.0)], 3.0)], outside);
        assert!((cut - 30.0).abs() < 1e-9, "up to the clip, by width");
    }

    #[test]
    fn words_and_dots_count_by_their_boxes() {
        let dot = Mark::Dot { at: (50.0, 50.0), radius: 2.0, shape: Shape::Disc, brush: INK };
        assert_eq!(hidden(std::slice::from_ref(&dot), [0.0, 0.0, 50.0, 100.0]), 8.0, "half a dot");
        let label =
            Mark::Label { text: "peak".into(), size: 10.0, at: (50.0, 50.0), angle: 0.0, brush: INK, halo: None };
        let whole = text_width("peak", 10.0) * capital_height(10.0);
        assert!((hidden(&[label], [0.0, 0.0, 100.0, 100.0]) - whole).abs() < 1e-9, "a word");
    }

    #[test]
    fn the_first_of_equals_is_taken() {
        let boxes = [[80.0, 0.0, 100.0, 20.0], [0.0, 0.0, 20.0, 20.0], [0.0, 80.0, 20.0, 100.0]];
        assert_eq!(least(&[], &boxes), Some(0), "nothing anywhere");
        assert_eq!(least(&[&[]], &boxes), Some(0), "a kind without marks");
        let level = [(0.0, 10.0), (100.0, 10.0)];
        assert_eq!(least(&[&[stroke(&level, 1.0)]], &boxes[..2]), Some(0), "alike");
        assert_eq!(least(&[&[stroke(&level, 1.0)]], &boxes), Some(2), "an empty one");
        // 20 pixels in each, and 1 or 3 more in the first: a twentieth and a seventh.
        let more = |length: f64| [stroke(&level, 1.0), stroke(&[(90.0, 5.0), (90.0 + length, 5.0)], 1.0)];
        let taken = |marks: &[Mark]| least(&[marks], &boxes[..2]);
        assert_eq!((taken(&more(1.0)), taken(&more(3.0))), (Some(0), Some(1)), "hardly more");
        assert_eq!(least(&[], &[]), None, "no place");
    }

    #[test]
    fn what_is_rare_counts_more() {
        let boxes = [[80.0, 0.0, 100.0, 20.0], [0.0, 0.0, 20.0, 20.0]];
        let path = [stroke(&[(90.0, 10.0), (60.0, 10.0)], 1.0)];
        let many: Vec<Mark> = (0..200).map(|k| stroke(&[(0.0, f64::from(k)), (40.0, f64::from(k))], 1.0)).collect();
        assert_eq!(
            least(&[&many, &path], &boxes),
            Some(1),
            "a third of the path is more than a twentieth of many lines"
        );
        assert_eq!(least(&[&many], &boxes), Some(0), "which are nowhere else");
    }
}
