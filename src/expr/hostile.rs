//! Tests of the language front against text that means harm: attacks on each limit, and a hundred thousand mutations.

use crate::expr::ast::MAX_DEPTH;
use crate::expr::diagnostic::ParseError;
use crate::expr::graph::Graph;
use crate::expr::lex::MAX_TEXT;
use crate::expr::names::Names;
use crate::expr::op::Op;
use crate::expr::parse::{parse, parse_bytes};
use crate::expr::resolve::{MAX_GROWTH, parse_into, resolve};
use std::time::{Duration, Instant};

/// Good formulas, of every construct of the language.
const CORPUS: &[&str] = &[
    "x^2*y + sin(y)",
    "x²y + sin y",
    "e^{x²+y²}",
    "xy/(x²+y²)",
    "xyz",
    "x² + 100y²",
    "exp(-(x^2+y^2)/2)",
    "r = sqrt(x^2+y^2); sin(r)/r",
    "g(t) = t*exp(-t); g(x)+g(y)",
    "f(s, t) = s^2 - t; f(x, f(y, z))",
    "a*x + b*y",
    "(1-x)^2 + 100(y-x²)²",
    "(x²+y-11)² + (x+y²-7)²",
    "if(x < y, x, y)",
    "if(0 < x < 1 and not y > 2 or z == 3, 1, -1)",
    "x <= y && y >= z || !(x != z)",
    "x ≤ y ∧ y ≠ 2",
    "sum(k, 1, 8, sin(k*x)/k)",
    "prod(k, 0, 5, x - k)",
    "sum(i, 1, 3, sum(j, i, 3, x^i*y^j))",
    "m = 4; sum(k, -m, m, cos(2πkx))",
    "d(x^3*y, x)",
    "d(sin(xy), x, y)",
    "h(t) = d(t²x, x); h(y)",
    "|x|",
    "ln|x|",
    "||x|-1| + |y||x|",
    "√(x²+y²)",
    "∛x·√2",
    "√x²",
    "sin²x + cos²x",
    "sin^2(x) cos^2(y)",
    "sin 2x cos 3y",
    "e⁻ˣ + 2ⁿ",
    "xⁿ⁺¹",
    "x⁻¹y⁻²",
    "2^3^2 - -x",
    "2**-x",
    "1.5e-3x + .5y - 6.02e23",
    "2e + 1e3",
    "π·τ − x ÷ 2 × y",
    "hypot(x, y, z)",
    "min(x, max(y, 0), z, 1)",
    "clamp(x, -1, 1)*smoothstep(0, 1, y)",
    "atan2(y, x)",
    "mod(floor(x) + floor(y), 2)",
    "sigmoid(x)*softplus(y) - relu(x-y)",
    "erf(x)*gauss(y)",
    "tanh(3x)sech(y)",
    "log2(1+x^2) + log10(2) + log1p(x)",
    "[x+{y-(z)}]*2",
    "# the well\nr = x² + y² # squared\n\n-1/(r + 0.01)\n",
    "u = x\r\nv = y;\r\nu*v;",
    "f(x,y) = x y\nf(1,\n2) +\nx",
    "\u{feff}x\u{a0}+\u{2009}y",
    "x(y+1)(z-1)",
    "xsin(y) + yexp(-x)",
    "theta = atan2(y,x); cos 5theta",
    "cbrt(x)*expm1(y)*exp2(z)",
    "asinh(x)+acosh(2+x²)+atanh(x/9)+acos(x)+asin(y)",
    "step(0, x)*sign(y)*fract(z)*trunc(w)*round(x)*ceil(y)",
    "((((((((x))))))))",
    "x+x+x+x-x-x*x*x/x/x^x^x",
    "not not x == y",
];

/// Strings that a mutation may put in.
const PIECES: &[&str] = &[
    "(",
    ")",
    "[",
    "}",
    "|",
    "||",
    "+",
    "-",
    "*",
    "/",
    "^",
    "²",
    "⁻¹",
    "ⁿ",
    "√",
    "∛",
    "x",
    "y",
    "xy",
    "sin",
    "sin ",
    "sin²",
    "e",
    "1e400",
    "1e-400",
    "2",
    ".5",
    "..",
    ",",
    ";",
    "\n",
    "=",
    "==",
    "<",
    "!",
    "not ",
    "and",
    " or ",
    "sum(k,1,9,",
    "prod(",
    "d(",
    ",x)",
    "if(",
    "f(t)=",
    "r=",
    "\0",
    "\u{7f}",
    "\t",
    "\r",
    "π",
    "∞",
    "'",
    "é",
    "𝛼",
    "\u{feff}",
    "#",
    "1e9",
    "{",
    "_",
    "·",
    "−",
    "≤",
];

