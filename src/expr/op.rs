//! The op table: one row per operation of the language, from which everything else about it follows.
//!
//! A row holds the name, the number of arguments, the group and line of the language reference, and either
//!
//! - a **primitive**: the `f32` rule, the `f64` reference rule (scalar and over lanes) and the `f64` rule of our own, the WGSL
//!   function (of one name in both number types) of the same sequence of operations, the derivative rule, the domain and the error bound; or
//! - **sugar**: an expansion into other nodes, so that all of the above follows.
//!
//! The derivative rules stand in `pull.rs`, the domains in `domain.rs`, the error bounds in [`super::bound`].
//!
//! Adding an operation is adding a row to the `ops!` table below, plus a function in `math` and its twin in
//! `shaders/lib` when the mathematics is new.

use crate::expr::bound::{self, BoundRule};
use crate::expr::graph::{Graph, NodeId};
use crate::expr::{domain, pull};
use crate::math::{self, double, reference};
use multiversion::multiversion;
use std::fmt;

/// How many arguments an operation takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arity {
    /// The fewest; what one node of it takes.
    pub min: usize,
    /// The most; `usize::MAX` for any number, chained from the left.
    pub max: usize,
}

/// One operation over whole blocks of lanes; missing arguments are empty slices.
pub type Lanes<T> = fn(out: &mut [T], a: &[T], b: &[T], c: &[T]);

/// The arguments of one operation in a graph, with its value and the adjoint to pull back.
#[derive(Debug, Clone, Copy)]
pub struct Pull {
    /// First argument.
    pub a: NodeId,
    /// Second argument (the first again, if there is none).
    pub b: NodeId,
    /// Third argument (the first again, if there is none).
    pub c: NodeId,
    /// The operation's value.
    pub v: NodeId,
    /// ∂F/∂v of the function F whose gradient is being built.
    pub d: NodeId,
}

/// Contribution to the adjoint of argument `which`, or `None` where it is zero.
pub type PullRule = fn(g: &mut Graph, p: &Pull, which: usize) -> Option<NodeId>;

/// Truth node of the points where `op(a, b)` is defined, or `None` where it always is.
pub type DomainRule = fn(g: &mut Graph, a: NodeId, b: NodeId) -> Option<NodeId>;

/// What an operation is made of.
#[derive(Debug, Clone, Copy)]
pub enum Rule {
    /// Computed by the engines.
    Primitive(Primitive),
    /// Written with other operations.
    Sugar(fn(g: &mut Graph, args: &[NodeId]) -> NodeId),
}

/// The rules of an operation that the engines compute.
#[derive(Debug, Clone, Copy)]
pub struct Primitive {
    /// Reference value of one point; folds constants.
    pub scalar: fn([f64; 3]) -> f64,
    /// `f32` lanes: the same operations in the same order as the WGSL function.
    pub lanes_f32: Lanes<f32>,
    /// The same for AVX-512, where there is a form for whole blocks; see `expr/wide.rs` for when it is taken.
    pub(crate) lanes_f32_wide: Option<Lanes<f32>>,
    /// `f64` lanes: the reference.
    pub lanes_f64: Lanes<f64>,
    /// `f64` lanes of our own mathematics: the twin of double precision on the GPU.
    pub lanes_double: Lanes<f64>,
    /// Name of the WGSL function.
    pub wgsl: &'static str,
    /// Derivative rule.
    pub pull: PullRule,
    /// Domain rule.
    pub domain: DomainRule,
    /// Error rule.
    pub bound: BoundRule,
}

/// A row of the op table.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// Name in formulas; operators are written by their sign, internal operations have none in brackets.
    pub name: &'static str,
    /// Number of arguments.
    pub arity: Arity,
    /// Heading in the language reference.
    pub group: &'static str,
    /// One line of the language reference.
    pub doc: &'static str,
    /// What it is made of.
    pub rule: Rule,
}

