//! Arguments about sampled grids: which files are arrays, what of them is read, and how they are differenced.

use clap::Args;

/// Files as arrays.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Sampled grids")]
pub(crate) struct ArrayArgs {
    /// An array of the formula and its file; a channel or member may follow: a=run.npy, r=photo.png:R, v=runs.npz:v
    #[arg(long = "with", value_name = "NAME=FILE")]
    pub(crate) with: Vec<String>,
    /// What of a picture is read: R, G, B, A, a layer's name, a number from 0, or luminance
    /// [default: luminance of colour pictures, else the first channel]
    #[arg(long, value_name = "NAME")]
    pub(crate) channel: Option<String>,
    /// Which array of an NPZ archive
    #[arg(long, value_name = "NAME")]
    pub(crate) member: Option<String>,
    /// Which page of a TIFF file, from 0
    #[arg(long, value_name = "N")]
    pub(crate) page: Option<usize>,
    /// The files are raw numbers: size with x first, type, then big or little (the default) and bytes to skip, as 640x480:f4:big:128
    #[arg(long, value_name = "SIZE:TYPE…")]
    pub(crate) raw: Option<String>,
    /// Distance between neighbours, x first [default: by the file's georeference, else 1]; or give extents with --x, --y, --z
    #[arg(long, value_name = "DX,DY…", allow_hyphen_values = true)]
    pub(crate) spacing: Option<String>,
    /// A number that stands for “no data”, beside what the file says
    #[arg(long, value_name = "VALUE", allow_hyphen_values = true)]
    pub(crate) nodata: Option<String>,
    #[command(flatten)]
    pub(crate) scheme: SchemeArgs,
}

impl ArrayArgs {
    /// The first option that says how a file is read.
    pub(crate) fn reading(&self) -> Option<&'static str> {
        let options = [
            (self.channel.is_some(), "--channel"),
            (self.member.is_some(), "--member"),
            (self.page.is_some(), "--page"),
            (self.raw.is_some(), "--raw"),
            (self.spacing.is_some(), "--spacing"),
            (self.nodata.is_some(), "--nodata"),
        ];
        options.into_iter().find_map(|(given, option)| given.then_some(option))
    }
}

/// How arrays are differenced.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Sampled grids")]
pub(crate) struct SchemeArgs {
    /// central, central4, forward, backward, sobel, scharr, prewitt, gaussian:σ, horn or zevenbergen-thorne
    /// [default: central; horn for terrain, sobel for saliency]
    #[arg(long, value_name = "NAME")]
    pub(crate) scheme: Option<String>,
    /// Order of the one-sided differences at the border, as in numpy.gradient: 1 or 2
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=2), conflicts_with = "border")]
    pub(crate) edge_order: Option<u8>,
    /// How values go on beyond the border: one-sided, periodic, reflect, nearest, nodata or constant:VALUE [default: by scheme]
    #[arg(long, value_name = "RULE", allow_hyphen_values = true)]
    pub(crate) border: Option<String>,
    /// What missing neighbours do: propagate (no result), shrink (one-sided differences) or fill:VALUE
    #[arg(long, value_name = "RULE", default_value = "propagate", allow_hyphen_values = true)]
    pub(crate) missing: String,
    /// Heights of terrain are this times the values
    #[arg(long, value_name = "FACTOR", allow_hyphen_values = true)]
    pub(crate) z_factor: Option<String>,
}
