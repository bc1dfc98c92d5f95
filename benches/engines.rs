//! The CPU engine and its parts: parse and differentiate, evaluate, gradient, palette, PNG. Rerun with `cargo bench --bench engines`.
//!
//! Elements are cells, so the rates can be compared with each other; `benches/README.md` says what they mean.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use gradgrid::engine::Engine;
use gradgrid::io::png::IndexedPng;
use gradgrid::kernels::palette::Lookup;
use gradgrid::math::Library;
use gradgrid::method::Differentiator;
use gradgrid::program::interpret::Interpreter;
use gradgrid::program::{Plane, Program};
use gradgrid::request::RequestError;
use gradgrid::{
    EngineChoice, Formula, Grid, PictureFormat, PictureOptions, PointReport, Quantity, Request, Silent, write_picture,
};
use std::hint::black_box;

const SIDE: usize = 1024;
const FORMULAS: [(&str, &str); 3] = [
    ("light", "x^2*y + sin(y)"),
    ("masked", "ln(x*y)/sqrt(x+y)"),
    ("heavy", "sum(k, 1, 4, sin(k*x+y)*exp(-(x-k)^2-y^2))"),
];

fn grid() -> Grid {
    Grid::plane((-5.0, 5.0, SIDE), (-5.0, 5.0, SIDE)).expect("a grid")
}

/// Text to graph to exact gradient, Hessian and one point: what is paid before the first cell.
fn front(c: &mut Criterion) {
    for (name, text) in FORMULAS {
        c.bench_function(&format!("parse/{name}"), |b| b.iter(|| Formula::parse(black_box(text))));
        let f = Formula::parse(text).expect("a formula");
        c.bench_function(&format!("point/{name}"), |b| b.iter(|| PointReport::new(&f, black_box(&[1.0, 2.0]), None)));
    }
}

/// Values and both partials over a plane, into the reused buffers that every writer gets.
fn evaluate(c: &mut Criterion) {
    let grid = grid();
    let mut group = c.benchmark_group("evaluate");
    group.throughput(Throughput::Elements(grid.cells() as u64)).sample_size(20);
    for (name, text) in FORMULAS {
        let f = Formula::parse(text).expect("a formula");
        for (quantity, what) in
            [(Quantity::Value, "value"), (Quantity::Gradient, "gradient"), (Quantity::Magnitude, "magnitude")]
        {
            for (engine, number) in [(EngineChoice::Cpu, "cpu"), (EngineChoice::F64, "f64")] {
                let request = Request::new(&f, &grid).quantity(quantity.clone()).engine(engine);
                let mut prepared = request.prepare().expect("a program");
                group.bench_function(BenchmarkId::new(format!("{what}/{number}"), name), |b| {
                    b.iter(|| {
                        prepared.bands(&mut Silent, |band| {
                            black_box(band);
                            Ok::<(), RequestError>(())
                        })
                    });
                });
            }
        }
    }
    group.finish();
}

/// The interpreter on one thread, without bands or engine.
fn interpret(c: &mut Criterion) {
    let mut group = c.benchmark_group("interpret");
    let columns = || vec![(0..SIDE).map(|i| i as f32 * 0.01).collect::<Vec<f32>>(); 2];
    group.throughput(Throughput::Elements(SIDE as u64));
    let grid = grid();
    for (name, text) in FORMULAS {
        let f = Formula::parse(text).expect("a formula");
        let prepared = Request::new(&f, &grid).engine(EngineChoice::Cpu).prepare().expect("a program");
        let interpreter = Interpreter::<f32>::new(prepared.program(), &[]);
        group.bench_function(name, |b| b.iter_with_setup(columns, |columns| interpreter.points(columns)));
    }
    group.finish();
}

/// What deciding where a value is defined costs: the same magnitude with and without its validity.
fn mask(c: &mut Criterion) {
    let mut group = c.benchmark_group("mask");
    group.throughput(Throughput::Elements((SIDE * SIDE) as u64)).sample_size(20);
    let grid = grid();
    for (name, text) in FORMULAS {
        let f = Formula::parse(text).expect("a formula");
        let mut g = f.graph().clone();
        let exact = Differentiator::exact(vec![g.variable(0), g.variable(1)]);
        let planes = Quantity::Magnitude.planes(&mut g, f.root(), &f.variables()[..2], &exact).expect("a quantity");
        for (what, planes) in [
            ("with", planes.clone()),
            ("without", planes.into_iter().map(|plane| Plane { valid: None, ..plane }).collect()),
        ] {
            let program = Program::compile_planes(&mut g, &planes, 2, 0).expect("a program");
            let mut session = Engine::Cpu.session(&program, &grid, &[], Library::Exact).expect("a session");
            let mut samples = Engine::Cpu.samples(1);
            group.bench_function(BenchmarkId::new(what, name), |b| {
                b.iter(|| session.planes(0..grid.cells(), &mut samples));
            });
        }
    }
    group.finish();
}

/// Values to colour indices, indices to a compressed file, and the whole picture.
fn picture(c: &mut Criterion) {
    let mut group = c.benchmark_group("picture");
    group.throughput(Throughput::Elements((SIDE * SIDE) as u64)).sample_size(20);
    let values: Vec<f32> = (0..SIDE * SIDE).map(|i| ((i % SIDE) as f32 * 0.01).sin() * (i / SIDE) as f32).collect();
    let thresholds: Vec<f32> = (0..254).map(|i| (i as f32 - 127.0) * 8.0).collect();
    let lookup = Lookup::new(&thresholds).expect("sorted thresholds");
    let mut indices = vec![0_u8; values.len()];
    group.bench_function("palette", |b| b.iter(|| lookup.apply(black_box(&values), &mut indices)));
    let side = u32::try_from(SIDE).expect("small");
    let colors: Vec<[u8; 3]> = (0..=255).map(|i| [i, i, 255 - i]).collect();
    group.bench_function("png", |b| {
        b.iter(|| {
            let mut png = IndexedPng::new(Vec::new(), side, side, &colors, &[]).expect("a header");
            png.write_rows(&indices).expect("rows");
            png.finish().expect("a file")
        });
    });
    let (f, grid) = (Formula::parse(FORMULAS[0].1).expect("a formula"), grid());
    let mut prepared = Request::new(&f, &grid).engine(EngineChoice::Cpu).prepare().expect("a program");
    group.bench_function("whole", |b| {
        b.iter(|| {
            write_picture(
                &mut prepared,
                &Quantity::Magnitude,
                &PictureOptions::default(),
                PictureFormat::Png,
                Vec::new(),
                &mut Silent,
            )
        });
    });
    group.finish();
}

criterion_group!(benches, front, evaluate, interpret, mask, picture);
criterion_main!(benches);