/// xorshift64*: Vigna, "An experimental exploration of Marsaglia's xorshift generators, scrambled", 2016.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let bits = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(bits).unwrap_or(0) % n.max(1)
    }
}

fn names() -> Names {
    Names::new(["x", "y", "z", "w"], ["a", "b", "n"]).expect("good names")
}

/// Runs `f` in a thread of 1 MiB of stack, half of what Rust gives a thread.
fn in_small_stack<T: Send + 'static>(f: impl FnOnce() -> T + Send + 'static) -> T {
    let thread = std::thread::Builder::new().stack_size(1 << 20).spawn(f).expect("a thread");
    thread.join().expect("no panic")
}

fn failure(text: &str) -> Option<ParseError> {
    parse_into(text, &names(), &mut Graph::new()).err()
}

#[test]
fn the_corpus_is_good() {
    for text in CORPUS {
        if text.contains("sech") {
            assert!(
                failure(text).is_some(),
                "{text}: sech is no function, so that a mutation may start from an error too"
            );
            continue;
        }
        assert!(failure(text).is_none(), "{}", failure(text).expect("some").render(text));
        let tree = parse(text, &names()).expect("it is good");
        assert_eq!(parse(&tree.to_string(), &names()).as_ref(), Ok(&tree), "{text} and its canonical text");
    }
    for op in Op::all().iter().filter(|op| op.is_named()) {
        let text = format!("{}({})", op.name(), ["x", "y", "z"][..op.arity().min].join(", "));
        assert!(failure(&text).is_none(), "{text}");
    }
}

#[test]
fn attacks_on_the_limits_end_in_errors() {
    let repeated = |unit: &str, bytes: usize| unit.repeat(bytes / unit.len());
    let mut attacks: Vec<(String, &str)> = vec![
        ("(".repeat(10_000_000), "10000000 bytes"),
        (repeated("x+", 200_000) + "x", "200001 bytes"),
        ("\0".repeat(10_000_000), "10000000 bytes"),
        ("sum(k,1,1e9,k)".to_owned(), "1000000000 terms"),
        ("sum(k,-1e15,1e15,k)".to_owned(), "terms"),
        ("sum(k,1,1e300,k)".to_owned(), "integer"),
        (repeated("x'", 1000), "unexpected character"),
        (format!("f(t)={}t{}; f(x)", "sin(".repeat(300), ")".repeat(300)), "levels deep"),
    ];
    for open in [
        "(",
        "[",
        "{",
        "|",
        "-",
        "!",
        "not ",
        "√",
        "sin(",
        "sin ",
        "x^",
        "2^-",
        "if(x,y,",
        "(x*",
        "sum(k,1,2,",
        "d(",
        "|1-",
        "2*(x+",
    ] {
        attacks.push((repeated(open, MAX_TEXT - 4) + "x", "levels deep"));
    }
    attacks.push(("x".to_owned() + &repeated("ˣ⁽", MAX_TEXT - 8), "levels deep"));
    // Each function nests one call deeper; the text is flat, the writing out is not.
    let chain: String = (1..400).map(|i| format!("f{}(t)=f{i}(-t);", i + 1)).collect();
    attacks.push((format!("f1(t)=t;{chain}f400(x)"), "levels deep"));
    let doubling: String = (1..60).map(|i| format!("f{}(t)=f{i}(f{i}(t));", i + 1)).collect();
    attacks.push((format!("f1(t)=t+t;{doubling}f60(x)"), "steps"));
    let cube =
        |body: &str, n: usize| (0..n).map(|i| format!("sum(k{i},1,8,")).collect::<String>() + body + &")".repeat(n);
    attacks.push((cube("1", 12), "steps"));
    attacks.push((cube("sin(k0*x + k1*y + k2*z + k3*w)", 4), "operations"));
    let product = repeated("sin(x)*", 5000);
    attacks.push((format!("r = {product}x; {}r{}", "d(".repeat(20), ",x)".repeat(20)), "operations"));
    for (text, part) in attacks {
        let start = Instant::now();
        let (error, text) = in_small_stack(move || (failure(&text), text));
        let shown: String = text.chars().take(60).collect();
        let error = error.unwrap_or_else(|| panic!("{shown}… is accepted"));
        assert!(error.message().contains(part), "{shown}…: {error}");
        assert!(error.render(&text).len() < 2000, "{shown}…: a short message");
        assert!(start.elapsed() < Duration::from_secs(5), "{shown}…: {:?}", start.elapsed());
    }
}

