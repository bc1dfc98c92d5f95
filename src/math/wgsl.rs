//! Picks from `shaders/lib` and `shaders/lib64` what a shader text needs.
//!
//! A shader is parsed in a time that grows with its length, so the whole library is never pasted in front. The library is cut into
//! declarations (`fn`, `const`, `struct`, `var<private>`), each starting in the first column; a declaration is needed if its name occurs
//! as a word in the text or in a declaration that is needed. What is needed comes out in the order of the files below, in which everything
//! stands before its first use: the result is the same for the same text, always.

use std::collections::HashMap;
use std::str::FromStr;

/// The library, lowest file first.
const FILES: [&str; 9] = [
    include_str!("../../shaders/lib/bits.wgsl"),
    include_str!("../../shaders/lib/rounding.wgsl"),
    include_str!("../../shaders/lib/exp.wgsl"),
    include_str!("../../shaders/lib/log.wgsl"),
    include_str!("../../shaders/lib/power.wgsl"),
    include_str!("../../shaders/lib/trig.wgsl"),
    include_str!("../../shaders/lib/inverse.wgsl"),
    include_str!("../../shaders/lib/hyperbolic.wgsl"),
    include_str!("../../shaders/lib/special.wgsl"),
];

/// The library in f64, with the same names.
const DOUBLE_FILES: [&str; 9] = [
    include_str!("../../shaders/lib64/bits.wgsl"),
    include_str!("../../shaders/lib64/rounding.wgsl"),
    include_str!("../../shaders/lib64/exp.wgsl"),
    include_str!("../../shaders/lib64/log.wgsl"),
    include_str!("../../shaders/lib64/power.wgsl"),
    include_str!("../../shaders/lib64/trig.wgsl"),
    include_str!("../../shaders/lib64/inverse.wgsl"),
    include_str!("../../shaders/lib64/hyperbolic.wgsl"),
    include_str!("../../shaders/lib64/special.wgsl"),
];

/// The functions that take the place of others in the fast library.
const FAST: &str = include_str!("../../shaders/lib/fast.wgsl");

/// Which mathematics a shader is linked with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Library {
    /// Our own, with the same bits as on the CPU.
    #[default]
    Exact,
    /// The functions that WGSL has, without the barrier: as fast as the driver makes them, and as accurate.
    Fast,
    /// Our own in f64, with the same bits as [`crate::math::double`]; for adapters with 64-bit floats and integers.
    Double,
}

/// No mathematics has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no `--math {0}`; there are exact and fast")]
pub struct UnknownLibrary(String);

impl FromStr for Library {
    type Err = UnknownLibrary;
    /// Reads what a user may choose: `exact` or `fast`. The number type follows from the engine.
    fn from_str(text: &str) -> Result<Self, UnknownLibrary> {
        match text {
            "exact" => Ok(Self::Exact),
            "fast" => Ok(Self::Fast),
            _ => Err(UnknownLibrary(text.to_owned())),
        }
    }
}

/// The words of a WGSL text: identifiers and what looks like one; comments are skipped to the end of their line.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.lines().flat_map(|line| {
        let code = line.split_once("//").map_or(line, |(code, _)| code);
        code.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).filter(|word| !word.is_empty())
    })
}

/// The name that a line declares, if it starts a declaration.
fn declared_name(line: &str) -> Option<&str> {
    let rest = ["fn ", "const ", "struct ", "var<private> "].iter().find_map(|start| line.strip_prefix(start))?;
    words(rest).next()
}

/// The declarations of the library in order: name and text.
fn declarations(library: Library) -> Vec<(&'static str, &'static str)> {
    let files = if library == Library::Double { DOUBLE_FILES } else { FILES };
    let mut found: Vec<(&str, &str)> = files.into_iter().flat_map(declarations_of).collect();
    if library == Library::Fast {
        let replacements = declarations_of(FAST);
        for (name, body) in &mut found {
            if let Some(&(_, other)) = replacements.iter().find(|(other, _)| other == name) {
                *body = other;
            }
        }
    }
    found
}

