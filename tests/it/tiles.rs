//! However a grid is cut into bands, and on whichever of the two single-precision engines, the bytes are the same.

use crate::compare;
use gradgrid::grid::Axis;
use gradgrid::io::npy;
use gradgrid::{
    EngineChoice, Formula, Grid, PictureFormat, PictureOptions, Quantity, Request, Samples, Silent, write_picture,
};

/// Memory budgets: the least a band may be, a few bands, one band.
const BUDGETS: [usize; 3] = [64 << 10, 1 << 20, 256 << 20];

const FORMULA: &str = "x^2*y + sin(y) + ln(x+3)/y";

/// Prime, long and thin, single rows and columns.
const SIZES: [(usize, usize); 7] = [(127, 89), (1021, 67), (1, 1009), (1009, 1), (1, 1), (3, 5003), (30_011, 3)];

fn plane(nx: usize, ny: usize) -> Grid {
    Grid::plane((-4.0, 4.5, nx), (-2.25, 3.0, ny)).expect("valid")
}

/// The NPY file and the PNG file of a grid.
fn files(grid: &Grid, engine: EngineChoice, memory: usize) -> (Vec<u8>, Vec<u8>) {
    let formula = Formula::parse(FORMULA).expect("good");
    let request = Request::new(&formula, grid).engine(engine).memory(memory);
    let field = request.clone().quantity(Quantity::Gradient).evaluate().expect("evaluated");
    let mut numbers = Vec::new();
    let mut shape = vec![field.names.len()];
    shape.extend(grid.shape());
    npy::write_header(&mut numbers, npy::Element::F32, &shape).expect("written");
    let Samples::F32(planes) = &field.samples else { panic!("single precision was asked for") };
    for values in planes {
        npy::write_f32(&mut numbers, values).expect("written");
    }
    let mut prepared = request.prepare().expect("fits");
    let options = PictureOptions { bare: true, ..PictureOptions::default() };
    let (png, _) =
        write_picture(&mut prepared, &Quantity::Magnitude, &options, PictureFormat::Png, Vec::new(), &mut Silent)
            .expect("drawn");
    (numbers, png)
}

#[test]
fn the_memory_budget_never_shows() {
    for (nx, ny) in SIZES {
        let grid = plane(nx, ny);
        let whole = files(&grid, EngineChoice::Cpu, BUDGETS[2]);
        for budget in &BUDGETS[..2] {
            assert!(files(&grid, EngineChoice::Cpu, *budget) == whole, "{nx} × {ny} cells in {budget} bytes");
        }
    }
}

#[test]
#[ignore = "needs a GPU adapter; tests/run runs it"]
fn nor_does_the_engine() {
    for (nx, ny) in SIZES {
        let grid = plane(nx, ny);
        let whole = files(&grid, EngineChoice::Cpu, BUDGETS[2]);
        for budget in BUDGETS {
            assert!(files(&grid, EngineChoice::Gpu, budget) == whole, "{nx} × {ny} cells in {budget} bytes");
        }
    }
}

/// 2²⁴ + 1 cells in bands of each budget, as checksums: position-dependent, so that a shifted band is seen.
fn checksums(engine: EngineChoice) -> Vec<u64> {
    // 97 · 257 · 673
    let grid = plane(97 * 673, 257);
    assert_eq!(grid.cells(), 16_777_217, "one more than f32 can count");
    let formula = Formula::parse("x^2*y + sin(y)").expect("good");
    let sums = [1 << 20, 256 << 20].map(|memory| {
        let mut prepared = Request::new(&formula, &grid).engine(engine).memory(memory).prepare().expect("fits");
        let (mut sum, mut cells) = (0_u64, 0);
        prepared
            .bands(&mut Silent, |band| {
                let Samples::F32(planes) = band else { panic!("single precision was asked for") };
                for value in &planes[0] {
                    sum = sum.wrapping_mul(0x0100_0000_01b3) ^ u64::from(value.to_bits());
                }
                cells += band.cells();
                Ok::<(), gradgrid::request::RequestError>(())
            })
            .expect("evaluated");
        assert_eq!(cells, grid.cells(), "every cell once");
        sum
    });
    sums.to_vec()
}

#[test]
fn sixteen_million_and_one_cells() {
    let sums = checksums(EngineChoice::Cpu);
    assert_eq!(sums[0], sums[1], "1 MiB and 256 MiB");
}

#[test]
#[ignore = "needs a GPU adapter; tests/run runs it"]
fn sixteen_million_and_one_cells_on_the_gpu() {
    let (cpu, gpu) = (checksums(EngineChoice::Cpu), checksums(EngineChoice::Gpu));
    assert_eq!(gpu, cpu, "in bands of either size");
}

#[test]
fn a_volume_is_cut_anywhere() {
    let axis = |name: &str, len: usize| Axis::new(name, -1.0, 1.0, len).expect("valid");
    let grid = Grid::new(vec![axis("x", 31), axis("y", 1), axis("z", 37), axis("w", 13)]).expect("valid");
    let formula = Formula::parse("x*y*z + atan2(w, x)").expect("good");
    let planes = |memory: usize| {
        let request = Request::new(&formula, &grid).quantity(Quantity::Hessian).engine(EngineChoice::Cpu);
        match request.memory(memory).evaluate().expect("evaluated").samples {
            Samples::F32(planes) => planes,
            Samples::F64(_) => panic!("single precision was asked for"),
        }
    };
    assert_eq!(compare::bits(&planes(1), &planes(256 << 20)), Ok(()), "the smallest bands and one band");
}
