//! What a command says when it is done: how many cells have no value, and why.

use crate::program::mask;
use crate::quantity::Quantity;
use crate::request::{Request, RequestError};
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
