//! The layer of light and texture: what shades the colours of the cells.

use crate::cli::args::TextureArgs;
use crate::cli::failure::Failure;
use crate::cli::plot::stage::Stage;
use crate::kernels::lic::LONGEST;
use crate::picture::Shade;
use crate::quantity::Quantity;
use crate::texture::{COARSEST, Look, Texture};

/// The shade of the cells, if one is asked for.
pub(super) fn shade(args: &TextureArgs, stage: &mut Stage<'_>) -> Result<Option<Box<dyn Shade>>, Failure> {
    if !args.lic {
        return Ok(None);
    }
    if let Some(length) = args.lic_length.filter(|length| !(1..=LONGEST).contains(length)) {
        return Err(Failure::input(format_args!("--lic-length is 1 to {LONGEST} pixels, not {length}")));
    }
    if !(1.0..=COARSEST).contains(&args.lic_scale) {
        return Err(Failure::input(format_args!("--lic-scale is 1 to {COARSEST} pixels, not {}", args.lic_scale)));
    }
    let look = Look { length: args.lic_length, coarse: args.lic_scale, ..Look::default() };
    let gradient = stage.prepare(Quantity::Gradient)?;
    // How many pixels a cell takes on a side.
    let across = usize::try_from(stage.view.clip().width).unwrap_or(0);
    let magnify = (across / gradient.grid().width()).max(1);
    Ok(Some(Box::new(Texture::new(gradient, magnify, look)?)))
}
