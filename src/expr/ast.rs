//! The tree of a formula, as it was read: definitions, then one expression.
//!
//! Mathematical writing is gone here: `2x`, `x·y` and `x*y` are the same product, `√x` is a call of `sqrt`, `|x|` one of
//! `abs`, brackets are the shape of the tree. Runs of operators of one rank are one [`ExprKind::Chain`], so that the tree
//! of `x+x+…+x` is flat; a node knows its depth, and the parser keeps it under [`MAX_DEPTH`], so that walks may recurse.
//!
//! `Display` writes the canonical text, which reads back to an equal tree. Equality ignores places.

use crate::expr::diagnostic::Span;
use std::fmt;

/// Deepest nesting of a formula, in levels of the tree.
pub const MAX_DEPTH: usize = 256;

/// A whole formula.
#[derive(Debug, Clone, PartialEq)]
pub struct Ast {
    /// Bindings and functions, in the order of the text.
    pub definitions: Vec<Definition>,
    /// The expression at the end.
    pub body: Expr,
}

/// `name = body` or `name(parameters) = body`.
#[derive(Debug, Clone, PartialEq)]
pub struct Definition {
    /// What it defines.
    pub name: Ident,
    /// Names of the arguments, for a function.
    pub parameters: Option<Vec<Ident>>,
    /// What stands behind the `=`.
    pub body: Expr,
}

/// A name at its place.
#[derive(Debug, Clone)]
pub struct Ident {
    /// The name.
    pub name: String,
    /// Where it stands.
    pub span: Span,
}

impl PartialEq for Ident {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

/// An expression at its place.
#[derive(Debug, Clone)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands.
    pub span: Span,
    depth: usize,
}

impl PartialEq for Expr {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

/// What an expression is.
#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    /// A number, finite and not negative.
    Number(f64),
    /// A coordinate, parameter, constant, binding or local name.
    Name(String),
    /// `-x`
    Negate(Box<Expr>),
    /// `not x`
    Not(Box<Expr>),
    /// Operands and the operators between them, all of one [`Rank`], taken from the left (comparisons: all must hold).
    Chain(Box<Expr>, Vec<(Infix, Expr)>),
    /// Base and exponent.
    Power(Box<Expr>, Box<Expr>),
    /// A function and its arguments.
    Call(String, Vec<Expr>),
    /// `sum(k, from, to, body)` or `prod(…)`.
    Reduce(Box<Reduce>),
    /// `d(f, x, …)`: what, and by which names one after the other.
    Derivative(Box<Expr>, Vec<Ident>),
}

/// A sum or product over a range of integers.
#[derive(Debug, Clone, PartialEq)]
pub struct Reduce {
    /// Whether it is a product.
    pub product: bool,
    /// The name that runs.
    pub index: Ident,
    /// First integer.
    pub from: Expr,
    /// Last integer.
    pub to: Expr,
    /// What is added or multiplied.
    pub body: Expr,
}

/// How tightly operators bind, loosest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// `or`
    Or,
    /// `and`
    And,
    /// `not`
    Not,
    /// `<` and its like
    Compare,
    /// `+ -`
    Add,
    /// `* /` and juxtaposition
    Multiply,
    /// the sign
    Sign,
    /// `^`
    Power,
    /// everything closed
    Atom,
}

impl Rank {
    /// The next tighter rank.
    #[must_use]
    pub fn tighter(self) -> Self {
        match self {
            Self::Or => Self::And,
            Self::And => Self::Not,
            Self::Not => Self::Compare,
            Self::Compare => Self::Add,
            Self::Add => Self::Multiply,
            Self::Multiply => Self::Sign,
            Self::Sign => Self::Power,
            Self::Power | Self::Atom => Self::Atom,
        }
    }
}

/// An operator between two operands of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Infix {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`, or nothing
    Mul,
    /// `/`
    Div,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
    /// `==`
    Eq,
    /// `!=`
    Ne,
    /// `and`
    And,
    /// `or`
    Or,
}

impl Infix {
    /// How tightly it binds.
    #[must_use]
    pub fn rank(self) -> Rank {
        match self {
            Self::Add | Self::Sub => Rank::Add,
            Self::Mul | Self::Div => Rank::Multiply,
            Self::Lt | Self::Le | Self::Gt | Self::Ge | Self::Eq | Self::Ne => Rank::Compare,
            Self::And => Rank::And,
            Self::Or => Rank::Or,
        }
    }

