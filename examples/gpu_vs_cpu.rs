//! Evaluates one gradient on the GPU and on the CPU and counts the bits that differ: `cargo run --release --example gpu_vs_cpu`.

use gradgrid::{EngineChoice, Field, Formula, Grid, Quantity, Request, Samples};
use std::time::Instant;

fn bits(field: &Field) -> Vec<u32> {
    match &field.samples {
        Samples::F32(planes) => planes.iter().flatten().map(|value| value.to_bits()).collect(),
        Samples::F64(_) => Vec::new(),
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let f = Formula::parse("e^{sin(3x)}·ln(1+y²) + sqrt(x·y)")?;
    let grid = Grid::plane((-5.0, 5.0, 1000), (-5.0, 5.0, 1000))?;
    let mut fields = Vec::new();
    for engine in [EngineChoice::Cpu, EngineChoice::Gpu] {
        let start = Instant::now();
        match Request::new(&f, &grid).quantity(Quantity::Gradient).engine(engine).evaluate() {
            Ok(field) => fields.push(field),
            Err(error) => {
                println!(
                    "{engine:?}: {error}\nnothing to compare with: a software driver (mesa-vulkan-drivers) will do"
                );
                return Ok(());
            }
        }
        println!("{engine:?}: {:.3} s, compiling included", start.elapsed().as_secs_f64());
    }
    let (cpu, gpu) = (bits(&fields[0]), bits(&fields[1]));
    let different = cpu.iter().zip(&gpu).filter(|(a, b)| a != b).count();
    println!("{} values, {different} different; {} cells are undefined", cpu.len(), fields[0].samples.masked());
    Ok(())
}
