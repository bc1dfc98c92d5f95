//! Quantities of terrain against closed forms, and against GDAL's formulas written out.

use super::*;
use crate::expr::formula::{Formula, constant};
use crate::expr::names::Names;
use crate::grid::{Axis, Grid, earth};
use crate::math::samples::Random;
use crate::method::sampling::Sampler;
use crate::method::scheme::{Scheme, Stencil};
use crate::method::{Metric, Relief};
use crate::program::naive;
use crate::program::staged::Staged;
use crate::quantity::Quantity;

/// Rounding of a few dozen `f64` operations on numbers up to 360.
const ROUNDING: f64 = 1e-10;

/// A quantity of the heights `a` over a grid whose rows run from north to south, as rasters do.
fn of_heights(quantity: &str, stencil: Stencil, relief: &Relief, grid: &Grid, a: &[f64]) -> Vec<f64> {
    let names = Names::default().with_arrays([("a", 2)]).expect("good names");
    let formula = Formula::with_names("a", names, Vec::new()).expect("a formula");
    let names = &formula.variables()[..2];
    let quantity = Quantity::parse(quantity, names, &constant).expect("a quantity");
    let mut g = formula.graph().clone();
    let scheme = Scheme::new(stencil);
    let variables = vec![g.variable(0), g.variable(1)];
    let differentiator =
        Differentiator::exact(variables).with_sampler(Sampler::new(scheme, grid)).with_relief(relief.clone());
    let planes = quantity.planes(&mut g, formula.root(), names, &differentiator).expect("small");
    let staged = Staged::compile(&mut g, &planes, 2, 0, 1, scheme.extension()).expect("small");
    naive::evaluate(&staged, grid, &[a.to_vec()], &[]).remove(0)
}

/// Columns `dx` apart from west to east, rows `dy` apart from north to south.
fn raster(columns: usize, rows: usize, dx: f64, dy: f64) -> Grid {
    let x = Axis::new("x", 0.0, dx * (columns - 1) as f64, columns).expect("two ends");
    let y = Axis::new("y", dy * (rows - 1) as f64, 0.0, rows).expect("two ends");
    Grid::new(vec![x, y]).expect("small")
}

fn heights(grid: &Grid, f: impl Fn(f64, f64) -> f64) -> Vec<f64> {
    let (x, y) = (grid.axes()[0].table(), grid.axes()[1].table());
    y.iter().flat_map(|&y| x.iter().map(move |&x| (x, y))).map(|(x, y)| f(x, y)).collect()
}

/// The value in the middle of a 5×5 raster of cells 10 × 1.
fn middle(quantity: &str, f: impl Fn(f64, f64) -> f64) -> f64 {
    let grid = raster(5, 5, 10.0, 1.0);
    of_heights(quantity, Stencil::Horn, &Relief::default(), &grid, &heights(&grid, f))[12]
}

fn assert_near(what: &str, got: f64, wanted: f64) {
    assert!((got - wanted).abs() <= ROUNDING, "{what}: {got}, not {wanted}");
}

#[test]
fn a_constant_gradient_has_its_slope_and_aspect_on_oblong_cells() {
    // Rising to the north-east by 1 in 1 each way: steepest descent is to the south-west.
    assert_near("slope", middle("slope", |x, y| x + y), 2_f64.sqrt().atan().to_degrees());
    assert_near("percent", middle("slope:percent", |x, y| x + y), 200_f64.sqrt() * 10.0);
    assert_near("radians", middle("slope:radians", |x, _| 3.0 * x), 3_f64.atan());
    for (aspect, trigonometric, dx, dy) in [
        (225.0, 225.0, 1.0, 1.0),
        (0.0, 90.0, 0.0, -1.0),
        (90.0, 0.0, -1.0, 0.0),
        (180.0, 270.0, 0.0, 1.0),
        (270.0, 180.0, 1.0, 0.0),
        (45.0, 45.0, -2.0, -2.0),
        (315.0, 135.0, 2.0, -2.0),
    ] {
        assert_near("compass", middle("aspect", |x, y| dx * x + dy * y), aspect);
        assert_near("trigonometric", middle("aspect:trigonometric", |x, y| dx * x + dy * y), trigonometric);
    }
    assert!(middle("aspect", |_, _| 4.0).is_nan(), "flat ground has none");
    assert_eq!(middle("slope", |_, _| 4.0), 0.0, "but a slope");
}