    /// How it is written in canonical text.
    #[must_use]
    pub fn sign(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Sub => "-",
            Self::Mul => "*",
            Self::Div => "/",
            Self::Lt => "<",
            Self::Le => "<=",
            Self::Gt => ">",
            Self::Ge => ">=",
            Self::Eq => "==",
            Self::Ne => "!=",
            Self::And => "and",
            Self::Or => "or",
        }
    }
}

impl Expr {
    /// An expression at `span`.
    #[must_use]
    pub fn new(kind: ExprKind, span: Span) -> Self {
        let inner = match &kind {
            ExprKind::Number(_) | ExprKind::Name(_) => 0,
            ExprKind::Negate(a) | ExprKind::Not(a) | ExprKind::Derivative(a, _) => a.depth,
            ExprKind::Chain(first, rest) => rest.iter().map(|(_, e)| e.depth).fold(first.depth, usize::max),
            ExprKind::Power(a, b) => a.depth.max(b.depth),
            ExprKind::Call(_, args) => args.iter().map(|e| e.depth).fold(0, usize::max),
            ExprKind::Reduce(r) => r.from.depth.max(r.to.depth).max(r.body.depth),
        };
        Self { kind, span, depth: inner + 1 }
    }

    /// The same expression at another place: with its brackets.
    #[must_use]
    pub fn at(self, span: Span) -> Self {
        Self { span, ..self }
    }

    /// Levels of the tree under and with this node.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.depth
    }

    /// How tightly its outermost operator binds.
    #[must_use]
    pub fn rank(&self) -> Rank {
        match &self.kind {
            ExprKind::Negate(_) => Rank::Sign,
            ExprKind::Not(_) => Rank::Not,
            ExprKind::Chain(_, rest) => rest.first().map_or(Rank::Atom, |(op, _)| op.rank()),
            ExprKind::Power(..) => Rank::Power,
            _ => Rank::Atom,
        }
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, least: Rank) -> fmt::Result {
        if self.rank() >= least {
            return self.write_open(f);
        }
        f.write_str("(")?;
        self.write_open(f)?;
        f.write_str(")")
    }

    fn write_open(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            // Debug writes 1e300, Display three hundred digits; both read back to the same bits.
            ExprKind::Number(v) if *v != 0.0 && !(1e-5..1e16).contains(v) => write!(f, "{v:?}"),
            ExprKind::Number(v) => write!(f, "{v}"),
            ExprKind::Name(name) => f.write_str(name),
            ExprKind::Negate(a) => {
                f.write_str("-")?;
                a.write(f, Rank::Sign)
            }
            ExprKind::Not(a) => {
                f.write_str("not ")?;
                a.write(f, Rank::Not)
            }
            ExprKind::Chain(first, rest) => {
                let operand = self.rank().tighter();
                first.write(f, operand)?;
                for (op, e) in rest {
                    write!(f, " {} ", op.sign())?;
                    e.write(f, operand)?;
                }
                Ok(())
            }
            ExprKind::Power(base, exponent) => {
                base.write(f, Rank::Atom)?;
                f.write_str("^")?;
                exponent.write(f, Rank::Sign)
            }
            ExprKind::Call(name, args) => {
                write!(f, "{name}(")?;
                for (i, e) in args.iter().enumerate() {
                    f.write_str(if i == 0 { "" } else { ", " })?;
                    e.write(f, Rank::Or)?;
                }
                f.write_str(")")
            }
            ExprKind::Reduce(r) => {
                let name = if r.product { "prod" } else { "sum" };
                write!(f, "{name}({}, {}, {}, {})", r.index, r.from, r.to, r.body)
            }
            ExprKind::Derivative(of, by) => {
                write!(f, "d({of}")?;
                by.iter().try_for_each(|name| write!(f, ", {name}"))?;
                f.write_str(")")
            }
        }
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, Rank::Or)
    }
}

