//! What a formula can call things: coordinates, parameters, constants, reserved words, and the nearest name to a misspelt one.

use crate::expr::op::Op;
use crate::expr::symbols::{continues_name, starts_name};

/// Name, value and meaning of the constants of the language.
pub const CONSTANTS: &[(&str, f64, &str)] = &[
    ("pi", std::f64::consts::PI, "circumference over diameter of a circle, 3.14159…"),
    ("π", std::f64::consts::PI, "the same as pi"),
    ("tau", std::f64::consts::TAU, "2π, a full turn"),
    ("τ", std::f64::consts::TAU, "the same as tau"),
    ("e", std::f64::consts::E, "base of the natural logarithm, 2.71828…"),
];

/// The forms that look like functions but bind a name: their names, how they are written, and what they mean.
pub const FORMS: &[(&str, &str, &str)] = &[
    ("sum", "sum(k, from, to, f)", "f(from) + … + f(to), written out for every integer k; 0 when empty"),
    ("prod", "prod(k, from, to, f)", "f(from) · … · f(to), written out for every integer k; 1 when empty"),
    ("d", "d(f, x)", "partial derivative ∂f/∂x by a coordinate or parameter; d(f, x, y) is ∂²f/∂x∂y"),
    ("grad", "grad(f)", "the vector of partial derivatives by all coordinates; stands in norm and dot only"),
    ("norm", "norm(v)", "length of a vector: norm(grad(f)), norm(grad(f) - 2*grad(g))"),
    ("dot", "dot(u, v)", "product of two vectors: dot(grad(f), grad(g))"),
    ("laplacian", "laplacian(f)", "sum of the second derivatives d(f, x, x) + d(f, y, y) + …"),
    (
        "smooth",
        "smooth(f), smooth(f, σ)",
        "f on the cells of the grid, averaged by a Gaussian of σ cells, 1 if not said",
    ),
];

/// Names that people know from elsewhere, and what to write here.
const FOREIGN: &[(&str, &str)] = &[
    ("arcsin", "write asin"),
    ("arccos", "write acos"),
    ("arctan", "write atan"),
    ("arctan2", "write atan2(y, x)"),
    ("arsinh", "write asinh"),
    ("arcosh", "write acosh"),
    ("artanh", "write atanh"),
    ("sgn", "write sign"),
    ("sec", "write 1/cos(x)"),
    ("csc", "write 1/sin(x)"),
    ("cot", "write 1/tan(x)"),
    ("tg", "write tan"),
    ("sinc", "write sin(x)/x; at 0 it is undefined, or use if(x == 0, 1, sin(x)/x)"),
    ("heaviside", "write step(0, x)"),
    ("fabs", "write abs"),
    ("frac", "write (a)/(b), or fract(x) for the fractional part"),
    ("where", "write if(c, a, b)"),
    ("select", "write if(c, a, b)"),
    ("inf", "there is no infinity here: write a large number such as 1e30"),
    ("infinity", "there is no infinity here: write a large number such as 1e30"),
    ("nan", "an undefined value cannot be written; 0/0 gives one"),
    ("true", "write 1"),
    ("false", "write 0"),
    ("i", "numbers are real here; there is no imaginary unit"),
];

const WORDS: [&str; 3] = ["and", "or", "not"];

/// The names that a formula is read with, beside those it defines itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    /// Coordinates, in the order of the axes.
    pub variables: Vec<String>,
    /// Parameters, in the order of their values.
    pub parameters: Vec<String>,
    /// Arrays sampled on the grid, in the order of their numbers, with how many axes each has.
    pub arrays: Vec<(String, usize)>,
}

/// A name that cannot be a coordinate or a parameter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// It is not written like a name.
    #[error("`{0}` is not a name: a name starts with a letter and goes on with letters, digits and _")]
    Malformed(String),
    /// The language uses it.
    #[error("`{0}` is a function or word of the language; choose another name")]
    Taken(String),
    /// It stands twice.
    #[error("the name `{0}` is given twice; coordinates, parameters and arrays need different names")]
    Twice(String),
}

impl Default for Names {
    /// The coordinates x, y, z, w and no parameters.
    fn default() -> Self {
        Self { variables: ["x", "y", "z", "w"].map(str::to_owned).into(), parameters: Vec::new(), arrays: Vec::new() }
    }
}

impl Names {
    /// Names that are well formed, different, and not taken by the language. Constants may be covered: `--param e=0.2`
    /// makes e a parameter.
    ///
    /// # Errors
    /// For the first name that is not.
    pub fn new(
        variables: impl IntoIterator<Item = impl Into<String>>,
        parameters: impl IntoIterator<Item = impl Into<String>>,
    ) -> Result<Self, NameError> {
        let names = Self {
            variables: variables.into_iter().map(Into::into).collect(),
            parameters: parameters.into_iter().map(Into::into).collect(),
            arrays: Vec::new(),
        };
        names.checked()
    }

    /// The same with arrays, each a name and how many axes it has.
    ///
    /// # Errors
    /// For the first name that is malformed, taken or given twice.
    pub fn with_arrays(
        mut self,
        arrays: impl IntoIterator<Item = (impl Into<String>, usize)>,
    ) -> Result<Self, NameError> {
        self.arrays = arrays.into_iter().map(|(name, axes)| (name.into(), axes)).collect();
        self.checked()
    }

