//! `gradgrid help`: the language and the quantities from their tables, commands from their arguments.

use crate::cli::args::Cli;
use crate::cli::failure::Failure;
use crate::color::{Colormap, Kind};
use crate::expr::reference::language_reference;
use clap::CommandFactory;
use std::io::{self, Write};

pub(crate) fn run(topic: Option<&str>) -> Result<(), Failure> {
    let text = match topic {
        None => Cli::command().render_long_help().to_string(),
        Some("language") => language_reference(),
        Some("quantities") => QUANTITIES.to_owned(),
        Some("files") => FILES.to_owned(),
        Some("colors" | "colours" | "colormaps") => colours(),
        Some(name) => {
            let mut cli = Cli::command();
            // Building gives subcommands their full usage line.
            cli.build();
            match cli.find_subcommand_mut(name) {
                Some(command) => command.render_long_help().to_string(),
                None => {
                    return Err(Failure::input(format_args!(
                        "there is no help on `{name}`; there is help on language, quantities, files, colors, plot, eval, stats, contour, streamlines, surface, batch, at, duel, show, verify, devices, accuracy and bench"
                    )));
                }
            }
        }
    };
    io::stdout().lock().write_all(text.as_bytes())?;
    Ok(())
}

/// The colour maps by what they are for, and what can be done with them.
fn colours() -> String {
    let of = |kind: Kind| {
        let names = Colormap::names().filter(|name| Colormap::from_name(name).is_ok_and(|map| map.kind() == kind));
        names.collect::<Vec<_>>().join(", ")
    };
    format!(
        "\
Colours of pictures (--colormap NAME):

  from low to high     {}
  on both sides of 0   {}
  round a circle       {}
  a rainbow            {}

Maps from low to high rise evenly in lightness, so that they order values for every eye and in print. coolwarm and
bluered have their neutral middle at 0, or at --center V; topo has the coast there. turbo shows much detail and orders
nothing. terrain is for heights.

  --colormap viridis_r                     the reverse
  --colormap viridis:8                     eight flat steps; the colour bar has its ticks at their edges, which are round
                                           numbers unless --range or a --scale other than linear says where they lie
  --colormap '#0b1d51,#ffffff,#b3001b'     a map through these colours, evenly spaced, straight in Oklab; :5 may follow
  --range -2:2, --center V, --percentile P what the ends or the middle of the colour bar are
  --scale log, symlog                      how values are spread over the colours
  --shade hillshade:315,45                 light over the colours, from an azimuth and a height

Files of a batch share a range with `gradgrid batch … --range shared`.
",
        of(Kind::Sequential),
        of(Kind::Diverging),
        of(Kind::Cyclic),
        of(Kind::Rainbow)
    )
}

const FILES: &str = "\
A formula may be a file of samples, or speak of files by names (--with a=run.npy):

  gradgrid plot dem.tif slope.png -q slope
  gradgrid eval 'norm(grad(a - b))' diff.npy -q value --with a=run1.npy --with b=run2.npy

Read are .npy, .npz, .tif (GeoTIFF), .png, .jpg, .webp, .exr, .asc (ESRI ASCII grid), and with --raw any numbers.
A word that ends like one of these is a file; of other words, one that is no formula may be (./x is the file x).
Of a colour picture the luminance in 0 to 1 is read, or a channel: photo.png:R, --channel 2. All arrays of a formula
need one shape. A file has the name a in messages.

Where the cells lie
  --x 0:1 --y 0:2    from end to end, the first and the last node included; --x nodes.npy for uneven nodes
  --spacing dx,dy    0, dx, 2dx …; x first, as everywhere on the command line (numpy.gradient takes y first)
  else               the file's georeference, whose cells have their centres as nodes; else 0, 1, 2 …
Pictures have the first row on top if the file is a picture or if y descends, as in north-up rasters and with
--spacing 30,-30. Other arrays are functions: the first row has the smallest y and is the lowest.
For terrain, the first row of a picture without georeference is the northernmost.

How they are differenced
  --scheme           central (numpy.gradient), central4, forward, backward, sobel, scharr, prewitt, gaussian:S,
                     horn (gdaldem's, the default of terrain), zevenbergen-thorne
  --edge-order 2     second order at the border, as in numpy.gradient
  --border           one-sided, periodic, reflect, nearest, nodata, constant:V
  --missing          what a missing neighbour does: propagate, shrink (one-sided), fill:V
Nodata values and NaN are masked; so is what depends on them. Derivatives are by the unit of x and y; for terrain,
degrees become metres on WGS 84 row by row, and --z-factor scales heights. A unit that the file does not tell is
warned of. gdaldem's aspect takes cells for square; here aspect and slope are of the same surface.

Written are .npy, .csv, .raw, .tif (with the georeference and nodata value of the input, and with --cog as a
cloud-optimised GeoTIFF), .exr, .vti and 16-bit grey, by `gradgrid eval`; pictures by plot; a map for each of many
files by batch. The nodata value is kept where no value of the quantity can be that number; else masked cells are NaN.

Files say what made them: formula, files with their checksums, method, arithmetic, grid, range and command. Formats that have no
place for it, which are .npy, .csv, .stl and .raw, have it beside them in FILE.json, and .npy files of a batch in the manifest.
`gradgrid verify FILE` computes it again and compares; --no-provenance leaves it out.
";

const QUANTITIES: &str = "\
What can be asked of a function f of n variables (-q NAME):

  value              f itself
  partial:x          ∂f/∂x; partial:x,y is ∂²f/∂x∂y, up to order 4
  gradient           ∇f, n planes
  magnitude          ‖∇f‖, the steepest slope
  direction          angle of ∇f in radians, (−π, π]; two variables
  ascent, descent    ±∇f/‖∇f‖, unit vectors of steepest ascent and descent, n planes
  normal             unit normal of the level set through each point, uphill, n planes
  directional:A      slope D_u f = ∇f·u along the unit vector at angle A: pi/4, 45deg
  directional:u,v    the same along the vector (u, v), which is normalised
  laplacian          sum of the unmixed second partials
  hessian            second partials, upper triangle row by row, n(n+1)/2 planes
  hessian-det        determinant of the Hessian, up to four variables
  slope              steepness of f as the height of terrain, in degrees; slope:percent, slope:radians
  aspect             direction of steepest descent in degrees, 0 north, clockwise; aspect:trigonometric
  hillshade          brightness 1 to 255 under a light at azimuth 315, height 45; hillshade:A,H,
                     hillshade:combined, hillshade:multidirectional
  curvature:K        profile, plan, mean or gaussian
  tpi                height over the mean of the eight neighbouring cells
  tri, tri:wilson    ruggedness: root of the sum of squares of the eight differences, mean of their sizes
  roughness          largest minus smallest of the nine heights
  saliency, saliency:S  where an image changes: the gradient's magnitude, over all colours of a picture,
                     averaged by a Gaussian of S cells, 2 if not said
  mask, mask:Q       why a cell of quantity Q has no value: 0 ok, 1 kink (valid), 2 unreliable
                     comparison, 3 overflow, 4 outside the domain, 5 no data in
                     the file; of the gradient if not said
  bound, bound:Q     what the computed single-precision value of Q is off by at most
  digits, digits:Q   correct decimal digits that this leaves; of f if not said

A cell where the function or the quantity is undefined is masked: NaN in files, a colour of
its own in pictures. Where ∇f = 0 there is no direction, so direction, ascent, descent and
normal are masked there.
";
