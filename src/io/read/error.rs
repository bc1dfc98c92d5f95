//! Why a file of samples cannot be read.

use std::io;
use std::ops::Range;
use thiserror::Error;

/// What went wrong while opening or reading a file.
#[derive(Debug, Error)]
pub enum ReadError {
    /// The system could not read it.
    #[error("cannot be read: {0}")]
    System(#[from] io::Error),
    /// The content and the name are those of no format that is known.
    #[error(
        "is in no format that is known here: NPY, NPZ, TIFF, PNG, JPEG, WebP, EXR and ESRI ASCII grids are; \
         describe anything else as raw numbers, by shape and type"
    )]
    Unknown,
    /// The file contradicts itself or its format.
    #[error("is damaged or not a proper {format} file: {what}")]
    Damaged {
        /// Name of the format.
        format: &'static str,
        /// What is wrong.
        what: String,
    },
    /// The format allows it, this reader does not.
    #[error("is a {format} file of a kind that is not read here: {what}")]
    Unsupported {
        /// Name of the format.
        format: &'static str,
        /// What it has, and what to do instead.
        what: String,
    },
    /// Decoding needs more memory than was allowed.
    #[error("needs {needs} bytes of memory to decode this {format} file, and the limit is {limit}; raise the limit")]
    TooBig {
        /// Name of the format.
        format: &'static str,
        /// Bytes that it would take.
        needs: u64,
        /// Bytes that are allowed.
        limit: u64,
    },
    /// A member, channel or page that was asked for is not there, or there are several and none was asked for.
    #[error("{0}")]
    Choice(String),
    /// Rows were asked for that are not there.
    #[error("has {rows} rows; rows {} to {} were asked for", asked.start, asked.end)]
    Rows {
        /// Rows asked for.
        asked: Range<usize>,
        /// Rows there are.
        rows: usize,
    },
    /// The same, with the name of the file before it.
    #[error("'{path}' {error}")]
    In {
        /// The file.
        path: String,
        /// What is wrong with it.
        error: Box<Self>,
    },
}

pub(crate) fn damaged(format: &'static str, what: impl Into<String>) -> ReadError {
    ReadError::Damaged { format, what: what.into() }
}

pub(crate) fn unsupported(format: &'static str, what: impl Into<String>) -> ReadError {
    ReadError::Unsupported { format, what: what.into() }
}
