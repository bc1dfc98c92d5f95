//! Bad input ends with code 2, a message that helps, nothing on stdout and no file.

use crate::{files, folder, run};

/// Fails unless the command is refused with this in its message.
fn refused(args: &[&str], part: &str) {
    let here = folder();
    let end = run(here.path(), args);
    let shown: Vec<String> = args.iter().map(|arg| arg.chars().take(40).collect()).collect();
    assert_eq!(end.code, Some(2), "{shown:?}: {}", end.err);
    assert!(end.err.contains(part), "{shown:?} is to say `{part}`: {}", end.err);
    let mut lines = end.err.lines().filter(|line| !line.starts_with("engine"));
    assert!(lines.next().is_some_and(|line| line.starts_with("error")), "{shown:?}: {}", end.err);
    assert!(end.out.is_empty(), "{shown:?} writes to stdout");
    assert_eq!(files(here.path()), [""; 0], "{shown:?} leaves a file");
}

#[test]
fn formulas_and_names() {
    for (formula, part) in [
        ("x+", "x+"),
        ("x + sine(y)", "did you mean `sin`"),
        ("", "empty"),
        ("q*2", "unknown name `q`"),
        ("(x", "^"),
        ("1/2x", "(1/2)*x"),
        ("x $ y", "unexpected character"),
        ("1e999", "1e999"),
    ] {
        refused(&["plot", formula, "f.png"], part);
        refused(&["at", formula, "1,2"], part);
        refused(&["show", formula], part);
    }
    refused(&["eval", "x", "f.npy", "--param", "a"], "--param a=2");
    refused(&["eval", "x", "f.npy", "--param", "a=b"], "is not a number");
    refused(&["eval", "x", "f.npy", "--param", "sin=2"], "choose another name");
    refused(&["eval", "x", "f.npy", "--vars", "x,x"], "given twice");
    refused(&["eval", "x", "f.npy", "--vars", "2x"], "is not a name");
}

#[test]
fn quantities_methods_and_engines() {
    let eval = |more: &[&str], part: &str| refused(&[&["eval", "x*y", "f.npy"], more].concat(), part);
    eval(&["-q", "gradeint"], "did you mean `gradient`");
    eval(&["-q", "partial:q"], "is not a variable");
    eval(&["-q", "partial"], "by which variable");
    eval(&["-q", "partial:x,x,x,x,x"], "order 4");
    eval(&["-q", "value:x"], "takes nothing");
    eval(&["-q", "directional"], "in which direction");
    eval(&["-q", "directional:0,0"], "directional:0,0");
    eval(&["-q", "directional:1,2,3"], "directional:1,2,3");
    eval(&["-q", "direction", "--z", "0:1"], "direction");
    eval(&["--method", "exakt"], "there is no method");
    eval(&["--compare", "exakt"], "there is no method");
    eval(&["--engine", "tpu"], "there is no engine");
    eval(&["--math", "slow"], "exact and fast");
    eval(&["--step", "0", "--method", "central"], "positive");
    eval(&["--step", "-1", "--method", "central"], "positive");
    eval(&["--step", "h", "--method", "central"], "is not a number");
    eval(&["--memory", "0"], "--memory");
    eval(&["--memory", "99999999999G"], "--memory");
    eval(&["--engine", "cpu", "--x", "1000000:1000000.001"], "--engine f64");
    refused(&["plot", "x*y", "f.png", "-q", "gradient"], "`magnitude`");
    refused(&["plot", "x*y", "f.png", "-q", "hessian"], "`hessian-det`");
    refused(&["plot", "x*y", "f.png", "-q", "ascent"], "`direction`");
}

#[test]
fn grids() {
    let eval = |more: &[&str], part: &str| refused(&[&["eval", "x*y", "f.npy"], more].concat(), part);
    eval(&["--x", "1:1"], "no width");
    eval(&["--x", "a:b"], "is not a number");
    eval(&["--x", "0:inf"], "is not a number");
    eval(&["--x", "-1.7e308:1.7e308"], "wider than a double");
    eval(&["--x", "-1e39:1e39", "--engine", "cpu"], "f64");
    eval(&["--axis", "u=0:1"], "`u` is not a variable");
    eval(&["--axis", "u"], "--axis");
    for size in ["0", "0x5", "-3", "x", "3x", "1.5", "99999999999999999999"] {
        eval(&["--size", size], "size");
    }
    eval(&["--size", "1000000000000x2"], "cut the extent into pieces");
    refused(&["plot", "x+y", "f.png", "--size", "2x1000000000000"], "cut the extent into pieces");
    eval(&["--size", "3x4x5x6x7"], "--vars");
    eval(&["--size", "4294967296x4294967296x9"], "more cells than can be counted");
    eval(&["--size", "18446744073709551615x2"], "cells");
    refused(&["plot", "x*y*z", "f.png"], "--axis z=0.5");
    refused(&["plot", "x*y", "f.png", "--z", "0:1"], "z");
    refused(&["plot", "x", "f.png", "--vars", "x"], "--vars");
    refused(&["eval", "x*y", "f.csv", "--size", "4000x4000"], ".npy");
    refused(&["at", "x*y", "1"], "write them like 1,2");
    refused(&["at", "x", "1,2,3,4,5"], "coordinate");
    refused(&["at", "x", "a"], "is not a number");
    refused(&["at", "x", ""], "is not a number");
    refused(&["at", "x*y", "1,2", "--along", "0,0"], "0,0");
    refused(&["at", "xyz", "1,2,3", "--along", "1"], "directional");
}

