//! Every command does what it says: numbers, files, pictures, reports.

use crate::{files, folder, good};
use serde_json::Value;
use std::fs;

/// Shape and values of an NPY file of single precision.
pub(crate) fn npy(bytes: &[u8]) -> (String, Vec<f32>) {
    assert_eq!(&bytes[..8], b"\x93NUMPY\x01\x00", "the magic of NPY 1.0");
    let header = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let text = String::from_utf8(bytes[10..10 + header].to_vec()).expect("text");
    let shape = text.split_once("'shape': (").expect("a shape").1.split_once(')').expect("its end").0.to_owned();
    assert!(text.contains("'descr': '<f4'") && (10 + header) % 64 == 0, "{text}");
    let values = bytes[10 + header..].chunks_exact(4).map(|v| f32::from_le_bytes([v[0], v[1], v[2], v[3]]));
    (shape, values.collect())
}

#[test]
fn at_prints_the_textbook_numbers() {
    let here = folder();
    let text = good(here.path(), &["at", "x^2*y + sin(y)", "1,2"]).text();
    assert!(text.contains(&format!("∇f = (4, {})", 1.0 + 2_f64.cos())), "{text}");
    let text = good(here.path(), &["at", "xyz", "1,2,3"]).text();
    assert!(text.contains("∇f = (6, 3, 2)"), "{text}");
    let text = good(here.path(), &["at", "e^{x²+y²}", "0,0"]).text();
    assert!(text.contains("f = 1\n") && text.contains("critical point"), "{text}");
    let text = good(here.path(), &["at", "xy/(x²+y²)", "0,0"]).text();
    assert!(text.contains("f = undefined"), "{text}");
    let text = good(here.path(), &["at", "-x^2", "-1"]).text();
    assert!(text.contains("∇f = (2)"), "a formula may begin with a minus: {text}");
}

#[test]
fn at_prints_valid_json() {
    let here = folder();
    let json = |args: &[&str]| -> Value { serde_json::from_slice(&good(here.path(), args).out).expect("JSON") };
    let report = json(&["at", "x²+y²", "1,1", "--along", "1,1", "--json"]);
    let slope = report["directional"]["slope"].as_f64().expect("a number");
    // Two roundings of 2√2.
    assert!((slope - 8_f64.sqrt()).abs() <= 6.3e-16, "{slope}");
    assert_eq!(report["gradient"], serde_json::json!([2.0, 2.0]), "∇f");
    assert_eq!(report["schema"], "gradgrid.at/1", "a versioned schema");
    let report = json(&["at", "ln(x)", "-1", "--json"]);
    assert!(report["value"].is_null() && report["gradient"][0].is_null(), "undefined is null: {report}");
    let report = json(&["devices", "--json"]);
    assert!(report["adapters"].is_array() && report["auto"].is_string(), "{report}");
}

#[test]
fn numbers_go_to_files_and_streams_alike() {
    let here = folder();
    let size = ["--x", "0:1", "--y", "0:1", "--z", "0:1", "--size", "13x7x5", "--engine", "cpu"];
    let base = ["eval", "x*y*z + sin(x)", "g.npy", "-q", "gradient"];
    let ending = good(here.path(), &[&base[..], &size].concat());
    assert!(ending.out.is_empty() && ending.err.contains("engine: cpu"), "data and talk are apart: {}", ending.err);
    let file = fs::read(here.path().join("g.npy")).expect("written");
    let (shape, values) = npy(&file);
    assert_eq!((shape.as_str(), values.len()), ("3, 5, 7, 13", 3 * 5 * 7 * 13), "planes × z × y × x");
    assert_eq!(values[0], 1.0, "∂f/∂x at the origin is cos 0");
    let streamed = ["eval", "x*y*z + sin(x)", "-", "--format", "npy", "-q", "gradient", "--quiet"];
    let ending = good(here.path(), &[&streamed[..], &size].concat());
    assert!(ending.out == file, "the stream has the file's bytes");
    assert_eq!(ending.err, "", "--quiet");
    for memory in ["64K", "1M", "256M"] {
        let ending = good(here.path(), &[&streamed[..], &size, &["--memory", memory]].concat());
        assert!(ending.out == file, "--memory {memory} does not show");
    }
    assert_eq!(files(here.path()), ["g.npy", "g.npy.json"], "nothing else is left");
}

