//! Prints the gradient of a formula on a small grid as a table: `cargo run --example gradient_table`.

use gradgrid::{EngineChoice, Formula, Grid, Quantity, Request};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let f = Formula::parse("ln(x) · y²")?;
    let grid = Grid::plane((-1.0, 2.0, 4), (0.0, 1.0, 3))?;
    let gradient = Request::new(&f, &grid).quantity(Quantity::Gradient).engine(EngineChoice::F64).evaluate()?;
    println!("{:>6} {:>6} {:>10} {:>10}", "x", "y", gradient.names[0], gradient.names[1]);
    for row in 0..3 {
        for column in 0..4 {
            let (x, y) = (grid.axes()[0].world_from_index(column), grid.axes()[1].world_from_index(row));
            let [by_x, by_y] = [0, 1].map(|plane| gradient.at(plane, &[column, row]));
            println!("{x:>6} {y:>6} {by_x:>10.4} {by_y:>10.4}");
        }
    }
    println!("{} cells have no gradient: ln is defined for x > 0", gradient.samples.masked());
    Ok(())
}
