//! A duel as a picture: the errors over the step on logarithmic axes.

use super::Duel;
use crate::figure::Theme;
use crate::figure::lines::{LineAxis, LineFigureSpec, Series, Style};
use crate::figure::scale::Scale;
use crate::figure::scene::Colour;

impl Duel {
    /// One line with markers per method, its expected error as a faint line behind it, and the exact derivative as a dashed
    /// one. An error of zero is an open marker on the lower edge.
    #[must_use]
    pub fn figure(&self, formula: &str, theme: Theme) -> LineFigureSpec {
        let series =
            |label: &str, points: Vec<(f64, f64)>, style: Style| Series { label: label.to_owned(), points, style };
        let (first, last) = self.width();
        let level = |height: f64| vec![(first, height), (last, height)];
        let mut all = Vec::new();
        for (k, fighter) in self.fighters.iter().enumerate() {
            let style = Style::faint(Colour::Series(k));
            let curve = fine(first, last).map(|h| (h, fighter.law.at(h))).collect();
            all.push(series("", curve, style));
        }
        if self.exact_error > 0.0 {
            all.push(series("", level(self.exact_error), Style::dashed(Colour::Ink)));
        }
        for (k, fighter) in self.fighters.iter().enumerate() {
            let points = self.steps.iter().copied().zip(fighter.errors.iter().copied()).collect();
            all.push(series(fighter.method.name(), points, Style::marked(k)));
        }
        // These stand in the legend behind the methods and draw nothing.
        if self.exact_error > 0.0 {
            all.push(series("exact (has no h)", Vec::new(), Style::dashed(Colour::Ink)));
        }
        all.push(series("expected", Vec::new(), Style::faint(Colour::Ink)));
        let axis = |label: &str, range| LineAxis { label: label.to_owned(), range, scale: Scale::Log };
        let formula = formula.split_whitespace().collect::<Vec<_>>().join(" ");
        LineFigureSpec {
            title: format!("f = {formula},  ∂f/∂{} at {}", self.name(), self.place()),
            subtitle: self.caption(),
            x: axis("h", Some((first, last))),
            y: axis("|error|", self.heights()),
            series: all,
            theme,
            ..LineFigureSpec::default()
        }
    }

    fn caption(&self) -> String {
        let hit = self.fighters.iter().any(|fighter| fighter.errors.contains(&0.0));
        let open = if hit { "; open markers on the lower edge: no error" } else { "" };
        format!("difference quotients in {}; thin lines: error expected{open}", self.arithmetic.name())
    }

    /// The range of the steps, with some air.
    fn width(&self) -> (f64, f64) {
        const AIR: f64 = 1.8;
        let (last, first) = (self.steps.first().copied().unwrap_or(1.0), self.steps.last().copied().unwrap_or(1.0));
        (first / AIR, last * AIR)
    }

    /// The range of the errors that were measured, with some air; `None` if all are zero.
    fn heights(&self) -> Option<(f64, f64)> {
        /// Factor between the outermost error and the frame.
        const AIR: f64 = 3.0;
        let errors = self.fighters.iter().flat_map(|fighter| fighter.errors.iter().copied());
        let errors = || errors.clone().chain([self.exact_error]).filter(|error| *error > 0.0 && error.is_finite());
        let (lo, hi) = (errors().fold(f64::INFINITY, f64::min), errors().fold(0.0, f64::max));
        let (from, to) = (lo / AIR, (hi * AIR).min(f64::MAX));
        (lo <= hi && from > 0.0).then_some((from, to))
    }
}

/// Places so close together on a logarithmic axis that a curve through them looks smooth.
fn fine(first: f64, last: f64) -> impl Iterator<Item = f64> {
    const PLACES: u32 = 400;
    (0..=PLACES).map(move |k| Scale::Log.inverse(f64::from(k) / f64::from(PLACES), first, last))
}
