//! The state of a resolution: what names mean, and how much has been written out.
//!
//! `resolve` walks the tree with it, `vector` knows the forms of fields, and `check` refuses names and calls that mean nothing.

use crate::expr::ast::{Ast, Definition};
use crate::expr::diagnostic::{ParseError, Span};
use crate::expr::graph::{Graph, NodeId};
use crate::expr::names::Names;
use crate::expr::op::Op;
use std::collections::HashMap;

/// Most nodes that one formula may add to a graph.
pub const MAX_GROWTH: usize = 10_000;
/// Most steps of writing out: one for each node of the tree, as often as it is evaluated; a derivative costs one for each
/// node of the graph.
pub const MAX_STEPS: usize = 1_000_000;
/// What a name stands for.
#[derive(Clone, Copy)]
pub(super) enum Meaning<'a> {
    Constant(f64),
    Variable(usize),
    Parameter(usize),
    /// Its number and its axes.
    Array(usize, usize),
    Binding(NodeId),
    Function(&'a Definition),
}

/// The state of a resolution.
pub(super) struct Resolver<'a> {
    pub(super) ast: &'a Ast,
    pub(super) names: &'a Names,
    pub(super) graph: &'a mut Graph,
    /// Constants, coordinates, parameters, and the definitions so far.
    pub(super) meanings: HashMap<&'a str, Meaning<'a>>,
    /// Parameters and indices in use; those of the function being written out start at `frame`.
    pub(super) locals: Vec<(&'a str, NodeId)>,
    pub(super) frame: usize,
    pub(super) depth: usize,
    pub(super) steps: usize,
    /// Size of the graph that is too large.
    pub(super) limit: usize,
}

impl Resolver<'_> {
    pub(super) fn apply(&mut self, op: Op, arguments: &[NodeId], span: Span) -> Result<NodeId, ParseError> {
        self.charge(arguments.len(), span)?;
        let value = self.graph.apply(op, arguments);
        self.check_size(span)?;
        Ok(value)
    }

    pub(super) fn check_size(&self, span: Span) -> Result<(), ParseError> {
        if self.graph.len() <= self.limit {
            return Ok(());
        }
        Err(ParseError::new(span, format!("the formula grows to more than {MAX_GROWTH} operations here"))
            .with_help("shorten its sums and products, or take fewer derivatives"))
    }

    pub(super) fn charge(&mut self, steps: usize, span: Span) -> Result<(), ParseError> {
        self.steps = self.steps.saturating_add(steps);
        if self.steps <= MAX_STEPS {
            return Ok(());
        }
        Err(ParseError::new(span, format!("writing out the formula takes more than {MAX_STEPS} steps"))
            .with_help("shorten its sums, or call fewer functions inside each other"))
    }
}
