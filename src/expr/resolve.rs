//! Tree to graph: names get their meaning, functions and sums are written out, derivatives are taken.
//!
//! Every definition is checked where it stands, used or not, with the names known there: a function sees the bindings and
//! functions above it and its own parameters, nothing else. So a function can never call itself, and a call can be
//! written out without an end to fear. Arguments are evaluated once, in the place of the call.
//!
//! - `sum(k, from, to, f)` adds from the left, starting with the first term; its bounds must fold to integers (literals,
//!   constants, other indices; not parameters, whose values may change after compiling).
//! - `d(f, x)` differentiates the whole of f after substitution: with `g(t) = d(t*x, x)`, `g(x^2)` is 3x². What stands
//!   after the comma is a coordinate or parameter; a local name is neither.
//! - `a < b < c` is (a < b) and (b < c), with one b.
//!
//! # Limits
//!
//! A formula may add [`MAX_GROWTH`] nodes to the graph. Because equal nodes are shared, doubling functions
//! (`f(t) = t + t`, called in themselves twenty times over) make few nodes with much work; [`MAX_STEPS`] bounds the work.
//! Nesting, counted through calls, is at most [`MAX_DEPTH`]; recursion stays within 1 MiB of stack.

use crate::expr::ast::{Ast, Definition, Expr, ExprKind, Ident, Infix, MAX_DEPTH, Rank, Reduce};
use crate::expr::derive;
use crate::expr::diagnostic::{ParseError, Span};
use crate::expr::graph::{Graph, NodeId};
use crate::expr::names::{CONSTANTS, Names};
use crate::expr::op::Op;
use crate::expr::parse::parse;
use crate::expr::resolver::{Meaning, Resolver};
use crate::expr::source::SAMPLE_AXES;
use crate::expr::vector::CALLS;
use std::collections::HashMap;

pub use crate::expr::resolver::{MAX_GROWTH, MAX_STEPS};

/// Most terms of one sum or product.
const MAX_TERMS: f64 = 10_000.0;
/// Largest integer that a sum may run to; all integers up to it are exact.
const MAX_INDEX: f64 = 9_007_199_254_740_992.0;

/// The node of `graph` that computes `text`.
///
/// # Errors
/// The first one of [`parse`], else of [`resolve`].
pub fn parse_into(text: &str, names: &Names, graph: &mut Graph) -> Result<NodeId, ParseError> {
    resolve(&parse(text, names)?, names, graph)
}

/// The node of `graph` that computes `ast`.
///
/// # Errors
/// Unknown names, wrong numbers of arguments, bounds that are no integers, and limits; the graph may have grown then.
pub fn resolve(ast: &Ast, names: &Names, graph: &mut Graph) -> Result<NodeId, ParseError> {
    let mut meanings: HashMap<_, _> =
        CONSTANTS.iter().map(|&(name, value, _)| (name, Meaning::Constant(value))).collect();
    meanings.extend(names.parameters.iter().enumerate().map(|(i, name)| (name.as_str(), Meaning::Parameter(i))));
    meanings
        .extend((names.arrays.iter().enumerate()).map(|(i, (name, axes))| (name.as_str(), Meaning::Array(i, *axes))));
    meanings.extend(names.variables.iter().enumerate().map(|(i, name)| (name.as_str(), Meaning::Variable(i))));
    let limit = graph.len() + MAX_GROWTH;
    let mut resolver =
        Resolver { ast, names, graph, meanings, locals: Vec::new(), frame: 0, depth: 0, steps: 0, limit };
    for definition in &ast.definitions {
        resolver.define(definition)?;
    }
    resolver.check(&ast.body, &mut Vec::new(), None)?;
    resolver.value(&ast.body)
}

