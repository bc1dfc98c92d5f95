//! Seeded random numbers, coordinates that have been chosen to hurt, and random expressions over the whole op table.

use gradgrid::expr::graph::{Graph, NodeId};
use gradgrid::expr::op::Op;
use gradgrid::expr::print::formulas;
use gradgrid::program::Program;
use gradgrid::{Formula, Quantity};
use std::f64::consts::FRAC_PI_2;

/// The generator splitmix64 (Steele, Lea, Flood, OOPSLA 2014).
#[derive(Debug, Clone)]
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let a = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let b = (a ^ (a >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        b ^ (b >> 31)
    }

    pub(crate) fn bits32(&mut self) -> u32 {
        u32::try_from(self.bits() >> 32).unwrap_or(0)
    }

    /// A number below `n`, which must not be 0.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.bits() >> 33).unwrap_or(0) % n.max(1)
    }

    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    /// Evenly spread over [−1, 1).
    pub(crate) fn signed_unit(&mut self) -> f64 {
        f64::from(self.bits32().cast_signed()) / f64::from(1_u32 << 31)
    }

    /// A finite `f32` that has been chosen to hurt: zeros, subnormals, huge ones, integers, neighbours of powers of two and
    /// of multiples of π/2, and ordinary numbers.
    pub(crate) fn nasty(&mut self) -> f32 {
        const EDGES: [f32; 12] = [
            0.0,
            -0.0,
            1.0,
            -1.0,
            0.5,
            2.0,
            f32::MIN_POSITIVE,
            f32::MAX,
            f32::MIN,
            16_777_216.0,
            8_388_607.5,
            f32::EPSILON,
        ];
        let near = u32::try_from(self.below(5)).unwrap_or(0);
        let beside = |x: f32| f32::from_bits(x.to_bits().wrapping_add(near).wrapping_sub(2));
        let value = match self.below(12) {
            0 => self.pick(&EDGES),
            1 => f32::from_bits(self.bits32() & 0x807f_ffff),
            2 => beside(f32::from_bits((self.bits32() & 0xff) << 23)),
            3 => beside(single(f64::from(self.bits32() % 2_000) * FRAC_PI_2)),
            4 => single(f64::from(self.bits32() % 41) - 20.0),
            5 => f32::from_bits(self.bits32()),
            6 => beside(self.pick(&EDGES)),
            7 => single(self.signed_unit() * 100.0),
            8 => single(self.signed_unit() * 1e-3),
            _ => single(self.signed_unit() * 4.0),
        };
        if value.is_finite() { value } else { 0.25 }
    }

    /// A table of `len` nasty coordinates for each of `axes` axes.
    pub(crate) fn tables(&mut self, axes: usize, len: usize) -> Vec<Vec<f32>> {
        (0..axes).map(|_| (0..len).map(|_| self.nasty()).collect()).collect()
    }
}

/// The nearest `f32`.
#[expect(clippy::cast_possible_truncation, reason = "rounding to f32 is what it is for")]
pub(crate) fn single(x: f64) -> f32 {
    x as f32
}

/// A random function: its graph and its node.
#[derive(Debug, Clone)]
pub(crate) struct Expression {
    pub(crate) graph: Graph,
    pub(crate) root: NodeId,
    pub(crate) axes: usize,
}

/// Operations without kinks, jumps or truth values, whose derivatives can be compared with differences.
pub(crate) const SMOOTH: &[Op] = &[
    Op::Add,
    Op::Sub,
    Op::Mul,
    Op::Div,
    Op::Neg,
    Op::Pow,
    Op::Sqrt,
    Op::Cbrt,
    Op::Exp,
    Op::Exp2,
    Op::Expm1,
    Op::Ln,
    Op::Log2,
    Op::Log10,
    Op::Log1p,
    Op::Hypot,
    Op::Sin,
    Op::Cos,
    Op::Tan,
    Op::Asin,
    Op::Acos,
    Op::Atan,
    Op::Atan2,
    Op::Sinh,
    Op::Cosh,
    Op::Tanh,
    Op::Asinh,
    Op::Acosh,
    Op::Atanh,
    Op::Sigmoid,
    Op::Softplus,
    Op::Erf,
    Op::Gauss,
];

impl Expression {
    /// A random expression of about `size` operations from `ops` in `axes` variables.
    pub(crate) fn random(random: &mut Random, ops: &[Op], axes: usize, size: usize) -> Self {
        let mut graph = Graph::new();
        let mut made = Vec::new();
        let root = grow(random, &mut graph, &mut made, ops, axes, size);
        Self { graph, root, axes }
    }

    /// An expression over the whole table, of 3 to 60 operations.
    pub(crate) fn any(random: &mut Random) -> Self {
        let size = 3 + random.below(58).min(random.below(58));
        Self::random(random, Op::all(), 2, size)
    }

    /// The formula that prints as this expression.
    pub(crate) fn text(&self) -> String {
        let names = ["x", "y", "z", "w"].map(str::to_owned);
        formulas(&self.graph, &[("result".to_owned(), self.root)], &names, &[]) + "result"
    }

    /// The program of a quantity of this function.
    pub(crate) fn program(&self, quantity: &Quantity) -> Program {
        program_of(&self.graph, self.root, self.axes, std::slice::from_ref(quantity))
    }

    /// The program of the value and all first partials.
    pub(crate) fn value_and_partials(&self) -> Program {
        program_of(&self.graph, self.root, self.axes, &[Quantity::Value, Quantity::Gradient])
    }
}