#[test]
fn light_shades_by_the_angle_of_the_ground() {
    assert_near("flat", middle("hillshade", |_, _| 0.0), 1.0 + 254.0 * 45_f64.to_radians().sin());
    // Facing the light: the ground falls to the north-west by 45°.
    let facing = |x: f64, y: f64| (x - y) / 2_f64.sqrt();
    assert_near("facing", middle("hillshade", facing), 255.0);
    assert_near("facing away", middle("hillshade", |x, y| -facing(x, y)), 1.0);
    assert_near("overhead", middle("hillshade:0,90", |x, _| x), 1.0 + 254.0 / 2_f64.sqrt());
    assert_near("combined, facing", middle("hillshade:combined", facing), 255.0);
    let flat = 1.0 + 254.0 * 30_f64.to_radians().sin();
    assert_near("four lights, flat", middle("hillshade:multidirectional,30", |_, _| 1.0), flat);
}

/// What gdaldem computes in a 3×3 window (a … i row by row, north first) on cells of these sizes.
fn gdal(quantity: &str, w: &[f64; 9], dx: f64, dy: f64) -> f64 {
    let [a, b, c, d, e, f, g, h, i] = *w;
    let x = (a + 2.0 * d + g - c - 2.0 * f - i) / dx / 8.0;
    let y = (g + 2.0 * h + i - a - 2.0 * b - c) / -dy / 8.0;
    let square = x * x + y * y;
    let (sin, cos) = 45_f64.to_radians().sin_cos();
    let light = |azimuth: f64| sin - cos * (y * azimuth.to_radians().cos() - x * azimuth.to_radians().sin());
    let around = [a, b, c, d, f, g, h, i];
    match quantity {
        "slope" => square.sqrt().atan().to_degrees(),
        "hillshade" => 1.0 + 254.0 * (light(315.0) / (1.0 + square).sqrt()).max(0.0),
        "hillshade:combined" => {
            let angle = (light(315.0) / (1.0 + square).sqrt()).acos();
            1.0 + 254.0 * (1.0 - angle * square.sqrt().atan() / (PI * PI / 4.0)).max(0.0)
        }
        "hillshade:multidirectional" => {
            let south = 0.5 * square - x * y;
            let weights = [(225.0, south), (270.0, x * x), (315.0, square - south), (360.0, y * y)];
            let sum: f64 = weights.iter().map(|(azimuth, weight)| weight * light(*azimuth).max(0.0)).sum();
            1.0 + 127.0 * sum / square / (1.0 + square).sqrt()
        }
        "tpi" => e - around.iter().sum::<f64>() / 8.0,
        "tri" => around.iter().map(|n| (n - e).powi(2)).sum::<f64>().sqrt(),
        "tri:wilson" => around.iter().map(|n| (n - e).abs()).sum::<f64>() / 8.0,
        _ => around.iter().fold(e, |most, n| most.max(*n)) - around.iter().fold(e, |least, n| least.min(*n)),
    }
}

#[test]
fn rough_ground_has_gdals_numbers() {
    let mut random = Random(17);
    let grid = raster(3, 3, 30.0, 20.0);
    for _ in 0..50 {
        let w: [f64; 9] = std::array::from_fn(|_| f64::from(random.bits() % 5000) / 100.0);
        for quantity in [
            "slope",
            "hillshade",
            "hillshade:combined",
            "hillshade:multidirectional",
            "tpi",
            "tri",
            "tri:wilson",
            "roughness",
        ] {
            let got = of_heights(quantity, Stencil::Horn, &Relief::default(), &grid, &w);
            assert_near(quantity, got[4], gdal(quantity, &w, 30.0, 20.0));
            assert!(got.iter().enumerate().all(|(cell, value)| cell == 4 || value.is_nan()), "{quantity}: no border");
        }
    }
}

#[test]
fn a_hole_takes_its_neighbours_with_it() {
    let grid = raster(7, 7, 1.0, 1.0);
    let mut flat = vec![3.0; 49];
    flat[3 * 7 + 3] = f64::NAN;
    for (quantity, stencil) in [
        ("slope", Stencil::Horn),
        ("slope", Stencil::ZevenbergenThorne),
        ("tpi", Stencil::Horn),
        ("hillshade", Stencil::Horn),
    ] {
        let got = of_heights(quantity, stencil, &Relief::default(), &grid, &flat);
        for row in 0..7_usize {
            for column in 0..7_usize {
                let near = row.abs_diff(3) <= 1 && column.abs_diff(3) <= 1;
                let outer = [0, 6].contains(&row) || [0, 6].contains(&column);
                assert_eq!(got[row * 7 + column].is_nan(), near || outer, "{quantity} by {stencil} at {column}, {row}");
            }
        }
    }
}