impl fmt::Display for Ident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl fmt::Display for Ast {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Definition { name, parameters, body } in &self.definitions {
            write!(f, "{name}")?;
            if let Some(parameters) = parameters {
                let list: Vec<_> = parameters.iter().map(|p| p.name.as_str()).collect();
                write!(f, "({})", list.join(", "))?;
            }
            write!(f, " = {body}; ")?;
        }
        write!(f, "{}", self.body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::names::Names;
    use crate::expr::parse::parse;
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    fn at(kind: ExprKind) -> Expr {
        Expr::new(kind, Span::default())
    }

    fn ident(name: &str) -> Ident {
        Ident { name: name.to_owned(), span: Span::default() }
    }

    /// Operators of one rank in a row.
    fn infixes() -> impl Strategy<Value = Vec<Infix>> {
        use Infix::{Add, And, Div, Eq, Ge, Gt, Le, Lt, Mul, Ne, Or, Sub};
        let ranks = [vec![Add, Sub], vec![Mul, Div], vec![Lt, Le, Gt, Ge, Eq, Ne], vec![And], vec![Or]];
        prop::sample::select(ranks.to_vec())
            .prop_flat_map(|rank| prop::collection::vec(prop::sample::select(rank), 1..4))
    }

    fn number() -> impl Strategy<Value = f64> {
        let any_bits = any::<f64>().prop_map(f64::abs).prop_filter("finite", |v| v.is_finite());
        prop_oneof![any_bits, (0u32..1000).prop_map(f64::from), Just(1e16), Just(1e-5), Just(5e-324), Just(0.0)]
    }

    fn expr() -> impl Strategy<Value = Expr> {
        let name = prop::sample::select(vec!["x", "y", "a", "pi", "θ₁"]).prop_map(|n| ExprKind::Name(n.to_owned()));
        let leaf = prop_oneof![number().prop_map(ExprKind::Number), name].prop_map(at);
        leaf.prop_recursive(6, 64, 4, |inner| {
            let boxed = inner.clone().prop_map(Box::new);
            let calls = prop::sample::select(vec!["sin", "hypot", "if", "max", "unheard_of"]);
            prop_oneof![
                boxed.clone().prop_map(ExprKind::Negate),
                boxed.clone().prop_map(ExprKind::Not),
                (boxed.clone(), boxed.clone()).prop_map(|(a, b)| ExprKind::Power(a, b)),
                (boxed.clone(), infixes(), prop::collection::vec(inner.clone(), 3))
                    .prop_map(|(first, ops, operands)| ExprKind::Chain(first, ops.into_iter().zip(operands).collect())),
                (calls, prop::collection::vec(inner.clone(), 0..4))
                    .prop_map(|(f, args)| ExprKind::Call(f.to_owned(), args)),
                (any::<bool>(), inner.clone(), inner.clone(), inner).prop_map(|(product, from, to, body)| {
                    ExprKind::Reduce(Box::new(Reduce { product, index: ident("k"), from, to, body }))
                }),
                boxed.prop_map(|of| ExprKind::Derivative(of, vec![ident("x"), ident("y")])),
            ]
            .prop_map(at)
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, rng_seed: RngSeed::Fixed(23), ..ProptestConfig::default() })]
        #[test]
        fn canonical_text_reads_back_to_the_same_tree(value in expr(), function in expr(), body in expr()) {
            let names = Names::new(["x", "y", "θ₁"], ["a"]).expect("good names");
            let definitions = vec![
                Definition { name: ident("r"), parameters: None, body: value },
                Definition { name: ident("g"), parameters: Some(vec![ident("x"), ident("t")]), body: function },
            ];
            let tree = Ast { definitions, body };
            let text = tree.to_string();
            match parse(&text, &names) {
                Ok(again) => prop_assert_eq!(again, tree, "{}", text),
                Err(error) => prop_assert!(false, "{}", error.render(&text)),
            }
        }
    }

    #[test]
    fn a_tree_knows_its_depth_and_equality_ignores_places() {
        let x = || Expr::new(ExprKind::Name("x".to_owned()), Span::new(3, 4));
        let chain = at(ExprKind::Chain(Box::new(x()), vec![(Infix::Add, at(ExprKind::Negate(Box::new(x()))))]));
        assert_eq!(chain.depth(), 3, "x under a sign under a sum");
        assert_eq!(x(), at(ExprKind::Name("x".to_owned())), "another place");
        assert_ne!(x(), at(ExprKind::Name("y".to_owned())), "another name");
    }

    #[test]
    fn numbers_are_written_shortest() {
        for (value, text) in
            [(2.0, "2"), (0.1, "0.1"), (1e300, "1e300"), (1e-7, "1e-7"), (1e15, "1000000000000000"), (0.0, "0")]
        {
            assert_eq!(at(ExprKind::Number(value)).to_string(), text, "{value}");
        }
    }
}