/// A rule of one, two or three arguments at every lane.
macro_rules! each_lane {
    (1, $module:ident::$f:ident, $out:ident, $a:ident, $b:ident, $c:ident) => {{
        let _ = ($b, $c);
        $out.iter_mut().zip($a).for_each(|(o, &a)| *o = $module::$f(a));
    }};
    (2, $module:ident::$f:ident, $out:ident, $a:ident, $b:ident, $c:ident) => {{
        let _ = $c;
        $out.iter_mut().zip($a).zip($b).for_each(|((o, &a), &b)| *o = $module::$f(a, b));
    }};
    (3, $module:ident::$f:ident, $out:ident, $a:ident, $b:ident, $c:ident) => {
        $out.iter_mut().zip($a).zip($b).zip($c).for_each(|(((o, &a), &b), &c)| *o = $module::$f(a, b, c))
    };
}

/// The same at one point.
macro_rules! one_point {
    (1, $module:ident::$f:ident) => {
        |[a, _, _]| $module::$f(a)
    };
    (2, $module:ident::$f:ident) => {
        |[a, b, _]| $module::$f(a, b)
    };
    (3, $module:ident::$f:ident) => {
        |[a, b, c]| $module::$f(a, b, c)
    };
}

/// An `f32` lane rule, compiled for several vector widths of which the widest that the processor has is taken at run time.
///
/// Wider vectors do the same operations on more lanes at once: no multiplication is fused with an addition, so every width gives
/// the same bits. A function with a form of its own for whole blocks is called by that, and has a second rule that takes AVX-512 where
/// there is any (`wide!(512 …)`); `expr/wide.rs` says why the others have none.
macro_rules! wide {
    (@body 1 $f:ident $block:ident $out:ident $a:ident $b:ident $c:ident) => {{
        let _ = ($b, $c);
        math::$block($a, $out);
    }};
    (@body 2 $f:ident $block:ident $out:ident $a:ident $b:ident $c:ident) => {{
        let _ = $c;
        math::$block($a, $b, $out);
    }};
    (@body $n:tt $f:ident $out:ident $a:ident $b:ident $c:ident) => {
        each_lane!($n, math::$f, $out, $a, $b, $c)
    };
    (512 $n:tt $f:ident) => { None };
    (512 $n:tt $f:ident $block:ident) => {{
        #[multiversion(targets("x86_64+avx512f+avx512vl+avx512bw+avx512dq", "x86_64+avx2"))]
        fn lanes(out: &mut [f32], a: &[f32], b: &[f32], c: &[f32]) {
            wide!(@body $n $f $block out a b c);
        }
        Some(lanes)
    }};
    ($n:tt $f:ident $($block:ident)?) => {{
        #[multiversion(targets("x86_64+avx2"))]
        fn lanes(out: &mut [f32], a: &[f32], b: &[f32], c: &[f32]) {
            wide!(@body $n $f $($block)? out a b c);
        }
        lanes
    }};
}

macro_rules! primitive {
    ($n:tt $f:ident $wgsl:literal $pull:ident $domain:ident $bound:ident $($block:ident)?) => {
        Rule::Primitive(Primitive {
            scalar: one_point!($n, reference::$f),
            lanes_f32: wide!($n $f $($block)?),
            lanes_f32_wide: wide!(512 $n $f $($block)?),
            lanes_f64: |out, a, b, c| each_lane!($n, reference::$f, out, a, b, c),
            lanes_double: |out, a, b, c| each_lane!($n, double::$f, out, a, b, c),
            wgsl: $wgsl,
            pull: pull::$pull,
            domain: domain::$domain,
            bound: bound::$bound,
        })
    };
}

macro_rules! ops {
    (@arity $min:tt) => { Arity { min: $min, max: $min } };
    (@arity $min:tt any) => { Arity { min: $min, max: usize::MAX } };
    (@rule $n:tt sugar $expand:expr) => { Rule::Sugar($expand) };
    (@rule $n:tt $($rule:tt)*) => { primitive!($n $($rule)*) };
    ($( $group:literal { $( $variant:ident $name:literal ($n:tt $($any:ident)?) [ $($rule:tt)* ] $doc:literal )* } )*) => {
        /// An operation: the number of its row in the op table.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Op { $($( #[doc = $doc] $variant, )*)* }

        const ALL: &[Op] = &[ $($( Op::$variant, )*)* ];

        static ROWS: &[Row] = &[ $($( Row {
            name: $name,
            arity: ops!(@arity $n $($any)?),
            group: $group,
            doc: $doc,
            rule: ops!(@rule $n $($rule)*),
        }, )*)* ];
    };
}

