//! The words about what made a file, for whoever finds it later, and for `gradgrid verify`.

use crate::cli::args::{ComputeArgs, FileArgs, FormulaArgs, ProvenanceArgs};
use crate::cli::failure::Failure;
use crate::cli::subject::Subject;
use crate::grid::Grid;
use crate::io::output::Output;
use crate::io::provenance::{COMMAND, Words, beside, description, is_description};
use crate::request::Prepared;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// The program, alone if no more is to be said.
pub(crate) fn software() -> (String, String) {
    ("Software".to_owned(), format!("gradgrid {}", env!("CARGO_PKG_VERSION")))
}

/// The words about a request; [`finished`] adds the last one.
pub(crate) fn words(
    args: &ProvenanceArgs,
    formula: &FormulaArgs,
    compute: &ComputeArgs,
    subject: &Subject<'_>,
    prepared: &Prepared,
) -> Words {
    if args.no_provenance {
        return vec![software()];
    }
    let mut text = vec![
        software(),
        ("Formula".to_owned(), formula.formula.clone()),
        ("Quantity".to_owned(), compute.quantity.clone()),
        ("Method".to_owned(), compute.method.clone()),
        // Not the engine: pictures of the same numbers are the same bytes, whichever engine made them.
        ("Arithmetic".to_owned(), prepared.engine().arithmetic().to_owned()),
        ("Agreement".to_owned(), prepared.agreement().to_string()),
    ];
    text.extend(self::subject(formula, subject, prepared.grid()));
    text
}

/// The words about what was computed: the grid, the files and the parameters.
pub(crate) fn subject(formula: &FormulaArgs, subject: &Subject<'_>, grid: &Grid) -> Words {
    let axes: Vec<String> = grid.axes().iter().map(ToString::to_string).collect();
    let mut text = vec![("Grid".to_owned(), axes.join("; "))];
    text.extend(subject.provenance());
    if !formula.parameters.is_empty() {
        text.push(("Parameters".to_owned(), formula.parameters.join(", ")));
    }
    text
}

/// The words with more about the result, and with the command that asks for it again.
pub(crate) fn finished(args: &ProvenanceArgs, mut words: Words, more: Words) -> Words {
    if args.no_provenance {
        return words;
    }
    words.extend(more);
    words.extend(args.record.text().map(|command| (COMMAND.to_owned(), command)));
    words
}

/// A description beside a file that has no place for words.
#[derive(Default)]
pub(crate) struct Beside {
    output: Option<Output>,
    /// One of ours that describes what was there before, and goes with it.
    stale: Option<PathBuf>,
}

impl Beside {
    /// Opens the description of `output`, if that is a file. One that describes the numbers that were there before goes with them; whatever
    /// else has its name is kept, unless overwriting was asked for.
    pub(crate) fn open(path: &Path, output: &Output, overwrite: bool) -> Result<Self, Failure> {
        if !output.is_seekable() {
            return Ok(Self::default());
        }
        let path = beside(path);
        let output = Output::create(&path, overwrite || is_ours(&path))?;
        Ok(Self { output: Some(output), stale: None })
    }

    /// The same unless the file is to say nothing of what made it, or has a place for that itself.
    pub(crate) fn unless_told(args: &FileArgs, path: &Path, output: &Output, own: bool) -> Result<Self, Failure> {
        if own {
            return Ok(Self::default());
        }
        if args.provenance.no_provenance {
            let stale = Some(beside(path)).filter(|path| output.is_seekable() && is_ours(path));
            return Ok(Self { output: None, stale });
        }
        Self::open(path, output, args.out.overwrite)
    }

    /// Writes what made the file at `path`, of a format with this extension.
    pub(crate) fn write_words(self, path: &Path, format: &str, words: &Words) -> Result<(), Failure> {
        self.write(|| description(&path.file_name().unwrap_or_default().to_string_lossy(), format, words))
    }

    /// Writes it.
    pub(crate) fn write(self, text: impl FnOnce() -> String) -> Result<(), Failure> {
        if let Some(path) = self.stale {
            fs::remove_file(path)?;
        }
        let Some(mut output) = self.output else { return Ok(()) };
        output.write_all(text().as_bytes())?;
        output.commit()?;
        Ok(())
    }
}

/// Whether a file is a description that we wrote.
fn is_ours(path: &Path) -> bool {
    path.is_file() && fs::read(path).is_ok_and(|text| is_description(&text))
}
