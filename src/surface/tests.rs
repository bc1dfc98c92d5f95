//! Surfaces whose area, volume and topology are known.

use super::*;
use std::f64::consts::PI;

/// A function with its gradient.
struct Known<F>(F);

impl<F: Fn([f64; 3]) -> (f64, [f64; 3]) + Sync> Function for Known<F> {
    fn values(&self, points: &[Vec<f64>]) -> Vec<f64> {
        (0..points[0].len()).map(|k| (self.0)([points[0][k], points[1][k], points[2][k]]).0).collect()
    }

    fn jets(&self, points: &[Vec<f64>]) -> (Vec<f64>, Vec<Vec<f64>>) {
        let all = (0..points[0].len()).map(|k| (self.0)([points[0][k], points[1][k], points[2][k]]));
        let (values, gradients): (Vec<f64>, Vec<[f64; 3]>) = all.unzip();
        (values, (0..3).map(|axis| gradients.iter().map(|gradient| gradient[axis]).collect()).collect())
    }
}

fn nodes(from: f64, to: f64, count: u32) -> Vec<f64> {
    (0..count).map(|k| from + (to - from) * f64::from(k) / f64::from(count - 1)).collect()
}

/// The surface with vertices on the function if `exact`, else on straight lines between nodes.
fn surface(f: impl Fn([f64; 3]) -> (f64, [f64; 3]) + Sync, level: f64, tables: [Vec<f64>; 3], exact: bool) -> Mesh {
    let known = Known(f);
    let function: Option<&dyn Function> = exact.then_some(&known);
    let mut march = March::new(tables.clone(), &[level], function);
    for &z in &tables[2] {
        let plane = tables[1].iter().flat_map(|&y| tables[0].iter().map(move |&x| [x, y, z]));
        march.push(plane.map(|point| (known.0)(point).0).collect()).expect("room");
    }
    march.finish().expect("room").remove(0)
}

fn cube(half: f64, count: u32) -> [Vec<f64>; 3] {
    // Sides a little apart, so that no node lies on a symmetric surface.
    [nodes(-half, half, count), nodes(-1.01 * half, 1.003 * half, count + 1), nodes(-half, 1.02 * half, count + 2)]
}

fn sphere([x, y, z]: [f64; 3]) -> (f64, [f64; 3]) {
    (x * x + y * y + z * z, [2.0 * x, 2.0 * y, 2.0 * z])
}

fn torus([x, y, z]: [f64; 3]) -> (f64, [f64; 3]) {
    let ring = x.hypot(y);
    let across = ring - 1.0;
    (across.hypot(z), [across * x / ring, across * y / ring, z].map(|part| part / across.hypot(z)))
}

/// Normals and triangles look to the same side, closely.
fn assert_oriented(mesh: &Mesh) {
    for triangle in &mesh.triangles {
        let area = mesh::doubled_area(&mesh.corners(*triangle));
        if mesh::length(area) < 1e-9 {
            continue;
        }
        for vertex in triangle {
            let normal = mesh.normals[*vertex as usize].map(f64::from);
            assert!(mesh::dot(area, normal) > 0.0, "triangle {triangle:?} looks away from the normal {normal:?}");
        }
    }
}

#[test]
fn a_sphere_is_one_closed_surface_with_its_area_and_volume() {
    let r = 1.3;
    let mesh = surface(sphere, r * r, cube(2.0, 48), true);
    assert_eq!((mesh.sides().border, mesh.sides().broken, mesh.euler_characteristic()), (0, 0, 2), "closed");
    /// Roots are found to 2⁻⁴⁴ of an edge, and squares round to an ulp of 1.7.
    const ON_SPHERE: f64 = 1e-13;
    for (point, normal) in mesh.points.iter().zip(&mesh.normals) {
        assert!((mesh::length(*point) - r).abs() < ON_SPHERE, "{point:?} is off the sphere");
        let outward: f64 = (0..3).map(|k| point[k] / r * f64::from(normal[k])).sum();
        // Three parts, each rounded to single precision.
        assert!((outward - 1.0).abs() < 1e-6, "the normal at {point:?} is {normal:?}");
    }
    // A chord of length h lies h²/8r inside: a share h²/4r² of the area at most, three times that of the volume.
    let h: f64 = 4.1 / 47.0 * 3_f64.sqrt();
    let share = h * h / (4.0 * r * r);
    let (area, volume) = (4.0 * PI * r * r, 4.0 / 3.0 * PI * r * r * r);
    assert!((mesh.area() / area - 1.0).abs() < share, "area {} of {area}", mesh.area());
    assert!((mesh.volume() / volume - 1.0).abs() < 3.0 * share, "volume {} of {volume}", mesh.volume());
    assert_oriented(&mesh);
}

