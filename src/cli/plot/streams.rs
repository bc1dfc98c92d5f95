//! The layer of streamlines of ±∇f.
//!
//! Unless a colour is asked for, lines are near black with a pale edge, so that one of the two stands out from any colour.

use crate::cli::failure::Failure;
use crate::cli::inputs;
use crate::cli::plot::layers::Stage;
use crate::figure::View;
use crate::figure::scene::Mark;
use crate::flow::glyph::{Look, stream_marks};
use crate::flow::{Frame, StreamError, StreamOptions, Way, streamlines};
use crate::grid::Axis;
use clap::{Args, ValueEnum};

/// Points between streamlines: about thirty across a picture of the usual size.
pub(crate) const SEPARATION: &str = "14";

#[derive(Debug, Args)]
pub(crate) struct StreamArgs {
    /// Lines that follow ∇f, so many points from each other [default: 14]
    #[arg(long, value_name = "POINTS", num_args = 0..=1, default_missing_value = SEPARATION)]
    streamlines: Option<String>,
    /// Which way the heads on streamlines point
    #[arg(long, value_name = "WAY", default_value = "ascent")]
    streamline_direction: Direction,
    /// The colour of streamlines, as #rrggbb or black, white, red … [default: dark with a pale edge]
    #[arg(long, value_name = "COLOUR")]
    streamline_color: Option<String>,
    /// The width of streamlines in points [default: 1]
    #[arg(long, value_name = "POINTS", allow_hyphen_values = true)]
    streamline_width: Option<String>,
}

impl StreamArgs {
    /// The option that asks for this layer, if one does.
    pub(super) fn asked(&self) -> Option<&'static str> {
        self.streamlines.is_some().then_some("--streamlines")
    }
}

/// A way along ∇f.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Direction {
    /// Where f rises fastest
    Ascent,
    /// Where it falls fastest
    Descent,
}

impl From<Direction> for Way {
    fn from(direction: Direction) -> Self {
        match direction {
            Direction::Ascent => Self::Ascent,
            Direction::Descent => Self::Descent,
        }
    }
}

/// The marks of this layer, in painting order.
pub(super) fn marks(args: &StreamArgs, stage: &mut Stage<'_>) -> Result<Vec<Mark>, Failure> {
    let Some(separation) = &args.streamlines else { return Ok(Vec::new()) };
    let separation = points(separation, "--streamlines")?;
    let look = Look {
        width: args.streamline_width.as_deref().map(|text| points(text, "--streamline-width")).transpose()?,
        ..look(args.streamline_color.as_deref(), "--streamline-color")?
    };
    let (view, frame) = (stage.view, frame(&stage.view, stage.subject.grid().axes()));
    let probe = stage.probe()?;
    let options = StreamOptions::new(separation * view.point());
    let lines = streamlines(&probe, &frame, &options, stage.watch).map_err(|error| said(error, &view))?;
    Ok(stream_marks(&lines, &frame, &view, args.streamline_direction.into(), &look))
}

/// A positive number of typographic points.
pub(crate) fn points(text: &str, what: &str) -> Result<f64, Failure> {
    let points = inputs::number(text, what)?;
    if points > 0.0 {
        Ok(points)
    } else {
        Err(Failure::input(format_args!("{what} {text}: write a positive number of points, such as 14")))
    }
}

/// What is drawn with: this colour, or the one that stands out from all.
pub(super) fn look(colour: Option<&str>, what: &str) -> Result<Look, Failure> {
    let colour = colour.map(|text| inputs::colour(text, what)).transpose()?;
    Ok(colour.map_or_else(Look::dark, Look::of))
}

/// The box of the nodes as the picture shows it.
pub(crate) fn frame(view: &View, axes: &[Axis]) -> Frame {
    let ends = |axis: usize| axes.get(axis).map_or((0.0, 0.0), |axis| (axis.min(), axis.max()));
    Frame::of_view(view, ends(0), ends(1))
}

/// What is wrong, in points.
pub(crate) fn said(error: StreamError, view: &View) -> Failure {
    match error {
        StreamError::TooMany { spacing, points, least } => Failure::input(format_args!(
            "streamlines {} points apart need about {points:.0e} points in all, which is too many; take a distance of {:.2} or more",
            spacing / view.point(),
            // The last digit is rounded up.
            least / view.point() + 0.005
        )),
        StreamError::Interrupted(stop) => stop.into(),
        other => Failure::input(other),
    }
}
