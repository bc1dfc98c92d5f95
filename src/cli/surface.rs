//! `gradgrid surface`: level surfaces of a function or a volume of samples as triangle meshes.

use crate::cli::args::{ComputeArgs, FormulaArgs, ProvenanceArgs, SurfaceArgs};
use crate::cli::arrays::Bare;
use crate::cli::failure::Failure;
use crate::cli::inputs::{self, Purpose};
use crate::cli::progress::Progress;
use crate::cli::provenance::{self, Beside, software};
use crate::cli::subject::Subject;
use crate::cli::summary::{say_how, say_notes};
use crate::cli::timing;
use crate::cli::values;
use crate::grid::Axis;
use crate::io::output::Output;
use crate::io::provenance::{Words, compact};
use crate::io::write::mesh::{Triangles, ply, stl, vtp};
use crate::probe::Probe;
use crate::quantity::Quantity;
use crate::surface::{Mesh, SurfaceError, Surfaces, surfaces, values_at};
use crate::tile::watch::Watch;
use std::path::Path;
use std::time::Instant;

/// The formats of meshes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Ply,
    Stl,
    Vtp,
}

pub(crate) fn run(args: &SurfaceArgs) -> Result<(), Failure> {
    let start = Instant::now();
    let format = format(&args.output)?;
    let levels = values::levels(&args.iso, "--iso")?;
    let compute = ComputeArgs { memory: args.memory.clone(), ..ComputeArgs::plain("value", &args.engine) };
    let bare = Bare::find(&args.formula.formula, &args.arrays)?;
    let subject = Subject::new(bare, &args.formula, &args.arrays, &args.grid, "value", Purpose::Numbers)?;
    let quantity = args.values.as_ref().map(|text| inputs::quantity(text, &subject.formula, 3)).transpose()?;
    if quantity.is_some() && format == Format::Stl {
        return Err(Failure::input("--values: .stl files have no values at vertices; write .ply or .vtp"));
    }
    let mut output = Output::create(&args.output, args.file.out.overwrite)?;
    let beside = Beside::unless_told(&args.file, &args.output, &output, format != Format::Stl)?;
    let mut progress = Progress::new(args.file.out.quiet);
    let found = extract(&subject, &compute, &levels, args.file.out.quiet, &mut progress)?;
    drop(progress);
    let found_at = start.elapsed();
    found.check(&levels)?;
    let values = quantity.map(|quantity| values(&subject, &quantity, &found)).transpose()?;
    let mut mesh = joined(found.meshes)?;
    if args.flip {
        mesh.flip();
    }
    let triangles = Triangles {
        points: &mesh.points,
        normals: &mesh.normals,
        triangles: &mesh.triangles,
        values: values.as_ref().map(|(name, values)| (name.as_str(), values.as_slice())),
    };
    let words = words(&args.file.provenance, &args.formula, &args.iso, (&subject, &args.engine));
    let words = provenance::finished(&args.file.provenance, words, Vec::new());
    match format {
        Format::Ply => ply::write(&mut output, triangles, &words)?,
        Format::Stl => stl::write(&mut output, triangles)?,
        Format::Vtp => vtp::write(&mut output, triangles, &compact(&words))?,
    }
    let (name, written) = (output.name().to_owned(), output.spent());
    output.commit()?;
    beside.write_words(&args.output, "stl", &words)?;
    if !args.file.out.quiet {
        let (vertices, count) = (mesh.points.len(), mesh.triangles.len());
        let border = match mesh.sides().border {
            0 => "closed".to_owned(),
            border => format!("{border} sides on borders"),
        };
        let undefined = match found.masked {
            0 => String::new(),
            masked => format!(", {masked} of {} nodes undefined", subject.grid().cells()),
        };
        let seconds = start.elapsed().as_secs_f64();
        eprintln!(
            "{name}: {vertices} vertices, {count} triangles, {border}, area {:.6}{undefined}, {seconds:.2} s",
            mesh.area()
        );
    }
    if args.file.timing {
        timing::print_stage("find the surface", found_at);
        timing::print_whole(start, Some(written));
    }
    Ok(())
}

