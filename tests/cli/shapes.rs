//! Slices, profiles and level surfaces from outside: the same numbers as by other ways, meshes that are read back, and refusals.

use crate::{files, folder, good, run};
use std::fs;
use std::path::Path;

/// The pixels of a PNG file: its size and bytes, whatever they mean.
fn pixels(path: &Path) -> ((u32, u32), Vec<u8>) {
    let mut reader = png::Decoder::new(std::io::Cursor::new(fs::read(path).expect("a file"))).read_info().expect("PNG");
    let mut bytes = vec![0; reader.output_buffer_size().expect("small")];
    let frame = reader.next_frame(&mut bytes).expect("pixels");
    bytes.truncate(frame.buffer_size());
    ((frame.width, frame.height), bytes)
}

const CPU: [&str; 3] = ["--engine", "cpu", "--quiet"];

#[test]
fn a_slice_of_a_formula_is_the_formula_at_a_value() {
    let here = folder();
    good(
        here.path(),
        &[&["plot", "x*y*z", "a.png", "--slice", "z=0.5", "--no-provenance", "--size", "40"], &CPU[..]].concat(),
    );
    good(
        here.path(),
        &[&["plot", "x*y*z", "b.png", "--axis", "z=0.5", "--no-provenance", "--size", "40"], &CPU[..]].concat(),
    );
    let [a, b] = ["a.png", "b.png"].map(|name| fs::read(here.path().join(name)).expect("a picture"));
    assert_eq!(a, b, "the same picture");
    // Held at x, the picture is that of the others; ∂f/∂x there is that of the whole function.
    let sliced = ["plot", "x^2*y*z", "c.png", "--slice", "x=3", "-q", "partial:x", "--bare", "--size", "40"];
    good(here.path(), &[&sliced, &CPU[..]].concat());
    let named =
        ["plot", "6*y*z", "d.png", "--vars", "y,z", "-q", "value", "--bare", "--size", "40", "--colormap", "coolwarm"];
    good(here.path(), &[&named, &CPU[..]].concat());
    assert_eq!(pixels(&here.path().join("c.png")), pixels(&here.path().join("d.png")), "2·3·y·z");
}

#[test]
fn a_slice_of_a_volume_lies_between_its_planes() {
    let here = folder();
    // Linear in z, so that planes in between are exact.
    let grid = ["--x", "0:4", "--y", "0:2", "--z", "0:1"];
    let volume = ["eval", "x*x*y + 2*x*z", "v.npy", "-q", "value", "--size", "9x17x5"];
    good(here.path(), &[&volume, &grid[..], &CPU[..]].concat());
    for (what, formula) in [("value", "x*x*y + 2*x*0.375"), ("partial:z", "2*x")] {
        let words = ["plot", "v.npy", "a.png", "-q", what, "--slice", "z=0.375", "--bare", "--overwrite"];
        good(here.path(), &[&words, &grid[..], &CPU[..]].concat());
        let words = ["plot", formula, "b.png", "-q", "value", "--size", "9x17", "--bare", "--overwrite"];
        good(here.path(), &[&words, &grid[..4], &CPU[..]].concat());
        assert_eq!(pixels(&here.path().join("a.png")), pixels(&here.path().join("b.png")), "{what}");
    }
    let words = ["plot", "v.npy", "c.png", "-q", "value", "--slice", "x=2", "--bare"];
    good(here.path(), &[&words, &grid[..], &CPU[..]].concat());
    assert_eq!(pixels(&here.path().join("c.png")).0, (17, 5), "y across, z up");
}

