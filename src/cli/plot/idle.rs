//! Options that would have no effect on what is drawn: whoever gives one expects something, so they are refused.
//!
//! What is about cells, and so about heatmaps alone, is refused by [`shapes`](super::shapes); layers of tiles by [`zoom`](super::zoom).

use crate::cli::args::PlotArgs;
use crate::cli::failure::Failure;

/// An option, whether it is given, and why it would do nothing.
type Idle = (&'static str, bool, &'static str);

/// Refuses what would have no effect.
pub(super) fn check(args: &PlotArgs) -> Result<(), Failure> {
    let (what, options) = if args.shapes.profile.is_some() {
        ("a picture with --profile", of_profile(args))
    } else if args.shapes.iso.is_some() {
        ("a picture with --iso", of_surface(args))
    } else if args.output.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("dzi")) {
        ("the tiles of a .dzi", without_letters(args))
    } else {
        let mut options = if args.picture.bare { without_letters(args) } else { Vec::new() };
        let notes = &args.layers.notes;
        let unnamed = args.layers.asked().is_none_or(|first| first == "--legend");
        options.push(("--legend", notes.legend.is_some() && unnamed, "there are no lines, arrows or points to name"));
        (if args.picture.bare { "a picture with --bare" } else { "this picture" }, options)
    };
    match options.into_iter().find(|(_, given, _)| *given) {
        Some((option, _, why)) => Err(Failure::input(format_args!("{option} would do nothing to {what}: {why}"))),
        None => Ok(()),
    }
}

fn of_profile(args: &PlotArgs) -> Vec<Idle> {
    let (compute, picture) = (&args.work.compute, &args.picture);
    let uncoloured = "it has no colours";
    let quantity = compute.quantity.as_str();
    vec![
        (
            "--quantity",
            !["magnitude", "value"].contains(&quantity),
            "it shows f and its partial derivative; of another function, write that as the formula",
        ),
        ("--compare", compute.compare.is_some(), "it shows one method; draw one for each"),
        ("--colormap", picture.colormap.is_some(), uncoloured),
        ("--scale", picture.scale != "linear", uncoloured),
        ("--center", picture.center.is_some(), uncoloured),
        ("--percentile", picture.percentile.is_some(), uncoloured),
        ("--bare", picture.bare, "it has no cells"),
    ]
}

fn of_surface(args: &PlotArgs) -> Vec<Idle> {
    let (compute, picture) = (&args.work.compute, &args.picture);
    let plain = args.shapes.paint.is_none();
    let unpainted = "the surface has no colour bar; add --paint with a quantity";
    let ends = "write the ends of the colours as --range LOW:HIGH, with --paint";
    let exact = "surfaces and their normals take no difference formula";
    vec![
        ("--method", compute.method != "exact", exact),
        ("--step", compute.step.is_some(), exact),
        ("--compare", compute.compare.is_some(), exact),
        ("--colormap", plain && picture.colormap.is_some(), unpainted),
        ("--range", plain && picture.range.is_some(), unpainted),
        ("--scale", picture.scale != "linear", "colours of a surface are linear"),
        ("--center", picture.center.is_some(), ends),
        ("--percentile", picture.percentile.is_some(), ends),
    ]
}

fn without_letters(args: &PlotArgs) -> Vec<Idle> {
    let picture = &args.picture;
    let bare = "they are cells, without letters";
    vec![("--title", picture.title.is_some(), bare), ("--dpi", picture.dpi.is_some(), bare)]
}