#[test]
fn samples_give_the_same_surface_less_precisely() {
    let (r, count) = (1.3, 48);
    let mesh = surface(sphere, r * r, cube(2.0, count), false);
    assert_eq!((mesh.sides().border, mesh.sides().broken, mesh.euler_characteristic()), (0, 0, 2), "closed");
    // Linear interpolation of r² over an edge h is off by h²/4, the radius by that over 2r.
    let h = 4.1 / 47.0;
    for (point, normal) in mesh.points.iter().zip(&mesh.normals) {
        assert!((mesh::length(*point) - r).abs() < h * h / (8.0 * r) * 1.5, "{point:?} is off the sphere");
        let outward: f64 = (0..3).map(|k| point[k] / mesh::length(*point) * f64::from(normal[k])).sum();
        // Central differences of a quadratic are exact, so are normals up to the place they are taken for.
        assert!(outward > 1.0 - 1e-4, "the normal at {point:?} is {normal:?}");
    }
    assert_oriented(&mesh);
}

#[test]
fn a_torus_has_a_hole_and_two_spheres_are_two() {
    let mesh = surface(torus, 0.35, cube(1.6, 40), true);
    assert_eq!((mesh.sides().border, mesh.sides().broken, mesh.euler_characteristic()), (0, 0, 0), "a torus");
    let (area, volume) = (4.0 * PI * PI * 0.35, 2.0 * PI * PI * 0.35 * 0.35);
    assert!((mesh.area() / area - 1.0).abs() < 0.02 && (mesh.volume() / volume - 1.0).abs() < 0.03, "{}", mesh.area());
    let two = |[x, y, z]: [f64; 3]| {
        let (left, right) = (sphere([x + 0.8, y, z]), sphere([x - 0.8, y, z]));
        if left.0 < right.0 { left } else { right }
    };
    let mesh = surface(two, 0.25, cube(1.6, 40), true);
    assert_eq!((mesh.sides().border, mesh.sides().broken, mesh.euler_characteristic()), (0, 0, 4), "two spheres");
}

#[test]
fn a_plane_ends_at_the_border() {
    let plane = |[x, y, z]: [f64; 3]| (x + y + z, [1.0; 3]);
    let mesh = surface(plane, 0.1, cube(1.0, 17), true);
    let sides = mesh.sides();
    assert!(sides.border > 0 && sides.broken == 0, "{sides:?}");
    assert_eq!(mesh.euler_characteristic(), 1, "a disc");
    let (low, high) = mesh.bounds().expect("a plane");
    assert_eq!((low[0], high[0]), (-1.0, 1.0), "from border to border");
    assert!(mesh.normals.iter().all(|n| n.iter().all(|part| (part - 1.0 / 3_f32.sqrt()).abs() < 1e-6)), "its normal");
}

/// A mixed bag of values: as many ambiguous cells as there can be.
fn noise(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed;
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) % 17) as f64 - 8.0
    }
}

fn noisy(size: usize, seed: u64, level: f64, holes: bool) -> Mesh {
    let tables = [nodes(0.0, 1.0, 9), nodes(1.0, 0.0, 8), nodes(0.0, 3.0, 11)];
    let mut random = noise(seed);
    let mut planes: Vec<Vec<f64>> = (0..11).map(|_| (0..72).map(|_| random()).collect()).collect();
    if holes {
        planes.iter_mut().flatten().filter(|value| **value == 8.0).for_each(|value| *value = f64::NAN);
    }
    let mut march = March::new(tables, &[level], None);
    for slab in planes.chunks(size) {
        slab.iter().for_each(|plane| march.push(plane.clone()).expect("room"));
    }
    march.finish().expect("room").remove(0)
}

#[test]
fn ambiguous_cells_leave_no_cracks() {
    for seed in 0..40 {
        // Levels between values, and at values.
        for level in [-2.5, 0.5, 0.0, 3.0] {
            for holes in [false, true] {
                let mesh = noisy(1, seed, level, holes);
                assert_eq!(mesh.sides().broken, 0, "seed {seed}, level {level}");
                assert!(mesh.triangles.iter().flatten().all(|v| (*v as usize) < mesh.points.len()), "vertices");
                let mut used = vec![false; mesh.points.len()];
                mesh.triangles.iter().flatten().for_each(|vertex| used[*vertex as usize] = true);
                assert!(used.iter().all(|used| *used), "no vertex without a triangle");
            }
        }
    }
}

