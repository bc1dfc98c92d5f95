//! What holds for all files of a batch, read before any of them is opened.

use crate::cli::args::{ArrayArgs, BatchArgs, ComputeArgs, FileFormat, FormulaArgs, GridArgs, ProvenanceArgs};
use crate::cli::arrays::{BARE, used};
use crate::cli::failure::Failure;
use crate::cli::inputs;
use crate::cli::subject::COLOURS;
use crate::cli::values;
use crate::color::Colormap;
use crate::expr::formula::constant;
use crate::figure::scale::centred_on_zero;
use crate::method::scheme::Stencil;
use crate::quantity::Quantity;

/// How values become what is written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Scaling {
    Each,
    Shared,
    None,
    Fixed(f64, f64),
}

/// What holds for all files.
pub(super) struct Settings<'a> {
    pub(super) words: FormulaArgs,
    pub(super) args: &'a ArrayArgs,
    pub(super) grid: GridArgs,
    pub(super) compute: ComputeArgs,
    pub(super) formula: String,
    /// The arrays that the formula takes of a file: names and channels.
    pub(super) arrays: Vec<(String, Option<String>)>,
    pub(super) format: FileFormat,
    pub(super) colormap: Colormap,
    pub(super) memory: usize,
    pub(super) provenance: &'a ProvenanceArgs,
}

impl Settings<'_> {
    /// The ends of the scale for these extremes: of pictures in diverging colours, zero is in the middle.
    pub(super) fn centred(&self, (low, high): (f64, f64)) -> (f64, f64) {
        let diverging = self.format == FileFormat::Png && self.colormap.is_diverging();
        if diverging { centred_on_zero(low, high) } else { (low, high) }
    }
}

/// Reads what can be known before any file is opened, so that a slip is told once.
pub(super) fn settings(args: &BatchArgs) -> Result<(Settings<'_>, Scaling), Failure> {
    args.arrays.scheme.scheme(Stencil::Central)?;
    args.arrays.scheme.z_factor()?;
    let words = FormulaArgs {
        formula: args.formula.clone().unwrap_or_else(|| BARE.to_owned()),
        parameters: args.parameters.clone(),
        vars: ["x", "y", "z", "w"].map(str::to_owned).to_vec(),
    };
    let (formula, arrays) = match &args.formula {
        None => (BARE.to_owned(), vec![(BARE.to_owned(), None)]),
        Some(formula) => (formula.clone(), arrays_of(formula, &words, &args.arrays)?),
    };
    let names: Vec<String> = words.vars.clone();
    let known = (1..=3).map(|axes| Quantity::parse(&args.quantity, &names[..axes], &constant));
    if let Some(Err(error)) = known.reduce(|a, b| a.or(b)) {
        return Err(error.into());
    }
    let scaling = match args.range.as_deref() {
        None if args.format == FileFormat::Png => Scaling::Each,
        None | Some("none") if args.format != FileFormat::Png => Scaling::None,
        Some("each") => Scaling::Each,
        Some("shared") => Scaling::Shared,
        Some("none") => return Err(Failure::input("--range none: a picture needs a range; take --format npy or tif")),
        text => {
            let text = text.unwrap_or_default();
            match values::extent(text, "--range")? {
                (low, high) if low < high => Scaling::Fixed(low, high),
                _ => return Err(Failure::input(format_args!("--range {text}: the low end comes first"))),
            }
        }
    };
    let compute = ComputeArgs::plain(&args.quantity, &args.engine);
    let grid = GridArgs::default();
    let colormap = Colormap::from_name(&args.colormap).map_err(Failure::input)?;
    let memory = values::memory(&args.memory)?;
    let settings = Settings {
        words,
        args: &args.arrays,
        grid,
        compute,
        formula,
        arrays,
        format: args.format,
        colormap,
        memory,
        provenance: &args.provenance,
    };
    Ok((settings, scaling))
}

/// The arrays of a file that a formula uses.
fn arrays_of(formula: &str, words: &FormulaArgs, args: &ArrayArgs) -> Result<Vec<(String, Option<String>)>, Failure> {
    let all: Vec<(&str, Option<&str>)> =
        std::iter::once((BARE, None)).chain(COLOURS.map(|(name, channel)| (name, Some(channel)))).collect();
    let others = args.with.iter().filter_map(|text| text.split_once('=')).map(|(name, _)| name.trim().to_owned());
    let names: Vec<(String, usize)> =
        all.iter().map(|(name, _)| (*name).to_owned()).chain(others).map(|name| (name, 2)).collect();
    let parsed = inputs::formula_of(formula, words, &names)?;
    let taken = all.iter().zip(used(&parsed)).filter(|(_, used)| *used).map(|(array, _)| array);
    let taken: Vec<(String, Option<String>)> =
        taken.map(|(name, channel)| ((*name).to_owned(), channel.map(str::to_owned))).collect();
    if taken.is_empty() {
        return Err(Failure::input(format_args!(
            "--formula {formula}: it uses nothing of the files, which are a, and r, g and b by channel"
        )));
    }
    Ok(taken)
}
