//! Where pixels lie among cells, and which way gradients point on the screen.

use super::*;
use crate::kernels::lic::UNIT;

/// The direction in a word, as multiples of the unit.
fn direction(word: u32) -> (f64, f64) {
    let part = |word: u32| f64::from(word.cast_signed() >> 20) / UNIT;
    (part(word << 20), part(word << 8))
}

#[test]
fn velocities_of_any_size_have_a_direction() {
    for size in [1.0, 1e-45, 1e38, f64::MIN_POSITIVE, 1e300] {
        let (x, y) = direction(word_of(3.0 * size, -4.0 * size, 9));
        // A subnormal number has a digit or two.
        assert!((x - 0.6).abs() < 1e-3 && (y + 0.8).abs() < 1e-3, "{size:e}: ({x}, {y})");
    }
    assert_eq!(direction(word_of(5e-324, 0.0, 0)), (1.0, 0.0), "the smallest number of all");
    assert_eq!(direction(word_of(0.0, -0.0, 5)), (0.0, 0.0), "none");
    for (x, y) in [(f64::NAN, 1.0), (1.0, f64::NAN), (f64::INFINITY, 0.0), (f64::INFINITY, f64::NEG_INFINITY)] {
        assert_eq!(word_of(x, y, 5), MASKED, "({x}, {y})");
    }
}

#[test]
fn pixels_lie_between_the_middles_of_cells() {
    assert_eq!(between(0, 3, 5), (0, 0, 0.0), "left of the first middle");
    assert_eq!(between(1, 3, 5), (0, 1, 0.0), "the first middle");
    assert_eq!(between(2, 3, 5), (0, 1, 1.0 / 3.0), "a third of the way");
    assert_eq!(between(14, 3, 5).1, 4, "right of the last middle");
    assert_eq!(between(1, 2, 5), (0, 1, 0.25), "an even number of pixels has none in the middle");
    assert_eq!(between(0, 8, 1), (0, 0, 0.0), "one cell alone");
}

#[test]
fn rows_are_found_from_the_top() {
    let grid = Grid::plane((0.0, 1.0, 4), (0.0, 1.0, 6)).expect("valid");
    let (up, down) = (Geometry::new(&grid, false, 1), Geometry::new(&grid, true, 1));
    assert_eq!((up.cells_of(&(0..2)), down.cells_of(&(0..2))), (16..24, 0..8), "the two rows on top");
    assert_eq!((up.begin(1, &(0..2)), down.begin(1, &(0..2))), (0, 4), "the second of them");
    let large = Geometry::new(&grid, false, 3);
    assert_eq!(large.size(), (12, 18), "magnified");
    assert_eq!(large.rows_of_cells(&(4..8)), 0..4, "with a neighbour on either side");
    assert_eq!(large.rows_of_cells(&(0..18)), 0..6, "none beyond the grid");
}

#[test]
fn uneven_nodes_turn_directions() {
    let axes = vec![
        Axis::from_nodes("x", &[0.0, 1.0, 3.0, 7.0]).expect("rising"),
        Axis::new("y", 0.0, 1.0, 2).expect("valid"),
    ];
    let geometry = Geometry::new(&Grid::new(axes).expect("valid"), true, 1);
    assert_eq!(geometry.across, [1.0, 1.0 / 1.5, 1.0 / 3.0, 0.25], "the nodes are 1, 1.5, 3 and 4 apart");
    assert_eq!(geometry.down, [1.0, 1.0], "as far as the closest");
    let ones = Samples::F32(vec![vec![1.0; 8]; 2]);
    let mut words = vec![1; 2 * 6];
    fill(&geometry, Noise::new(1.0), &(0..2), &ones, &mut words);
    let (x, y) = direction(words[4]);
    assert!((x / y - 0.25).abs() < 1e-3, "one to the right for four down: ({x}, {y})");
    assert_eq!([words[0], words[5], words[6]], [MASKED; 3], "nothing on either side");
}

#[test]
fn a_hole_is_as_large_as_its_cell() {
    let grid = Grid::plane((0.0, 1.0, 3), (0.0, 1.0, 3)).expect("valid");
    let geometry = Geometry::new(&grid, true, 4);
    let mut plane = vec![1.0_f64; 9];
    plane[4] = f64::NAN;
    let mut words = vec![1; 12 * 14];
    fill(&geometry, Noise::new(1.0), &(0..12), &Samples::F64(vec![plane; 2]), &mut words);
    let masked = |row: usize, column: usize| words[row * 14 + 1 + column] == MASKED;
    for (row, column) in (0..12).flat_map(|row| (0..12).map(move |column| (row, column))) {
        let inside = (4..8).contains(&row) && (4..8).contains(&column);
        assert_eq!(masked(row, column), inside, "pixel {column}, {row}");
    }
}
