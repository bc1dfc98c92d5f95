//! Climbs a hill by following ∇f from a point, one line per step: `cargo run --example steepest_ascent`.

use gradgrid::{Formula, PointReport};

/// Length of the first step.
const FIRST_STEP: f64 = 0.5;

/// A slope below this is flat: the square root of the `f64` unit roundoff, where f changes by no more than rounding.
const FLAT: f64 = 1.1e-8;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let f = Formula::parse("e^{-(x-1)² - 2(y+0.5)²} + 0.3·sin(x)·cos(y)")?;
    let (mut here, mut step) = (PointReport::new(&f, &[0.0, 0.5], None)?, FIRST_STEP);
    println!("{:>4} {:>10} {:>10} {:>12} {:>10}", "step", "x", "y", "f", "‖∇f‖");
    for count in 0..200 {
        println!(
            "{count:>4} {:>10.6} {:>10.6} {:>12.9} {:>10.2e}",
            here.point[0], here.point[1], here.value, here.magnitude
        );
        if here.magnitude < FLAT {
            break;
        }
        // Go along ∇f/‖∇f‖ while that leads up, and halve the step where it leads past the ridge.
        let mut next = None;
        while next.is_none() && step > f64::EPSILON {
            let ahead: Vec<f64> = here.point.iter().zip(&here.ascent).map(|(x, u)| x + step * u).collect();
            next = Some(PointReport::new(&f, &ahead, None)?).filter(|next| next.value > here.value);
            step = if next.is_some() { step } else { step / 2.0 };
        }
        match next {
            Some(next) => here = next,
            None => break,
        }
    }
    println!("top near ({:.6}, {:.6}), f = {:.9}", here.point[0], here.point[1], here.value);
    Ok(())
}
