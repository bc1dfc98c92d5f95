//! Compares difference formulas with the exact derivative in single precision: `cargo run --example methods`.
//!
//! Each column has a step; the errors fall with h until rounding takes over, and the automatic step lies near the turn.

use gradgrid::{EngineChoice, Field, Formula, Grid, Method, Quantity, Request};

fn worst(field: &Field) -> f64 {
    (0..field.grid.cells()).map(|cell| field.samples.get(0, cell).abs()).fold(0.0, f64::max)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let f = Formula::parse("sin(3x) · cos(y)")?;
    let grid = Grid::plane((-3.0, 3.0, 101), (-3.0, 3.0, 101))?;
    let steps = [-2, -5, -8, -11, -14].map(|power| 2_f64.powi(power));
    print!("{:>10}", "largest error, h =");
    steps.iter().for_each(|h| print!(" {h:>9.1e}"));
    println!(" {:>9}", "automatic");
    for method in [Method::Forward, Method::Backward, Method::Central, Method::Central4] {
        print!("{:>18}", method.name());
        for step in steps.map(Some).into_iter().chain([None]) {
            let difference = Request::new(&f, &grid)
                .quantity(Quantity::Partial(vec![0]))
                .engine(EngineChoice::Cpu)
                .method(method)
                .compare(Some(Method::Exact))
                .step(step)
                .evaluate()?;
            print!(" {:>9.1e}", worst(&difference));
        }
        println!();
    }
    Ok(())
}
