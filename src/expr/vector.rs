//! The forms of fields: gradients, their norms and products, the Laplacian, and the Gaussian average.
//!
//! ```text
//! vector = "grad" "(" expression ")" | "-" vector | vector ("+" | "-") vector
//!        | vector ("*" | "/") expression | expression "*" vector
//! number = "norm" "(" vector ")" | "dot" "(" vector "," vector ")"
//!        | "laplacian" "(" expression ")" | "smooth" "(" expression ["," number] ")"
//! ```
//!
//! A vector has one part for each coordinate the formula is read with, and stands only where one is expected: everything else is a
//! number. `smooth(f, σ)` evaluates f on every cell of the grid and averages neighbours with the weights of a Gaussian of σ cells.

use crate::expr::ast::{Expr, ExprKind, Infix};
use crate::expr::derive;
use crate::expr::diagnostic::{ParseError, Span, quoted};
use crate::expr::graph::NodeId;
use crate::expr::op::Op;
use crate::expr::resolver::Resolver;
use crate::expr::source::{MAX_SIGMA, SAMPLE_AXES};

/// The forms that are written like calls: their names, with the fewest and the most arguments.
pub(super) const CALLS: &[(&str, usize, usize)] =
    &[("grad", 1, 1), ("norm", 1, 1), ("dot", 2, 2), ("laplacian", 1, 1), ("smooth", 1, 2)];

/// σ of `smooth`, in cells, if none is given.
const SIGMA: f64 = 1.0;

/// Most averages in one formula; each is a plane of its own.
const MAX_SOURCES: usize = 64;

impl<'a> Resolver<'a> {
    /// The value of one of [`CALLS`].
    pub(super) fn form(&mut self, name: &str, arguments: &'a [Expr], span: Span) -> Result<NodeId, ParseError> {
        match (name, arguments) {
            ("norm", [v]) => {
                let parts = self.vector(v)?;
                self.norm(&parts, span)
            }
            ("dot", [u, v]) => {
                let (u, v) = (self.vector(u)?, self.vector(v)?);
                self.dot(&u, &v, span)
            }
            ("laplacian", [f]) => {
                let f = self.value(f)?;
                let mut terms = Vec::new();
                for axis in 0..self.names.variables.len() {
                    let slope = self.partial(f, axis, span)?;
                    let second = self.partial(slope, axis, span)?;
                    terms.push(second);
                }
                self.total(&terms, span)
            }
            ("smooth", [f]) => self.smooth(f, SIGMA, span),
            ("smooth", [f, sigma]) => {
                let node = self.value(sigma)?;
                match self.graph.as_constant(node) {
                    Some(value) if value > 0.0 && value <= MAX_SIGMA => self.smooth(f, value, span),
                    _ => Err(ParseError::new(
                        sigma.span,
                        format!("the width of an average is a number of cells above 0 and up to {MAX_SIGMA}"),
                    )
                    .with_help("write a number, as in smooth(f, 1.5); parameters and coordinates change")),
                }
            }
            _ => Err(ParseError::new(span, format!("{} is a vector, and a number is needed here", quoted("grad(…)")))
                .with_help(
                    "write norm(grad(f)) for its length, dot(grad(f), grad(g)) for a product, d(f, x) for one part",
                )),
        }
    }

