//! `gradgrid bench`: the engines against each other, against the reference and against the machine, as a table, as JSON and as a picture.

use crate::analysis::bench::figure::name;
use crate::analysis::bench::verify::{Check, Found};
use crate::analysis::bench::{self, Bench, BenchError, ENGINES, EXTENT, Plan, Row, SizeReport, machine};
use crate::cli::args::{BenchArgs, FormulaArgs};
use crate::cli::failure::Failure;
use crate::cli::inputs;
use crate::cli::plot::format::picture_format;
use crate::cli::progress::Progress;
use crate::engine::EngineChoice;
use crate::expr::formula::Formula;
use crate::figure::lines::LineFigure;
use crate::figure::{PictureFormat, Theme, WriteFigure};
use crate::gpu::{Choice, Gpu};
use crate::io::output::Output;
use serde_json::{Value, json};
use std::io::{self, Write};

/// The most rounds: beyond it medians no longer change.
const MOST_ROUNDS: usize = 1000;

/// The longest side: 4 billion nodes.
const LONGEST_SIDE: usize = 1 << 16;

pub(crate) fn run(args: &BenchArgs) -> Result<(), Failure> {
    let format = args.plot.as_deref().map_or(Ok(PictureFormat::Png), picture_format)?;
    let words = FormulaArgs {
        formula: args.formula.clone(),
        parameters: args.parameters.clone(),
        vars: ["x", "y", "z", "w"].map(str::to_owned).into(),
    };
    let formula = inputs::formula(&words)?;
    if let Some(extra) = formula.variables()[..formula.dimension()].get(2) {
        return Err(Failure::input(format_args!(
            "the formula uses `{extra}` and a benchmark has two axes; give it a value, as in `--param {extra}=0.5`"
        )));
    }
    let quantity = inputs::quantity(&args.quantity, &formula, 2)?;
    if quantity.is_report() {
        return Err(Failure::input(format_args!(
            "`{quantity}` tells of another quantity and has no error bound to be judged by; take `magnitude`"
        )));
    }
    let (sizes, rounds) = (sizes(&args.sizes)?, rounds(args.rounds)?);
    let output = args.plot.as_ref().map(|path| Output::create(path, args.out.overwrite)).transpose()?;
    let engines = engines(args)?;
    let load = machine::load();
    let mut progress = Progress::counting(args.out.quiet, "steps");
    let bench = bench::run(&Plan { formula: &formula, quantity, sizes, rounds, engines }, &mut progress)?;
    drop(progress);
    let report = Report { args, formula: &formula, bench: &bench, load };
    let to_stdout = output.as_ref().is_some_and(Output::is_stdout);
    if let Some(output) = output {
        report.picture(output, format)?;
    }
    if !to_stdout {
        let text = if args.json { report.json() } else { report.plain() };
        io::stdout().lock().write_all(text.as_bytes())?;
    }
    if bench.holds() {
        return Ok(());
    }
    let wrong = bench.sizes.iter().flat_map(|size| size.rows.iter().map(move |row| (size, row)));
    let wrong = wrong.filter(|(_, row)| !row.check.holds());
    let wrong: Vec<String> = wrong.map(|(size, row)| format!("{} at {}²", name(row.engine), size.side)).collect();
    Err(Failure::wrong(format_args!("wrong results: {}", wrong.join(", "))))
}

fn sizes(texts: &[String]) -> Result<Vec<usize>, Failure> {
    let read = |text: &String| {
        let side = text.trim().parse().ok().filter(|side| (2..=LONGEST_SIDE).contains(side));
        side.ok_or_else(|| {
            Failure::input(format_args!(
                "--sizes {text}: write nodes along a side, 2 to {LONGEST_SIDE}, as in 512,1024,2048"
            ))
        })
    };
    texts.iter().map(read).collect()
}

fn rounds(rounds: usize) -> Result<usize, Failure> {
    let fits = (1..=MOST_ROUNDS).contains(&rounds);
    fits.then_some(rounds).ok_or_else(|| Failure::input(format_args!("--rounds {rounds}: take 1 to {MOST_ROUNDS}")))
}

/// The engines named, or all that there are.
fn engines(args: &BenchArgs) -> Result<Vec<EngineChoice>, Failure> {
    if args.engine.is_empty() {
        let has_gpu = Gpu::open(Choice::Any).is_ok();
        return Ok(ENGINES.into_iter().filter(|engine| has_gpu || *engine != EngineChoice::Gpu).collect());
    }
    let read = |text: &String| {
        let engine: EngineChoice = text.trim().parse().map_err(Failure::input)?;
        let timed = ENGINES.contains(&engine);
        timed.then_some(engine).ok_or_else(|| {
            Failure::input(format_args!("--engine {text}: a benchmark times gpu, cpu and f64; name some of these"))
        })
    };
    args.engine.iter().map(read).collect()
}

