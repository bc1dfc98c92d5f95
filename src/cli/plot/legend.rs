//! The legend: what the kinds of lines of a picture are called.
//!
//! It stands when there is more than one kind of lines, in the corner where it hides least of them (see [`crate::figure::hidden`]), or where `--legend`
//! says, unless the axes have no room for it. Each of its samples is drawn as its layer is. Lines are made to stand out from the cells, and so is the legend's paper from them: of light
//! and dark it is the one on which the weakest sample shows best, that of the theme where both do, and grey where pale and dark samples meet.

use crate::cli::args::Corner;
use crate::cli::plot::kind::{Kind, Sample};
use crate::cli::plot::notes::{LETTERS, brush, float};
use crate::cli::plot::stage::Stage;
use crate::color::contrast::{ENOUGH, contrast};
use crate::figure::hidden::{Bounds, least};
use crate::figure::scene::{Brush, Colour, Mark};
use crate::figure::{Theme, palette, text};
use crate::flow::glyph;

/// The corners in the order in which they are taken where they are alike.
const CORNERS: [Corner; 4] = [Corner::UpperRight, Corner::UpperLeft, Corner::LowerLeft, Corner::LowerRight];

/// How strongly the legend covers what is below.
const COVER: f64 = 0.93;

/// The legend of these kinds of lines, if there is to be one; points lie over them.
pub(super) fn marks(asked: Option<Corner>, kinds: &[Kind], points: &[Mark], stage: &Stage<'_>) -> Vec<Mark> {
    let shown: Vec<&Kind> = kinds.iter().filter(|kind| !kind.marks.is_empty()).collect();
    let corner = match asked {
        Some(Corner::None) => return Vec::new(),
        None if shown.len() < 2 => return Vec::new(),
        _ if shown.is_empty() => return Vec::new(),
        corner => corner.unwrap_or(Corner::Best),
    };
    let (clip, point) = (stage.view.clip(), stage.view.point());
    let size = LETTERS * point;
    let (inset, row, sample) = (0.6 * size, 1.5 * size, 2.4 * size);
    let longest = shown.iter().map(|kind| text::width(&kind.name, size)).fold(0.0, f64::max);
    let (width, height) = (3.0 * inset + sample + longest, inset + row * count(shown.len()));
    let margin = 0.8 * size;
    let room = |side: i64| float(side) - 2.0 * margin;
    if width > room(clip.width) || height > room(clip.height) {
        return Vec::new();
    }
    let place = |corner: Corner| -> Bounds {
        let left = match corner {
            Corner::UpperLeft | Corner::LowerLeft => float(clip.x) + margin,
            _ => float(clip.right()) - margin - width,
        };
        let top = match corner {
            Corner::LowerLeft | Corner::LowerRight => float(clip.bottom()) - margin - height,
            _ => float(clip.y) + margin,
        };
        [left, top, left + width, top + height]
    };
    let [left, top, right, bottom] = match corner {
        Corner::Best => {
            let all: Vec<&[Mark]> = shown.iter().map(|kind| &kind.marks[..]).chain([points]).collect();
            let corners = CORNERS.map(place);
            corners[least(&all, &corners).unwrap_or(0)]
        }
        corner => place(corner),
    };
    let samples: Vec<Vec<Mark>> = shown
        .iter()
        .zip(0..)
        .map(|(kind, k)| {
            let from = (left + inset, top + 0.5 * inset + (count(k) + 0.5) * row);
            samples(kind, from, (from.0 + sample, from.1), stage)
        })
        .collect();
    let (paper, letters) = sheet(&samples, stage.theme);
    let paper = Brush { colour: Colour::Rgb(paper), strength: COVER };
    let corners = vec![(left, top), (right, top), (right, bottom), (left, bottom)];
    let mut marks = vec![Mark::Fill { paths: vec![corners], brush: paper, clip }];
    for ((kind, sample), k) in shown.iter().zip(samples).zip(0..) {
        marks.extend(sample);
        let middle = top + 0.5 * inset + (count(k) + 0.5) * row;
        let at = (left + 2.0 * inset + 2.4 * size + 0.5 * text::width(&kind.name, size), middle);
        let ink = brush(Colour::Rgb(letters));
        marks.push(Mark::Label { text: kind.name.clone(), size, at, angle: 0.0, brush: ink, halo: None });
    }
    marks
}

