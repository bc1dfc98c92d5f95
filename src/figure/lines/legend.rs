//! The legend: how large it is, where it fits, and what it consists of.

use super::super::layout::{Sizes, ceil, float, number, round};
use super::super::scene::{Area, Brush, Colour, Mark, Paint};
use super::super::text::{elided, width as text_width};
use super::layout::{Drawn, Pens, dots, line};
use super::path::Window;
use super::{LineFigureSpec, Series};

/// A legend whose size is known.
pub(super) struct Entries {
    pub(super) width: i64,
    pub(super) height: i64,
    labels: Vec<(usize, String)>,
    row: i64,
    inset: i64,
    sample: i64,
}

impl Entries {
    /// The legend of all series that have a label, if there is any; `room` is the longest a label may be.
    pub(super) fn new(spec: &LineFigureSpec, sizes: &Sizes, room: f64) -> Option<Self> {
        let named = spec.series.iter().enumerate().filter(|(_, series)| !series.label.is_empty());
        let labels: Vec<_> = named.map(|(k, series)| (k, elided(&series.label, sizes.small, room))).collect();
        let longest = labels.iter().map(|(_, label)| text_width(label, sizes.small)).fold(0.0, f64::max);
        let (row, inset, sample) = (round(1.45 * sizes.small), sizes.em(0.5), sizes.em(2.2));
        let width = 2 * inset + sample + sizes.em(0.6) + ceil(longest);
        let height = inset + row * i64::try_from(labels.len()).unwrap_or(0);
        (!labels.is_empty()).then_some(Self { width, height, labels, row, inset, sample })
    }

    /// The first place inside a frame of this size where the legend covers nothing that is drawn.
    pub(super) fn free_place(&self, frame: (i64, i64), sizes: &Sizes, drawn: &[Drawn]) -> Option<(i64, i64)> {
        let margin = sizes.em(0.7);
        let (left, top) = (margin, margin);
        let (right, bottom) = (frame.0 - margin - self.width, frame.1 - margin - self.height);
        if right < left || bottom < top {
            return None;
        }
        let (middle, centre) = (i64::midpoint(left, right), i64::midpoint(top, bottom));
        let corners = [(right, top), (left, top), (right, bottom), (left, bottom)];
        let sides = [(middle, top), (middle, bottom), (right, centre), (left, centre)];
        corners.into_iter().chain(sides).find(|&(x, y)| {
            let air = 0.5 * sizes.text;
            let window = Window {
                left: float(x) - air,
                top: float(y) - air,
                right: float(x + self.width) + air,
                bottom: float(y + self.height) + air,
            };
            drawn.iter().all(|series| {
                let crossed = |path: &Vec<_>| path.windows(2).any(|pair| window.cut(pair[0], pair[1]).is_some());
                let held = |at: &(f64, f64)| window.holds(*at);
                !series.paths.iter().any(crossed) && !series.points.iter().any(held) && !series.zeros.iter().any(held)
            })
        })
    }

    /// Draws it with its upper left corner at a place; inside the frame it gets paper under it and a fine edge.
    pub(super) fn draw(
        &self,
        (x, y): (i64, i64),
        framed: bool,
        series: &[Series],
        sizes: &Sizes,
        pens: &Pens,
        marks: &mut Vec<Mark>,
    ) {
        let area = Area { x, y, width: self.width, height: self.height };
        if framed {
            marks.push(Mark::Box(area, Paint::Paper));
            marks.extend(area.frame(sizes.line).map(|side| Mark::Box(side, Paint::Faint)));
        }
        for (place, (k, label)) in (0_i64..).zip(&self.labels) {
            let middle = float(y) + 0.5 * float(self.inset) + (float(place) + 0.5) * float(self.row);
            let from = float(x + self.inset);
            let (to, style) = (from + float(self.sample), &series[*k].style);
            let path = vec![(from, middle), (to, middle)];
            let sample = Drawn { paths: vec![path], points: vec![(0.5 * (from + to), middle)], ..Drawn::default() };
            marks.extend(line(&sample, style, pens, area));
            dots(&sample, style, pens, marks);
            let words = from + float(self.sample) + float(sizes.em(0.6));
            marks.push(number(label, sizes.small, words, middle));
        }
    }
}

/// A marker that is a ring: a disc of the colour with paper within.
pub(super) fn ring(at: (f64, f64), style: &super::Style, pens: &Pens) -> [Mark; 2] {
    let shape = style.marker.unwrap_or_default();
    let dot = |radius: f64, colour| Mark::Dot { at, radius, shape, brush: Brush { colour, strength: 1.0 } };
    [dot(pens.radius, style.colour), dot((pens.radius - pens.line).max(0.3 * pens.radius), Colour::Paper)]
}
