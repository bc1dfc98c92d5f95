//! What a command says when it is done: how many cells have no value and why, and what the checks of the GPU found.

use crate::program::mask;
use crate::quantity::Quantity;
use crate::request::{Prepared, Request, RequestError};
use crate::tile::watch::Watch;

/// `, 12 of 100 cells undefined (10 domain, 2 overflow)`, or nothing when all cells have values.
///
/// The reasons are counted by one more pass over the mask of the quantity.
pub(crate) fn undefined(
    request: &Request<'_>,
    quantity: &Quantity,
    masked: u64,
    cells: u64,
    watch: &mut dyn Watch,
) -> Result<String, RequestError> {
    if masked == 0 {
        return Ok(String::new());
    }
    let total = format!(", {masked} of {cells} cells undefined");
    if quantity.is_report() {
        return Ok(total);
    }
    let mask = Quantity::Mask(Box::new(quantity.clone()));
    let counts = request.clone().compare(None).quantity(mask).prepare()?.range(0, watch)?;
    let reasons: Vec<String> = (0_u8..)
        .zip(mask::NAMES)
        .skip(mask::HIGHEST_VALID + 1)
        .map(|(code, name)| (counts.count_of(f32::from(code)), name))
        .filter(|(count, _)| *count > 0)
        .map(|(count, name)| format!("{count} {name}"))
        .collect();
    Ok(if reasons.is_empty() { total } else { format!("{total} ({})", reasons.join(", ")) })
}

/// `, 2 of 9 bands computed again on the CPU`, or nothing when every band was right.
pub(crate) fn recomputed(prepared: &Prepared) -> String {
    let report = prepared.report();
    match report.recomputed {
        0 => String::new(),
        wrong => format!(", {wrong} of {} bands computed again on the CPU", report.bands),
    }
}

/// Warns once if the GPU delivered something wrong: how much, where, and what came of it.
pub(crate) fn warn_of_mismatch(prepared: &Prepared) {
    let report = prepared.report();
    let Some(found) = &report.first else { return };
    let grid = prepared.grid();
    let mut rest = found.first;
    let mut place = Vec::new();
    for axis in grid.axes() {
        place.push(format!("{} = {}", axis.name(), axis.world_from_index(rest % axis.len())));
        rest /= axis.len();
    }
    eprintln!(
        "warning: {} of {} checked cells of a band differ from the CPU's ({}), the first at {}; \
         {} of {} bands were wrong and were computed again on the CPU. The GPU or its driver is at fault: \
         see `gradgrid devices --retest`, or use --engine cpu",
        found.wrong,
        found.checked,
        found.what,
        place.join(", "),
        report.recomputed,
        report.bands
    );
}
