//! `gradgrid help`: the language and the quantities from their tables, commands from their arguments.

use crate::cli::args::Cli;
use crate::cli::failure::Failure;
use crate::expr::reference::language_reference;
use clap::CommandFactory;
use std::io::{self, Write};

pub(crate) fn run(topic: Option<&str>) -> Result<(), Failure> {
    let text = match topic {
        None => Cli::command().render_long_help().to_string(),
        Some("language") => language_reference(),
        Some("quantities") => QUANTITIES.to_owned(),
        Some(name) => {
            let mut cli = Cli::command();
            // Building gives subcommands their full usage line.
            cli.build();
            match cli.find_subcommand_mut(name) {
                Some(command) => command.render_long_help().to_string(),
                None => {
                    return Err(Failure::input(format_args!(
                        "there is no help on `{name}`; there is help on language, quantities, plot, eval, stats, at, duel, show, devices, accuracy and bench"
                    )));
                }
            }
        }
    };
    io::stdout().lock().write_all(text.as_bytes())?;
    Ok(())
}

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
  mask, mask:Q       why a cell of quantity Q has no value: 0 ok, 1 kink (valid), 2 unreliable
                     comparison, 3 overflow, 4 outside the domain; of the gradient if not said
  bound, bound:Q     what the computed single-precision value of Q is off by at most
  digits, digits:Q   correct decimal digits that this leaves; of f if not said

A cell where the function or the quantity is undefined is masked: NaN in files, a colour of
its own in pictures. Where ∇f = 0 there is no direction, so direction, ascent, descent and
normal are masked there.
";
