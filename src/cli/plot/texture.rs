//! The layer of light and texture: what shades the colours of the cells.

use crate::cli::failure::Failure;
use crate::cli::plot::layers::Stage;
use crate::kernels::lic::LONGEST;
use crate::picture::Shade;
use crate::quantity::Quantity;
use crate::texture::{COARSEST, Look, Texture};
use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct TextureArgs {
    /// Smear noise along the direction of ∇f, so that its lines show everywhere (line integral convolution); the colours stay those of the quantity
    #[arg(long)]
    lic: bool,

    /// Pixels that lines of the texture reach each way, 1 to 512 [default: by the size of the picture, 12 to 40]
    #[arg(long, value_name = "N", requires = "lic")]
    lic_length: Option<u32>,

    /// Thickness of the lines of the texture in pixels, 1 to 64
    #[arg(long, value_name = "PIXELS", default_value_t = 1.5, requires = "lic")]
    lic_scale: f64,
}

impl TextureArgs {
    /// The option that asks for this layer, if one does.
    pub(super) fn asked(&self) -> Option<&'static str> {
        self.lic.then_some("--lic")
    }
}

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