/// A sample of a kind from one place to another.
fn samples(kind: &Kind, from: (f64, f64), to: (f64, f64), stage: &Stage<'_>) -> Vec<Mark> {
    match kind.sample {
        Sample::Stream(look) => glyph::sample(from, to, true, &stage.view, &look),
        Sample::Arrow(look) => glyph::sample(from, to, false, &stage.view, &look),
        Sample::Line => {
            let line =
                |(width, brush)| Mark::Stroke { paths: vec![vec![from, to]], width, brush, clip: stage.view.clip() };
            pens(&kind.marks).into_iter().map(line).collect()
        }
    }
}

/// What lines are drawn with: the widest pen and the last, which are enough to know a layer by.
fn pens(marks: &[Mark]) -> Vec<(f64, Brush)> {
    let pens: Vec<(f64, Brush)> = marks
        .iter()
        .filter_map(|mark| if let Mark::Stroke { width, brush, .. } = mark { Some((*width, *brush)) } else { None })
        .collect();
    let widest = pens.iter().copied().max_by(|a, b| a.0.total_cmp(&b.0));
    let last = pens.last().copied().filter(|last| Some(*last) != widest);
    widest.into_iter().chain(last).collect()
}

/// The grey from which white and black stand out alike: √(1.05·0.05) − 0.05 of white's light.
const GREY: [u8; 3] = [118; 3];

/// Paper and ink of the theme on which the weakest of the samples stands out enough, or best: of the given one if both do. Grey paper is
/// taken where it does better than either.
fn sheet(samples: &[Vec<Mark>], theme: Theme) -> ([u8; 3], [u8; 3]) {
    let weakest = |paper: [u8; 3]| {
        let tops = samples.iter().filter_map(|sample| match sample.last()? {
            Mark::Stroke { brush, .. } | Mark::Fill { brush, .. } => Some(palette::colour(brush.colour, theme)),
            _ => None,
        });
        tops.map(|colour| contrast(colour, paper).min(ENOUGH)).fold(ENOUGH, f64::min)
    };
    let other = if theme == Theme::Light { Theme::Dark } else { Theme::Light };
    let mut best = (theme.paper(), theme.ink());
    for sheet in [(other.paper(), other.ink()), (GREY, Theme::Dark.ink())] {
        if weakest(sheet.0) > weakest(best.0) {
            best = sheet;
        }
    }
    best
}

#[expect(clippy::cast_precision_loss, reason = "a few lines of a legend")]
fn count(lines: usize) -> f64 {
    lines as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::scene::Area;

    const CLIP: Area = Area { x: 0, y: 0, width: 100, height: 100 };

    fn stroke(width: f64, colour: Colour) -> Mark {
        Mark::Stroke { paths: vec![], width, brush: brush(colour), clip: CLIP }
    }

    #[test]
    fn lines_are_known_by_their_casing_and_last_pen() {
        let layer = [stroke(3.0, Colour::Paper), stroke(1.0, Colour::Ink), stroke(3.0, Colour::Paper)];
        let widths = |marks: &[Mark]| pens(marks).iter().map(|pen| pen.0).collect::<Vec<f64>>();
        assert_eq!(widths(&layer[..2]), [3.0, 1.0], "the casing, then the line");
        assert_eq!(widths(&layer), [3.0], "one pen once");
        assert_eq!(widths(&[]), [] as [f64; 0], "no layer");
    }

    #[test]
    fn the_paper_is_the_one_that_samples_stand_out_from() {
        let of = |colours: &[[u8; 3]], theme: Theme| {
            let samples: Vec<Vec<Mark>> =
                colours.iter().map(|colour| vec![stroke(1.0, Colour::Rgb(*colour))]).collect();
            sheet(&samples, theme).0
        };
        for theme in [Theme::Light, Theme::Dark] {
            assert_eq!(of(&[[255; 3]], theme), Theme::Dark.paper(), "white lines");
            assert_eq!(of(&[[16, 16, 20]], theme), Theme::Light.paper(), "dark lines");
            assert_eq!(of(&[[128; 3]], theme), theme.paper(), "grey ones show on both");
            assert_eq!(of(&[], theme), theme.paper(), "none");
            assert_eq!(of(&[[255; 3], [16, 16, 20]], theme), GREY, "white and dark lines");
            // What stands out from either paper changes with it.
            let paths = vec![vec![stroke(1.0, Colour::Series(1))], vec![stroke(1.0, Colour::Rgb([255; 3]))]];
            assert_eq!(sheet(&paths, theme).0, Theme::Dark.paper(), "white lines beside a path");
        }
    }
}