#[test]
fn pictures_and_files() {
    let plot = |more: &[&str], part: &str| refused(&[&["plot", "x*y", "f.png"], more].concat(), part);
    plot(&["--colormap", "virids"], "viridis");
    plot(&["--scale", "cubic"], "there is no scale");
    plot(&["--scale", "symlog:x"], "is not a number");
    plot(&["--range", "1"], "a colon");
    plot(&["--range", "1:x"], "is not a number");
    plot(&["--percentile", "50"], "less than 50");
    plot(&["--percentile", "-1"], "percentile");
    plot(&["--percentile", "NaN"], "percentile");
    plot(&["--range", "0:1", "--percentile", "5"], "cannot be used with");
    plot(&["--scale", "log", "--range", "-1:1"], "log");
    plot(&["--lic-length", "9"], "--lic");
    plot(&["--lic", "--lic-length", "0"], "1 to 512 pixels");
    plot(&["--lic", "--lic-scale", "NaN"], "1 to 64 pixels");
    refused(&["plot", "x", "f.jpg"], ".png");
    refused(&["eval", "x", "f.png"], "gradgrid plot");
    refused(&["eval", "x", "f"], "--format");
    refused(&["eval", "x", "f.txt", "--format", "xls"], "xls");
    refused(&["eval", "x", "", "--format", "csv"], "OUTPUT");
    refused(&["eval", "x", ".", "--format", "csv"], "folder");
    refused(&["eval", "x", "nowhere/f.npy"], "there is no folder");
    refused(&["plot", "x", "/dev/null/f.png"], "folder");
}

#[test]
fn usage() {
    for args in [&["plotte"][..], &["plot"], &["plot", "x"], &["eval", "x", "f.npy", "--nope"], &["at", "x"]] {
        refused(args, "sage");
    }
    refused(&["help", "nonsense"], "there is no help on `nonsense`");
    refused(&["show", "x", "--emit", "assembly"], "assembly");
    let here = folder();
    let nothing: [&str; 0] = [];
    let end = run(here.path(), &nothing);
    assert_eq!((end.code, end.out.len()), (Some(2), 0), "no command at all: {}", end.err);
}

#[test]
fn text_that_means_harm() {
    for (unit, part) in [("(", "bytes"), ("x+", "bytes"), ("!", "bytes"), ("√", "bytes"), ("\u{202e}x", "bytes")] {
        refused(&["at", &unit.repeat(100_000 / unit.len()), "1,2"], part);
        refused(&["at", &unit.repeat(16_000 / unit.len()), "1,2"], "");
    }
    refused(&["at", "sum(k, 1, 1e9, k)", "1"], "terms");
    refused(&["at", &format!("x{}", "*x".repeat(9_000)), "1"], "bytes");
    refused(&["at", "x", &"1,".repeat(50_000)], "not a number");
    refused(&["eval", "x", "f.npy", "--x", &"9".repeat(100_000)], "");
    refused(&["eval", "x", "f.npy", "-q", &"q".repeat(100_000)], "there is no quantity");
}

#[cfg(unix)]
#[test]
fn bytes_that_are_no_text() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let here = folder();
    let bad = OsStr::from_bytes(b"x+\xff\xfe");
    for args in [[OsStr::new("at"), bad, OsStr::new("1")], [OsStr::new("at"), OsStr::new("x"), bad]] {
        let end = run(here.path(), &args);
        assert_eq!(end.code, Some(2), "{args:?}: {}", end.err);
        assert!(end.err.contains("UTF-8"), "{args:?}: {}", end.err);
    }
    // A file may have any name that the system allows.
    let end = run(here.path(), &[OsStr::new("eval"), OsStr::new("x"), OsStr::from_bytes(b"\xff.npy")]);
    assert_eq!(end.code, Some(0), "{}", end.err);
}