    /// The parts of a vector, one for each coordinate.
    fn vector(&mut self, e: &'a Expr) -> Result<Vec<NodeId>, ParseError> {
        self.charge(1, e.span)?;
        match &e.kind {
            ExprKind::Call(name, arguments) if name == "grad" => {
                let [f] = arguments.as_slice() else { return Err(self.no_vector(e)) };
                let f = self.value(f)?;
                (0..self.names.variables.len()).map(|axis| self.partial(f, axis, e.span)).collect()
            }
            ExprKind::Negate(v) => {
                let parts = self.vector(v)?;
                parts.into_iter().map(|part| self.apply(Op::Neg, &[part], e.span)).collect()
            }
            ExprKind::Chain(first, rest) if rest.iter().all(|(op, _)| matches!(op, Infix::Add | Infix::Sub)) => {
                let mut parts = self.vector(first)?;
                for (op, v) in rest {
                    let op = if *op == Infix::Add { Op::Add } else { Op::Sub };
                    let others = self.vector(v)?;
                    for (part, other) in parts.iter_mut().zip(others) {
                        *part = self.apply(op, &[*part, other], e.span)?;
                    }
                }
                Ok(parts)
            }
            ExprKind::Chain(first, rest) if rest.iter().all(|(op, _)| matches!(op, Infix::Mul | Infix::Div)) => {
                let operands = || std::iter::once((Infix::Mul, &**first)).chain(rest.iter().map(|(op, e)| (*op, e)));
                let mut vectors = operands().filter(|(_, e)| is_vector(e));
                let (Some((Infix::Mul, v)), None) = (vectors.next(), vectors.next()) else {
                    return Err(self.no_vector(e));
                };
                let mut parts = self.vector(v)?;
                for (op, factor) in operands().filter(|(_, e)| !is_vector(e)) {
                    let op = if op == Infix::Mul { Op::Mul } else { Op::Div };
                    let factor = self.value(factor)?;
                    for part in &mut parts {
                        *part = self.apply(op, &[*part, factor], e.span)?;
                    }
                }
                Ok(parts)
            }
            _ => Err(self.no_vector(e)),
        }
    }

    fn no_vector(&self, e: &Expr) -> ParseError {
        ParseError::new(e.span, "a vector is needed here, and this is a number")
            .with_help("a vector is grad(f), or made of gradients by + and - and factors: norm(grad(f) - 2*grad(g))")
            .with_help("of numbers write abs(x) or hypot(x, y)")
    }

    fn partial(&mut self, f: NodeId, axis: usize, span: Span) -> Result<NodeId, ParseError> {
        let variable = self.graph.variable(axis);
        self.charge(self.graph.len(), span)?;
        let slope = derive::partial(self.graph, f, variable);
        self.check_size(span)?;
        Ok(slope)
    }

    fn norm(&mut self, parts: &[NodeId], span: Span) -> Result<NodeId, ParseError> {
        let parts: Vec<NodeId> = parts.iter().copied().filter(|part| !self.is_zero(*part)).collect();
        match parts.as_slice() {
            [] => Ok(self.graph.constant(0.0)),
            [one] => self.apply(Op::Abs, &[*one], span),
            _ => self.apply(Op::Hypot, &parts, span),
        }
    }

    fn dot(&mut self, u: &[NodeId], v: &[NodeId], span: Span) -> Result<NodeId, ParseError> {
        let mut terms = Vec::new();
        for (&a, &b) in u.iter().zip(v) {
            // A part that is zero everywhere adds nothing, whatever the other one is.
            if !self.is_zero(a) && !self.is_zero(b) {
                terms.push(self.apply(Op::Mul, &[a, b], span)?);
            }
        }
        self.total(&terms, span)
    }

    fn total(&mut self, terms: &[NodeId], span: Span) -> Result<NodeId, ParseError> {
        let terms: Vec<NodeId> = terms.iter().copied().filter(|term| !self.is_zero(*term)).collect();
        let total = self.graph.sum(&terms);
        self.check_size(span)?;
        Ok(total)
    }

    fn is_zero(&self, node: NodeId) -> bool {
        self.graph.as_constant(node) == Some(0.0)
    }

    fn smooth(&mut self, f: &'a Expr, sigma: f64, span: Span) -> Result<NodeId, ParseError> {
        let value = self.value(f)?;
        let axes = self.graph.axes_of(value);
        if axes > SAMPLE_AXES {
            return Err(ParseError::new(
                f.span,
                format!("averages go over up to {SAMPLE_AXES} axes, and this has {axes}"),
            )
            .with_help(format!("use the first {SAMPLE_AXES} coordinates only")));
        }
        let plane = self.graph.plane(value);
        let smooth = self.graph.smooth(plane, sigma);
        if self.graph.all_sources().len() > MAX_SOURCES {
            return Err(ParseError::new(span, format!("the formula needs more than {MAX_SOURCES} planes here"))
                .with_help("average fewer expressions, or the sum of them at once"));
        }
        Ok(self.graph.sample(smooth, [0; SAMPLE_AXES]))
    }
}

