//! The expression graph: a hash-consed arena in which equal subexpressions are one node.
//!
//! Nodes are numbered in the order of their making, so the arguments of a node always have smaller numbers: a walk over
//! rising numbers meets every argument before its user, and no algorithm here needs recursion. [`Graph::apply`] is the
//! only way to make an operation; it folds constants in `f64` and applies the identities of `simplify.rs`, all of which
//! keep every bit of the result.
//!
//! Sharing is what keeps derivatives small: the reverse sweep reuses the nodes of the function itself.

use crate::expr::op::{Op, Rule};
use crate::expr::simplify::simplify;
use crate::expr::source::{Side, SourceId, Sources, TableId};
use std::collections::HashMap;

/// The most nodes that a graph may grow to, derivatives included; a larger one is refused by [`Graph::check`].
pub const MAX_NODES: usize = 400_000;

/// Number of a node in its [`Graph`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(u32);

impl NodeId {
    /// The number as an index.
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// One node: a leaf, or an operation on earlier nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Node {
    /// A number, by its `f64` bits, so that −0 and 0 differ and equality is exact.
    Constant(u64),
    /// The coordinate along an axis of the grid.
    Variable(u16),
    /// A named number that can change without recompiling.
    Parameter(u16),
    /// The value of a sampled source at this cell (orders 0), or its partial derivative of these orders along x, y, z, by
    /// whichever scheme is chosen later: an unknown function of the calculus.
    Sample(SourceId, [u8; 3]),
    /// The value of a sampled source at the cell this many cells further along x, y, z.
    Tap(SourceId, [i16; 3]),
    /// One where this cell is at this distance (0 is outermost) from that border of the axis, else zero.
    Edge(u8, Side, u16),
    /// A number from a table along one axis.
    Column(u8, TableId),
    /// An operation and its arguments; unused places repeat the first argument.
    Apply(Op, [NodeId; 3]),
}

/// A graph has more nodes than [`MAX_NODES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the expression grows to more than {MAX_NODES} operations with its derivatives; simplify it or ask for fewer derivatives"
)]
pub struct TooLarge;

/// A hash-consed arena of [`Node`]s.
#[derive(Debug, Clone, Default)]
pub struct Graph {
    nodes: Vec<Node>,
    ids: HashMap<Node, NodeId>,
    pub(super) sources: Sources,
}

impl Graph {
    /// An empty graph.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Number of nodes ever made.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is no node yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The node numbered `id`.
    #[must_use]
    pub fn node(&self, id: NodeId) -> Node {
        self.nodes[id.index()]
    }

    /// Refuses a graph that has outgrown [`MAX_NODES`].
    ///
    /// # Errors
    /// [`TooLarge`] when it has.
    pub fn check(&self) -> Result<(), TooLarge> {
        if self.full() { Err(TooLarge) } else { Ok(()) }
    }

    /// Whether the graph has outgrown [`MAX_NODES`]; long transformations stop early when it has.
    #[must_use]
    pub fn full(&self) -> bool {
        self.nodes.len() > MAX_NODES
    }

    /// The constant `value`.
    pub fn constant(&mut self, value: f64) -> NodeId {
        self.intern(Node::Constant(value.to_bits()))
    }

    /// The coordinate along axis `index` (0 is x).
    pub fn variable(&mut self, index: usize) -> NodeId {
        self.intern(Node::Variable(u16::try_from(index).unwrap_or(u16::MAX)))
    }

    /// Parameter number `index`.
    pub fn parameter(&mut self, index: usize) -> NodeId {
        self.intern(Node::Parameter(u16::try_from(index).unwrap_or(u16::MAX)))
    }

    /// The value of `id`, when it is a constant.
    #[must_use]
    pub fn as_constant(&self, id: NodeId) -> Option<f64> {
        match self.node(id) {
            Node::Constant(bits) => Some(f64::from_bits(bits)),
            _ => None,
        }
    }

    /// Whether `id` is the constant `value`, to the bit.
    #[must_use]
    pub fn is_constant(&self, id: NodeId, value: f64) -> bool {
        self.node(id) == Node::Constant(value.to_bits())
    }

    /// The operation and arguments of `id`, when it is one.
    #[must_use]
    pub fn as_apply(&self, id: NodeId) -> Option<(Op, [NodeId; 3])> {
        match self.node(id) {
            Node::Apply(op, args) => Some((op, args)),
            _ => None,
        }
    }

    /// The arguments of `id`, as many as its operation takes; none for a leaf.
    #[must_use]
    pub fn args(&self, id: NodeId) -> ([NodeId; 3], usize) {
        match self.node(id) {
            Node::Apply(op, args) => (args, op.arity().min),
            _ => ([id; 3], 0),
        }
    }

    /// `op` applied to `args`: an existing node if there is an equal one, a simpler one if an identity applies.
    ///
    /// Operations of any number of arguments (`min`, `max`, `hypot`) are chained from the left. Missing arguments are
    /// taken to be the first one again; the parser has checked the number before.
    pub fn apply(&mut self, op: Op, args: &[NodeId]) -> NodeId {
        if let (Rule::Sugar(expand), false) = (op.rule(), args.is_empty()) {
            return expand(self, args);
        }
        let Some((&first, rest)) = args.split_first() else {
            return self.constant(f64::NAN);
        };
        if op.arity().min == 2 && rest.len() > 1 {
            let mut chained = first;
            for &next in rest {
                chained = self.apply(op, &[chained, next]);
            }
            return chained;
        }
        let mut full = [first; 3];
        for (slot, &arg) in full.iter_mut().zip(args) {
            *slot = arg;
        }
        if let Some(simpler) = simplify(self, op, full) {
            return simpler;
        }
        if op.is_commutative() && self.order_key(full[1]) < self.order_key(full[0]) {
            full.swap(0, 1);
        }
        let first = full[0];
        full[op.arity().min..].fill(first);
        self.intern(Node::Apply(op, full))
    }

