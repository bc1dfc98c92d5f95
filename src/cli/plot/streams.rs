//! The layer of streamlines of ±∇f.
//!
//! Unless a colour is asked for, lines have the tone that stands out from the colours, and an edge of the other (see [`crate::figure::ink`]).

use crate::cli::args::{Direction, StreamArgs};
use crate::cli::failure::Failure;
use crate::cli::plot::stage::Stage;
use crate::cli::values;
use crate::figure::View;
use crate::figure::ink::Tone;
use crate::figure::scene::Mark;
use crate::flow::glyph::{Look, stream_marks};
use crate::flow::{Frame, StreamError, StreamOptions, Way, streamlines};
use crate::grid::Axis;

impl From<Direction> for Way {
    fn from(direction: Direction) -> Self {
        match direction {
            Direction::Ascent => Self::Ascent,
            Direction::Descent => Self::Descent,
        }
    }
}

/// The marks of this layer, in painting order, and what they look like.
pub(super) fn marks(args: &StreamArgs, stage: &mut Stage<'_>) -> Result<(Vec<Mark>, Look), Failure> {
    let look = Look {
        width: args.streamline_width.as_deref().map(|text| points(text, "--streamline-width")).transpose()?,
        ..look(args.streamline_color.as_deref(), "--streamline-color", stage.tone)?
    };
    let Some(separation) = &args.streamlines else { return Ok((Vec::new(), look)) };
    let separation = points(separation, "--streamlines")?;
    let (view, frame) = (stage.view, frame(&stage.view, stage.subject.grid().axes()));
    let probe = stage.probe()?;
    let options = StreamOptions::new(separation * view.point());
    let lines = streamlines(&probe, &frame, &options, stage.watch).map_err(|error| said(error, &view))?;
    Ok((stream_marks(&lines, &frame, &view, args.streamline_direction.into(), &look), look))
}

/// A positive number of typographic points.
pub(crate) fn points(text: &str, what: &str) -> Result<f64, Failure> {
    let points = values::number(text, what)?;
    if points > 0.0 {
        Ok(points)
    } else {
        Err(Failure::input(format_args!("{what} {text}: write a positive number of points, such as 14")))
    }
}

/// What is drawn with: this colour, or the tone that stands out.
pub(super) fn look(colour: Option<&str>, what: &str, tone: Tone) -> Result<Look, Failure> {
    let colour = colour.map(|text| values::colour(text, what)).transpose()?;
    Ok(colour.map_or_else(|| Look::in_tone(tone), Look::of))
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