// Each row: name in the code, name in formulas, arguments, [f32 and f64 rule, WGSL, derivative, domain, error bound, f32 rule for
// blocks if there is one], documentation.
ops! {
    "Operators" {
        Add "+" (2) [add "m_add" identity everywhere sum] "sum"
        Sub "-" (2) [sub "m_sub" sub everywhere sum] "difference"
        Mul "*" (2) [mul "m_mul" mul everywhere mul] "product; `2x`, `xy` and `x·y` mean the same"
        Div "/" (2) [div "m_div" div nonzero_divisor div] "quotient; undefined where the divisor is 0"
        Neg "neg" (1) [neg "m_neg" neg everywhere exact] "negative, written −x"
        Pow "pow" (2) [pow "m_pow" pow power pow]
            "power x^y on the real numbers; 0^0 = 1, a negative base takes integer exponents only"
    }
    "Comparisons and conditions" {
        Lt "<" (2) [lt "m_lt" flat everywhere comparison] "1 where x < y, else 0"
        Le "<=" (2) [le "m_le" flat everywhere comparison] "1 where x ≤ y, else 0"
        Gt ">" (2) [gt "m_gt" flat everywhere comparison] "1 where x > y, else 0"
        Ge ">=" (2) [ge "m_ge" flat everywhere comparison] "1 where x ≥ y, else 0"
        Eq "==" (2) [eq "m_eq" flat everywhere comparison] "1 where x = y, else 0"
        Ne "!=" (2) [ne "m_ne" flat everywhere comparison] "1 where x ≠ y, else 0"
        And "and" (2) [and "m_and" flat everywhere logic] "1 where both are not 0, else 0"
        Or "or" (2) [or "m_or" flat everywhere logic] "1 where either is not 0, else 0"
        Not "not" (1) [not "m_not" flat everywhere logic] "1 where x is 0, else 0"
        Known "known" (1) [known "m_known" flat everywhere certain]
            "1 where x has a value, 0 where there is no data or an operation leaves its domain; never undefined itself"
        Select "if" (3) [select "m_select" flat everywhere select]
            "if(c, a, b): a where c is not 0, else b; only the branch taken needs to be defined"
    }
    "Roots, exponentials, logarithms" {
        Sqrt "sqrt" (1) [sqrt "m_sqrt" sqrt not_negative sqrt] "square root, √x; x ≥ 0"
        Cbrt "cbrt" (1) [cbrt "m_cbrt" cbrt everywhere cbrt] "real cube root, ∛x, of any sign"
        Exp "exp" (1) [exp "m_exp" exp everywhere exp exp_block] "e^x"
        Exp2 "exp2" (1) [exp2 "m_exp2" exp2 everywhere exp2] "2^x"
        Expm1 "expm1" (1) [expm1 "m_expm1" expm1 everywhere expm1] "e^x − 1, accurate near 0"
        Ln "ln" (1) [ln "m_ln" ln positive ln] "natural logarithm; x > 0"
        Log "log" (1) [sugar |g, args| g.apply(Op::Ln, args)] "natural logarithm, the same as ln"
        Log2 "log2" (1) [log2 "m_log2" log2 positive log2] "logarithm to base 2; x > 0"
        Log10 "log10" (1) [log10 "m_log10" log10 positive log10] "logarithm to base 10; x > 0"
        Log1p "log1p" (1) [log1p "m_log1p" log1p above_minus_one log1p] "ln(1 + x), accurate near 0; x > −1"
        Hypot "hypot" (2 any) [hypot "m_hypot" hypot everywhere hypot hypot_block] "√(x² + y² + …) without overflow"
    }
    "Trigonometry (angles in radians)" {
        Sin "sin" (1) [sin "m_sin" sin everywhere wave sin_block] "sine"
        Cos "cos" (1) [cos "m_cos" cos everywhere wave cos_block] "cosine"
        Tan "tan" (1) [tan "m_tan" tan everywhere tan tan_block] "tangent"
        Asin "asin" (1) [asin "m_asin" asin unit_interval arc] "inverse sine, in [−π/2, π/2]; |x| ≤ 1"
        Acos "acos" (1) [acos "m_acos" acos unit_interval arc] "inverse cosine, in [0, π]; |x| ≤ 1"
        Atan "atan" (1) [atan "m_atan" atan everywhere gentle] "inverse tangent, in (−π/2, π/2)"
        Atan2 "atan2" (2) [atan2 "m_atan2" atan2 not_the_origin atan2 atan2_block]
            "atan2(y, x): angle of the point (x, y), in (−π, π]; undefined at the origin"
    }
    "Hyperbolic functions" {
        Sinh "sinh" (1) [sinh "m_sinh" sinh everywhere sinh] "hyperbolic sine"
        Cosh "cosh" (1) [cosh "m_cosh" cosh everywhere cosh] "hyperbolic cosine"
        Tanh "tanh" (1) [tanh "m_tanh" tanh everywhere gentle] "hyperbolic tangent"
        Asinh "asinh" (1) [asinh "m_asinh" asinh everywhere gentle] "inverse hyperbolic sine"
        Acosh "acosh" (1) [acosh "m_acosh" acosh from_one acosh] "inverse hyperbolic cosine; x ≥ 1"
        Atanh "atanh" (1) [atanh "m_atanh" atanh open_unit_interval atanh] "inverse hyperbolic tangent; |x| < 1"
    }
    "Rounding and pieces" {
        Abs "abs" (1) [abs "m_abs" abs everywhere exact] "absolute value; slope 0 at 0"
        Sign "sign" (1) [sign "m_sign" flat everywhere sign] "−1, 0 or 1"
        Floor "floor" (1) [floor "m_floor" flat everywhere stairs] "greatest integer ≤ x"
        Ceil "ceil" (1) [ceil "m_ceil" flat everywhere stairs] "smallest integer ≥ x"
        Round "round" (1) [round "m_round" flat everywhere stairs] "nearest integer, halves to even"
        Trunc "trunc" (1) [trunc "m_trunc" flat everywhere stairs] "integer part, towards 0"
        Fract "fract" (1) [fract "m_fract" identity everywhere fract] "x − floor(x)"
        Mod "mod" (2) [modulo "m_modulo" modulo nonzero_divisor modulo]
            "x − y·floor(x/y): has the sign of y; undefined for y = 0"
        Min "min" (2 any) [min "m_min" min everywhere either] "smallest argument"
        Max "max" (2 any) [max "m_max" max everywhere either] "largest argument"
        Clamp "clamp" (3) [sugar |g, args| { let raised = g.apply(Op::Max, &args[..2]); g.apply(Op::Min, &[raised, args[2]]) }]
            "clamp(x, low, high): x kept between low and high"
        Step "step" (2) [sugar |g, args| g.apply(Op::Ge, &[args[1], args[0]])] "step(edge, x): 0 for x < edge, else 1"
        Smoothstep "smoothstep" (3) [sugar smoothstep] "smoothstep(e0, e1, x): 0 below e0, 1 above e1, 3t² − 2t³ between"
    }
    "Machine learning and statistics" {
        Sigmoid "sigmoid" (1) [sigmoid "m_sigmoid" sigmoid everywhere sigmoid] "1 / (1 + e^(−x))"
        Softplus "softplus" (1) [softplus "m_softplus" softplus everywhere softplus] "ln(1 + e^x)"
        Relu "relu" (1) [sugar |g, args| { let zero = g.constant(0.0); g.apply(Op::Max, &[zero, args[0]]) }]
            "max(0, x); slope 0 at 0"
        Erf "erf" (1) [erf "m_erf" erf everywhere erf] "error function"
        Gauss "gauss" (1) [gauss "m_gauss" gauss everywhere gauss gauss_block] "e^(−x²/2)"
    }
}