#[test]
fn what_cannot_be_sliced_is_refused_with_the_extent() {
    let here = folder();
    good(here.path(), &[&["eval", "x+y+z", "v.npy", "-q", "value", "--size", "3x4x5"], &CPU[..]].concat());
    good(here.path(), &[&["eval", "x+y", "flat.npy", "-q", "value", "--size", "3x4"], &CPU[..]].concat());
    for (words, said) in [
        (&["plot", "v.npy", "a.png", "--slice", "z=9"][..], "0 to 4"),
        (&["plot", "v.npy", "a.png"], "--slice"),
        (&["plot", "v.npy", "a.png", "--slice", "z=1", "--slice", "y=1"], "two of the axes"),
        (&["plot", "x*y*z", "a.png", "--slice", "z=2", "--z", "-1:1"], "-1 to 1"),
        (&["plot", "x*y*z", "a.png", "--slice", "q=2"], "x, y, z, w"),
        (&["plot", "x*y*z", "a.png", "--slice", "z"], "--slice z=0.5"),
        (&["plot", "x*y*z", "a.png", "--profile", "y=1"], "x and z are left"),
        (&["plot", "x*y*z", "a.dzi", "--profile", "y=1,z=1"], ".png"),
        (&["plot", "x*y*z", "a.png", "--profile", "y=1,z=1", "--contours", "5"], "--contours"),
        (&["plot", "x*y*z", "a.png", "--iso", "1", "--streamlines"], "--streamlines"),
        (&["plot", "x*y", "a.dzi", "--lic", "--arrows"], "--lic"),
        (&["plot", "x*y", "a.png", "--iso", "1"], "three axes"),
        (&["plot", "x*y*z", "a.png", "--iso", "1", "--view", "30"], "--view"),
        (&["surface", "x*y", "a.ply", "--iso", "1"], "are x, y; take a function or samples of three"),
        (&["surface", "x*y*z*w", "a.ply", "--iso", "1", "--size", "3"], "are x, y, z, w; hold others at a value"),
        (&["plot", "flat.npy", "a.png", "--iso", "1"], "`gradgrid contour` finds"),
        (&["surface", "x*y*z", "a.obj", "--iso", "1"], ".ply"),
        (&["surface", "x^2+y^2+z^2", "a.ply", "--iso", "-1"], "where it is 0 to 75"),
        (&["surface", "ln(-1-x^2)*y*z", "a.ply", "--iso", "1"], "no value"),
        (&["surface", "x+y+z", "a.stl", "--iso", "1", "--values", "magnitude"], ".ply"),
        (&["surface", "v.npy", "a.ply", "--iso", "5", "--values", "magnitude"], "formulas"),
    ] {
        let ending = run(here.path(), words);
        assert_eq!(ending.code, Some(2), "{words:?}: {}", ending.err);
        assert!(ending.err.contains(said), "{words:?}: {}", ending.err);
    }
    let made = ["flat.npy", "flat.npy.json", "v.npy", "v.npy.json"];
    assert_eq!(files(here.path()), made, "nothing is left behind");
}

#[test]
fn profiles_show_f_and_its_slope() {
    let here = folder();
    let formula = ["plot", "x^2*y + sin(y)", "a.png", "--profile", "y=1"];
    let ending = good(here.path(), &[&formula[..], &["--engine", "cpu"]].concat());
    assert!(ending.err.contains("1001 points"), "{}", ending.err);
    good(here.path(), &[&["eval", "x*x*y", "f.npy", "-q", "value", "--size", "21x11"], &CPU[..]].concat());
    let file = ["plot", "f.npy", "b.png", "--profile", "y=2.5", "--dark"];
    good(here.path(), &[&file[..], &CPU[..]].concat());
    good(here.path(), &[&["plot", "sin(x)", "c.png", "--profile", "x"], &CPU[..]].concat());
    for name in ["a.png", "b.png", "c.png"] {
        let ((width, height), _) = pixels(&here.path().join(name));
        assert!(width > 880 && height > 2 * 330, "{name}: two panels in {width} × {height}");
    }
}

/// Vertices and triangles of a binary PLY file with double coordinates, normals and no more.
fn ply(path: &Path) -> (Vec<[f64; 3]>, Vec<[u32; 3]>) {
    let file = fs::read(path).expect("a file");
    let end = file.windows(11).position(|part| part == b"end_header\n").expect("a header") + 11;
    let header = String::from_utf8_lossy(&file[..end]).into_owned();
    let count = |what: &str| -> usize {
        let line = header.lines().find(|line| line.starts_with(&format!("element {what} "))).expect("counted");
        line.rsplit(' ').next().expect("a word").parse().expect("a number")
    };
    let (vertices, faces) = file[end..].split_at(36 * count("vertex"));
    let double = |bytes: &[u8]| f64::from_le_bytes(bytes.try_into().expect("eight bytes"));
    let points = vertices.chunks_exact(36).map(|v| [double(&v[..8]), double(&v[8..16]), double(&v[16..24])]).collect();
    let number = |bytes: &[u8]| u32::from_le_bytes(bytes.try_into().expect("four bytes"));
    let faces: Vec<[u32; 3]> =
        faces.chunks_exact(13).map(|f| [number(&f[1..5]), number(&f[5..9]), number(&f[9..13])]).collect();
    assert_eq!(faces.len(), count("face"), "all faces");
    (points, faces)
}