/// Whether `e` is written as a vector.
fn is_vector(e: &Expr) -> bool {
    match &e.kind {
        ExprKind::Call(name, _) => name == "grad",
        ExprKind::Negate(v) => is_vector(v),
        ExprKind::Chain(first, rest) => is_vector(first) || rest.iter().any(|(_, e)| is_vector(e)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::graph::Graph;
    use crate::expr::names::Names;
    use crate::expr::resolve::parse_into;

    fn names() -> Names {
        Names::new(["x", "y", "z"], ["p"])
            .and_then(|names| names.with_arrays([("a", 2), ("b", 2)]))
            .expect("good names")
    }

    fn same(one: &str, other: &str) {
        let mut g = Graph::new();
        let [one_node, other_node] = [one, other].map(|text| match parse_into(text, &names(), &mut g) {
            Ok(node) => node,
            Err(error) => panic!("{}", error.render(text)),
        });
        assert_eq!(one_node, other_node, "{one} = {other}");
    }

    #[test]
    fn arrays_mix_with_formulas() {
        same("d(a*x, x)", "d(a, x)*x + a");
        same("d(sin(a), x)", "d(a, x)*cos(a)");
        same("d(a, z)", "0");
        same("d(a, p)", "0");
        same("d(a, x, y)", "d(a, y, x)");
        same("ax", "a*x");
    }

    #[test]
    fn vectors_are_made_of_gradients() {
        same("norm(grad(a))", "hypot(d(a, x), d(a, y))");
        same("norm(grad(x*y*z))", "hypot(y*z, x*z, x*y)");
        same("norm(grad(x^2))", "abs(2*x)");
        same("norm(grad(7))", "0");
        same("norm(grad(a) - 2*grad(b)/3)", "hypot(d(a,x) - 2*d(b,x)/3, d(a,y) - 2*d(b,y)/3)");
        same("dot(grad(a), grad(x*y))", "d(a, x)*y + d(a, y)*x");
        same("laplacian(a)", "d(a, x, x) + d(a, y, y)");
        same("norm(grad(a - smooth(b)))", "hypot(d(a, x) - d(smooth(b, 1), x), d(a, y) - d(smooth(b), y))");
    }

    #[test]
    fn mistakes_are_explained() {
        let deep = (0..MAX_SOURCES).map(|k| format!("smooth(x+{k})")).collect::<Vec<_>>().join("+");
        for (text, place, message, help) in [
            ("grad(a) + 1", "grad(a)", "is a vector", "norm(grad(f))"),
            ("norm(x)", "x", "a vector is needed", "hypot"),
            ("norm(grad(a)*grad(b))", "grad(a)*grad(b)", "a vector is needed", "grad(f)"),
            ("norm(grad(a, x))", "grad(a, x)", "takes 1 argument", "grad(f)"),
            ("smooth(a, 0)", "0", "above 0", "smooth(f, 1.5)"),
            ("smooth(a, p)", "p", "above 0", "parameters"),
            ("smooth()", "smooth()", "takes", "smooth(f)"),
            ("d(x, a)", "a", "no derivative is taken by it", "arrays: a, b"),
            ("q", "q", "unknown name", "arrays: a, b"),
            ("a = 2; a", "a", "coordinate, parameter or array", "another name"),
            (deep.as_str(), "smooth(x+32)", "more than 64 planes", "fewer"),
        ] {
            let error = parse_into(text, &names(), &mut Graph::new()).expect_err(text);
            assert_eq!(&text[std::ops::Range::from(error.span())], place, "{}", error.render(text));
            assert!(error.message().contains(message), "{}", error.render(text));
            assert!(error.help().iter().any(|line| line.contains(help)), "{}", error.render(text));
        }
    }
}
