//! Graphs as text: formulas in the language itself, which parse back, with shared parts named once.
//!
//! A node that is read more than once and is more than a leaf becomes a binding `t3 = …`; the rest is written in place with
//! no more parentheses than the grammar needs. Every node is written once, so the text is as long as the graph is large.

use crate::expr::graph::{Graph, Node, NodeId};
use crate::expr::op::Op;
use std::collections::BTreeMap;
use std::fmt::Write;

/// How tightly a piece of text binds; a looser piece inside a tighter one needs parentheses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Binding {
    Or,
    And,
    Not,
    Comparison,
    Sum,
    Product,
    Negation,
    Power,
    Atom,
}

/// The text of `outputs`, one `name = formula` a line after the bindings they share.
///
/// `variables` and `parameters` are the names of the leaves; a leaf without a name is written `v7` or `p7`.
#[must_use]
pub fn formulas(g: &Graph, outputs: &[(String, NodeId)], variables: &[String], parameters: &[String]) -> String {
    let roots: Vec<NodeId> = outputs.iter().map(|(_, id)| *id).collect();
    let order = g.reachable(&roots);
    let mut readers: BTreeMap<NodeId, usize> = BTreeMap::new();
    for &id in &order {
        let (args, count) = g.args(id);
        args[..count].iter().for_each(|&arg| *readers.entry(arg).or_default() += 1);
    }
    let mut bindings = String::new();
    let mut texts: BTreeMap<NodeId, (Binding, String)> = BTreeMap::new();
    let mut named = 0;
    for &id in &order {
        let piece = match g.node(id) {
            Node::Constant(bits) => constant(f64::from_bits(bits)),
            Node::Variable(index) => leaf(variables, usize::from(index), 'v'),
            Node::Parameter(index) => leaf(parameters, usize::from(index), 'p'),
            Node::Sample(..) | Node::Tap(..) | Node::Edge(..) | Node::Column(..) => sampled(g, id, variables),
            Node::Apply(op, args) => {
                let args: Vec<(Binding, String)> = args[..op.arity().min]
                    .iter()
                    .map(|arg| match g.node(*arg) {
                        Node::Apply(..) if readers[arg] == 1 => texts.remove(arg),
                        _ => texts.get(arg).cloned(),
                    })
                    .map(|text| text.unwrap_or((Binding::Atom, String::new())))
                    .collect();
                operation(op, &args)
            }
        };
        let shared = readers.get(&id).is_some_and(|&count| count > 1) && g.as_apply(id).is_some();
        if shared && piece.1.len() > 3 {
            let _ = writeln!(bindings, "t{named} = {}", piece.1);
            texts.insert(id, (Binding::Atom, format!("t{named}")));
            named += 1;
        } else {
            texts.insert(id, piece);
        }
    }
    for (name, id) in outputs {
        let text = texts.get(id).map_or("", |(_, text)| text);
        let _ = writeln!(bindings, "{name} = {text}");
    }
    bindings
}

fn leaf(names: &[String], index: usize, prefix: char) -> (Binding, String) {
    (Binding::Atom, names.get(index).cloned().unwrap_or_else(|| format!("{prefix}{index}")))
}

/// `a0`, `d(a0, x)`, `a0[x+1]`: sources are numbered as they were made.
fn sampled(g: &Graph, id: NodeId, variables: &[String]) -> (Binding, String) {
    let axis = |index: usize| leaf(variables, index, 'v').1;
    let text = match g.node(id) {
        Node::Sample(source, orders) => {
            let by: String = (orders.iter().enumerate())
                .map(|(index, &order)| format!(", {}", axis(index)).repeat(usize::from(order)))
                .collect();
            if by.is_empty() { format!("a{}", source.index()) } else { format!("d(a{}{by})", source.index()) }
        }
        Node::Tap(source, offset) => {
            let steps = offset.iter().enumerate().filter(|(_, step)| **step != 0);
            let steps: Vec<String> = steps.map(|(index, step)| format!("{}{step:+}", axis(index))).collect();
            format!("a{}[{}]", source.index(), steps.join(", "))
        }
        Node::Edge(index, side, distance) => format!("edge({}, {side:?}, {distance})", axis(usize::from(index))),
        Node::Column(index, table) => format!("table{}[{}]", table.index(), axis(usize::from(index))),
        _ => String::new(),
    };
    (Binding::Atom, text)
}