#[test]
fn meshes_lie_on_the_surface() {
    let here = folder();
    let sphere = ["surface", "x^2 + y^2 + z^2", "a.ply", "--iso", "4", "--size", "30"];
    let ending = good(here.path(), &[&sphere[..], &["--engine", "cpu"]].concat());
    assert!(ending.err.contains("closed"), "{}", ending.err);
    let (points, faces) = ply(&here.path().join("a.ply"));
    for [x, y, z] in &points {
        let r = (x * x + y * y + z * z).sqrt();
        // Roots are found in double precision.
        assert!((r - 2.0).abs() < 1e-12, "a vertex at radius {r}");
    }
    let sides = faces.len() * 3 / 2;
    assert_eq!(points.len() + faces.len() - sides, 2, "a sphere by Euler's formula");
    // The same through files, with straight lines between nodes; and memory in which nothing fits changes no byte.
    good(here.path(), &[&["eval", "x^2+y^2+z^2", "v.npy", "-q", "value", "--size", "30x30x30"], &CPU[..]].concat());
    let extent = ["--x", "-5:5", "--y", "-5:5", "--z", "-5:5"];
    for (name, memory) in [("b.ply", "256M"), ("c.ply", "1K")] {
        let words = ["surface", "v.npy", name, "--iso", "4", "--memory", memory];
        good(here.path(), &[&words[..], &extent, &CPU[..]].concat());
    }
    let [b, c] = ["b.ply", "c.ply"].map(|name| fs::read(here.path().join(name)).expect("a mesh"));
    assert_eq!(b, c, "pieces of any size");
    let (rough, _) = ply(&here.path().join("b.ply"));
    assert_eq!(rough.len(), points.len(), "the same vertices");
    // A cell is 10/29; a chord of r² over it is off by h²/8 at most, the radius by that over r.
    let off = rough.iter().map(|[x, y, z]| ((x * x + y * y + z * z).sqrt() - 2.0).abs()).fold(0.0, f64::max);
    assert!(off > 1e-4 && off < (10.0 / 29.0_f64).powi(2) / 8.0 / 1.9, "between nodes: {off}");
    good(here.path(), &[&["surface", "x+y+z", "d.stl", "--iso", "1", "--size", "9"], &CPU[..]].concat());
    good(
        here.path(),
        &[&["surface", "x*y*z", "e.vtp", "--iso", "1,2", "--size", "9", "--values", "magnitude"], &CPU[..]].concat(),
    );
    let size = fs::metadata(here.path().join("d.stl")).expect("a file").len();
    assert!(size > 84 && (size - 84).is_multiple_of(50), "STL of {size} bytes");
}

#[test]
fn levels_that_are_given_twice_are_one() {
    let here = folder();
    for (name, iso) in [("a", "4,1"), ("b", "4,1,4")] {
        for (command, ending) in [("surface", "stl"), ("plot", "png")] {
            let file = format!("{name}.{ending}");
            let words = [command, "x^2+y^2+z^2", &file, "--iso", iso, "--size", "20", "--no-provenance"];
            good(here.path(), &[&words[..], &CPU[..]].concat());
        }
    }
    for ending in ["stl", "png"] {
        let [a, b] = ["a", "b"].map(|name| fs::read(here.path().join(format!("{name}.{ending}"))).expect("a file"));
        assert!(a == b, "{ending} of the same levels");
    }
}

#[test]
fn many_levels_have_a_scale_of_colours_and_numbers_are_short() {
    let here = folder();
    let words =
        ["plot", "x*y*z", "a.svg", "--iso", "1e-7", "--x", "0:1e-3", "--y", "0:1e-3", "--z", "0:1", "--size", "9"];
    good(here.path(), &[&words[..], &CPU[..]].concat());
    let text = fs::read_to_string(here.path().join("a.svg")).expect("a picture");
    assert!(text.contains("surface f = 10⁻⁷"), "a short number");
    let words = ["plot", "x^2+y^2+z^2", "b.svg", "--iso", "1,2,3,4,5,6,7,8,9", "--size", "12"];
    good(here.path(), &[&words[..], &CPU[..]].concat());
    let text = fs::read_to_string(here.path().join("b.svg")).expect("a picture");
    assert!(text.contains("level of f") && !text.contains("f = 9"), "a bar, and no legend");
}