/// The program of these quantities of a function of the first `axes` variables.
pub(crate) fn program_of(graph: &Graph, root: NodeId, axes: usize, quantities: &[Quantity]) -> Program {
    let mut g = graph.clone();
    let variables: Vec<NodeId> = (0..axes).map(|axis| g.variable(axis)).collect();
    let names: Vec<String> = ["x", "y", "z", "w"][..axes].iter().map(|&name| name.to_owned()).collect();
    let exact = gradgrid::method::Differentiator::exact(variables);
    let mut planes = Vec::new();
    for quantity in quantities {
        planes.extend(quantity.planes(&mut g, root, &names, &exact).expect("the quantity fits the function"));
    }
    Program::compile_planes(&mut g, &planes, axes, 0).expect("small")
}

/// The program of these quantities of a formula.
pub(crate) fn program_of_text(text: &str, axes: usize, quantities: &[Quantity]) -> Program {
    let formula = Formula::parse(text).unwrap_or_else(|error| panic!("{}", error.render(text)));
    program_of(formula.graph(), formula.root(), axes.max(formula.dimension()), quantities)
}

fn leaf(random: &mut Random, g: &mut Graph, axes: usize) -> NodeId {
    const CONSTANTS: [f64; 9] = [0.0, 1.0, -1.0, 2.0, 0.5, 3.0, -2.5, 0.1, std::f64::consts::PI];
    match random.below(10) {
        0 | 1 => {
            let value = random.pick(&CONSTANTS);
            g.constant(value)
        }
        2 => {
            let value = f64::from(random.nasty());
            g.constant(value)
        }
        _ => {
            let axis = random.below(axes);
            g.variable(axis)
        }
    }
}

fn grow(random: &mut Random, g: &mut Graph, made: &mut Vec<NodeId>, ops: &[Op], axes: usize, size: usize) -> NodeId {
    if size == 0 {
        // Now and then an earlier part is used again, as in derivatives.
        return if !made.is_empty() && random.below(8) == 0 { random.pick(made) } else { leaf(random, g, axes) };
    }
    // Half of the operations are arithmetic, as in formulas that people write.
    let op = if random.below(2) == 0 { random.pick(&[Op::Add, Op::Sub, Op::Mul, Op::Div]) } else { random.pick(ops) };
    let arity = op.arity();
    let count = if arity.max > 3 { arity.min + random.below(2) } else { arity.min };
    let mut rest = size - 1;
    let args: Vec<NodeId> = (0..count)
        .map(|place| {
            let share = if place + 1 == count { rest } else { random.below(rest + 1) };
            rest -= share;
            let whole_power = op == Op::Pow && place == 1 && random.below(2) == 0;
            if whole_power {
                let exponent = f64::from(random.bits32() % 9) - 3.0;
                g.constant(exponent)
            } else {
                grow(random, g, made, ops, axes, share)
            }
        })
        .collect();
    let node = g.apply(op, &args);
    made.push(node);
    node
}

mod tests {
    use super::*;
    use crate::compare;
    use crate::engines;

    #[test]
    fn the_generators_reach_what_they_aim_at() {
        let mut random = Random(1);
        let all: Vec<f32> = (0..20_000).map(|_| random.nasty()).collect();
        assert!(all.iter().all(|x| x.is_finite()), "coordinates are finite");
        let has = |f: fn(f32) -> bool| all.iter().any(|&x| f(x));
        assert!(has(f32::is_subnormal) && has(|x| x.to_bits() == 0x8000_0000), "small ones and −0");
        assert!(has(|x| x.abs() > 1e38) && has(|x| x == 1.0_f32.next_up()), "huge ones and neighbours of 1");
        let mut used = std::collections::BTreeSet::new();
        for _ in 0..2_000 {
            let e = Expression::any(&mut random);
            used.extend(
                e.graph.reachable(&[e.root]).into_iter().filter_map(|id| e.graph.as_apply(id)).map(|(op, _)| op),
            );
        }
        for op in Op::all().iter().filter(|op| matches!(op.rule(), gradgrid::expr::op::Rule::Primitive(_))) {
            assert!(used.contains(op), "{op} never occurs");
        }
    }

    #[test]
    fn printed_expressions_read_back_to_the_same_bits() {
        let mut random = Random(2);
        let mut read = 0;
        for round in 0..2_000 {
            let e = Expression::any(&mut random);
            let text = e.text();
            let formula = Formula::parse(&text).unwrap_or_else(|error| panic!("{}", error.render(&text)));
            let again = program_of(formula.graph(), formula.root(), e.axes, &[Quantity::Value]);
            let tables = random.tables(2, 8);
            let (a, b) = (e.program(&Quantity::Value), again);
            let (first, second) = (engines::cpu::<f32>(&a, &tables, &[]), engines::cpu::<f32>(&b, &tables, &[]));
            assert_eq!(compare::bits(&first, &second), Ok(()), "round {round}, f32: {text}");
            let wide = (engines::cpu::<f64>(&a, &tables, &[]), engines::cpu::<f64>(&b, &tables, &[]));
            assert_eq!(compare::bits64(&wide.0, &wide.1), Ok(()), "round {round}, f64: {text}");
            read += usize::from(first[0].iter().any(|v| !v.is_nan()));
        }
        assert!(read > 1_000, "most expressions are defined somewhere: {read}");
    }
}
