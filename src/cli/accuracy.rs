//! `gradgrid accuracy`: how exact each function is, and whether the GPU gives the bits of the CPU.

use crate::analysis::accuracy::{self, Accuracy, DeviceError, Extent};
use crate::cli::args::AccuracyArgs;
use crate::cli::failure::Failure;
use crate::cli::progress::Progress;
use crate::cli::values;
use crate::engine::agreement::Difference;
use crate::expr::op::Op;
use crate::gpu::{Choice, Gpu};
use serde_json::{Value, json};
use std::io::{self, Write};

/// One line of the table.
struct Row {
    found: Accuracy,
    /// Evaluations on the GPU, and how they differ.
    gpu: Option<(usize, Difference)>,
}

impl Row {
    fn holds(&self) -> bool {
        self.found.holds() && self.gpu.as_ref().is_none_or(|(_, difference)| difference.cells == 0)
    }
}

pub(crate) fn run(args: &AccuracyArgs) -> Result<(), Failure> {
    let extent = Extent { samples: samples(args.samples.as_deref())?, exhaustive: args.exhaustive };
    let ops = functions(&args.functions)?;
    // A machine without any adapter is measured all the same.
    let gpu = if args.no_gpu { None } else { Gpu::open(Choice::Any).ok() };
    if !args.quiet {
        match &gpu {
            Some(gpu) => eprintln!("comparing with {} ({}) bit by bit", gpu.info().name, gpu.info().kind),
            None => eprintln!("no GPU is compared"),
        }
    }
    let mut progress = Progress::counting(args.quiet, "samples");
    let mut rows = Vec::new();
    for op in ops {
        let found = accuracy::measure(op, extent, &mut progress)?;
        let gpu = match &gpu {
            None => None,
            Some(gpu) => Some(accuracy::compare(gpu, op, extent, &mut progress).map_err(|error| match error {
                DeviceError::Gpu(error) => Failure::from(error),
                DeviceError::Interrupted(stop) => Failure::from(stop),
            })?),
        };
        rows.push(Row { found, gpu });
    }
    drop(progress);
    let adapter = gpu.as_ref().map(|gpu| format!("{}, {}", gpu.info().name, gpu.info().driver_info));
    let text = if args.json {
        json_text(&rows, adapter.as_deref())
    } else if args.markdown {
        markdown(&rows, adapter.as_deref())
    } else {
        plain(&rows, adapter.as_deref())
    };
    io::stdout().lock().write_all(text.as_bytes())?;
    let wrong: Vec<&str> = rows.iter().filter(|row| !row.holds()).map(|row| row.found.op.name()).collect();
    if wrong.is_empty() {
        return Ok(());
    }
    Err(Failure::wrong(format_args!(
        "{} of {} functions miss their bar or differ on the GPU: {}",
        wrong.len(),
        rows.len(),
        wrong.join(", ")
    )))
}