/// The shortest decimal that reads back as the same number; well-known constants by name.
fn constant(value: f64) -> (Binding, String) {
    let text = if value.abs() == std::f64::consts::PI {
        "π".to_owned()
    } else if value.abs() == std::f64::consts::TAU {
        "τ".to_owned()
    } else if value.abs() == std::f64::consts::E {
        "e".to_owned()
    } else if value.abs() >= 1e15 || (value != 0.0 && value.abs() < 1e-5) {
        format!("{:e}", value.abs())
    } else {
        format!("{}", value.abs())
    };
    if value.is_sign_negative() { (Binding::Negation, format!("-{text}")) } else { (Binding::Atom, text) }
}

fn operation(op: Op, args: &[(Binding, String)]) -> (Binding, String) {
    let infix = |sign: &str, own: Binding, left: Binding, right: Binding| {
        (own, format!("{}{sign}{}", within(&args[0], left), within(&args[1], right)))
    };
    // Comparisons chain in the language (a < b < c), so both sides of one bind tighter.
    match op {
        Op::Add => infix(" + ", Binding::Sum, Binding::Sum, Binding::Product),
        Op::Sub => infix(" - ", Binding::Sum, Binding::Sum, Binding::Product),
        Op::Mul => infix("*", Binding::Product, Binding::Product, Binding::Negation),
        Op::Div => infix("/", Binding::Product, Binding::Product, Binding::Negation),
        Op::Pow => infix("^", Binding::Power, Binding::Atom, Binding::Power),
        Op::Neg => (Binding::Negation, format!("-{}", within(&args[0], Binding::Power))),
        Op::And => infix(" and ", Binding::And, Binding::And, Binding::Not),
        Op::Or => infix(" or ", Binding::Or, Binding::Or, Binding::And),
        Op::Not => (Binding::Not, format!("not {}", within(&args[0], Binding::Sum))),
        Op::Lt | Op::Le | Op::Gt | Op::Ge | Op::Eq | Op::Ne => {
            infix(&format!(" {} ", op.name()), Binding::Comparison, Binding::Sum, Binding::Sum)
        }
        _ => {
            let args: Vec<&str> = args.iter().map(|(_, text)| text.as_str()).collect();
            (Binding::Atom, format!("{}({})", op.name(), args.join(", ")))
        }
    }
}

fn within((own, text): &(Binding, String), needed: Binding) -> String {
    if *own < needed { format!("({text})") } else { text.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parentheses_only_where_needed_and_shared_parts_named() {
        let mut g = Graph::new();
        let (x, y) = (g.variable(0), g.variable(1));
        let sum = g.add(x, y);
        let product = g.mul(sum, x);
        let minus = g.sub(product, sum);
        let names = ["x".to_owned(), "y".to_owned()];
        let text = formulas(&g, &[("f".to_owned(), minus)], &names, &[]);
        assert_eq!(text, "t0 = x + y\nf = x*t0 - t0\n", "x + y is shared");
        let (difference, total) = (g.sub(x, y), g.add(y, product));
        let nested = g.add(x, total);
        let text = formulas(&g, &[("f".to_owned(), nested)], &names, &[]);
        assert_eq!(text, "f = x + (y + x*(x + y))\n", "nor does addition, to the bit");
        let outer = g.sub(x, difference);
        let text = formulas(&g, &[("f".to_owned(), outer)], &names, &[]);
        assert_eq!(text, "f = x - (x - y)\n", "subtraction does not associate");
    }

    #[test]
    fn numbers_read_back() {
        for value in [0.1, -2.5, 1e300, -3e-9, 1.0 / 3.0, 0.0, -0.0, 123_456_789.0] {
            let (_, text) = constant(value);
            assert_eq!(text.parse::<f64>().map(f64::to_bits), Ok(value.to_bits()), "{text}");
        }
    }
}