/// Everything that the output tells.
struct Report<'a> {
    args: &'a BenchArgs,
    formula: &'a Formula,
    bench: &'a Bench,
    load: Option<f64>,
}

impl Report<'_> {
    fn what(&self) -> String {
        let formula = self.formula.text().split_whitespace().collect::<Vec<_>>().join(" ");
        format!("{} of f = {formula}", self.args.quantity)
    }

    fn machine(&self) -> String {
        format!("{}, {} threads", machine::processor(), machine::threads())
    }

    fn picture(&self, output: Output, format: PictureFormat) -> Result<(), Failure> {
        let theme = if self.args.dark { Theme::Dark } else { Theme::Light };
        let machine = match &self.bench.adapter {
            Some(adapter) => format!("{}; {}", self.machine(), adapter.split(';').next().unwrap_or(adapter)),
            None => self.machine(),
        };
        let spec = self.bench.figure(&format!("Speed: {}", self.what()), &machine, theme);
        let figure = LineFigure::new(&spec)?;
        let text = [
            ("Software".to_owned(), format!("gradgrid {}", env!("CARGO_PKG_VERSION"))),
            ("Title".to_owned(), spec.title.clone()),
            ("Formula".to_owned(), self.formula.text().to_owned()),
        ];
        let name = output.name().to_owned();
        figure.write(format, output, &text)?.commit()?;
        if !self.args.out.quiet {
            let (width, height) = figure.size();
            eprintln!("{name}: {width}×{height} pixels");
        }
        Ok(())
    }

    fn plain(&self) -> String {
        let (bench, limits) = (self.bench, self.bench.limits);
        let mut lines = vec![format!("gradgrid {}, {}", env!("CARGO_PKG_VERSION"), self.what())];
        lines.push(format!(
            "          over [{}, {}]², {} operations and {} value(s) a point; {} rounds, interleaved",
            EXTENT.0, EXTENT.1, bench.operations, bench.planes, self.args.rounds
        ));
        let load = self.load.map_or(String::new(), |load| format!("; load {load:.1} before"));
        lines.push(format!("machine   {}{load}", self.machine()));
        if let Some(adapter) = &bench.adapter {
            lines.push(format!("adapter   {adapter}"));
        }
        lines.push(format!(
            "limits    memory write {:.1} GB/s, copy {:.1} GB/s (64 MiB buffers, reused); arithmetic {:.0} Gflop/s (f32 multiply, add)",
            limits.write * 1e-9,
            limits.copy * 1e-9,
            limits.arithmetic * 1e-9
        ));
        lines.push(String::new());
        lines.push(format!(
            "{:>7}  {:<9} {:>10}  {:>19}  {:>8}  {:>7}  {:>8}  {:>7}",
            "size", "engine", "median ms", "least – most", "Mpt/s", "GB/s", "of limit", "vs f64"
        ));
        for size in &bench.sizes {
            for (k, row) in size.rows.iter().enumerate() {
                let side = if k == 0 { format!("{}²", size.side) } else { String::new() };
                lines.extend(table_rows(size, row, &side));
            }
        }
        lines.push(String::new());
        lines.push(
            "Mpt/s: million points a second; GB/s: values written to host memory; of limit: the time that writing"
                .into(),
        );
        lines.push(
            "them into the same buffers takes alone, over the engine's; vs f64: times as fast as the reference.".into(),
        );
        lines.push(String::new());
        for engine in ENGINES {
            let checks = bench.sizes.iter().filter_map(|size| size.row(engine)).map(|row| row.check);
            lines.extend(verdict(engine, &checks.collect::<Vec<Check>>()));
        }
        lines.extend(bench.left_out.iter().map(|note| format!("left out: {note}")));
        lines.join("\n") + "\n"
    }

    fn json(&self) -> String {
        let (bench, limits) = (self.bench, self.bench.limits);
        let sizes: Vec<Value> = bench
            .sizes
            .iter()
            .map(|size| {
                let rows: Vec<Value> = size.rows.iter().map(|row| row_json(size, row)).collect();
                json!({ "size": size.side, "points": size.cells(), "engines": rows })
            })
            .collect();
        let value = json!({
            "schema": "gradgrid.bench/1",
            "version": env!("CARGO_PKG_VERSION"),
            "formula": self.formula.text(),
            "quantity": self.args.quantity,
            "extent": [EXTENT.0, EXTENT.1],
            "operations_per_point": bench.operations,
            "values_per_point": bench.planes,
            "rounds": self.args.rounds,
            "machine": machine::processor(),
            "threads": machine::threads(),
            "load_before": self.load,
            "adapter": bench.adapter,
            "limits": {
                "write_bytes_per_s": limits.write,
                "copy_bytes_per_s": limits.copy,
                "f32_operations_per_s": limits.arithmetic,
            },
            "sizes": sizes,
            "left_out": bench.left_out,
            "holds": bench.holds(),
        });
        format!("{value:#}\n")
    }
}