#[test]
fn benchmarks() {
    let bench = |more: &[&str], part: &str| refused(&[&["bench"], more].concat(), part);
    bench(&["x+"], "x+");
    bench(&["x*y*z"], "--param z=0.5");
    bench(&["--sizes", "1"], "2 to 65536");
    bench(&["--sizes", "512,many"], "--sizes many");
    bench(&["--sizes", "65537"], "2 to 65536");
    bench(&["--rounds", "0"], "1 to 1000");
    bench(&["--engine", "cpu,tpu"], "there is no engine");
    bench(&["--engine", "gpu64"], "gpu, cpu and f64");
    bench(&["-q", "mask"], "no error bound");
    bench(&["--plot", "speed.gif"], ".gif");
}

#[test]
fn tables_that_outgrow_the_memory_are_refused_with_what_they_take() {
    let here = folder();
    // One row of 65 535 · 256 + 1 nodes: 128 MiB of coordinates in double precision, which single precision cannot tell apart.
    let words = ["stats", "x*x", "-q", "value", "--x", "0:1", "--size", "16776961", "--memory"];
    let refused = run(here.path(), &[&words[..], &["64M"]].concat());
    assert_eq!(refused.code, Some(2), "{}", refused.err);
    assert!(refused.err.contains("take 128 MiB") && refused.err.contains("--memory 256M"), "{}", refused.err);
    let done = run(here.path(), &[&words[..], &["256M"]].concat());
    assert_eq!(done.code, Some(0), "{}", done.err);
}

#[test]
fn options_of_pictures_without_what_they_are_about() {
    let plot = |more: &[&str], part: &str| refused(&[&["plot", "x*y", "f.png"], more].concat(), part);
    plot(&["--legend", "upper-left"], "--legend would do nothing");
    plot(&["--bare", "--title", "hi"], "--title would do nothing");
    plot(&["--contours", "0"], "names no levels");
    plot(&["--path", "/dev/null"], "has no points");
    plot(&["--width", "0"], "at least one pixel");
    // The temporary file that would have been written is nobody's business.
    let here = folder();
    let end = run(here.path(), &["plot", "x*y", "/proc/bad.png", "--size", "9"]);
    assert_eq!(end.code, Some(2), "{}", end.err);
    assert!(!end.err.contains(".part") && end.err.contains("/proc/bad.png"), "{}", end.err);
}

#[test]
fn options_that_would_do_nothing() {
    let volume = ["plot", "x^2+y^2+z^2", "a.png", "--iso", "4", "--size", "9"];
    let profile = ["plot", "x*y", "a.svg", "--profile", "y=1"];
    let tiles = ["plot", "x*y", "a.dzi", "--size", "40"];
    for (base, options) in [
        (
            &volume[..],
            &[
                &["--method", "central"][..],
                &["--step", "0.1"],
                &["--compare", "central"],
                &["--colormap", "magma"],
                &["--range", "0:1"],
                &["--scale", "log"],
                &["--center", "0"],
                &["--percentile", "2"],
                &["--center", "0", "--paint", "magnitude"],
                &["--contours", "3"],
                &["--point", "1,2"],
                &["--lic"],
                &["--shade", "hillshade"],
            ][..],
        ),
        (
            &profile,
            &[
                &["--quantity", "slope"],
                &["--compare", "central"],
                &["--colormap", "magma"],
                &["--scale", "symlog"],
                &["--center", "0"],
                &["--percentile", "2"],
                &["--bare"],
                &["--width", "300"],
                &["--dpi", "200"],
                &["--arrows"],
                &["--legend", "none"],
            ],
        ),
        (
            &tiles,
            &[&["--title", "t"], &["--dpi", "200"], &["--streamlines"], &["--path", "p.csv"], &["--no-provenance"]],
        ),
    ] {
        for option in options {
            refused(&[base, option].concat(), option[0]);
        }
    }
    // What would do nothing anywhere.
    for (options, needed) in [
        (&["--contour-color", "red"][..], "--contours"),
        (&["--contour-width", "2"], "--contours"),
        (&["--streamline-color", "red"], "--streamlines"),
        (&["--streamline-width", "2"], "--streamlines"),
        (&["--streamline-direction", "descent"], "--streamlines"),
        (&["--arrow-color", "red"], "--arrows"),
        (&["--arrow-spacing", "9"], "--arrows"),
        (&["--arrow-length", "log"], "--arrows"),
        (&["--arrow-lattice", "square"], "--arrows"),
        (&["--step", "0.1"], "--method central"),
        (&["--spacing", "2"], "--with"),
        (&["--nodata", "0"], "--with"),
        (&["--channel", "R"], "--with"),
    ] {
        refused(&[&["plot", "x*y", "a.png"], options].concat(), needed);
    }
    refused(&["plot", "x*y", "a.png", "--contours", "3", "--level", "1"], "--level");
    refused(&["at", "x*y", "1,2", "--page", "0"], "--page");
    refused(&["streamlines", "x*y", "a.csv", "--compare", "central"], "--compare");
    refused(&["streamlines", "x*y", "a.csv", "--method", "central"], "--method");
}
