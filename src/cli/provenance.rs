//! The words about what made a file, for whoever finds it later, and for `gradgrid verify`.

use crate::cli::args::{ComputeArgs, FormulaArgs, ProvenanceArgs};
use crate::cli::failure::Failure;
use crate::cli::subject::Subject;
use crate::io::output::Output;
use crate::io::provenance::{COMMAND, Words, beside};
use crate::io::raw;
use crate::request::Prepared;
use std::fs;
use std::io::Write;
use std::path::Path;

/// The program, alone if no more is to be said.
fn software() -> (String, String) {
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
    let axes: Vec<String> = prepared.grid().axes().iter().map(ToString::to_string).collect();
    let mut text = vec![
        software(),
        ("Formula".to_owned(), formula.formula.clone()),
        ("Quantity".to_owned(), compute.quantity.clone()),
        ("Method".to_owned(), compute.method.clone()),
        // Not the engine: pictures of the same numbers are the same bytes, whichever engine made them.
        ("Arithmetic".to_owned(), prepared.engine().arithmetic().to_owned()),
        ("Agreement".to_owned(), prepared.agreement().to_string()),
        ("Grid".to_owned(), axes.join("; ")),
    ];
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

/// A description beside a file of numbers.
pub(crate) struct Beside(Option<Output>);

impl Beside {
    /// Opens the description of `output`, if that is a file. One that describes the numbers that were there before goes with them; whatever
    /// else has its name is kept, unless overwriting was asked for.
    pub(crate) fn open(path: &Path, output: &Output, overwrite: bool) -> Result<Self, Failure> {
        if !output.is_seekable() {
            return Ok(Self(None));
        }
        let path = beside(path);
        let ours = || fs::read(&path).is_ok_and(|text| raw::is_description(&text));
        let output = Output::create(&path, overwrite || (path.is_file() && ours()))?;
        Ok(Self(Some(output)))
    }

    /// Writes it.
    pub(crate) fn write(self, text: impl FnOnce() -> String) -> Result<(), Failure> {
        let Some(mut output) = self.0 else { return Ok(()) };
        output.write_all(text().as_bytes())?;
        output.commit()?;
        Ok(())
    }
}