/// The level surfaces of a subject of three axes.
pub(crate) fn extract(
    subject: &Subject<'_>,
    compute: &ComputeArgs,
    levels: &[f64],
    quiet: bool,
    watch: &mut dyn Watch,
) -> Result<Surfaces, Failure> {
    let (request, notes) = subject.request(compute)?;
    let mut prepared = subject.prepare(&request.compare(None).quantity(Quantity::Value))?;
    if !quiet {
        say_notes(&notes);
        say_how(&prepared, &compute.engine);
    }
    let formula = subject.arrays.all.is_empty() && subject.grid().axes().len() >= 3;
    let probe = formula.then(|| Probe::new(&subject.formula, 3, &held(subject))).transpose()?;
    Ok(surfaces(&mut prepared, probe.as_ref(), levels, watch)?)
}

/// Where the axes after the third are held.
fn held(subject: &Subject<'_>) -> Vec<f64> {
    subject.grid().axes().iter().skip(3).map(Axis::min).collect()
}

/// The values of a quantity at all vertices, mesh after mesh, and what it is called.
pub(crate) fn values(
    subject: &Subject<'_>,
    quantity: &Quantity,
    found: &Surfaces,
) -> Result<(String, Vec<f32>), Failure> {
    if !subject.arrays.all.is_empty() {
        return Err(Failure::input("values on a surface are for formulas; files are known at their nodes only"));
    }
    let points: Vec<[f64; 3]> = found.meshes.iter().flat_map(|mesh| mesh.points.iter().copied()).collect();
    Ok(values_at(&subject.formula, quantity, &held(subject), &points)?)
}

/// All meshes as one.
fn joined(meshes: Vec<Mesh>) -> Result<Mesh, SurfaceError> {
    let mut all = Mesh::default();
    for mesh in meshes {
        let first = u32::try_from(all.points.len()).map_err(|_| SurfaceError::TooLarge)?;
        if u32::try_from(all.points.len() + mesh.points.len()).is_err() {
            return Err(SurfaceError::TooLarge);
        }
        all.points.extend(mesh.points);
        all.normals.extend(mesh.normals);
        all.triangles.extend(mesh.triangles.into_iter().map(|triangle| triangle.map(|vertex| vertex + first)));
    }
    Ok(all)
}

/// What made a surface, for whoever finds it later; of the subject and the engine that computes its nodes.
pub(crate) fn words(
    args: &ProvenanceArgs,
    formula: &FormulaArgs,
    levels: &str,
    (subject, engine): (&Subject<'_>, &str),
) -> Words {
    if args.no_provenance {
        return vec![software()];
    }
    let double = ["f64", "gpu64"].contains(&engine);
    let mut words = vec![
        software(),
        ("Formula".to_owned(), formula.formula.clone()),
        ("Level".to_owned(), levels.to_owned()),
        ("Arithmetic".to_owned(), if double { "f64" } else { "f32" }.to_owned()),
    ];
    words.extend(provenance::subject(formula, subject, subject.grid()));
    words
}

fn format(path: &Path) -> Result<Format, Failure> {
    let extension = path.extension().and_then(|extension| extension.to_str()).map(str::to_ascii_lowercase);
    match extension.as_deref() {
        Some("ply") => Ok(Format::Ply),
        Some("stl") => Ok(Format::Stl),
        Some("vtp") => Ok(Format::Vtp),
        _ => Err(Failure::input(format_args!(
            "'{}' is not the name of a mesh; end it in .ply, .stl or .vtp, and for a picture use `gradgrid plot … --iso`",
            path.display()
        ))),
    }
}

impl From<SurfaceError> for Failure {
    fn from(error: SurfaceError) -> Self {
        match error {
            SurfaceError::Request(error) => error.into(),
            other => Self::input(other),
        }
    }
}