#[test]
fn level_surfaces_are_drawn() {
    let here = folder();
    let words = ["plot", "sin(sqrt(x^2+y^2+z^2)*4)", "a.png", "--iso", "0.5", "--size", "40"];
    let ending = good(here.path(), &[&words[..], &["--engine", "cpu"]].concat());
    assert!(ending.err.contains("triangles"), "{}", ending.err);
    let bare = ["plot", "x^2+y^2+z^2", "b.png", "--iso", "9", "--size", "20", "--bare"];
    good(here.path(), &[&bare[..], &CPU[..]].concat());
    let ((width, height), bytes) = pixels(&here.path().join("b.png"));
    let at = |x: u32, y: u32| bytes[3 * (y * width + x) as usize..][..3].to_vec();
    assert_eq!(at(0, 0), [255; 3], "paper in the corner");
    let middle = at(width / 2, height / 2);
    assert!(middle[2] > middle[0], "blue in the middle: {middle:?}");
    for more in [&["--iso", "1,4,9"][..], &["--iso", "4", "--paint", "partial:x", "--dark", "--view", "20,70"]] {
        let words = [&["plot", "x^2+y^2+z^2", "c.png", "--size", "20", "--overwrite"], more].concat();
        good(here.path(), &[&words[..], &CPU[..]].concat());
    }
}

#[test]
fn larger_meshes_than_memory_are_refused_and_leave_no_file() {
    let here = folder();
    // The planes next to the march fit, the mesh does not; then not even the planes.
    for (formula, size) in [("sin(9*x)*sin(9*y)*sin(9*z)", "250"), ("x+y+z", "1200x1200x3")] {
        let base = ["surface", formula, "a.ply", "--iso", "0.1", "--size", size, "--engine", "cpu", "--memory", "1M"];
        let end = run(here.path(), &base);
        assert_eq!(end.code, Some(2), "{formula}: {}", end.err);
        assert!(end.err.contains("meshes") && end.err.contains("--memory"), "{formula}: {}", end.err);
        assert_eq!(files(here.path()), [""; 0], "{formula}: nothing half-written");
    }
}

#[test]
fn level_surfaces_have_the_width_and_resolution_that_are_asked_for() {
    let here = folder();
    let drawn = |more: &[&str]| {
        let words = ["plot", "x^2+y^2+z^2", "a.png", "--iso", "9", "--size", "20", "--overwrite", "--bare"];
        good(here.path(), &[&words[..], more, &CPU[..]].concat());
        let file = fs::File::open(here.path().join("a.png")).expect("a file");
        let reader = png::Decoder::new(std::io::BufReader::new(file)).read_info().expect("PNG");
        (reader.info().width, reader.info().pixel_dims.map(|density| density.xppu))
    };
    assert_eq!(drawn(&[]), (900, None), "as a rule");
    assert_eq!(drawn(&["--width", "301"]), (301, None), "a width");
    // 200 per inch are 7874 per metre, and five inches of them a thousand.
    assert_eq!(drawn(&["--dpi", "200"]), (1000, Some(7874)), "a resolution");
    assert_eq!(drawn(&["--dpi", "200", "--width", "64"]), (64, Some(7874)), "both");
    for (option, value, says) in
        [("--width", "0", "1 to 8192"), ("--width", "8193", "8192"), ("--dpi", "7", "36 to 4800")]
    {
        let end = run(here.path(), &["plot", "x*y*z", "b.png", "--iso", "1", "--size", "9", option, value]);
        assert_eq!(end.code, Some(2), "{option} {value}");
        assert!(end.err.contains(says), "{option} {value}: {}", end.err);
    }
    assert_eq!(files(here.path()), ["a.png"], "nothing is left");
}

#[test]
fn profiles_without_values_say_so() {
    let here = folder();
    good(here.path(), &[&["plot", "ln(-1-x^2)", "a.svg", "--profile", "x"], &CPU[..]].concat());
    let text = fs::read_to_string(here.path().join("a.svg")).expect("a picture");
    assert!(text.contains(">no data<"), "in words");
}