#[test]
fn csv_has_coordinates_and_empty_fields() {
    let here = folder();
    let args =
        ["eval", "sqrt(x)", "-", "--format", "csv", "-q", "value", "--x", "-1:1", "--size", "3", "--engine", "f64"];
    assert_eq!(good(here.path(), &args).text(), "x,f\n-1,\n0,0\n1,1\n", "√−1 is no number");
    let args = ["eval", "a*x", "-", "--format", "csv", "-q", "value", "--x", "0:pi", "--size", "2", "--param", "a=2"];
    let text = good(here.path(), &args).text();
    assert!(text.ends_with(",6.2831855\n"), "ends may be formulas, and a is 2: {text}");
}

#[test]
fn methods_can_be_compared() {
    let here = folder();
    let args = ["eval", "sin(20x)", "-", "--format", "npy", "-q", "partial:x", "--engine", "cpu", "--size", "101"];
    let ending = good(here.path(), &[&args[..], &["--method", "central", "--compare", "exact"]].concat());
    let (_, values) = npy(&ending.out);
    let worst = values.iter().fold(0.0_f32, |worst, v| worst.max(v.abs()));
    let said = ending.err.split_once("expected error ").expect("it is said").1;
    let expected: f32 = said.split_whitespace().next().and_then(|number| number.parse().ok()).expect("a number");
    // The expectation is for nine tenths of the domain, and the exact derivative rounds too.
    assert!(worst > 0.0 && worst <= 4.0 * expected, "off by {worst}, expected {expected}");
}

#[test]
fn pictures_are_png_files_that_tell_what_they_show() {
    let here = folder();
    let ending = good(here.path(), &["plot", "x^2*y + sin(y)", "field.png", "--size", "120x80", "--engine", "cpu"]);
    assert!(ending.err.contains("field.png") && ending.out.is_empty(), "{}", ending.err);
    let png = fs::read(here.path().join("field.png")).expect("written");
    let decoder = png::Decoder::new(std::io::Cursor::new(&png[..]));
    let reader = decoder.read_info().expect("a PNG file");
    let words = &reader.info().uncompressed_latin1_text;
    let formula = words.iter().find(|chunk| chunk.keyword == "Formula").expect("the formula travels with the picture");
    assert_eq!(formula.text, "x^2*y + sin(y)", "as it was written");
    let streamed =
        good(here.path(), &["plot", "x^2*y + sin(y)", "-", "--size", "120x80", "--engine", "cpu", "--quiet"]);
    assert!(streamed.out == png, "the stream has the file's bytes");
    for more in [
        &["-q", "value", "--colormap", "viridis"][..],
        &["--bare", "--scale", "log", "--percentile", "2"],
        &["--dark", "--scale", "symlog:0.1", "--range", "-1:1", "-q", "laplacian"],
        &["-q", "direction", "--title", "angles"],
        &["--engine", "f64", "-q", "hessian-det"],
    ] {
        let args = ["plot", "xy/(x²+y²)", "more.png", "--x", "-2:2", "--y", "-1:1", "--size", "61x37", "--overwrite"];
        good(here.path(), &[&args[..], more].concat());
    }
    good(here.path(), &["plot", "xyz", "slice.png", "--z", "0.5", "--size", "40"]);
    good(here.path(), &["plot", "sin(u)v", "named.png", "--vars", "u,v", "--axis", "u=0:tau", "--size", "40"]);
    assert_eq!(files(here.path()), ["field.png", "more.png", "named.png", "slice.png"], "the files asked for");
}

/// Pixels across and down of a PNG file.
fn size(png: &[u8]) -> [u32; 2] {
    [16, 20].map(|at| u32::from_be_bytes([png[at], png[at + 1], png[at + 2], png[at + 3]]))
}

#[test]
fn large_pictures_take_one_command() {
    let here = folder();
    let plot = ["plot", "x^2*y + sin(y)", "-", "--bare", "--quiet", "--engine", "cpu", "--size"];
    for (shape, want) in [("4096x4096", [4096, 4096]), ("65281x257", [65_281, 257]), ("1x8191", [1, 8191])] {
        let ending = good(here.path(), &[&plot[..], &[shape]].concat());
        assert_eq!(size(&ending.out), want, "{shape}");
    }
}

