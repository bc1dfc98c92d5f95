//! Every shader and a corpus of emitted programs, parsed, validated and searched without a GPU.
//!
//! The search is done on naga's tree and not on the text, so that it knows an integer `max` from one of floats.

use crate::expressions::{Expression, Random, program_of, program_of_text};
use gradgrid::expr::graph::Graph;
use gradgrid::kernels::evaluate::{self, Shape};
use gradgrid::kernels::{Kernel, contour, lic, palette, range};
use gradgrid::math::Library;
use gradgrid::program::{Program, emit};
use gradgrid::{Formula, Quantity};
use naga::valid::{Capabilities, ModuleInfo, ValidationFlags, Validator};
use std::collections::BTreeSet;
use std::path::Path;

/// Formulas of every construct of the language.
pub(crate) const FORMULAS: [&str; 40] = [
    "x^2*y + sin(y)",
    "e^{x²+y²}",
    "xy/(x²+y²)",
    "xyz",
    "x² + 100y²",
    "exp(-(x^2+y^2)/2)",
    "r = sqrt(x^2+y^2); sin(r)/r",
    "(1-x)^2 + 100(y-x²)²",
    "if(x < y, x, sqrt(y))",
    "if(0 < x < 1 and not y > 2 or x == 3, 1/x, -1)",
    "sum(k, 1, 8, sin(k*x)/k) + y",
    "prod(k, 0, 5, x - k)*y",
    "d(x^3*y, x)",
    "ln|x| + log2(y)",
    "||x|-1| + |y||x|",
    "√(x²+y²) + ∛x",
    "sin²x + cos²y",
    "x^y",
    "x^-3 + y^2.5",
    "hypot(x, y, 1)",
    "min(x, max(y, 0), 1)",
    "clamp(x, -1, 1)*smoothstep(0, 1, y)",
    "atan2(y, x)",
    "mod(floor(x) + floor(y), 2)",
    "sigmoid(x)*softplus(y) - relu(x-y)",
    "erf(x)*gauss(y)",
    "tanh(3x)/cosh(y)",
    "log10(1+x^2) + log1p(y)",
    "cbrt(x)*expm1(y)*exp2(x)",
    "asinh(x)+acosh(2+y²)+atanh(x/9)+acos(x)+asin(y)",
    "step(0, x)*sign(y)*fract(x)*trunc(y)*round(x)*ceil(y)",
    "tan(x)*atan(y)",
    "sinh(x) - sqrt(y)",
    "0/0 + x",
    "1e39*x + y",
    "sqrt(-1) + x",
    "exp(1000)*y",
    "mod(5, 0) + x*y",
    "7",
    "x*y*z*w",
];

const QUANTITIES: [Quantity; 9] = [
    Quantity::Value,
    Quantity::Gradient,
    Quantity::Magnitude,
    Quantity::Ascent,
    Quantity::Descent,
    Quantity::Normal,
    Quantity::Laplacian,
    Quantity::Hessian,
    Quantity::HessianDet,
];

fn examine(wgsl: &str) -> Result<(naga::Module, ModuleInfo), String> {
    let module = naga::front::wgsl::parse_str(wgsl).map_err(|e| e.emit_to_string(wgsl))?;
    let info = Validator::new(ValidationFlags::all(), Capabilities::empty())
        .validate(&module)
        .map_err(|e| e.emit_to_string(wgsl))?;
    Ok((module, info))
}

