//! Pictures: a prepared request as a PNG heatmap, drawn band by band in two passes — the range, then the colours.
//!
//! The picture draws y upward, or the first row on top where [`Prepared::set_first_row_on_top`] says so; one pixel per cell (small grids are magnified in figures). Memory is that of a band, whatever the size.
//!
//! **Range.** Unless given, the colour bar spans all values, except that a far outlier does not flatten the rest: an end that lies
//! further beyond the 1st or 99th percentile than three times the distance between these two is drawn in to that percentile, and the
//! colour bar gets a pointed end. A diverging colormap is centred on zero, angles span the full turn, hillshades 0 to 255.

mod draw;
mod grey;
mod shade;

pub use draw::draw_png;
pub use grey::{GreySummary, write_grey_png};
pub use shade::Shade;

use crate::color::Colormap;
use crate::figure::{Figure, FigureAxis, FigureError, FigureSpec, Scale, Theme};
use crate::io::png::PngError;
use crate::kernels::key;
use crate::kernels::range::RangeStats;
use crate::program::mask;
use crate::quantity::Quantity;
use crate::quantity::terrain::Terrain;
use crate::request::{Prepared, RequestError};
use crate::tile::watch::Watch;
use std::io::{self, Write};
use thiserror::Error;

/// Why a picture cannot be drawn.
#[derive(Debug, Error)]
pub enum PictureError {
    /// The quantity has no single value per cell.
    #[error("{quantity} has {planes} values per cell and a picture shows one; ask for {advice}")]
    Planes {
        /// The quantity.
        quantity: String,
        /// How many values.
        planes: usize,
        /// What to ask for instead.
        advice: &'static str,
    },
    /// The grid has more than two extended axes.
    #[error("a picture has two axes, and {axis} has {len} nodes; give it one value, as in `--axis {axis}=0.5`")]
    Axes {
        /// The axis that is too much.
        axis: String,
        /// Its nodes.
        len: usize,
    },
    /// A side has more cells than a picture can have.
    #[error("a picture cannot have {0} cells on a side")]
    Side(usize),
    /// The percentile is not one.
    #[error("a percentile to leave out at each end is at least 0 and less than 50, not {0}")]
    Percentile(f64),
    /// The figure cannot be laid out.
    #[error(transparent)]
    Figure(#[from] FigureError),
    /// The values cannot be computed.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The file cannot be written.
    #[error(transparent)]
    Png(#[from] PngError),
    /// The destination fails.
    #[error("cannot write the picture: {0}")]
    Io(#[from] io::Error),
}

/// How the ends of the colour bar are found.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum RangeChoice {
    /// All values but far outliers.
    #[default]
    Auto,
    /// Without this many per cent at each end.
    Percentile(f64),
    /// These.
    Fixed(f64, f64),
}

/// How values become colours; the scale `None` in `linthresh` position is chosen from the range.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PictureOptions {
    /// The colormap; by quantity if `None`.
    pub colormap: Option<Colormap>,
    /// Linear, logarithmic, or both.
    pub scale: ScaleChoice,
    /// The ends of the colour bar.
    pub range: RangeChoice,
    /// The heading.
    pub title: String,
    /// A smaller line below it.
    pub subtitle: String,
    /// What stands along the colour bar; the name of the plane if `None`.
    pub label: Option<String>,
    /// What stands along x and y; the names of the axes if `None`.
    pub axis_labels: Option<[String; 2]>,
    /// The cells alone.
    pub bare: bool,
    /// Dark on light or light on dark.
    pub theme: Theme,
    /// Words that travel with the file.
    pub text: Vec<(String, String)>,
}

/// The scale of the colour bar.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum ScaleChoice {
    /// Equal steps.
    #[default]
    Linear,
    /// Equal ratios.
    Log,
    /// Linear up to this threshold, or one found from the range, and logarithmic beyond.
    Symlog(Option<f64>),
}

/// What was drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct PictureSummary {
    /// Pixels across and down.
    pub size: (u32, u32),
    /// Smallest and largest value.
    pub extremes: Option<(f64, f64)>,
    /// The ends of the colour bar.
    pub range: Option<(f64, f64)>,
    /// Cells without a value.
    pub masked: u64,
    /// All cells.
    pub cells: u64,
}

/// Draws the only plane of `prepared` as a PNG into `writer` and gives it back.
///
/// # Errors
/// A quantity of several planes, a grid that is not a plane, a range the scale cannot show, and what engine, watch or writer report.
pub fn write_png<W: Write>(
    prepared: &mut Prepared,
    quantity: &Quantity,
    options: &PictureOptions,
    writer: W,
    watch: &mut dyn Watch,
) -> Result<(W, PictureSummary), PictureError> {
    let survey = survey(prepared, quantity, options, watch)?;
    let writer = draw_png(prepared, &survey.figure, None, &options.text, writer, watch)?;
    Ok((writer, survey.summary()))
}