    /// Nodes on which any of `roots` depends, themselves included, in rising order.
    #[must_use]
    pub fn reachable(&self, roots: &[NodeId]) -> Vec<NodeId> {
        let Some(last) = roots.iter().max() else { return Vec::new() };
        let mut used = vec![false; last.index() + 1];
        for root in roots {
            used[root.index()] = true;
        }
        for index in (0..used.len()).rev() {
            if used[index]
                && let Node::Apply(op, args) = self.nodes[index]
            {
                for arg in &args[..op.arity().min] {
                    used[arg.index()] = true;
                }
            }
        }
        (0..=last.0).filter(|&i| used[i as usize]).map(NodeId).collect()
    }

    /// Constants come first (`2·x`), then the order of making: equal sums and products become one node.
    fn order_key(&self, id: NodeId) -> (bool, u32) {
        (self.as_constant(id).is_none(), id.0)
    }

    pub(super) fn intern(&mut self, node: Node) -> NodeId {
        if let Some(&id) = self.ids.get(&node) {
            return id;
        }
        let id = NodeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        self.nodes.push(node);
        self.ids.insert(node, id);
        id
    }
}

/// Short names for the operations that derivative rules and quantities are written with.
impl Graph {
    /// `a + b`
    pub fn add(&mut self, a: NodeId, b: NodeId) -> NodeId {
        self.apply(Op::Add, &[a, b])
    }
    /// `a − b`
    pub fn sub(&mut self, a: NodeId, b: NodeId) -> NodeId {
        self.apply(Op::Sub, &[a, b])
    }
    /// `a · b`
    pub fn mul(&mut self, a: NodeId, b: NodeId) -> NodeId {
        self.apply(Op::Mul, &[a, b])
    }
    /// `a / b`
    pub fn div(&mut self, a: NodeId, b: NodeId) -> NodeId {
        self.apply(Op::Div, &[a, b])
    }
    /// `−a`
    pub fn neg(&mut self, a: NodeId) -> NodeId {
        self.apply(Op::Neg, &[a])
    }
    /// `√a`
    pub fn sqrt(&mut self, a: NodeId) -> NodeId {
        self.apply(Op::Sqrt, &[a])
    }
    /// `factor · a` for a number `factor`
    pub fn scale(&mut self, factor: f64, a: NodeId) -> NodeId {
        let factor = self.constant(factor);
        self.mul(factor, a)
    }
    /// `a` where `condition` is not zero, else `b`
    pub fn select(&mut self, condition: NodeId, a: NodeId, b: NodeId) -> NodeId {
        self.apply(Op::Select, &[condition, a, b])
    }
    /// A comparison of `a` with the number `b`
    pub fn compare(&mut self, op: Op, a: NodeId, b: f64) -> NodeId {
        let b = self.constant(b);
        self.apply(op, &[a, b])
    }
    /// One where both conditions hold, else zero
    pub fn and(&mut self, a: NodeId, b: NodeId) -> NodeId {
        self.apply(Op::And, &[a, b])
    }
    /// One where either condition holds, else zero
    pub fn or(&mut self, a: NodeId, b: NodeId) -> NodeId {
        self.apply(Op::Or, &[a, b])
    }
    /// The sum of all terms, the first one outermost left; zero for none.
    pub fn sum(&mut self, terms: &[NodeId]) -> NodeId {
        match terms.split_first() {
            None => self.constant(0.0),
            Some((&first, rest)) => rest.iter().fold(first, |total, &term| self.add(total, term)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_expressions_are_one_node() {
        let mut g = Graph::new();
        let (x, y) = (g.variable(0), g.variable(1));
        let (a, b) = (g.add(x, y), g.add(y, x));
        assert_eq!(a, b, "addition commutes to the bit");
        assert_ne!(g.sub(x, y), g.sub(y, x), "subtraction does not");
        let (zero, minus_zero) = (g.constant(0.0), g.constant(-0.0));
        assert_ne!(zero, minus_zero, "the two zeros differ");
    }

    #[test]
    fn reachable_nodes_come_in_rising_order_and_leave_out_the_rest() {
        let mut g = Graph::new();
        let x = g.variable(0);
        let unused = g.apply(Op::Sin, &[x]);
        let used = g.apply(Op::Cos, &[x]);
        let root = g.mul(used, x);
        let nodes = g.reachable(&[root]);
        assert!(nodes.is_sorted() && !nodes.contains(&unused), "{nodes:?}");
        assert_eq!(nodes, [x, used, root], "three nodes");
        assert!(g.reachable(&[]).is_empty(), "nothing is reachable from nothing");
    }

    #[test]
    fn many_arguments_are_chained() {
        let mut g = Graph::new();
        let (x, y, z) = (g.variable(0), g.variable(1), g.variable(2));
        let chained = g.apply(Op::Min, &[x, y, z]);
        let inner = g.apply(Op::Min, &[x, y]);
        assert_eq!(chained, g.apply(Op::Min, &[inner, z]), "min(x, y, z) = min(min(x, y), z)");
    }
}
