//! Properties that hold for all grids and all functions: proptest looks for a counterexample.

use crate::expressions::{Expression, Random, SMOOTH, program_of};
use gradgrid::grid::{Axis, Grid};
use gradgrid::program::interpret::Interpreter;
use gradgrid::tile::plan::{Linear, Pieces, most_cells};
use gradgrid::{EngineChoice, Formula, PictureFormat, PictureOptions, Quantity, Request, Silent, write_picture};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// Relative error of a sum of at most four products of values that are computed once and shared.
const SUM_OF_PRODUCTS: f64 = 8.0 * f64::EPSILON;

/// A random smooth function of two variables and its quantities, evaluated in f64.
struct Smooth {
    expression: Expression,
    point: [f64; 2],
}

impl Smooth {
    fn new(seed: u64) -> Self {
        let mut random = Random(seed);
        let size = 1 + random.below(12);
        let expression = Expression::random(&mut random, SMOOTH, 2, size);
        Self { expression, point: [random.signed_unit() * 3.0, random.signed_unit() * 3.0] }
    }

    fn values(&self, quantities: &[Quantity]) -> Vec<f64> {
        let program = program_of(&self.expression.graph, self.expression.root, 2, quantities);
        Interpreter::<f64>::new(&program, &[]).point(&self.point)
    }
}

