//! Pictures: a prepared request as a PNG heatmap, drawn band by band in two passes — the range, then the colours.
//!
//! The picture draws y upward, or the first row on top where [`Prepared::set_first_row_on_top`] says so; one pixel per cell (small grids are magnified in figures). Memory is that of a band, whatever the size.
//!
//! **Range.** Unless given, the colour bar spans all values, except that a far outlier does not flatten the rest: an end that lies
//! further beyond the 1st or 99th percentile than three times the distance between these two is drawn in to that percentile, and the
//! colour bar gets a pointed end. A diverging colormap is centred on zero, angles span the full turn, hillshades 0 to 255.

mod draw;
mod grey;
mod range;
mod relief;
mod shade;

pub use draw::draw;
pub use grey::{GreySummary, write_grey_png};
pub use relief::{Both, Relief};
pub use shade::Shade;

use crate::color::Colormap;
use crate::figure::ink::Tone;
use crate::figure::{Figure, FigureAxis, FigureError, FigureSpec, PictureFormat, Scale, Theme};
use crate::io::png::PngError;
use crate::kernels::range::RangeStats;
use crate::quantity::Quantity;
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
    /// The rows that a texture needs at a time are too much.
    #[error(
        "a texture along lines of {length} pixels each way in rows of {width} takes {bytes} bytes; take shorter lines or fewer columns"
    )]
    Texture {
        /// Pixels each way.
        length: u32,
        /// Pixels of a row.
        width: usize,
        /// Memory for a row and those around it.
        bytes: usize,
    },
    /// The percentile is not one.
    #[error("a percentile to leave out at each end is at least 0 and less than 50, not {0}")]
    Percentile(f64),
    /// The centre cannot be in the middle of the scale.
    #[error("a {scale} scale cannot be centred on {center}: {advice}")]
    Center {
        /// The scale.
        scale: &'static str,
        /// The centre.
        center: f64,
        /// What to do instead.
        advice: &'static str,
    },
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
    /// The value in the middle of the colour bar, unless both ends are given; of a diverging colormap 0 if `None`.
    pub center: Option<f64>,
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
    /// Pixels per inch: letters and lines are then as large on paper as type is; without it they grow with the picture.
    pub dpi: Option<f64>,
    /// Pixels along a side of a cell; small grids are enlarged if `None`.
    pub magnify: Option<u32>,
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

/// Draws the only plane of `prepared` into `writer` and gives it back.
///
/// # Errors
/// A quantity of several planes, a grid that is not a plane, a range the scale cannot show, and what engine, watch or writer report.
pub fn write_picture<W: Write>(
    prepared: &mut Prepared,
    quantity: &Quantity,
    options: &PictureOptions,
    format: PictureFormat,
    writer: W,
    watch: &mut dyn Watch,
) -> Result<(W, PictureSummary), PictureError> {
    let survey = survey(prepared, quantity, options, watch)?;
    let writer = draw(prepared, &survey.figure, format, None, &options.text, writer, watch)?;
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
    /// Range, colormap and scale, for provenance.
    #[must_use]
    pub fn words(&self) -> Vec<(String, String)> {
        let spec = self.figure.spec();
        let range = spec.range.map(|(lo, hi)| ("Range".to_owned(), format!("{lo:?} to {hi:?}")));
        let scale = match spec.scale {
            Scale::Linear => "linear".to_owned(),
            Scale::Log => "log".to_owned(),
            Scale::Symlog { linthresh } => format!("symlog:{linthresh:?}"),
        };
        let rest = [("Colormap".to_owned(), spec.colormap.name()), ("Scale".to_owned(), scale)];
        range.into_iter().chain(rest).collect()
    }

    /// The tone in which marks stand out from the colours of the cells.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "shares of a picture")]
    pub fn tone(&self) -> Tone {
        let (thresholds, colours) = (self.figure.thresholds(), self.figure.palette());
        let mut ground: Vec<([u8; 3], f64)> = colours.into_iter().map(|colour| (colour, 0.0)).collect();
        for (value, count) in self.stats.values() {
            let level = 1 + thresholds.partition_point(|&threshold| threshold <= value);
            if let Some((_, area)) = ground.get_mut(level) {
                *area += count as f64;
            }
        }
        Tone::over(&ground, self.figure.spec().theme)
    }

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
    match (options.scale, options.center) {
        (ScaleChoice::Log, Some(center)) => {
            let advice = "it has no middle for values; give both ends with a range, or take a linear scale";
            return Err(PictureError::Center { scale: "logarithmic", center, advice });
        }
        (ScaleChoice::Symlog(_), Some(center)) if center != 0.0 => {
            let advice = "it is the same on both sides of 0 only; take 0, or a linear scale";
            return Err(PictureError::Center { scale: "symlog", center, advice });
        }
        _ => {}
    }
    let stats = prepared.range(0, watch)?;
    let figure = Figure::new(spec(prepared, quantity, options, &stats, (width, height)))?;
    Ok(Survey { figure, stats })
}

/// That there is one value per cell.
pub(crate) fn check(prepared: &Prepared, quantity: &Quantity) -> Result<(), PictureError> {
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
    let colormap = options.colormap.unwrap_or_else(|| range::default_colormap(quantity, options, stats));
    let range = range::ends(quantity, options, colormap, stats);
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
        dpi: options.dpi,
        magnify: options.magnify,
        ..FigureSpec::new(width, height)
    }
}