impl<'a> Resolver<'a> {
    fn define(&mut self, definition: &'a Definition) -> Result<(), ParseError> {
        let name = definition.name.name.as_str();
        let Some(parameters) = &definition.parameters else {
            self.check(&definition.body, &mut Vec::new(), Some(name))?;
            let value = self.value(&definition.body)?;
            self.meanings.insert(name, Meaning::Binding(value));
            return Ok(());
        };
        let mut locals = parameters.iter().map(|p| p.name.as_str()).collect();
        self.check(&definition.body, &mut locals, Some(name))?;
        self.meanings.insert(name, Meaning::Function(definition));
        Ok(())
    }

    pub(super) fn value(&mut self, e: &'a Expr) -> Result<NodeId, ParseError> {
        if self.depth == MAX_DEPTH {
            return Err(ParseError::new(
                e.span,
                format!("functions and brackets nest more than {MAX_DEPTH} levels deep when written out"),
            )
            .with_help("call fewer functions inside each other"));
        }
        self.charge(1, e.span)?;
        self.depth += 1;
        let value = self.value_of_kind(e);
        self.depth -= 1;
        value
    }

    fn value_of_kind(&mut self, e: &'a Expr) -> Result<NodeId, ParseError> {
        match &e.kind {
            ExprKind::Number(value) => Ok(self.graph.constant(*value)),
            ExprKind::Name(name) => self.name(name, e.span),
            ExprKind::Negate(a) => self.apply_to(Op::Neg, &[a], e.span),
            ExprKind::Not(a) => self.apply_to(Op::Not, &[a], e.span),
            ExprKind::Power(a, b) => self.apply_to(Op::Pow, &[a, b], e.span),
            ExprKind::Chain(first, rest) => self.chain(first, rest, e.rank() == Rank::Compare, e.span),
            ExprKind::Call(name, arguments) => self.call(name, arguments, e.span),
            ExprKind::Reduce(reduce) => self.reduce(reduce),
            ExprKind::Derivative(of, by) => self.derivative(of, by, e.span),
        }
    }

    fn name(&mut self, name: &'a str, span: Span) -> Result<NodeId, ParseError> {
        if let Some((_, value)) = self.locals[self.frame..].iter().rev().find(|(local, _)| *local == name) {
            return Ok(*value);
        }
        match self.meanings.get(name) {
            Some(&Meaning::Constant(value)) => Ok(self.graph.constant(value)),
            Some(&Meaning::Variable(index)) => Ok(self.graph.variable(index)),
            Some(&Meaning::Parameter(index)) => Ok(self.graph.parameter(index)),
            Some(&Meaning::Array(number, axes)) => {
                let source = self.graph.array(number, axes);
                Ok(self.graph.sample(source, [0; SAMPLE_AXES]))
            }
            Some(&Meaning::Binding(node)) => Ok(node),
            Some(Meaning::Function(_)) | None => Err(self.unknown(name, span, &[], None)),
        }
    }