#[test]
fn borders_lie_on_the_border_of_the_grid_or_of_holes() {
    let tables = cube(2.0, 24);
    let holed = |p: [f64; 3]| if p[0] > 0.9 { (f64::NAN, [f64::NAN; 3]) } else { sphere(p) };
    let mesh = surface(holed, 1.69, tables.clone(), true);
    assert_eq!((mesh.sides().broken, mesh.euler_characteristic()), (0, 1), "a sphere with a cap cut off");
    let last = tables[0].iter().copied().filter(|x| *x <= 0.9).fold(f64::MIN, f64::max);
    let rim = mesh.points.iter().filter(|point| point[0] > last - 1e-12).count();
    assert_eq!(mesh.sides().border, rim, "the rim is the last plane of nodes with values");
}

#[test]
fn levels_at_nodes_are_no_trouble() {
    // Nodes at multiples of 1/4, and the sphere of radius 1 through six and more of them.
    let table = || nodes(-2.0, 2.0, 17);
    for down in [1.0, -1.0] {
        let signed = move |p: [f64; 3]| {
            let (value, slope) = sphere(p);
            (down * value, slope.map(|part| down * part))
        };
        for exact in [true, false] {
            let mesh = surface(signed, down, [table(), table(), table()], exact);
            assert_eq!((mesh.sides().border, mesh.sides().broken), (0, 0), "closed");
            assert_eq!(mesh.euler_characteristic(), 2, "a sphere");
            assert_eq!(mesh.volume() > 0.0, down > 0.0, "normals point to where values are high");
        }
    }
}

#[test]
fn mirrored_grids_keep_their_sides() {
    let [x, y, z] = cube(2.0, 20);
    let reversed = |table: &Vec<f64>| table.iter().rev().copied().collect::<Vec<f64>>();
    for tables in [[reversed(&x), y.clone(), z.clone()], [reversed(&x), reversed(&y), z.clone()]] {
        let mesh = surface(sphere, 1.69, tables, false);
        assert!(mesh.volume() > 0.0, "outward");
        assert_oriented(&mesh);
    }
}

#[test]
fn poles_are_holes_and_jumps_are_walls() {
    let pole = |[x, _, _]: [f64; 3]| (1.0 / (x - 0.013), [-1.0 / ((x - 0.013) * (x - 0.013)), 0.0, 0.0]);
    assert!(surface(pole, 0.0, cube(1.0, 12), true).is_empty(), "1/x is never zero");
    let wall = |[x, _, _]: [f64; 3]| (f64::from(x > 0.123), [0.0; 3]);
    let mesh = surface(wall, 0.5, cube(1.0, 12), true);
    assert!(mesh.points.iter().all(|point| (point[0] - 0.123).abs() < 1e-12), "at the jump");
    assert!(mesh.normals.iter().all(|normal| normal[0] > 0.999), "with the normal of the wall");
    assert!(surface(|_| (1.0, [0.0; 3]), 1.0, cube(1.0, 5), true).is_empty(), "a constant has no surface");
}

#[test]
fn a_vertex_that_single_precision_promised_is_put_on_the_surface() {
    // The value at the first node of x is high only by a rounding error.
    let plane = Known(|[x, _, _]: [f64; 3]| (x, [1.0, 0.0, 0.0]));
    let mut march = March::new([vec![-1e-9, 1.0], vec![0.0, 1.0], vec![0.0, 1.0]], &[0.0], Some(&plane));
    let wrong = vec![1e-9, -1.0, 1e-9, -1.0];
    march.push(wrong.clone()).expect("room");
    march.push(wrong).expect("room");
    let mesh = march.finish().expect("room").remove(0);
    assert!(!mesh.is_empty() && mesh.points.iter().all(|point| point[0].abs() < 1e-12), "{:?}", mesh.points);
}

#[test]
fn slabs_change_no_byte_and_levels_do_not_mix() {
    for (seed, holes) in [(1, false), (2, true)] {
        let whole = noisy(11, seed, 0.5, holes);
        for size in [1, 2, 5] {
            assert_eq!(noisy(size, seed, 0.5, holes), whole, "{size} planes at once");
        }
    }
    let known = Known(sphere);
    let tables = cube(2.0, 20);
    let mut march = March::new(tables.clone(), &[0.5, 1.69], Some(&known));
    for &z in &tables[2] {
        let plane = tables[1].iter().flat_map(|&y| tables[0].iter().map(move |&x| sphere([x, y, z]).0));
        march.push(plane.collect()).expect("room");
    }
    let both = march.finish().expect("room");
    assert_eq!(both[1], surface(sphere, 1.69, tables, true), "one level among two");
    assert!(both[0].area() < both[1].area(), "the other is smaller");
}