/// What the first pass found.
#[derive(Debug, Clone)]
pub struct Survey {
    /// The figure that will show the values; marks may be added.
    pub figure: Figure,
    /// What the values are like.
    pub stats: RangeStats,
}

impl Survey {
    /// What is drawn.
    #[must_use]
    pub fn summary(&self) -> PictureSummary {
        PictureSummary {
            size: self.figure.size(),
            extremes: self.stats.extremes(),
            range: self.figure.spec().range,
            masked: self.stats.masked + self.stats.infinite,
            cells: self.stats.cells(),
        }
    }
}

/// The first pass: what the values of the only plane are like, and the figure that will show them.
///
/// # Errors
/// A quantity of several planes, a grid that is not a plane, a range the scale cannot show, and what engine or watch report.
pub fn survey(
    prepared: &mut Prepared,
    quantity: &Quantity,
    options: &PictureOptions,
    watch: &mut dyn Watch,
) -> Result<Survey, PictureError> {
    check(prepared, quantity)?;
    let (width, height) = sides(prepared)?;
    if let RangeChoice::Percentile(p) = options.range
        && !(0.0..50.0).contains(&p)
    {
        return Err(PictureError::Percentile(p));
    }
    let stats = prepared.range(0, watch)?;
    let figure = Figure::new(spec(prepared, quantity, options, &stats, (width, height)))?;
    Ok(Survey { figure, stats })
}

fn check(prepared: &Prepared, quantity: &Quantity) -> Result<(), PictureError> {
    let planes = prepared.program().outputs().len();
    if planes == 1 {
        return Ok(());
    }
    let advice = match quantity {
        Quantity::Gradient => "`magnitude`, `direction` or `partial:x`",
        Quantity::Hessian => "`hessian-det`, `laplacian` or `partial:x,y`",
        _ => "`direction`, or for one component `directional:1,0`",
    };
    Err(PictureError::Planes { quantity: quantity.to_string(), planes, advice })
}

/// Cells across and down of a grid of two axes.
fn sides(prepared: &Prepared) -> Result<(u32, u32), PictureError> {
    let axes = prepared.grid().axes();
    if let Some(axis) = axes.iter().skip(2).find(|axis| axis.len() > 1) {
        return Err(PictureError::Axes { axis: axis.name().to_owned(), len: axis.len() });
    }
    let side = |len: usize| u32::try_from(len).map_err(|_| PictureError::Side(len));
    Ok((side(prepared.grid().width())?, side(prepared.grid().rows())?))
}

fn spec(
    prepared: &Prepared,
    quantity: &Quantity,
    options: &PictureOptions,
    stats: &RangeStats,
    (width, height): (u32, u32),
) -> FigureSpec {
    let axes = prepared.grid().axes();
    let axis = |i: usize| {
        axes.get(i).map_or(FigureAxis { label: String::new(), min: 0.0, max: 0.0 }, |axis| FigureAxis {
            label: options.axis_labels.as_ref().map_or(axis.name(), |labels| &labels[i]).to_owned(),
            min: axis.min(),
            max: axis.max(),
        })
    };
    let mut y = axis(1);
    if prepared.first_row_on_top() {
        // The lowest cell of the picture is the last row.
        std::mem::swap(&mut y.min, &mut y.max);
    }
    let colormap = options.colormap.unwrap_or_else(|| default_colormap(quantity, stats));
    let range = ends(quantity, options, colormap, stats);
    let scale = match options.scale {
        ScaleChoice::Linear => Scale::Linear,
        ScaleChoice::Log => Scale::Log,
        ScaleChoice::Symlog(threshold) => {
            let largest = range.map_or(1.0, |(lo, hi)| lo.abs().max(hi.abs()));
            let found = if largest > 0.0 { largest / 1000.0 } else { 1.0 };
            Scale::Symlog { linthresh: threshold.unwrap_or(found) }
        }
    };
    let beyond = |outside: bool| outside && stats.finite > 0;
    FigureSpec {
        x: axis(0),
        y,
        title: options.title.clone(),
        subtitle: options.subtitle.clone(),
        quantity: options.label.clone().unwrap_or_else(|| prepared.names().swap_remove(0)),
        colormap,
        scale,
        range,
        below: beyond(range.is_some_and(|(lo, _)| stats.min < lo)),
        above: beyond(range.is_some_and(|(_, hi)| stats.max > hi)),
        masked: stats.masked + stats.infinite,
        theme: options.theme,
        bare: options.bare,
        ..FigureSpec::new(width, height)
    }
}

