//! What a name means where it stands, and how a row of names written together is taken apart.
//!
//! `xy` is x·y when `xy` is nothing itself and both letters are known. In general an unknown name is split when it is made
//! of known numbers' names in a row (coordinates, parameters, constants, bindings, local names), of which at each place the
//! longest that leads to the end is taken: with parameters `a` and `ab`, `abx` is ab·x. In front of a bracket the last one
//! may be a function: `xsin(y)` is x·sin(y). Nowhere else, so that no slip is split: `sine(x)` stays unknown.

use crate::expr::ast::Ident;
use crate::expr::lex::{Token, TokenKind};
use crate::expr::names::{CONSTANTS, Names, is_language_function};
use std::collections::{HashMap, HashSet};

/// Longest name that is split, in letters.
pub(super) const MAX_SPLIT: usize = 64;

/// The names known at one place of a formula.
#[derive(Debug, Clone)]
pub(super) struct Scope {
    coordinates: HashSet<String>,
    /// Bindings so far, and constants.
    values: HashSet<String>,
    /// Names of bindings and functions read so far.
    defined: HashSet<String>,
    /// Functions of the whole text.
    functions: HashSet<String>,
    /// Local names and how often each is in use.
    locals: HashMap<String, usize>,
}

impl Scope {
    /// The names at the start of a text that defines `functions`.
    #[must_use]
    pub(super) fn new(names: &Names, functions: &[String]) -> Self {
        Self {
            coordinates: (names.variables.iter().chain(&names.parameters))
                .chain(names.arrays.iter().map(|(name, _)| name))
                .cloned()
                .collect(),
            values: CONSTANTS.iter().map(|c| c.0.to_owned()).collect(),
            defined: HashSet::new(),
            functions: functions.iter().cloned().collect(),
            locals: HashMap::new(),
        }
    }

    /// Adds local names.
    pub(super) fn enter(&mut self, names: &[Ident]) {
        for name in names {
            *self.locals.entry(name.name.clone()).or_default() += 1;
        }
    }

    /// Takes local names away again.
    pub(super) fn leave(&mut self, names: &[Ident]) {
        for name in names {
            if let Some(count) = self.locals.get_mut(&name.name) {
                *count -= 1;
                if *count == 0 {
                    self.locals.remove(&name.name);
                }
            }
        }
    }

    /// Adds a definition of the text.
    pub(super) fn define(&mut self, name: &str, function: bool) {
        self.defined.insert(name.to_owned());
        if !function {
            self.values.insert(name.to_owned());
        }
    }

    /// Whether `name` is a coordinate, parameter or array.
    #[must_use]
    pub(super) fn is_coordinate(&self, name: &str) -> bool {
        self.coordinates.contains(name)
    }

    /// Whether the text has defined `name` before this place.
    #[must_use]
    pub(super) fn is_defined(&self, name: &str) -> bool {
        self.defined.contains(name)
    }

    /// Whether `name` is called with arguments.
    #[must_use]
    pub(super) fn is_function(&self, name: &str) -> bool {
        is_language_function(name) || self.functions.contains(name)
    }

    /// Whether `name` stands for a number.
    #[must_use]
    pub(super) fn is_value(&self, name: &str) -> bool {
        self.locals.contains_key(name) || self.values.contains(name) || self.coordinates.contains(name)
    }

    /// The known names that `name` is made of, at least two, if it is; the last one may be a function if `called`.
    #[must_use]
    pub(super) fn split<'n>(&self, name: &'n str, called: bool) -> Option<Vec<&'n str>> {
        let mut bounds: Vec<usize> = name.char_indices().map(|(i, _)| i).take(MAX_SPLIT + 1).collect();
        if bounds.len() > MAX_SPLIT || self.is_value(name) || self.is_function(name) {
            return None;
        }
        bounds.push(name.len());
        // next[i]: where the part that starts at bound i ends, if the rest can be split from there.
        let end = bounds.len() - 1;
        let mut next = vec![0; bounds.len()];
        next[end] = end;
        for i in (0..end).rev() {
            let fits = |&j: &usize| {
                let part = &name[bounds[i]..bounds[j]];
                next[j] > 0 && (self.is_value(part) || (called && j == end && self.is_function(part)))
            };
            next[i] = (i + 1..=end).rev().find(fits).unwrap_or(0);
        }
        if next[0] == 0 {
            return None;
        }
        let mut parts = Vec::new();
        let mut i = 0;
        while i < end {
            parts.push(&name[bounds[i]..bounds[next[i]]]);
            i = next[i];
        }
        Some(parts)
    }
}