/// The declarations of one file.
fn declarations_of(file: &'static str) -> Vec<(&'static str, &'static str)> {
    let mut starts: Vec<(usize, &'static str)> = Vec::new();
    let mut at = 0;
    for line in file.split_inclusive('\n') {
        if let Some(name) = declared_name(line) {
            starts.push((at, name));
        }
        at += line.len();
    }
    let ends = starts.iter().skip(1).map(|&(next, _)| next).chain([file.len()]);
    starts.iter().zip(ends).map(|(&(start, name), end)| (name, code_only(&file[start..end]))).collect()
}

/// A declaration without the comments and blank lines that follow it and belong to the next one.
fn code_only(text: &'static str) -> &'static str {
    let mut end = text.trim_end().len();
    while let Some(last) = text[..end].lines().last() {
        if !last.starts_with("//") {
            break;
        }
        end = text[..end - last.len()].trim_end().len();
    }
    &text[..end]
}

/// The part of the library that `text` needs, in an order in which everything is declared before it is used.
#[must_use]
pub fn wgsl_library(library: Library, text: &str) -> String {
    let all = declarations(library);
    let index: HashMap<&str, usize> = all.iter().enumerate().map(|(i, &(name, _))| (name, i)).collect();
    let mut needed = vec![false; all.len()];
    let mut open: Vec<&str> = vec![text];
    while let Some(next) = open.pop() {
        for word in words(next) {
            if let Some(&i) = index.get(word)
                && !needed[i]
            {
                needed[i] = true;
                open.push(all[i].1);
            }
        }
    }
    let mut out = String::new();
    for (&(_, body), _) in all.iter().zip(&needed).filter(|&(_, &is_needed)| is_needed) {
        out.push_str(body);
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_needed_comes_and_always_the_same() {
        let text = "let t0 = m_sigmoid(m_floor(x)); // not m_tan";
        let library = wgsl_library(Library::Exact, text);
        assert_eq!(library, wgsl_library(Library::Exact, text), "the same text gives the same library");
        for name in [
            "fn m_sigmoid(",
            "fn m_floor(",
            "fn m_exp(",
            "struct Scaled",
            "const M_LOG2_E",
            "fn ob(",
            "var<private> barrier_zero",
        ] {
            assert_eq!(library.matches(name).count(), 1, "{name} comes once");
        }
        for name in ["fn m_tan(", "fn m_erf(", "fn m_pow("] {
            assert!(!library.contains(name), "{name} is not needed");
        }
        assert_eq!(wgsl_library(Library::Exact, "let t0 = a + b;"), "", "nothing is needed");
    }

    #[test]
    fn every_declaration_is_named_once_and_stands_before_its_use() {
        for all in [Library::Exact, Library::Double].map(declarations) {
            for (i, &(name, _)) in all.iter().enumerate() {
                assert!(all[i + 1..].iter().all(|&(other, _)| other != name), "{name} is declared twice");
            }
            for (i, &(name, body)) in all.iter().enumerate() {
                for word in words(body) {
                    if let Some(j) = all.iter().position(|&(other, _)| other == word) {
                        assert!(j <= i, "{name} uses {word}, which stands below");
                    }
                }
            }
        }
    }

    #[test]
    fn no_built_in_function_whose_result_depends_on_the_driver() {
        const FORBIDDEN: [&str; 36] = [
            "sin",
            "cos",
            "tan",
            "asin",
            "acos",
            "atan",
            "atan2",
            "sinh",
            "cosh",
            "tanh",
            "asinh",
            "acosh",
            "atanh",
            "exp",
            "exp2",
            "log",
            "log2",
            "pow",
            "fma",
            "sign",
            "min",
            "max",
            "clamp",
            "inverseSqrt",
            "floor",
            "ceil",
            "round",
            "trunc",
            "fract",
            "abs",
            "mix",
            "step",
            "smoothstep",
            "saturate",
            "modf",
            "frexp",
        ];
        let calls = |body: &str, word: &str| {
            body.match_indices(&format!("{word}("))
                .any(|(at, _)| !body[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_'))
        };
        for (name, body) in [Library::Exact, Library::Double].into_iter().flat_map(declarations) {
            for word in FORBIDDEN {
                assert!(!calls(body, word), "{name} calls {word}");
            }
            assert!(!calls(body, "sqrt") || name == "m_sqrt", "{name} calls sqrt; only m_sqrt may, as an estimate");
        }
        assert!(
            calls("let a = min(b, c);", "min") && !calls("m_min(a, b)", "min"),
            "the search finds calls and only calls"
        );
    }

    #[test]
    fn fast_functions_replace_those_of_the_same_name() {
        for (name, _) in declarations_of(FAST) {
            assert!(declarations(Library::Exact).iter().any(|(other, _)| *other == name), "{name} replaces nothing");
        }
        let text = "barrier_zero m_sin(t0) m_lt(t0, t1)";
        let (exact, fast) = (wgsl_library(Library::Exact, text), wgsl_library(Library::Fast, text));
        assert!(fast.contains("return sin(x);") && !fast.contains("reduce"), "{fast}");
        assert!(fast.contains("fn m_lt(") && fast.len() < exact.len() / 2, "what is not replaced stays");
    }

    #[test]
    fn every_function_of_the_language_is_there() {
        const NAMES: &str = "neg abs sign floor ceil round trunc fract sqrt cbrt exp exp2 expm1 ln log2 log10 log1p sin cos tan asin acos atan \
             sinh cosh tanh asinh acosh atanh sigmoid softplus erf gauss add sub mul div min max modulo pow atan2 hypot lt le gt ge eq ne and or not \
             select canonical";
        for name in NAMES.split_whitespace() {
            for library in [Library::Exact, Library::Double] {
                let text = wgsl_library(library, &format!("m_{name}(x)"));
                assert!(text.contains(&format!("fn m_{name}(")), "m_{name} is missing in {library:?}");
            }
        }
    }

    #[test]
    fn every_part_of_the_library_is_valid_wgsl() {
        let double = naga::valid::Capabilities::FLOAT64 | naga::valid::Capabilities::SHADER_INT64;
        let exact = declarations(Library::Exact).into_iter().map(|(name, _)| (Library::Exact, name));
        let all = exact.chain(declarations(Library::Double).into_iter().map(|(name, _)| (Library::Double, name)));
        for (library, name) in all {
            let text = wgsl_library(library, name);
            let capabilities = if library == Library::Double { double } else { naga::valid::Capabilities::empty() };
            let module =
                naga::front::wgsl::parse_str(&text).unwrap_or_else(|e| panic!("{name}: {}", e.emit_to_string(&text)));
            let mut validator = naga::valid::Validator::new(naga::valid::ValidationFlags::all(), capabilities);
            assert!(validator.validate(&module).is_ok(), "{name} is not valid");
        }
    }
}
