//! Draws the steepness of a formula as a picture: `cargo run --release --example heatmap`.

use gradgrid::{Formula, Grid, PictureFormat, PictureOptions, Quantity, Request, Silent, write_picture};
use std::fs::File;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let f = Formula::parse("sin(x)·cos(y) + e^{-(x²+y²)/4}")?;
    let grid = Grid::plane((-6.0, 6.0, 600), (-6.0, 6.0, 600))?;
    let mut steepness = Request::new(&f, &grid).prepare()?;
    let options = PictureOptions { title: format!("‖∇f‖,  f = {}", f.text()), ..PictureOptions::default() };
    let path = std::env::temp_dir().join("heatmap.png");
    let (_, drawn) = write_picture(
        &mut steepness,
        &Quantity::Magnitude,
        &options,
        PictureFormat::Png,
        File::create(&path)?,
        &mut Silent,
    )?;
    let (low, high) = drawn.extremes.ok_or("no cell has a value")?;
    println!("{} on {}: values {low:.4} to {high:.4}", path.display(), steepness.engine());
    Ok(())
}
