//! Times a texture along a gradient alone, without colours and files: `bench_texture ENGINE SIDE ROUNDS FORMULA [LENGTH]`.

use gradgrid::picture::Shade;
use gradgrid::texture::{Look, Texture};
use gradgrid::{Formula, Grid, Quantity, Request};
use std::error::Error;
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [engine, side, rounds, formula, rest @ ..] = arguments.as_slice() else {
        return Err("usage: bench_texture ENGINE SIDE ROUNDS FORMULA [LENGTH]".into());
    };
    let (side, rounds): (usize, usize) = (side.parse()?, rounds.parse()?);
    let look = Look { length: rest.first().map(|length| length.parse()).transpose()?, ..Look::default() };
    let formula = Formula::parse(formula)?;
    let grid = Grid::plane((-5.0, 5.0, side), (-5.0, 5.0, side))?;
    for _ in 0..rounds {
        let gradient = Request::new(&formula, &grid).quantity(Quantity::Gradient).engine(engine.parse()?).prepare()?;
        let mut texture = Texture::new(gradient, 1, look)?;
        let (start, mut rows, mut sum) = (Instant::now(), Vec::new(), 0_u64);
        for first in (0..side).step_by(256) {
            texture.rows(first, 256, &mut rows)?;
            sum = rows.iter().fold(sum.rotate_left(1), |sum, &byte| sum.wrapping_mul(31) ^ u64::from(byte));
        }
        let seconds = start.elapsed().as_secs_f64();
        let device = if texture.on_device() { "the device" } else { "the CPU" };
        let rate = (side * side) as f64 / seconds / 1e6;
        println!(
            "{:.1} ms, {rate:.2} Mcell/s, {} cells each way, on {device}, bytes {sum:016x}",
            seconds * 1e3,
            texture.length()
        );
    }
    Ok(())
}
