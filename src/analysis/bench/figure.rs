//! A benchmark as a picture: points per second over the size of the grid, on logarithmic axes.

use super::{Bench, ENGINES, Row, SizeReport};
use crate::engine::EngineChoice;
use crate::figure::Theme;
use crate::figure::lines::{LineAxis, LineFigureSpec, Series, Style};
use crate::figure::scale::Scale;
use crate::figure::scene::{Colour, Shape};

/// The name of an engine.
#[must_use]
pub fn name(engine: EngineChoice) -> &'static str {
    match engine {
        EngineChoice::Auto => "auto",
        EngineChoice::Gpu => "gpu",
        EngineChoice::Cpu => "cpu",
        EngineChoice::F64 => "f64",
        EngineChoice::Gpu64 => "gpu64",
    }
}

impl Bench {
    /// One line with markers per engine, a dashed one for the kernels of the GPU, and the memory limits as faint ones.
    #[must_use]
    pub fn figure(&self, what: &str, machine: &str, theme: Theme) -> LineFigureSpec {
        let line = |label: &str, style: Style, seconds: &dyn Fn(&SizeReport) -> Option<f64>| {
            let points = self.sizes.iter().filter_map(|size| Some((size.side as f64, size.cells() / seconds(size)?)));
            Series { label: label.to_owned(), points: points.collect(), style }
        };
        let mut series = Vec::new();
        for (label, engine) in [("memory limit, f32", EngineChoice::Cpu), ("memory limit, f64", EngineChoice::F64)] {
            let style = Style { dashed: engine == EngineChoice::F64, ..Style::faint(Colour::Ink) };
            series.push(line(label, style, &|size| size.row(engine).map(|row| row.limit)));
        }
        for (k, engine) in ENGINES.into_iter().enumerate() {
            let row = |size: &SizeReport, of: &dyn Fn(&Row) -> Option<f64>| size.row(engine).and_then(of);
            let label = if engine == EngineChoice::F64 { "f64, the reference" } else { name(engine) };
            series.push(line(label, Style::marked(k), &|size| row(size, &|row| Some(row.pass.median()))));
            let kernel = |row: &Row| row.kernel.as_ref().map(super::Times::median);
            let label = format!("{} kernels", name(engine));
            series.push(line(&label, Style::dashed(Colour::Series(k)), &|size| row(size, &kernel)));
        }
        series.retain(|series| !series.points.is_empty());
        // A single point has no line to be seen by.
        for series in series.iter_mut().filter(|series| series.points.len() == 1) {
            let alone = if series.style.dashed { Shape::Diamond } else { Shape::Square };
            series.style.marker = series.style.marker.or(Some(alone));
        }
        let axis = |label: &str| LineAxis { label: label.to_owned(), range: None, scale: Scale::Log };
        LineFigureSpec {
            title: what.to_owned(),
            subtitle: machine.to_owned(),
            x: axis("nodes along a side"),
            y: axis("points per second"),
            series,
            theme,
            ..LineFigureSpec::default()
        }
    }
}