#[test]
fn closed_forms_have_their_curvature() {
    // A saddle: r = 2, t = −2, s = 0; at its middle p = q = 0.
    let saddle = |x: f64, y: f64| (x - 20.0).powi(2) - (y - 2.0).powi(2);
    assert_near("mean of a saddle", middle("curvature:mean", saddle), 0.0);
    assert_near("Gaussian of a saddle", middle("curvature:gaussian", saddle), -4.0);
    assert!(middle("curvature:profile", saddle).is_nan(), "no line of descent on flat ground");
    // A ridge along y that slopes: f = −x² on the flank at x = 20: p = −40, r = −2.
    let ridge = |x: f64, _: f64| -(x * x);
    let p: f64 = -40.0;
    let bent = 2.0 / (1.0 + p * p).powf(1.5);
    assert_near("profile of a ridge", middle("curvature:profile", ridge), bent);
    assert_near("mean of a ridge", middle("curvature:mean", ridge), bent / 2.0);
    assert_near("plan of a ridge", middle("curvature:plan", ridge), 0.0);
    // A bowl: contour lines are circles, hollow downhill; at distance 20 the plan curvature is −1/20.
    let bowl = |x: f64, y: f64| x * x + (y - 2.0).powi(2);
    assert_near("plan of a bowl", middle("curvature:plan", bowl), -1.0 / 20.0);
    // A pyramid's faces are planes.
    assert_near("face of a pyramid", middle("slope", |x, y| -(x.abs() + y.abs())), 2_f64.sqrt().atan().to_degrees());
}

#[test]
fn heights_and_distances_are_measured_in_one_unit() {
    let grid = raster(5, 5, 1.0, 1.0);
    let f = heights(&grid, |x, _| x);
    let steep = Relief { z_factor: 2.0, metric: vec![Metric::Even(4.0), Metric::Even(1.0)] };
    let got = of_heights("slope:percent", Stencil::Horn, &steep, &grid, &f)[12];
    assert_near("z/m", got, 50.0);
    // One metre up for a degree of longitude, at the latitudes of the rows.
    let latitudes: Vec<f64> = grid.axes()[1].table();
    let (east, north) = latitudes.iter().map(|y| earth::metres_per_degree(*y)).unzip();
    let globe = Relief { z_factor: 1.0, metric: vec![Metric::Along(1, east), Metric::Along(1, north)] };
    let got = of_heights("slope:percent", Stencil::ZevenbergenThorne, &globe, &grid, &f);
    for row in 1..4 {
        let metres = earth::metres_per_degree(latitudes[row]).0;
        assert_near("a degree", got[row * 5 + 2], 100.0 / metres);
    }
}

#[test]
fn arguments_are_checked() {
    let names = ["x", "y"].map(str::to_owned);
    let parse = |text: &str| Quantity::parse(text, &names, &constant).map_err(|error| error.to_string());
    assert_eq!(
        parse("hillshade:300,30"),
        Ok(Quantity::Terrain(Terrain::Hillshade(Hillshade::Single(300.0, 30.0)))),
        "angles"
    );
    for (bad, part) in [
        ("slope:grad", "percent"),
        ("aspect:x", "trigonometric"),
        ("hillshade:1", "AZIMUTH,HEIGHT"),
        ("hillshade:0,91", "0 to 90"),
        ("hillshade:combined,q,1", "not a number"),
        ("curvature", "curvature:profile"),
        ("tri:x", "wilson"),
        ("tpi:3", "nothing"),
        ("saliency:0", "above 0"),
    ] {
        assert!(parse(bad).is_err_and(|error| error.contains(part)), "{bad}: {:?}", parse(bad));
    }
    let three = ["x", "y", "z"].map(str::to_owned);
    let mut g = Graph::new();
    let variables: Vec<NodeId> = (0..3).map(|axis| g.variable(axis)).collect();
    let slope = Quantity::Terrain(Terrain::Roughness);
    let refused = slope.planes(&mut g, variables[0], &three, &Differentiator::exact(variables.clone()));
    assert!(refused.is_err_and(|error| error.to_string().contains("two variables")), "a volume has no slope");
}
