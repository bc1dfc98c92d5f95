//! Times the engines alone, without files or process start: `bench_engine ENGINE SIZE REPEATS FORMULA`, one line of JSON.

use gradgrid::engine::EngineChoice;
use gradgrid::request::RequestError;
use gradgrid::{Formula, Grid, Quantity, Request, Silent};
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [engine, size, repeats, text] = words.as_slice() else {
        return Err("write: bench_engine ENGINE SIZE REPEATS FORMULA".into());
    };
    let (size, repeats): (usize, usize) = (size.parse()?, repeats.parse()?);
    let formula = Formula::parse(text).map_err(|error| error.render(text))?;
    let grid = Grid::plane((-5.0, 5.0, size), (-5.0, 5.0, size))?;
    let engine: EngineChoice = engine.parse()?;
    let request = Request::new(&formula, &grid).quantity(Quantity::Magnitude).engine(engine);
    let mut prepared = request.prepare()?;
    let mut times = Vec::new();
    for _ in 0..=repeats {
        let start = Instant::now();
        // Each band lands in the same buffer of host memory, as it does for every writer.
        prepared.bands(&mut Silent, |_| Ok::<(), RequestError>(()))?;
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    // The first pass pays for fresh memory and is not counted.
    let times: Vec<String> = times[1..].iter().map(|time| format!("{time:.3}")).collect();
    println!("{{\"engine\": \"{}\", \"ms\": [{}]}}", prepared.engine(), times.join(", "));
    Ok(())
}