#[test]
fn show_prints_every_stage() {
    let here = folder();
    for (stage, part) in
        [("graph", "f = exp(x^2 + y^2)"), ("derivative", "∂f/∂x = "), ("program", "t0"), ("wgsl", "fn evaluate(")]
    {
        let text = good(here.path(), &["show", "exp(x^2+y^2)", "--emit", stage]).text();
        assert!(text.contains(part), "--emit {stage}: {text}");
    }
    let text = good(here.path(), &["show", "exp(x^2+y^2)"]).text();
    assert!(["# formula", "# derivatives", "# program"].iter().all(|part| text.contains(part)), "{text}");
}

#[test]
fn help_and_version_are_no_errors() {
    let here = folder();
    for args in [
        &["--help"][..],
        &["help"],
        &["help", "plot"],
        &["plot", "--help"],
        &["help", "language"],
        &["help", "quantities"],
    ] {
        let ending = good(here.path(), args);
        assert!(ending.out.len() > 200 && ending.err.is_empty(), "{args:?} goes to stdout");
    }
    assert!(good(here.path(), &["--version"]).text().starts_with("gradgrid "), "the version");
    let language = good(here.path(), &["help", "language"]).text();
    for op in gradgrid::expr::op::Op::all().iter().filter(|op| op.is_named()) {
        assert!(language.contains(op.name()), "{op} stands in the language reference");
    }
}

#[test]
#[ignore = "needs a GPU adapter; tests/run runs it"]
fn the_gpu_writes_the_bytes_of_the_cpu() {
    let here = folder();
    for engine in ["cpu", "gpu"] {
        let args = [
            "eval",
            "x^2*y + sin(y)",
            &format!("{engine}.npy"),
            "-q",
            "hessian",
            "--size",
            "131x97",
            "--engine",
            engine,
        ];
        good(here.path(), &args);
        let picture =
            ["plot", "xy/(x²+y²)", &format!("{engine}.png"), "--bare", "--size", "131x97", "--engine", engine];
        good(here.path(), &picture);
    }
    let read = |name: &str| fs::read(here.path().join(name)).expect("written");
    assert!(read("cpu.npy") == read("gpu.npy"), "numbers");
    let pixels = |name: &str| image::load_from_memory(&read(name)).expect("a picture").to_rgba8();
    assert!(pixels("cpu.png") == pixels("gpu.png"), "pixels; the words in the file name the engine");
    assert!(good(here.path(), &["devices"]).text().contains("auto: "), "the engine and why");
    let large = ["plot", "x^2*y + sin(y)", "-", "--bare", "--quiet", "--engine", "gpu", "--size", "4096x4096"];
    assert_eq!(size(&good(here.path(), &large).out), [4096, 4096], "a large picture");
}

#[test]
#[ignore = "needs a GPU adapter; tests/run runs it"]
fn what_the_driver_cannot_compile_in_time_is_computed_on_the_cpu() {
    let here = folder();
    let ten = |f: &str| format!("{f}({f}({f}({f}({f}({f}({f}({f}({f}({f}(t))))))))))");
    // A thousand sines, one inside the other: minutes for a software driver.
    let formula = format!("f(t) = {}; g(t) = {}; h(t) = {}; h(x)", ten("sin"), ten("f"), ten("g"));
    let run = |engine: &str, name: &str| {
        let args = ["eval", &formula, name, "-q", "value", "--size", "100x3", "--engine", engine];
        let ending = good(here.path(), &args);
        (ending.err, fs::read(here.path().join(name)).expect("written"))
    };
    let (talk, on_gpu) = run("gpu", "gpu.npy");
    let (_, on_cpu) = run("cpu", "cpu.npy");
    assert_eq!(on_gpu, on_cpu, "the same bytes, whoever computes: {talk}");
}

#[test]
#[ignore = "needs a GPU adapter; tests/run runs it"]
fn fast_mathematics_is_labelled() {
    let here = folder();
    let args = ["plot", "sin(x)*exp(y)", "fast.png", "--size", "40x30", "--engine", "gpu", "--math", "fast"];
    let ending = good(here.path(), &args);
    assert!(ending.err.contains("no promise"), "{}", ending.err);
    let png = fs::read(here.path().join("fast.png")).expect("written");
    let label = b"no promise";
    assert!(png.windows(label.len()).any(|part| part == label), "the file says it too");
}