/// Slopes and curvatures of both signs are shown around zero, angles in a circle, all else in viridis.
fn default_colormap(quantity: &Quantity, stats: &RangeStats) -> Colormap {
    match quantity {
        Quantity::Terrain(Terrain::Hillshade(_)) => Colormap::GRAY,
        _ if quantity.is_angle() => Colormap::TWILIGHT,
        Quantity::Terrain(Terrain::Curvature(_) | Terrain::Tpi) if stats.min < 0.0 && stats.max > 0.0 => {
            Colormap::COOLWARM
        }
        Quantity::Partial(_) | Quantity::Directional(_) | Quantity::Laplacian | Quantity::HessianDet
            if stats.min < 0.0 && stats.max > 0.0 =>
        {
            Colormap::COOLWARM
        }
        _ => Colormap::VIRIDIS,
    }
}

fn ends(quantity: &Quantity, options: &PictureOptions, colormap: Colormap, stats: &RangeStats) -> Option<(f64, f64)> {
    let (min, max) = stats.extremes()?;
    let percentile = |p: f64| stats.percentile(p).unwrap_or(min);
    let (lo, hi) = match options.range {
        RangeChoice::Fixed(lo, hi) => return Some((lo, hi)),
        RangeChoice::Percentile(p) => (percentile(p), percentile(100.0 - p)),
        RangeChoice::Auto if matches!(quantity, Quantity::Mask(_)) => {
            return Some((0.0, (mask::NAMES.len() - 1) as f64));
        }
        RangeChoice::Auto if matches!(quantity, Quantity::Terrain(Terrain::Aspect(_))) => return Some((0.0, 360.0)),
        RangeChoice::Auto if matches!(quantity, Quantity::Terrain(Terrain::Hillshade(_))) => return Some((0.0, 255.0)),
        RangeChoice::Auto if quantity.is_angle() => return Some((-std::f64::consts::PI, std::f64::consts::PI)),
        RangeChoice::Auto if options.scale == ScaleChoice::Linear => {
            let (low, high) = (percentile(1.0), percentile(99.0));
            let reach = 3.0 * (high - low);
            (if low - min > reach { low } else { min }, if max - high > reach { high } else { max })
        }
        RangeChoice::Auto => (min, max),
    };
    match options.scale {
        ScaleChoice::Log if lo <= 0.0 => Some((smallest_positive(stats).unwrap_or(lo), hi)),
        _ if colormap.is_diverging() => {
            let reach = lo.abs().max(hi.abs());
            Some((-reach, reach))
        }
        _ => Some((lo, hi)),
    }
}

/// The lower end of the first histogram bin above zero that holds values, for a logarithmic scale.
///
/// The bin that zero itself is in reaches up into the subnormals, which say nothing about the field.
fn smallest_positive(stats: &RangeStats) -> Option<f64> {
    let zero = key::of_f32(0.0);
    let mut bins = stats.histogram.iter().enumerate().filter(|(_, count)| **count > 0);
    bins.find_map(|(bin, _)| {
        let (first, _) = stats.bins.keys(bin);
        (first > zero).then(|| f64::from(key::to_f32(first)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outliers_do_not_flatten_the_picture() {
        let mut stats = RangeStats::default();
        let mut values: Vec<f64> = (0..10_000).map(|i| f64::from(i) / 10_000.0).collect();
        values.push(1e6);
        stats.add_f64(&values);
        let options = PictureOptions::default();
        let (lo, hi) = ends(&Quantity::Magnitude, &options, Colormap::VIRIDIS, &stats).expect("values");
        assert!(lo == 0.0 && hi < 1.1, "{lo} to {hi}");
        let wide = PictureOptions { range: RangeChoice::Percentile(0.0), ..options };
        assert_eq!(
            ends(&Quantity::Magnitude, &wide, Colormap::VIRIDIS, &stats),
            Some((0.0, 1e6)),
            "all of it, if asked"
        );
    }

    #[test]
    fn logarithms_start_at_positive_values() {
        let mut stats = RangeStats::default();
        stats.add_f64(&[-1.0, 0.0, 0.01, 1.0, 100.0]);
        let lowest = smallest_positive(&stats).expect("there are some");
        // A bin is 2⁻⁷ wide, relative to its values.
        assert!(lowest <= 0.01 && lowest > 0.01 * (1.0 - 1.0 / 64.0), "{lowest}");
    }
}