/// A number with three significant digits or all before the point.
fn digits(value: f64) -> String {
    match value {
        value if value >= 100.0 => format!("{value:.0}"),
        value if value >= 10.0 => format!("{value:.1}"),
        value => format!("{value:.2}"),
    }
}

fn table_rows(size: &SizeReport, row: &Row, side: &str) -> Vec<String> {
    let ms = |seconds: f64| digits(seconds * 1e3);
    let line = |side: &str, engine: &str, times: &bench::Times, rest: &str| {
        let spread = format!("{} – {}", ms(times.least()), ms(times.most()));
        let rate = digits(size.cells() / times.median() * 1e-6);
        format!("{side:>7}  {engine:<9} {:>10}  {spread:>19}  {rate:>8}{rest}", ms(times.median()))
    };
    let seconds = row.pass.median();
    let faster = size.row(EngineChoice::F64).map_or(String::new(), |f64| digits(f64.pass.median() / seconds) + "×");
    let limit = format!("{:.0} %", 100.0 * row.limit / seconds);
    let rest = format!("  {:>7}  {limit:>8}  {faster:>7}", digits(row.bytes / seconds * 1e-9));
    let mut lines = vec![line(side, name(row.engine), &row.pass, &rest)];
    lines.extend(row.kernel.as_ref().map(|kernel| line("", "  kernels", kernel, "")));
    lines
}

/// What the checks of an engine found, over all sizes.
fn verdict(engine: EngineChoice, checks: &[Check]) -> Option<String> {
    let sum = |of: fn(&Found) -> u64| -> u64 {
        let found = checks.iter().filter_map(|check| match check {
            Check::Reference => None,
            Check::Bound(found) | Check::Bits(found) => Some(of(found)),
        });
        found.sum()
    };
    let (judged, wrong, masks) = (sum(|found| found.judged), sum(|found| found.wrong), sum(|found| found.masks));
    let name = name(engine);
    let holds = if checks.iter().all(Check::holds) { "verified" } else { "WRONG   " };
    match checks.first()? {
        Check::Reference => None,
        Check::Bits(_) => Some(format!("{holds}  {name}: {wrong} of {judged} values differ from cpu in a bit")),
        Check::Bound(_) => {
            let worst = checks.iter().fold(0.0_f64, |worst, check| match check {
                Check::Bound(found) => worst.max(found.worst),
                _ => worst,
            });
            let edges = if masks == 0 {
                String::new()
            } else {
                format!("; {masks} on the edge of the domain are masked in one of the two")
            };
            Some(format!(
                "{holds}  {name}: {wrong} of {judged} values lie outside the error bound of f64; the worst is at {worst:.2} of it{edges}"
            ))
        }
    }
}

fn row_json(size: &SizeReport, row: &Row) -> Value {
    let times = |times: &bench::Times| json!({ "median_s": times.median(), "least_s": times.least(), "most_s": times.most(), "rounds_s": times.all() });
    let seconds = row.pass.median();
    let check = match &row.check {
        Check::Reference => json!({ "against": Value::Null, "holds": true }),
        Check::Bound(found) => json!({
            "against": "f64 within its error bound", "values": found.judged, "wrong": found.wrong,
            "first_wrong_cell": found.first, "worst_share_of_bound": found.worst, "masked_in_one": found.masks,
            "holds": row.check.holds(),
        }),
        Check::Bits(found) => json!({
            "against": "cpu by bits", "values": found.judged, "wrong": found.wrong, "first_wrong_cell": found.first,
            "holds": row.check.holds(),
        }),
    };
    json!({
        "engine": name(row.engine),
        "pass": times(&row.pass),
        "kernels": row.kernel.as_ref().map(times),
        "points_per_s": size.cells() / seconds,
        "bytes_written": row.bytes,
        "memory_limit_s": row.limit,
        "share_of_memory_limit": row.limit / seconds,
        "check": check,
    })
}

impl From<BenchError> for Failure {
    fn from(error: BenchError) -> Self {
        match error {
            BenchError::Grid(error) => Self::input(error),
            BenchError::Request(error) => error.into(),
            BenchError::Engine(error) => error.into(),
            BenchError::Gpu(error) => error.into(),
            BenchError::Interrupted(stop) => stop.into(),
        }
    }
}