/// What breaks the promise of equal bits: floats given to built-in functions, `%` of floats, and `x != x`.
pub(crate) fn forbidden(wgsl: &str) -> Result<BTreeSet<String>, String> {
    let (module, info) = examine(wgsl)?;
    let mut found = BTreeSet::new();
    let mut search = |function: &naga::Function, info: &naga::valid::FunctionInfo| {
        let name = function.name.clone().unwrap_or_default();
        let is_float = |handle: naga::Handle<naga::Expression>| {
            info[handle].ty.inner_with(&module.types).scalar_kind() == Some(naga::ScalarKind::Float)
        };
        for (_, expression) in function.expressions.iter() {
            match *expression {
                // A square root within an ulp or so is a good first guess; the remainder decides.
                naga::Expression::Math { fun: naga::MathFunction::Sqrt, .. } if name == "m_sqrt" => {}
                naga::Expression::Math { fun, arg, .. } if is_float(arg) => {
                    found.insert(format!("{fun:?} in {name}"));
                }
                naga::Expression::Binary { op: naga::BinaryOperator::Modulo, left, .. } if is_float(left) => {
                    found.insert(format!("% in {name}"));
                }
                naga::Expression::Binary { op, left, right } if left == right && is_float(left) => {
                    let comparison = matches!(op, naga::BinaryOperator::NotEqual | naga::BinaryOperator::Equal);
                    found.extend(comparison.then(|| format!("x {op:?} x in {name}")));
                }
                naga::Expression::Derivative { .. } | naga::Expression::Relational { .. } => {
                    found.insert(format!("{expression:?} in {name}"));
                }
                _ => {}
            }
        }
    };
    for (handle, function) in module.functions.iter() {
        search(function, &info[handle]);
    }
    for (index, entry) in module.entry_points.iter().enumerate() {
        search(&entry.function, info.get_entry_point(index));
    }
    Ok(found)
}

/// The evaluate kernel of a program on a grid of its axes.
fn kernel_of(program: &Program, library: Library) -> Kernel {
    evaluate::kernel(emit::module(program, library), &Shape::plain(program.axes(), program.outputs().len()))
}

/// Fails unless the kernel is valid, has the entry point of its name and uses nothing forbidden.
fn check(kernel: &Kernel, what: &str) {
    let wgsl = kernel.wgsl();
    let (module, _) = examine(&wgsl).unwrap_or_else(|error| panic!("{what}: {error}"));
    let entries: Vec<&str> = module.entry_points.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(entries, [kernel.name], "the entry point of {what}");
    assert_eq!(forbidden(&wgsl), Ok(BTreeSet::new()), "{what} uses what may differ");
}

#[test]
fn every_shader_has_its_twin_and_its_entry_point() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let stems = |folder: &str| -> Vec<String> {
        let files = std::fs::read_dir(root.join(folder)).expect("a folder");
        let paths = files.map(|file| file.expect("a file").path());
        let wgsl = paths.filter(|path| path.extension().is_some_and(|extension| extension == "wgsl"));
        wgsl.map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned()).collect()
    };
    let kernels = [
        evaluate::kernel(
            emit::module(&program_of_text("x", 1, &[Quantity::Value]), Library::Exact),
            &Shape::plain(1, 1),
        ),
        range::kernel(),
        palette::kernel(),
        lic::kernel(),
        contour::kernel(),
    ];
    let mut names: Vec<&str> = kernels.iter().map(|kernel| kernel.name).collect();
    names.sort_unstable();
    let mut files = stems("shaders");
    files.sort_unstable();
    assert_eq!(files, names, "one kernel per shader");
    for kernel in &kernels {
        check(kernel, kernel.name);
        assert!(root.join(format!("src/kernels/{}.rs", kernel.name)).exists(), "{} has a twin", kernel.name);
    }
    // The built-in functions have no twin: that is what they are for.
    for stem in stems("shaders/lib").into_iter().filter(|stem| stem != "fast") {
        let twins = ["math", "kernels"].map(|room| root.join(format!("src/{room}/{stem}.rs")).exists());
        assert!(twins.contains(&true), "shaders/lib/{stem}.wgsl has a twin");
    }
}

#[test]
fn emitted_programs_are_valid_and_use_no_built_in_mathematics() {
    for text in FORMULAS {
        let formula = Formula::parse(text).unwrap_or_else(|error| panic!("{}", error.render(text)));
        let axes = formula.dimension().max(2);
        for quantity in QUANTITIES {
            let program = program_of(formula.graph(), formula.root(), axes, std::slice::from_ref(&quantity));
            check(&kernel_of(&program, Library::Exact), &format!("{quantity} of {text}"));
            let fast = kernel_of(&program, Library::Fast).wgsl();
            assert_eq!(examine(&fast).map(|_| ()), Ok(()), "{quantity} of {text} with built-in functions");
        }
        if axes == 2 {
            let others = [Quantity::Direction, Quantity::Directional(vec![0.6, 0.8]), Quantity::Partial(vec![0, 1])];
            let program = program_of(formula.graph(), formula.root(), axes, &others);
            check(&kernel_of(&program, Library::Exact), text);
        }
    }
    let mut random = Random(3);
    for _ in 0..100 {
        let e = Expression::any(&mut random);
        check(&kernel_of(&e.value_and_partials(), Library::Exact), &e.text());
    }
}