#[test]
fn long_but_flat_formulas_within_the_limits_are_read() {
    for (unit, end) in [
        ("x+", "x"),
        ("x*", "y"),
        ("xyz+", "x"),
        ("x<", "y"),
        ("x and ", "y"),
        ("|x|+", "1"),
        ("sin x ", "y"),
        ("x-y+", "2"),
        ("r=x;", ""),
    ] {
        let text = unit.repeat(MAX_TEXT / unit.len() - 1) + end;
        let (error, text) = in_small_stack(move || (failure(&text), text));
        if unit == "r=x;" {
            assert!(error.is_some_and(|e| e.message().contains("defined already")), "a second r");
        } else {
            assert!(error.is_none(), "{unit}: {}", error.map(|e| e.render(&text)).unwrap_or_default());
        }
    }
    let deep = format!("{}x{}", "(".repeat(MAX_DEPTH - 1), ")".repeat(MAX_DEPTH - 1));
    assert!(in_small_stack(move || failure(&deep)).is_none(), "brackets to the limit");
    let definitions: String = (0..1000).map(|i| format!("v{i}=x*{i};")).collect();
    assert!(failure(&(definitions + "v999")).is_none(), "a thousand bindings");
    assert!(
        failure("sum(k, 1, 2000, x^k)").is_none_or(|e| e.message().contains(&MAX_GROWTH.to_string())),
        "a long sum"
    );
}

/// What must hold for any bytes at all: a tree that reads back, or an error at a place in the text.
fn judge(bytes: &[u8], names: &Names, render: bool) {
    let text = String::from_utf8_lossy(bytes);
    match parse_bytes(bytes, names) {
        Ok(tree) => {
            let canonical = tree.to_string();
            if tree.body.depth() < MAX_DEPTH / 4 {
                assert_eq!(
                    parse(&canonical, names).as_ref(),
                    Ok(&tree),
                    "{text:?} and its canonical text {canonical:?}"
                );
            }
            if let Err(error) = resolve(&tree, names, &mut Graph::new()) {
                check_error(&error, &text, render);
            }
        }
        Err(error) => check_error(&error, &text, render),
    }
}

fn check_error(error: &ParseError, text: &str, render: bool) {
    let span = error.span();
    assert!(span.start <= span.end && span.end <= text.len(), "{span:?} lies in {text:?}: {error}");
    assert!(text.is_char_boundary(span.start), "{span:?} starts at a character of {text:?}: {error}");
    assert!(!error.message().is_empty() && !error.message().contains('\n'), "{error} is one line");
    if render {
        let shown = error.render(text);
        assert!(shown.contains('^') && shown.len() < 4000, "{text:?}: {shown}");
    }
}

#[test]
fn a_hundred_thousand_mutations_are_survived() {
    in_small_stack(|| {
        let names = names();
        let mut random = Random(0x9e37_79b9_7f4a_7c15);
        for round in 0..100_000_usize {
            let mut bytes = CORPUS[random.below(CORPUS.len())].as_bytes().to_vec();
            for _ in 0..=random.below(4) {
                let at = random.below(bytes.len() + 1);
                let end = (at + random.below(6)).min(bytes.len());
                let piece = PIECES[random.below(PIECES.len())].as_bytes();
                match random.below(7) {
                    0 => bytes.truncate(at),
                    1 => drop(bytes.drain(at..end)),
                    2 => drop(bytes.splice(at..end, piece.iter().copied())),
                    3 => drop(bytes.splice(at..at, piece.iter().copied())),
                    4 => drop(bytes.splice(at..at, bytes[at..end].repeat(1 + random.below(20)))),
                    5 => drop(bytes.splice(at..at, CORPUS[random.below(CORPUS.len())].bytes())),
                    _ => {
                        if let Some(byte) = bytes.get_mut(at) {
                            *byte = u8::try_from(random.below(256)).unwrap_or(0);
                        }
                    }
                }
            }
            judge(&bytes, &names, round % 16 == 0);
        }
    });
}
