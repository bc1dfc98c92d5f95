//! What a command says on stderr: which engine runs, how many cells have no value and why, and what the checks of the GPU found.

use crate::cli::failure::Failure;
use crate::cli::subject::Subject;
use crate::engine::{Agreement, PATIENCE, Report};
use crate::grid::Grid;
use crate::program::mask;
use crate::quantity::Quantity;
use crate::request::{Prepared, Request};
use crate::tile::watch::Watch;

/// Warnings, once each.
pub(crate) fn say_notes(notes: &[String]) {
    for note in notes {
        eprintln!("{note}");
    }
}

/// Which engine runs, and with which steps, on stderr.
pub(crate) fn say_how(prepared: &Prepared, asked: &str) {
    let asked = if asked == "auto" { " (auto)" } else { "" };
    eprintln!("engine{asked}: {}, {}", prepared.engine(), prepared.agreement());
    if prepared.gave_up_compiling() {
        let seconds = PATIENCE.as_secs();
        eprintln!(
            "the driver took more than {seconds} s to compile this formula, so the CPU computes it: the same bytes"
        );
    }
    for (method, choices) in prepared.methods() {
        for (axis, choice) in prepared.grid().axes().iter().zip(choices) {
            let (h, error) = (choice.first.h, choice.first.error);
            eprintln!("{method} along {}: h = {h:e} (2^{:.0}), expected error {error:.1e}", axis.name(), h.log2());
        }
    }
}

/// The fewest digits that tell the value from its neighbours in the engine's number type.
#[expect(clippy::cast_possible_truncation, reason = "the value came from this type")]
pub(crate) fn digits(value: f64, prepared: &Prepared) -> String {
    if prepared.engine().arithmetic() == "f32" { format!("{:?}", value as f32) } else { format!("{value:?}") }
}

/// `values -1.0 to 2.5`
pub(crate) fn values(extremes: Option<(f64, f64)>, prepared: &Prepared) -> String {
    let shown = |value| digits(value, prepared);
    let values = extremes.map(|(lo, hi)| format!("values {} to {}", shown(lo), shown(hi)));
    values.unwrap_or("no cell has a value".to_owned())
}

/// `, 12 of 100 cells undefined (10 domain, 2 overflow)`, or nothing when all cells have values.
///
/// The reasons are counted by one more pass over the mask of the quantity.
pub(crate) fn undefined(
    subject: &Subject<'_>,
    request: &Request<'_>,
    masked: u64,
    cells: u64,
    watch: &mut dyn Watch,
) -> Result<String, Failure> {
    if masked == 0 || subject.quantity.is_report() || subject.is_slice() {
        return Ok(because(masked, cells, &[]));
    }
    let mask = Quantity::Mask(Box::new(subject.quantity.clone()));
    let request = request.clone().compare(None).reasons(false).quantity(mask);
    let counts = subject.prepare(&request)?.range(0, watch)?;
    let counts: Vec<u64> = (0_u8..).map(|code| counts.count_of(f32::from(code))).take(mask::NAMES.len()).collect();
    Ok(because(masked, cells, &counts))
}

/// The same where the cells of each code are counted already.
pub(crate) fn because(masked: u64, cells: u64, counts: &[u64]) -> String {
    if masked == 0 {
        return String::new();
    }
    let total = format!(", {masked} of {cells} cells undefined");
    let invalid = counts.iter().zip(mask::NAMES).skip(mask::HIGHEST_VALID + 1).filter(|(count, _)| **count > 0);
    let reasons: Vec<String> = invalid.map(|(count, name)| format!("{count} {name}")).collect();
    if reasons.is_empty() { total } else { format!("{total} ({})", reasons.join(", ")) }
}

/// `, 2 of 9 bands computed again on the CPU`, or nothing when every band was right.
pub(crate) fn recomputed(prepared: &Prepared) -> String {
    let report = prepared.report();
    match report.recomputed {
        0 => String::new(),
        wrong => format!(", {wrong} of {} bands computed again on the CPU", report.bands),
    }
}

/// `, by the driver's mathematics …` where the values come without a promise: a file of numbers cannot say so itself.
pub(crate) fn mathematics(prepared: &Prepared) -> &'static str {
    match prepared.agreement() {
        Agreement::NoPromise => ", by the driver's mathematics (--math fast), without a promise",
        _ => "",
    }
}

/// Warns once if the GPU delivered something wrong: how much, where, and what came of it.
pub(crate) fn warn_of_mismatch(prepared: &Prepared) {
    if let Some(text) = mismatch(&prepared.report(), prepared.grid()) {
        eprintln!("{text}");
    }
}

fn mismatch(report: &Report, grid: &Grid) -> Option<String> {
    let found = report.first.as_ref()?;
    let mut index = vec![0; grid.axes().len()];
    grid.index_from_cell(found.first, &mut index);
    let axes = grid.axes().iter().zip(index);
    let place: Vec<String> = axes.map(|(axis, i)| format!("{} = {}", axis.name(), axis.world_from_index(i))).collect();
    Some(format!(
        "warning: the GPU gave wrong {}: {} of {} checked cells of a band, the first at {}; \
         {} of {} bands were computed again on the CPU; try `gradgrid devices --retest`, or --engine cpu",
        found.what,
        found.wrong,
        found.checked,
        place.join(", "),
        report.recomputed,
        report.bands
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::checked::Mismatch;

    #[test]
    fn a_mismatch_is_told_with_count_and_place() {
        let grid = Grid::plane((0.0, 1.0, 5), (0.0, 1.0, 3)).expect("valid");
        assert_eq!(mismatch(&Report::default(), &grid), None, "nothing was wrong");
        let first = Mismatch { what: "values", cells: 5..15, first: 8, checked: 10, wrong: 3 };
        let report = Report { bands: 9, checked: 90, recomputed: 2, first: Some(first) };
        assert_eq!(
            mismatch(&report, &grid).as_deref(),
            Some(
                "warning: the GPU gave wrong values: 3 of 10 checked cells of a band, the first at x = 0.75, y = 0.5; \
                 2 of 9 bands were computed again on the CPU; try `gradgrid devices --retest`, or --engine cpu"
            ),
            "the first of two"
        );
    }
}