/// A whole number of samples, also written as a formula such as `2^25`.
fn samples(text: Option<&str>) -> Result<u64, Failure> {
    let Some(text) = text else { return Ok(accuracy::SAMPLES) };
    let count = values::number(text, "--samples")?;
    if count.fract() != 0.0 || !(1.0..=4_294_967_296.0).contains(&count) {
        return Err(Failure::input(format_args!(
            "--samples {text}: write a whole number from 1 to 2^32, such as 2^25"
        )));
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number in [1, 2^32]")]
    let count = count as u64;
    Ok(count)
}

/// The functions named, or all.
fn functions(names: &[String]) -> Result<Vec<Op>, Failure> {
    if names.is_empty() {
        return Ok(accuracy::functions().collect());
    }
    let find = |name: &String| {
        accuracy::function(name.trim()).ok_or_else(|| {
            let known: Vec<&str> = accuracy::functions().map(Op::name).collect();
            Failure::input(format_args!("--functions: `{name}` is not one of {}", known.join(", ")))
        })
    };
    names.iter().map(find).collect()
}

/// The arguments where the worst error was found, as they can be typed.
fn place(found: &Accuracy, at: [f32; 2]) -> String {
    let [a, b] = at;
    if found.op.arity().min == 1 { format!("{a:e}") } else { format!("{a:e}, {b:e}") }
}

/// `2^23`, or the number itself.
fn count(samples: u64) -> String {
    if samples.is_power_of_two() { format!("2^{}", samples.trailing_zeros()) } else { samples.to_string() }
}

/// The error as the table shows it; none is 0.
fn error(ulp: f64) -> String {
    if ulp == 0.0 { "0".to_owned() } else { format!("{ulp:.3}") }
}

fn plain(rows: &[Row], adapter: Option<&str>) -> String {
    let mut lines = vec![format!(
        "{:10} {:>9}  {:>3}  {:>10}  {:>7}  {:>12}  {}",
        "function", "worst ulp", "bar", "mismatches", "samples", "GPU≠CPU bits", "worst at"
    )];
    for Row { found, gpu } in rows {
        let different = gpu.as_ref().map_or("-".to_owned(), |(_, difference)| difference.cells.to_string());
        let mut line = format!(
            "{:10} {:>9}  {:>3}  {:>10}  {:>7}  {different:>12}  {}",
            found.op.name(),
            error(found.worst),
            accuracy::bar(found.op),
            found.mismatches,
            count(found.samples),
            if found.worst == 0.0 { "-".to_owned() } else { place(found, found.at) },
        );
        if found.mismatches > 0 {
            line += &format!("; first mismatch at {}", place(found, found.mismatch_at));
        }
        lines.push(line);
    }
    lines.push(String::new());
    lines.push(
        "ulp: |computed − exact| in units in the last place of the exact value; 0.5 is correct rounding".to_owned(),
    );
    lines.push(bits_line(rows, adapter));
    lines.join("\n") + "\n"
}

/// What was compared with the GPU, in one line.
fn bits_line(rows: &[Row], adapter: Option<&str>) -> String {
    let Some(adapter) = adapter else { return "no GPU was compared".to_owned() };
    let compared = || rows.iter().filter_map(|row| row.gpu.as_ref());
    let total: usize = compared().map(|(cells, _)| cells).sum();
    let different: usize = compared().map(|(_, difference)| difference.cells).sum();
    format!("GPU and CPU: {different} of {total} evaluations differ in a bit ({adapter})")
}

/// The table of the README, with the command that makes it.
fn markdown(rows: &[Row], adapter: Option<&str>) -> String {
    let mut lines = vec![
        "| function | worst error (ulp) | promised | found at | GPU bits that differ |".to_owned(),
        "|---|---:|---:|---|---:|".to_owned(),
    ];
    for Row { found, gpu } in rows {
        let at = if found.worst == 0.0 { String::new() } else { format!("`{}`", place(found, found.at)) };
        let different = gpu.as_ref().map_or("not compared".to_owned(), |(_, difference)| difference.cells.to_string());
        let (name, worst, bar) = (found.op.name(), error(found.worst), accuracy::bar(found.op));
        lines.push(format!("| `{name}` | {worst} | {bar} | {at} | {different} |"));
    }
    let samples = rows.iter().map(|row| row.found.samples).max().unwrap_or(0);
    lines.push(String::new());
    lines.push(format!(
        "{} samples of each function against an `f64` reference; 0.5 ulp is correct rounding. {}. Made by `gradgrid accuracy --markdown`, version {}.",
        count(samples),
        bits_line(rows, adapter),
        env!("CARGO_PKG_VERSION")
    ));
    lines.join("\n") + "\n"
}

fn json_text(rows: &[Row], adapter: Option<&str>) -> String {
    let number = |value: f32| if value.is_finite() { json!(value) } else { Value::Null };
    let point = |found: &Accuracy, at: [f32; 2]| -> Value {
        let places = at.iter().take(found.op.arity().min);
        places.map(|&value| json!({ "value": number(value), "bits": format!("{:08x}", value.to_bits()) })).collect()
    };
    let functions: Vec<Value> = rows
        .iter()
        .map(|row| {
            let found = &row.found;
            let gpu = row.gpu.as_ref().map(|(cells, difference)| {
                json!({ "evaluations": cells, "differing": difference.cells,
                    "worst_ulp": difference.ulp.is_finite().then_some(difference.ulp) })
            });
            json!({
                "name": found.op.name(), "samples": found.samples, "worst_ulp": found.worst,
                "bar_ulp": accuracy::bar(found.op), "worst_at": point(found, found.at), "mismatches": found.mismatches,
                "first_mismatch_at": if found.mismatches > 0 { point(found, found.mismatch_at) } else { Value::Null },
                "gpu": gpu, "holds": row.holds(),
            })
        })
        .collect();
    let version = env!("CARGO_PKG_VERSION");
    let value =
        json!({ "schema": "gradgrid.accuracy/1", "version": version, "adapter": adapter, "functions": functions });
    format!("{value:#}\n")
}