#[test]
fn random_bit_patterns_survive_as_constants() {
    const PROGRAMS: usize = 1000;
    const CONSTANTS: usize = 1_000;
    let mut random = Random(4);
    for _ in 0..PROGRAMS {
        let mut g = Graph::new();
        let x = g.variable(0);
        let mut sum = x;
        let mut patterns = Vec::new();
        for _ in 0..CONSTANTS {
            let constant = f32::from_bits(random.bits32());
            let node = g.constant(f64::from(constant));
            let product = g.mul(sum, node);
            sum = g.sub(product, x);
            // A conversion may make a signalling NaN quiet.
            patterns.push(f64::from(constant));
        }
        let text = emit::module(&program_of(&g, sum, 1, &[Quantity::Value]), Library::Exact);
        for &value in patterns.iter().filter(|value| !value.is_nan() && value.abs() != 1.0) {
            let pattern = format!("m_constant(0x{:08x}u)", crate::expressions::single(value).to_bits());
            let negated = format!("m_constant(0x{:08x}u)", crate::expressions::single(-value).to_bits());
            assert!(text.contains(&pattern) || text.contains(&negated), "{value:e} is in the text as {pattern}");
        }
        let kernel = evaluate::kernel(text, &Shape::plain(1, 1)).wgsl();
        assert_eq!(examine(&kernel).map(|_| ()), Ok(()), "a constant is refused");
    }
}

/// Shaders run without a bound on their loops (src/gpu/unchecked.rs), because these are all there are and each of them ends.
#[test]
fn every_loop_is_known() {
    const KNOWN: [(&str, &str); 7] = [
        ("contour.wgsl", "for (var lane = 0u; lane < 4u; lane++) {"),
        ("evaluate.wgsl", "for (var lane = 0u; lane < 4u; lane++) {"),
        ("range.wgsl", "for (var i = 0u; i < QUADS; i++) {"),
        ("range.wgsl", "for (var lane = 0u; lane < 4u; lane++) {"),
        ("rounding.wgsl", "while (steps > 0) {"),
        ("rounding.wgsl", "while (steps > 0lu) {"),
        ("rounding.wgsl", "while (((r < M_NORMAL) & (e > 1lu)) & (r > 0lu)) {"),
    ];
    // The texture's loop ends where its parameter says, which no text can show: it keeps its bound.
    const BOUNDED: &str = "lic.wgsl";
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("shaders");
    let mut found = Vec::new();
    for folder in [root.clone(), root.join("lib"), root.join("lib64")] {
        for entry in std::fs::read_dir(folder).expect("shaders").map(|entry| entry.expect("an entry").path()) {
            let Some(name) = entry
                .file_name()
                .and_then(|name| name.to_str())
                .filter(|name| name.ends_with(".wgsl") && *name != BOUNDED)
            else {
                continue;
            };
            let text = std::fs::read_to_string(&entry).expect("text");
            let code = text.lines().map(|line| line.split("//").next().unwrap_or("").trim());
            for line in code.filter(|line| ["for ", "for(", "while", "loop"].iter().any(|word| line.contains(word))) {
                assert!(KNOWN.contains(&(name, line)), "{name} has a loop that nobody has looked at: {line}");
                found.push((name.to_owned(), line.to_owned()));
            }
        }
    }
    assert_eq!(found.len(), KNOWN.len(), "all of them: {found:?}");
    // A program has none of its own, whatever the formula: those of the kernel and of the library are all.
    for text in FORMULAS {
        let program = program_of_text(text, 2, &[Quantity::Gradient]);
        for library in [Library::Exact, Library::Fast] {
            let emitted = emit::module(&program, library);
            let code = emitted.lines().map(|line| line.split("//").next().unwrap_or("").trim());
            for line in
                code.filter(|line| line.starts_with("for") || line.starts_with("while") || line.starts_with("loop"))
            {
                assert!(KNOWN.iter().any(|(_, known)| *known == line), "{text}: {line}");
            }
        }
    }
}