/// Names that the text defines as functions, found ahead so that a use before the definition is understood.
pub(super) fn function_names(tokens: &[Token]) -> Vec<String> {
    let head = |statement: &[Token]| {
        let kinds: Vec<&TokenKind> = statement.iter().map(|t| &t.kind).collect();
        match kinds.first() {
            Some(TokenKind::Name(name)) if is_head(&kinds) => Some(name.clone()),
            _ => None,
        }
    };
    tokens.split(|t| t.kind == TokenKind::Separator).filter_map(head).collect()
}

/// Whether `kinds` starts with `NAME ( NAME , … ) =`.
pub(super) fn is_head(kinds: &[&TokenKind]) -> bool {
    let [TokenKind::Name(_), TokenKind::Open('('), rest @ ..] = kinds else { return false };
    let mut rest = rest;
    loop {
        match rest {
            [TokenKind::Name(_), TokenKind::Comma, more @ ..] => rest = more,
            [TokenKind::Name(_), TokenKind::Close(')'), TokenKind::Assign, ..] => return true,
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope() -> Scope {
        let mut scope = Scope::new(&Names::new(["x", "y", "θ₁"], ["a", "ab"]).expect("good names"), &["g".to_owned()]);
        scope.define("r2", false);
        scope
    }

    #[test]
    fn rows_of_known_names_are_split_longest_first() {
        for (name, parts) in [
            ("xy", vec!["x", "y"]),
            ("xyx", vec!["x", "y", "x"]),
            ("abx", vec!["ab", "x"]),
            ("aab", vec!["a", "ab"]),
            ("πr2", vec!["π", "r2"]),
            ("xθ₁", vec!["x", "θ₁"]),
            ("ey", vec!["e", "y"]),
            ("pix", vec!["pi", "x"]),
        ] {
            assert_eq!(scope().split(name, false), Some(parts), "{name}");
        }
    }

    #[test]
    fn anything_else_stays_whole() {
        for name in ["x", "ab", "r2", "xq", "x2", "sinx", "sine", "sin", "x_y", "g", "xg"] {
            assert_eq!(scope().split(name, false), None, "{name}");
        }
        assert_eq!(scope().split(&"x".repeat(MAX_SPLIT + 1), false), None, "too long");
        assert_eq!(scope().split(&"x".repeat(MAX_SPLIT), false).map(|p| p.len()), Some(MAX_SPLIT), "just short enough");
    }

    #[test]
    fn a_function_can_only_come_last_and_before_a_bracket() {
        assert_eq!(scope().split("xsin", true), Some(vec!["x", "sin"]), "x·sin(…)");
        assert_eq!(scope().split("xasin", true), Some(vec!["x", "asin"]), "the longest name");
        assert_eq!(scope().split("xyg", true), Some(vec!["x", "y", "g"]), "a function of the text");
        assert_eq!(scope().split("sinx", true), None, "not in front");
        assert_eq!(scope().split("sine", true), None, "a slip");
        assert_eq!(scope().split("xsin", false), None, "not without a bracket");
    }

    #[test]
    fn local_names_come_and_go() {
        let mut scope = scope();
        let t = [Ident { name: "t".to_owned(), span: crate::expr::diagnostic::Span::default() }];
        scope.enter(&t);
        scope.enter(&t);
        scope.leave(&t);
        assert_eq!(scope.split("xt", false), Some(vec!["x", "t"]), "still there once");
        scope.leave(&t);
        assert_eq!(scope.split("xt", false), None, "gone");
    }
}