impl Op {
    /// Every operation, in the order of the table.
    #[must_use]
    pub fn all() -> &'static [Self] {
        ALL
    }

    /// The operation called `name` in formulas.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        ALL.iter().copied().find(|op| op.name() == name && op.is_named())
    }

    /// Its row of the table.
    #[must_use]
    pub fn row(self) -> &'static Row {
        &ROWS[self as usize]
    }

    /// Its name in formulas, or the sign of an operator.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// How many arguments it takes.
    #[must_use]
    pub fn arity(self) -> Arity {
        self.row().arity
    }

    /// Its line in the language reference.
    #[must_use]
    pub fn doc(self) -> &'static str {
        self.row().doc
    }

    /// Its heading in the language reference.
    #[must_use]
    pub fn group(self) -> &'static str {
        self.row().group
    }

    /// What it is made of.
    #[must_use]
    pub fn rule(self) -> Rule {
        self.row().rule
    }

    /// Whether formulas call it by name, as opposed to an operator sign or a word between operands.
    #[must_use]
    pub fn is_named(self) -> bool {
        self.name().starts_with(|c: char| c.is_ascii_alphabetic()) && !matches!(self, Self::And | Self::Or | Self::Not)
    }

    /// Whether swapping the arguments keeps every bit.
    #[must_use]
    pub fn is_commutative(self) -> bool {
        matches!(self, Self::Add | Self::Mul | Self::Eq | Self::Ne | Self::And | Self::Or)
    }

    /// Whether the value is always 0 or 1.
    #[must_use]
    pub fn is_truth(self) -> bool {
        (Self::Lt..=Self::Known).contains(&self)
    }
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The cubic step: t = clamp((x − e0)/(e1 − e0), 0, 1), t²(3 − 2t).
fn smoothstep(g: &mut Graph, args: &[NodeId]) -> NodeId {
    let (from, to, x) = (args[0], args[1], args[2]);
    let (zero, one, three) = (g.constant(0.0), g.constant(1.0), g.constant(3.0));
    let (run, width) = (g.sub(x, from), g.sub(to, from));
    let ratio = g.div(run, width);
    let t = g.apply(Op::Clamp, &[ratio, zero, one]);
    let (square, twice) = (g.mul(t, t), g.scale(2.0, t));
    let cubic = g.sub(three, twice);
    g.mul(square, cubic)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::samples::Random;

    #[test]
    fn rows_and_variants_agree() {
        for (index, op) in Op::all().iter().enumerate() {
            assert_eq!(*op as usize, index, "{op} stands in its own row");
            assert!(!op.doc().is_empty() && op.arity().min <= 3 && op.arity().min >= 1, "{op}");
            if op.is_named() {
                assert_eq!(Op::from_name(op.name()), Some(*op), "{op} is found by its name");
            }
        }
        assert_eq!(Op::from_name("+"), None, "signs are not called by name");
    }

    #[test]
    fn vectors_give_the_bits_of_single_numbers() {
        let mut random = Random(11);
        let mut column = || (0..259).map(|_| random.nasty()).collect::<Vec<f32>>();
        let (a, b, c) = (column(), column(), column());
        for op in Op::all() {
            let Rule::Primitive(rule) = op.rule() else { continue };
            let mut together = vec![0.0; a.len()];
            (rule.lanes_f32)(&mut together, &a, &b, &c);
            for (lane, all) in together.iter().enumerate() {
                let mut alone = [0.0];
                let one = lane..=lane;
                (rule.lanes_f32)(&mut alone, &a[one.clone()], &b[one.clone()], &c[one]);
                // The sign and payload of a NaN are the hardware's; programs mask it.
                let same = alone[0].to_bits() == all.to_bits() || (alone[0].is_nan() && all.is_nan());
                assert!(same, "{op} at {:e}, {:e}: {:e} alone, {all:e} in a vector", a[lane], b[lane], alone[0]);
            }
        }
    }
}