fn close(a: f64, b: f64, scale: f64) -> bool {
    (a.is_nan() && b.is_nan()) || (a - b).abs() <= SUM_OF_PRODUCTS * scale
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, rng_seed: RngSeed::Fixed(23), ..ProptestConfig::default() })]

    #[test]
    fn nodes_rise_from_end_to_end(min in -1e6..1e6_f64, span in 1e-3..1e6_f64, len in 2_usize..500, down: bool) {
        let (from, to) = if down { (min + span, min) } else { (min, min + span) };
        let axis = Axis::new("x", from, to, len).expect("valid");
        let nodes = axis.table();
        prop_assert_eq!((nodes[0], nodes[len - 1]), (from, to));
        let rising = nodes.windows(2).all(|pair| (pair[0] < pair[1]) != down);
        prop_assert!(rising);
        // A quotient, a product and a sum: three roundings of numbers no larger than |min| + span.
        let tolerance = 3.0 * f64::EPSILON * (min.abs() + 2.0 * span);
        for (i, node) in nodes.iter().enumerate() {
            let exact = from + axis.spacing() * i as f64;
            prop_assert!((node - exact).abs() <= tolerance * 2.0, "node {} is {}, not {}", i, node, exact);
        }
    }

    #[test]
    fn cells_and_indices_are_inverse(
        lens in prop::collection::vec(1_usize..40, 1..5),
        pick in any::<prop::sample::Index>(),
    ) {
        let axes = lens.iter().map(|&len| Axis::new("x", 0.0, 1.0, len).expect("valid")).collect();
        let grid = Grid::new(axes).expect("small");
        let cell = pick.index(grid.cells());
        let mut index = vec![0; lens.len()];
        grid.index_from_cell(cell, &mut index);
        let back = lens.iter().zip(&index).rev().fold(0, |cell, (len, i)| cell * len + i);
        prop_assert_eq!(back, cell);
        prop_assert_eq!(grid.width() * grid.rows(), grid.cells());
    }

    #[test]
    fn bands_cover_each_cell_once(
        cells in 1_usize..2_000_000,
        bytes in 1_usize..200,
        budget in 1_usize..1 << 28,
        limit in 1_usize..1 << 22,
    ) {
        let mut next = 0;
        let mut pieces = Linear::new(cells, most_cells(bytes, budget, limit));
        while let Some(piece) = pieces.next() {
            prop_assert!(piece.start == next && piece.end > piece.start);
            next = piece.end;
            pieces.note(piece.len(), std::time::Duration::from_nanos(next as u64));
        }
        prop_assert_eq!(next, cells);
    }

    #[test]
    fn the_magnitude_is_the_length_of_the_gradient(seed: u64) {
        let v = Smooth::new(seed).values(&[Quantity::Gradient, Quantity::Magnitude]);
        let squares = v[0] * v[0] + v[1] * v[1];
        // Squares may overflow or vanish where the length does not.
        if squares.is_nan() || (1e-280..1e280).contains(&squares) {
            prop_assert!(close(v[2] * v[2], squares, 2.0 * squares.abs()), "{:?}", v);
        }
    }

    #[test]
    fn descent_is_ascent_turned_round(seed: u64) {
        let v = Smooth::new(seed).values(&[Quantity::Ascent, Quantity::Descent, Quantity::Normal]);
        for i in 0..2 {
            prop_assert!(v[2 + i] == -v[i] || v[i].is_nan() && v[2 + i].is_nan(), "{:?}", v);
            prop_assert!(v[4 + i] == v[i] || v[i].is_nan() && v[4 + i].is_nan(), "the normal points uphill: {:?}", v);
        }
        if !v[0].is_nan() {
            prop_assert!(close(v[0] * v[0] + v[1] * v[1], 1.0, 2.0), "a unit vector: {:?}", v);
        }
    }

    #[test]
    fn directions_may_be_angles_or_vectors(seed: u64, angle in -7.0..7.0_f64, length in 1e-3..1e3_f64) {
        let (s, c) = angle.sin_cos();
        let number = |text: &str| text.parse().ok();
        let names = ["x".to_owned(), "y".to_owned()];
        let by_angle = Quantity::parse(&format!("directional:{angle}"), &names, &number).expect("an angle");
        let vector = format!("directional:{},{}", c * length, s * length);
        let by_vector = Quantity::parse(&vector, &names, &number).expect("a vector");
        let v = Smooth::new(seed).values(&[by_angle, by_vector, Quantity::Gradient]);
        prop_assert!(close(v[0], v[1], v[2].abs() + v[3].abs()), "{:?}", v);
        prop_assert!(close(v[0], v[2] * c + v[3] * s, v[2].abs() + v[3].abs()), "{:?}", v);
    }

    #[test]
    fn the_laplacian_is_the_trace_of_the_hessian(seed: u64) {
        let v = Smooth::new(seed).values(&[Quantity::Laplacian, Quantity::Hessian, Quantity::HessianDet]);
        let (xx, xy, yy) = (v[1], v[2], v[3]);
        // A sum may be defined where a part of it is not only if the parts say so too.
        prop_assert!(close(v[0], xx + yy, xx.abs() + yy.abs()) || !(xx + yy).is_finite(), "{:?}", v);
        let det = xx * yy - xy * xy;
        prop_assert!(close(v[4], det, (xx * yy).abs() + xy * xy) || !det.is_finite(), "{:?}", v);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, rng_seed: RngSeed::Fixed(23), ..ProptestConfig::default() })]

    #[test]
    fn a_bare_picture_has_a_pixel_per_cell(nx in 1_usize..60, ny in 1_usize..60, seed: u64) {
        let text = Smooth::new(seed).expression.text();
        let formula = Formula::parse(&text).expect("printed by us");
        let grid = Grid::plane((-1.0, 1.0, nx), (-1.0, 1.0, ny)).expect("valid");
        let mut prepared = Request::new(&formula, &grid).engine(EngineChoice::Cpu).prepare().expect("fits");
        let options = PictureOptions { bare: true, ..PictureOptions::default() };
        let drawn = write_picture(&mut prepared, &Quantity::Magnitude, &options, PictureFormat::Png, Vec::new(), &mut Silent);
        let (png, summary) = drawn.expect("drawn");
        let picture = crate::compare::Picture::decode(&png);
        prop_assert_eq!((picture.width as usize, picture.height as usize), (nx, ny));
        prop_assert_eq!(summary.cells, (nx * ny) as u64);
    }
}