    fn checked(self) -> Result<Self, NameError> {
        let names = self;
        let mut seen = Vec::new();
        let arrays = names.arrays.iter().map(|(name, _)| name);
        for name in names.variables.iter().chain(&names.parameters).chain(arrays) {
            if !is_name(name) {
                return Err(NameError::Malformed(name.clone()));
            }
            if is_reserved(name) {
                return Err(NameError::Taken(name.clone()));
            }
            if seen.contains(&name) {
                return Err(NameError::Twice(name.clone()));
            }
            seen.push(name);
        }
        Ok(names)
    }
}

/// Whether `text` is written like a name.
#[must_use]
pub fn is_name(text: &str) -> bool {
    text.starts_with(starts_name) && text.chars().all(continues_name)
}

/// Whether `name` is a function, form or word of the language.
#[must_use]
pub fn is_reserved(name: &str) -> bool {
    is_language_function(name) || WORDS.contains(&name)
}

/// Whether `name` is called with arguments: an operation of the op table, or a form such as `sum`.
#[must_use]
pub fn is_language_function(name: &str) -> bool {
    Op::from_name(name).is_some() || FORMS.iter().any(|form| form.0 == name)
}

/// Value of the constant called `name`.
#[must_use]
pub fn constant(name: &str) -> Option<f64> {
    CONSTANTS.iter().find(|c| c.0 == name).map(|c| c.1)
}

/// What to write for a name of another language.
#[must_use]
pub fn foreign(name: &str) -> Option<&'static str> {
    let lower = name.to_lowercase();
    FOREIGN.iter().find(|f| f.0 == lower).map(|f| f.1)
}

/// The candidate nearest to `name`, when it is near enough to be a slip: one change in up to five letters, two in more.
/// Letters of the other case and two letters in the wrong order count as one change together.
pub fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let wanted: Vec<char> = name.to_lowercase().chars().collect();
    if wanted.len() > 32 {
        return None;
    }
    let most = if wanted.len() <= 5 { 1 } else { 2 };
    candidates
        .filter(|c| *c != name && (wanted.len() > 1 || c.to_lowercase() == name.to_lowercase()))
        .map(|c| (distance(&wanted, &c.to_lowercase().chars().collect::<Vec<_>>()), c))
        .filter(|&(changes, c)| changes <= most && changes < c.chars().count())
        .min_by_key(|&(changes, c)| (changes, wanted.first() != c.to_lowercase().chars().next().as_ref()))
        .map(|(_, c)| c)
}

/// Optimal string alignment distance: insertions, deletions, replacements and swaps of neighbours.
fn distance(a: &[char], b: &[char]) -> usize {
    if a.len().abs_diff(b.len()) > 2 {
        return usize::MAX;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 0..a.len() {
        let mut row = vec![i + 1];
        for j in 0..b.len() {
            let replaced = last[j] + usize::from(a[i] != b[j]);
            let mut best = replaced.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j] {
                best = best.min(before[j - 1] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_counts_each_kind_of_slip_once() {
        let d = |a: &str, b: &str| distance(&a.chars().collect::<Vec<_>>(), &b.chars().collect::<Vec<_>>());
        assert_eq!(
            [d("sin", "sin"), d("sn", "sin"), d("siin", "sin"), d("sim", "sin"), d("sni", "sin"), d("", "ab")],
            [0, 1, 1, 1, 1, 2],
            "one change each"
        );
        assert_eq!(d("smoth", "smoothstep"), usize::MAX, "far apart");
    }

    #[test]
    fn the_nearest_name_is_found_and_far_ones_are_not() {
        let all = || Op::all().iter().map(|op| op.name());
        assert_eq!(nearest("sine", all()), Some("sin"), "one letter too many");
        assert_eq!(nearest("Cos", all()), Some("cos"), "case");
        assert_eq!(nearest("smothstep", all()), Some("smoothstep"), "one letter missing");
        assert_eq!(nearest("lm", ["ln"].into_iter()), Some("ln"), "two letters, one wrong");
        assert_eq!(nearest("q", all().chain(["x"])), None, "one letter is no hint");
        assert_eq!(nearest("X", ["x"].into_iter()), Some("x"), "but its case is");
        assert_eq!(nearest("banana", all()), None, "nothing near");
    }

    #[test]
    fn names_are_checked() {
        let no: [&str; 0] = [];
        assert!(Names::new(["x", "θ₁"], ["a", "e"]).is_ok(), "letters of any script; constants may be covered");
        assert_eq!(Names::new(["sin"], no), Err(NameError::Taken("sin".into())), "an operation");
        assert_eq!(Names::new(no, ["d"]), Err(NameError::Taken("d".into())), "a form");
        assert_eq!(Names::new(["x"], ["x"]), Err(NameError::Twice("x".into())), "twice");
        for bad in ["", "2x", "a b", "x²", "x'", "a-b"] {
            assert_eq!(Names::new([bad], no), Err(NameError::Malformed(bad.into())), "not a name");
        }
        assert!(Names::new(Names::default().variables, no).is_ok(), "the default is fine");
    }

    #[test]
    fn tables_do_not_clash() {
        for (name, ..) in FORMS {
            assert!(Op::from_name(name).is_none(), "{name} is both form and operation");
        }
        for (name, _) in FOREIGN {
            assert!(!is_reserved(name) && constant(name).is_none(), "{name} is a name of ours");
        }
    }
}
