//! Times an engine alone, without files or process start: `bench_engine ENGINE SIZE REPEATS FORMULA [QUANTITIES]`, one line of JSON.

use gradgrid::engine::Engine;
use gradgrid::expr::formula::constant;
use gradgrid::math::Library;
use gradgrid::method::Differentiator;
use gradgrid::program::Program;
use gradgrid::{Formula, Grid, Quantity};
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [engine, size, repeats, text, rest @ ..] = words.as_slice() else {
        return Err("write: bench_engine ENGINE SIZE REPEATS FORMULA [QUANTITIES]".into());
    };
    let (size, repeats): (usize, usize) = (size.parse()?, repeats.parse()?);
    let formula = Formula::parse(text).map_err(|error| error.render(text))?;
    let grid = Grid::plane((-5.0, 5.0, size), (-5.0, 5.0, size))?;
    // All quantities are planes of one program, which shares what they have in common.
    let (mut g, names) = (formula.graph().clone(), &formula.variables()[..2]);
    let exact = Differentiator::exact(vec![g.variable(0), g.variable(1)]);
    let mut planes = Vec::new();
    for name in rest.first().map_or("magnitude", String::as_str).split(',') {
        planes.extend(Quantity::parse(name, names, &constant)?.planes(&mut g, formula.root(), names, &exact)?);
    }
    let program = Program::compile_planes(&mut g, &planes, 2, 0)?;
    let engine = Engine::open(engine.parse()?, &grid)?;
    let mut session = engine.session(&program, &grid, &[], Library::Exact)?;
    let mut samples = engine.samples(planes.len());
    let band = session.max_cells().min(1 << 22);
    let mut times = Vec::new();
    for _ in 0..=repeats {
        let start = Instant::now();
        // Each band lands in the same buffer of host memory, as it does for every writer.
        for first in (0..grid.cells()).step_by(band) {
            session.planes(first..(first + band).min(grid.cells()), &mut samples)?;
        }
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    // The first pass pays for fresh memory and is not counted.
    let times: Vec<String> = times[1..].iter().map(|time| format!("{time:.3}")).collect();
    println!("{{\"engine\": \"{engine}\", \"ms\": [{}]}}", times.join(", "));
    Ok(())
}