/// The mesh as a reader of STL sees it: vertices of one place are one. Also how many triangles then lack three vertices.
fn by_place(mesh: &Mesh) -> (Mesh, usize) {
    let mut numbers = std::collections::HashMap::new();
    let mut joined = Mesh::default();
    let place = |point: &[f64; 3]| point.map(|part| (part + 0.0).to_bits());
    let number = |point: &[f64; 3]| {
        *numbers.entry(place(point)).or_insert_with(|| {
            joined.points.push(*point);
            u32::try_from(joined.points.len() - 1).expect("few")
        })
    };
    let number: Vec<u32> = mesh.points.iter().map(number).collect();
    joined.triangles = mesh.triangles.iter().map(|triangle| triangle.map(|vertex| number[vertex as usize])).collect();
    let flat = joined.triangles.iter().filter(|[a, b, c]| a == b || b == c || c == a).count();
    (joined, flat)
}

/// Area of the smallest triangle.
fn smallest(mesh: &Mesh) -> f64 {
    let area = |triangle: &[u32; 3]| mesh::length(mesh::doubled_area(&mesh.corners(*triangle))) / 2.0;
    mesh.triangles.iter().map(area).fold(f64::MAX, f64::min)
}

#[test]
fn levels_through_nodes_leave_no_triangle_without_area_and_no_vertex_twice() {
    let table = |half: f64, count| [nodes(-half, half, count), nodes(-half, half, count), nodes(-half, half, count)];
    let diamond = |p: [f64; 3]| (p.map(f64::abs).iter().sum(), p.map(f64::signum));
    let plane = |p: [f64; 3]| (p.iter().sum(), [1.0; 3]);
    for exact in [true, false] {
        let meshes = [
            ("ball", surface(sphere, 4.0, table(3.0, 25), exact), 0, 2),
            ("diamond", surface(diamond, 2.0, table(3.0, 25), exact), 0, 2),
            ("plane", surface(plane, 0.0, table(2.0, 21), exact), 60, 1),
        ];
        for (name, mesh, border, euler) in meshes {
            let (joined, flat) = by_place(&mesh);
            assert_eq!(
                (flat, joined.points.len()),
                (0, mesh.points.len()),
                "{name}: {} triangles",
                mesh.triangles.len()
            );
            // Slivers keep the share of a cell that tells vertices apart, here of 0.2.
            assert!(smallest(&mesh) > 1e-6, "{name}: the smallest is {}", smallest(&mesh));
            let sides = joined.sides();
            assert_eq!((sides.broken, joined.euler_characteristic()), (0, euler), "{name}: {sides:?}");
            assert_eq!(sides.border, border, "{name}");
        }
    }
}

#[test]
fn pinches_stay_closed() {
    // A double cone through a node, and two planes that cross in a line of nodes; a node alone on the level vanishes.
    let table = || [nodes(-1.0, 1.0, 9), nodes(-1.0, 1.0, 9), nodes(-1.0, 1.0, 9)];
    let cone = |[x, y, z]: [f64; 3]| (x * x + y * y - z * z, [2.0 * x, 2.0 * y, -2.0 * z]);
    let planes = |[x, y, _]: [f64; 3]| (x * y, [y, x, 0.0]);
    for down in [1.0, -1.0] {
        for exact in [true, false] {
            let cones = surface(|p| (down * cone(p).0, cone(p).1.map(|part| down * part)), 0.0, table(), exact);
            assert_eq!((cones.sides().broken, cones.euler_characteristic()), (0, 2), "two cones");
            let planes = surface(|p| (down * planes(p).0, planes(p).1.map(|part| down * part)), 0.0, table(), exact);
            assert_eq!((planes.sides().broken, planes.euler_characteristic()), (0, 2), "two bent sheets");
            assert!(smallest(&cones) > 1e-9 && smallest(&planes) > 1e-9, "no triangle without area");
        }
    }
    assert!(surface(|p| (-sphere(p).0, p), 0.0, table(), false).is_empty(), "a point has no surface");
}

#[test]
fn welding_noise_at_whole_levels_breaks_nothing() {
    for seed in 0..200 {
        for level in [-3.0, 0.0, 1.0, 3.0] {
            for holes in [false, true] {
                let mesh = noisy(1, seed, level, holes);
                assert_eq!(mesh.sides().broken, 0, "seed {seed}, level {level}");
                assert!(mesh.triangles.iter().all(|[a, b, c]| a != b && b != c && c != a), "three vertices each");
            }
        }
    }
}
