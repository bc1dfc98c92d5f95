//! Cells per second of the gradient of an array: `bench_sampled 16384 16384`, or three lengths; a file name reads that instead.

use gradgrid::engine::EngineChoice;
use gradgrid::io::read::memory::Memory;
use gradgrid::io::read::{ReadOptions, Reader, open};
use gradgrid::{Axis, Formula, Grid, Names, Quantity, Request, Silent};
use std::error::Error;
use std::path::Path;
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let lens: Result<Vec<usize>, _> = arguments.iter().map(|text| text.parse()).collect();
    let memory = match lens {
        Ok(lens) => {
            let cells: usize = lens.iter().product();
            let wave = |cell: usize| ((cell * 2_654_435_761) >> 8 & 0xffff) as f32;
            Some(Memory::new(&lens, (0..cells).map(wave).collect::<Vec<f32>>())?)
        }
        Err(_) => None,
    };
    let reader = || -> Result<Box<dyn Reader>, Box<dyn Error>> {
        Ok(match &memory {
            Some(array) => Box::new(array.clone()),
            None => open(Path::new(&arguments[0]), &ReadOptions::default())?,
        })
    };
    let shape = reader()?.header().shape.clone();
    let axes = shape.iter().rev().zip(["x", "y", "z"]).map(|(&len, name)| Axis::new(name, 0.0, (len - 1) as f64, len));
    let grid = Grid::new(axes.collect::<Result<_, _>>()?)?;
    let names = Names::new(["x", "y", "z"][..shape.len()].to_vec(), [""; 0])?.with_arrays([("a", shape.len())])?;
    let formula = Formula::with_names("a", names, Vec::new())?;
    for engine in [EngineChoice::Cpu, EngineChoice::F64] {
        for quantity in [Quantity::Gradient, Quantity::Magnitude] {
            let request = Request::new(&formula, &grid).quantity(quantity.clone()).engine(engine);
            let mut best = f64::INFINITY;
            for _ in 0..5 {
                let mut prepared = request.prepare_with(vec![reader()?])?;
                let start = Instant::now();
                prepared.bands(&mut Silent, |_| Ok::<(), Box<dyn Error>>(()))?;
                best = best.min(start.elapsed().as_secs_f64());
            }
            println!("{engine:?} {quantity}: {:.0} Mpt/s, {best:.3} s", grid.cells() as f64 / best / 1e6);
        }
    }
    Ok(())
}
