//! Mask codes: why a cell has no value, or a derivative only by convention, as one number per cell.
//!
//! | code | name | meaning |
//! |---|---|---|
//! | 0 | ok | defined, finite |
//! | 1 | kink | the function has a corner or jump here; derivatives follow the convention for it |
//! | 2 | unreliable | a comparison met a value that had overflowed, so the branch taken means nothing |
//! | 3 | overflow | defined, but beyond the range of the number type |
//! | 4 | domain | outside the domain: 0/0, the root of a negative number, the direction of a zero gradient |
//! | 5 | nodata | the input has no data here |
//!
//! The highest code that applies is written. Codes above 1 are masked: NaN in files, the colour of no data in pictures.

use crate::expr::graph::{Graph, Node, NodeId};
use crate::expr::op::Op;
use crate::program::validity;

/// The names of the codes, in order.
pub const NAMES: [&str; 6] = ["ok", "kink", "unreliable", "overflow", "domain", "nodata"];

/// The highest code that is not masked.
pub const HIGHEST_VALID: usize = 1;

/// The code of a cell at which `values` of `function` are computed; kinks count where `derivatives` were taken.
pub fn code(g: &mut Graph, function: NodeId, values: &[NodeId], derivatives: bool) -> NodeId {
    let mut roots = vec![function];
    roots.extend(values);
    let validity = validity::of(g, &roots);
    let mut finite = None;
    // That f itself overflows does not make its derivatives wrong.
    for &value in values {
        let size = g.apply(Op::Abs, &[value]);
        let next = g.compare(Op::Lt, size, f64::INFINITY);
        finite = Some(finite.map_or(next, |all| g.and(all, next)));
    }
    let kink = if derivatives { kink(g, function) } else { None };
    let (ok, one) = (g.constant(0.0), g.constant(1.0));
    let mut code = kink.map_or(ok, |kink| g.select(kink, one, ok));
    for (number, holds) in [(2.0, validity.reliable), (3.0, finite), (4.0, validity.domain), (5.0, validity.data)] {
        code = unless(g, holds, number, code);
    }
    code
}

fn unless(g: &mut Graph, holds: Option<NodeId>, number: f64, code: NodeId) -> NodeId {
    let number = g.constant(number);
    holds.map_or(code, |holds| g.select(holds, code, number))
}

/// The truth node of "some operation of `root` sits exactly on its corner or jump"; `None` if none has any.
fn kink(g: &mut Graph, root: NodeId) -> Option<NodeId> {
    let order = g.reachable(&[root]);
    let mut known: Vec<Option<NodeId>> = vec![None; order.last().map_or(0, |last| last.index() + 1)];
    for id in order {
        let Node::Apply(op, [a, b, c]) = g.node(id) else { continue };
        let [in_a, in_b, in_c] = [a, b, c].map(|arg| known[arg.index()]);
        let inherited = if op == Op::Select {
            let branch = match (in_b, in_c) {
                (None, None) => None,
                _ => {
                    let never = g.constant(0.0);
                    Some(g.select(a, in_b.unwrap_or(never), in_c.unwrap_or(never)))
                }
            };
            either(g, in_a, branch)
        } else {
            [in_a, in_b, in_c][..op.arity().min].iter().fold(None, |total, &next| either(g, total, next))
        };
        let own = own_kink(g, op, a, b);
        known[id.index()] = either(g, inherited, own);
    }
    known[root.index()]
}

fn own_kink(g: &mut Graph, op: Op, a: NodeId, b: NodeId) -> Option<NodeId> {
    match op {
        Op::Abs | Op::Sign => Some(g.compare(Op::Eq, a, 0.0)),
        Op::Min | Op::Max | Op::Lt | Op::Le | Op::Gt | Op::Ge | Op::Eq | Op::Ne => Some(g.apply(Op::Eq, &[a, b])),
        Op::Floor | Op::Ceil | Op::Trunc | Op::Fract => {
            let whole = g.apply(Op::Floor, &[a]);
            Some(g.apply(Op::Eq, &[whole, a]))
        }
        Op::Round => {
            let part = g.apply(Op::Fract, &[a]);
            Some(g.compare(Op::Eq, part, 0.5))
        }
        Op::Mod => {
            let rest = g.apply(Op::Mod, &[a, b]);
            Some(g.compare(Op::Eq, rest, 0.0))
        }
        _ => None,
    }
}

fn either(g: &mut Graph, a: Option<NodeId>, b: Option<NodeId>) -> Option<NodeId> {
    match (a, b) {
        (Some(a), Some(b)) => Some(g.or(a, b)),
        (one, other) => one.or(other),
    }
}

#[cfg(test)]
mod tests {
    use crate::expr::formula::Formula;
    use crate::method::Differentiator;
    use crate::program::Program;
    use crate::program::interpret::Interpreter;
    use crate::quantity::Quantity;

    /// The code of the gradient of `text` at (x, y).
    fn code_at(text: &str, x: f32, y: f32) -> f32 {
        let formula = Formula::parse(text).expect("a formula");
        let mut g = formula.graph().clone();
        let variables = vec![g.variable(0), g.variable(1)];
        let names = ["x".to_owned(), "y".to_owned()];
        let mask = Quantity::Mask(Box::new(Quantity::Gradient));
        let planes = mask.planes(&mut g, formula.root(), &names, &Differentiator::exact(variables)).expect("small");
        let program = Program::compile_planes(&mut g, &planes, 2, 0).expect("small");
        Interpreter::<f32>::new(&program, &[]).point(&[x, y])[0]
    }

    #[test]
    fn each_reason_has_its_code() {
        assert_eq!(code_at("x*y", 1.0, 2.0), 0.0, "ok");
        assert_eq!(code_at("abs(x)*y", 0.0, 2.0), 1.0, "kink at the corner of |x|");
        assert_eq!(code_at("abs(x)*y", 0.1, 2.0), 0.0, "and nowhere else");
        assert_eq!(code_at("if(exp(x)-exp(x) > 0, x, y)", 100.0, 2.0), 2.0, "∞ − ∞ compared with 0");
        assert_eq!(code_at("exp(x)", 100.0, 2.0), 3.0, "overflow");
        assert_eq!(code_at("x + exp(1000)", 100.0, 2.0), 0.0, "f overflows, its slope is 1");
        assert_eq!(code_at("ln(x)", -1.0, 2.0), 4.0, "outside the domain of f, though 1/x is defined");
        assert_eq!(code_at("sqrt(x)", 0.0, 2.0), 4.0, "f is defined at 0, its derivative is not");
    }

    #[test]
    fn a_branch_not_taken_has_no_say() {
        assert_eq!(code_at("if(x > 0, ln(x), abs(y))", 1.0, 0.0), 0.0, "|y| is not taken");
        assert_eq!(code_at("if(x > 0, ln(x), abs(y))", -1.0, 0.0), 1.0, "now it is");
        assert_eq!(code_at("if(x > 0, ln(x), abs(y))", 0.0, 1.0), 1.0, "the branches meet at x = 0");
    }
}