    fn apply_to(&mut self, op: Op, arguments: &[&'a Expr], span: Span) -> Result<NodeId, ParseError> {
        let values = arguments.iter().map(|e| self.value(e)).collect::<Result<Vec<_>, _>>()?;
        self.apply(op, &values, span)
    }

    fn chain(
        &mut self,
        first: &'a Expr,
        rest: &'a [(Infix, Expr)],
        comparisons: bool,
        span: Span,
    ) -> Result<NodeId, ParseError> {
        let mut left = self.value(first)?;
        let mut all_hold = None;
        for (op, e) in rest {
            let right = self.value(e)?;
            let result = self.apply(op_of(*op), &[left, right], span)?;
            if comparisons {
                all_hold = Some(match all_hold {
                    Some(before) => self.apply(Op::And, &[before, result], span)?,
                    None => result,
                });
                left = right;
            } else {
                left = result;
            }
        }
        Ok(all_hold.unwrap_or(left))
    }

    fn call(&mut self, name: &'a str, arguments: &'a [Expr], span: Span) -> Result<NodeId, ParseError> {
        if CALLS.iter().any(|form| form.0 == name) {
            return self.form(name, arguments, span);
        }
        let values = arguments.iter().map(|e| self.value(e)).collect::<Result<Vec<_>, _>>()?;
        if let Some(op) = Op::from_name(name) {
            return self.apply(op, &values, span);
        }
        let Some(Meaning::Function(Definition { parameters: Some(parameters), body, .. })) =
            self.meanings.get(name).copied()
        else {
            return Err(self.unknown(name, span, &[], None));
        };
        let outer = std::mem::replace(&mut self.frame, self.locals.len());
        self.locals.extend(parameters.iter().map(|p| p.name.as_str()).zip(values));
        let value = self.value(body);
        self.locals.truncate(self.frame);
        self.frame = outer;
        value
    }

    fn reduce(&mut self, reduce: &'a Reduce) -> Result<NodeId, ParseError> {
        let Reduce { product, index, from, to, body } = reduce;
        let (first, last) = (self.integer(from)?, self.integer(to)?);
        let op = if *product { Op::Mul } else { Op::Add };
        let count = last - first + 1.0;
        if count > MAX_TERMS {
            let name = if *product { "prod" } else { "sum" };
            return Err(ParseError::new(
                from.span.to(to.span),
                format!("this {name} has {count} terms; at most {MAX_TERMS} are written out"),
            )
            .with_help("make the range shorter"));
        }
        let mut total = None;
        let mut k = first;
        while k <= last {
            let index_value = self.graph.constant(k);
            self.locals.push((&index.name, index_value));
            let term = self.value(body)?;
            self.locals.pop();
            total = Some(match total {
                Some(before) => self.apply(op, &[before, term], body.span)?,
                None => term,
            });
            k += 1.0;
        }
        Ok(total.unwrap_or_else(|| self.graph.constant(if *product { 1.0 } else { 0.0 })))
    }

    /// The value of a bound, which must be an integer known now.
    fn integer(&mut self, e: &'a Expr) -> Result<f64, ParseError> {
        let node = self.value(e)?;
        let Some(value) = self.graph.as_constant(node) else {
            return Err(ParseError::new(
                e.span,
                "the bound of a sum or product must be a number known before it is drawn",
            )
            .with_help(
                "write an integer, or an expression of constants and other indices; parameters and coordinates change",
            ));
        };
        if value.fract() != 0.0 || value.abs() >= MAX_INDEX {
            return Err(ParseError::new(
                e.span,
                format!("the bound of a sum or product must be an integer below 2^53, but this is {value}"),
            )
            .with_help("round it: floor(…), ceil(…) or round(…)"));
        }
        Ok(value)
    }

    fn derivative(&mut self, of: &'a Expr, by: &'a [Ident], span: Span) -> Result<NodeId, ParseError> {
        let mut value = self.value(of)?;
        for name in by {
            let variable = match self.meanings.get(name.name.as_str()) {
                Some(&Meaning::Variable(index)) => self.graph.variable(index),
                Some(&Meaning::Parameter(index)) => self.graph.parameter(index),
                _ => return Err(self.unknown(&name.name, name.span, &[], None)),
            };
            self.charge(self.graph.len(), span)?;
            value = derive::partial(self.graph, value, variable);
            self.check_size(span)?;
        }
        Ok(value)
    }
}

fn op_of(op: Infix) -> Op {
    match op {
        Infix::Add => Op::Add,
        Infix::Sub => Op::Sub,
        Infix::Mul => Op::Mul,
        Infix::Div => Op::Div,
        Infix::Lt => Op::Lt,
        Infix::Le => Op::Le,
        Infix::Gt => Op::Gt,
        Infix::Ge => Op::Ge,
        Infix::Eq => Op::Eq,
        Infix::Ne => Op::Ne,
        Infix::And => Op::And,
        Infix::Or => Op::Or,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        Names::new(["x", "y"], ["a"]).expect("good names")
    }

    fn node(g: &mut Graph, text: &str) -> NodeId {
        match parse_into(text, &names(), g) {
            Ok(node) => node,
            Err(error) => panic!("{}", error.render(text)),
        }
    }

    fn error(text: &str) -> ParseError {
        parse_into(text, &names(), &mut Graph::new()).expect_err(text)
    }

    /// Asserts that the texts are one node.
    fn same(a: &str, b: &str) {
        let mut g = Graph::new();
        assert_eq!(node(&mut g, a), node(&mut g, b), "{a} = {b}");
    }

    #[test]
    fn bindings_and_functions_are_written_out() {
        same("r = x^2 + y^2; sin(r)/r", "sin(x^2+y^2)/(x^2+y^2)");
        same("g(t) = t*exp(-t)\ng(x) + g(2y)", "x*exp(-x) + 2y*exp(-(2*y))");
        same("g(x, y) = x - y; g(y, x)", "y - x");
        same("h(t) = a*t; g(t) = h(t + 1); g(g(x))", "a*(a*(x+1) + 1)");
        same("e = 2; e^x", "2^x");
    }

    #[test]
    fn sums_and_products_are_written_out_from_the_left() {
        same("sum(k, 1, 4, sin(k*x))", "sin(1*x) + sin(2x) + sin(3x) + sin(4x)");
        same("prod(k, 0, 2, x - k)", "(x-0)*(x-1)*(x-2)");
        same("sum(i, 1, 2, sum(j, 1, i, x^j))", "x^1 + (x^1 + x^2)");
        same("sum(k, 2, 1, x)", "0");
        same("prod(k, 2, 1, x)", "1");
        same("n = 3; sum(k, -1, floor(n/2), 2^k)", "2^-1 + 2^0 + 2^1");
        same("g(t) = sum(k, 1, 2, t*k); g(x)", "x*1 + x*2");
        same("sum(x, 1, 2, x) + x", "3 + x");
    }

    #[test]
    fn comparisons_chain() {
        same("0 < x < y", "(0 < x) and (x < y)");
        same("x == y != 2 <= a", "x == y and y != 2 and 2 <= a");
    }

    #[test]
    fn derivatives_are_taken_after_substitution() {
        same("d(x^2*y, y)", "x^2");
        same("d(y*sin(x), x, y)", "cos(x)");
        same("g(t) = d(t*y, y); g(x)", "x");
        same("d(a*x, a)", "x");
        same("d(7, x)", "0");
    }

    #[test]
    fn work_is_bounded_where_sharing_hides_it() {
        let doubling: String = (1..40).map(|i| format!("f{}(t) = f{i}(t) + f{i}(t*1);", i + 1)).collect();
        let text = format!("f1(t) = t + 1; {doubling} f40(x)");
        assert!(error(&text).message().contains("steps"), "{}", error(&text));
        let nested: String = (0..20).map(|i| format!("sum(k{i}, 1, 8, ")).collect();
        let text = format!("{nested} 1 {}", ")".repeat(20));
        assert!(error(&text).message().contains("steps"), "{}", error(&text));
        let text = "sum(i, 1, 200, sum(j, 1, 200, sin(i*x + j*y)))";
        assert!(error(text).message().contains("10000 operations"), "{}", error(text));
        let text = format!("{}x^9{}", "d(".repeat(100), ", x)".repeat(100));
        assert!(parse_into(&text, &names(), &mut Graph::new()).is_ok(), "a polynomial and its derivatives are small");
    }

    #[test]
    fn a_graph_in_use_may_be_added_to() {
        let mut g = Graph::new();
        for i in 0..2 * MAX_GROWTH {
            g.constant(i as f64);
        }
        let before = g.len();
        node(&mut g, "x + y");
        assert_eq!(g.len(), before + 3, "only what the formula needs");
    }
}
