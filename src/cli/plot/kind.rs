//! Kinds of lines over a picture, as its legend names them.

use crate::figure::scene::Mark;
use crate::flow::glyph::Look;

/// A kind of lines: its name, its marks, and how a sample of them is drawn.
pub(super) struct Kind {
    pub(super) name: String,
    pub(super) marks: Vec<Mark>,
    pub(super) sample: Sample,
}

/// What a sample is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Sample {
    /// A line with the pens of the marks.
    Line,
    Stream(Look),
    Arrow(Look),
}
