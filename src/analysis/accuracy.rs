//! How far each function of the language is from the exact value, in ulp, and whether an adapter gives the CPU's bits.
//!
//! **Unit.** |computed − exact| / ulp(exact), see [`ulp`]; the exact value is that of the `f64` reference, whose own error is some 10^−9 of
//! such a unit. Correct rounding is 0.5. A result of the wrong kind (NaN for a number or the reverse, a zero of the wrong
//! sign) has no distance and is counted as a *mismatch*.
//!
//! **Samples.** For one argument, a quarter are evenly spread over the 2^32 bit patterns, a quarter are the seeded nasty ones of
//! [`samples`](crate::math::samples), and half have magnitudes from 2^−8 to 2^9, where most functions bend;
//! [`Extent::exhaustive`] takes every pattern once instead. For two arguments, half are pairs of nasty numbers, half pairs of such magnitudes. The same count gives the same samples on every machine, and the result
//! does not depend on the number of threads.
//!
//! **Bars.** What the function promises ([`bar`]): exact, one rounding, 2 ulp for an elementary function, 4 ulp for one that is
//! composed of two. The same bars stand in the tests.
//!
//! **The GPU** runs the functions by the path of every program (see [`agreement`](crate::engine::agreement)): one argument on nasty numbers and
//! bit patterns, two on the product of two such lists, and every bit is compared with the CPU's.
//!
//! **Limits.** A worst case over samples is a lower bound of the true worst case; only the exhaustive run is a proof, for one argument.

use crate::engine::agreement::{Battery, Difference};
use crate::expr::op::{Op, Primitive, Rule};
use crate::expr::wide::lanes as widest;
use crate::gpu::{Gpu, GpuError};
use crate::math::samples::Random;
use crate::math::{canonical, ulp};
use crate::tile::watch::{Interrupted, Watch};
use rayon::prelude::*;
use std::ops::ControlFlow;

/// Samples of a function unless told otherwise.
pub const SAMPLES: u64 = 1 << 22;
/// The most samples that a GPU is compared on, per function.
pub const GPU_SAMPLES: u64 = 1 << 25;
/// Bit patterns of an `f32`.
const PATTERNS: u64 = 1 << 32;
/// Samples that are worked on at once.
const BLOCK: u64 = 1 << 12;
/// Samples between two looks at the watch.
const PIECE: u64 = 1 << 19;
/// Seed of the samples.
const SEED: u64 = 0x0acc_04ac;

/// How many samples, and whether all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// Samples of a function.
    pub samples: u64,
    /// Every bit pattern for functions of one argument.
    pub exhaustive: bool,
}

impl Extent {
    /// Samples that `op` gets.
    #[must_use]
    pub fn of(self, op: Op) -> u64 {
        if self.exhaustive && op.arity().min == 1 { PATTERNS } else { self.samples.clamp(1, PATTERNS) }
    }
}

/// What was measured of one function.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Accuracy {
    /// The function.
    pub op: Op,
    /// Samples.
    pub samples: u64,
    /// The largest distance from the exact value, in ulp.
    pub worst: f64,
    /// The arguments where it was found first; the second repeats the first where there is one.
    pub at: [f32; 2],
    /// Results of the wrong kind.
    pub mismatches: u64,
    /// The arguments of the first of them.
    pub mismatch_at: [f32; 2],
}

impl Accuracy {
    /// Nothing measured yet.
    fn none(op: Op) -> Self {
        Self { op, samples: 0, worst: 0.0, at: [0.0; 2], mismatches: 0, mismatch_at: [0.0; 2] }
    }

    /// Adds one result.
    fn add(&mut self, at: [f32; 2], got: f32, want: f64) {
        self.samples += 1;
        let distance = ulp::distance(got, want);
        if distance.is_infinite() {
            if self.mismatches == 0 {
                self.mismatch_at = at;
            }
            self.mismatches += 1;
        } else if distance > self.worst {
            (self.worst, self.at) = (distance, at);
        }
    }

    /// Adds what was measured on samples that come after; the first of equals stays.
    fn merge(mut self, later: Self) -> Self {
        self.samples += later.samples;
        if later.worst > self.worst {
            (self.worst, self.at) = (later.worst, later.at);
        }
        if self.mismatches == 0 {
            self.mismatch_at = later.mismatch_at;
        }
        self.mismatches += later.mismatches;
        self
    }

    /// Whether the function keeps its promise on these samples.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.mismatches == 0 && self.worst <= bar(self.op)
    }
}

/// The functions whose accuracy can be measured: all that engines compute but truth values and choices, which have none.
pub fn functions() -> impl Iterator<Item = Op> {
    let all = Op::all().iter().copied();
    all.filter(|op| matches!(op.rule(), Rule::Primitive(_)) && op.arity().min <= 2 && !op.is_truth())
}

/// The largest distance that a function promises.
#[must_use]
pub fn bar(op: Op) -> f64 {
    use Op::{
        Abs, Add, Cbrt, Ceil, Cos, Cosh, Div, Exp, Exp2, Expm1, Floor, Fract, Ln, Log1p, Log2, Log10, Max, Min, Mod,
        Mul, Neg, Round, Sign, Sin, Sinh, Sqrt, Sub, Tanh, Trunc,
    };
    match op {
        Neg | Abs | Sign | Floor | Ceil | Round | Trunc | Min | Max => 0.0,
        Add | Sub | Mul | Div | Sqrt | Fract | Mod => ulp::ROUNDED_ULP,
        Cbrt | Exp | Exp2 | Expm1 | Ln | Log2 | Log10 | Log1p | Sin | Cos | Sinh | Cosh | Tanh => ulp::TIGHT_ULP,
        _ => ulp::COMPOSED_ULP,
    }
}

/// A number with a magnitude from 2^−8 to 2^9.
fn moderate(random: &mut Random) -> f32 {
    let bits = random.bits();
    f32::from_bits((bits & 0x807f_ffff) | ((119 + random.bits() % 17) << 23))
}

/// The arguments of the samples from `first` on, one block.
fn arguments(op: Op, extent: Extent, first: u64, count: u64) -> [Vec<f32>; 2] {
    let total = extent.of(op);
    let mut random = Random(SEED ^ first.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let pattern = |i: u64| f32::from_bits(u32::try_from(i & (PATTERNS - 1)).unwrap_or(0));
    let (mut a, mut b) = (Vec::new(), Vec::new());
    for i in first..first + count {
        let (x, y) = match (op.arity().min, i % 4) {
            (1, _) if total == PATTERNS => (pattern(i), 0.0),
            // A random pattern in each of total/4 equal parts.
            (1, 0) => (pattern(i * (PATTERNS / total) + random.bits64() % (4 * PATTERNS / total)), 0.0),
            (1, 1) => (random.nasty(), 0.0),
            (1, _) => (moderate(&mut random), 0.0),
            (_, 0 | 1) => (random.nasty(), random.nasty()),
            _ => (moderate(&mut random), moderate(&mut random)),
        };
        a.push(x);
        b.push(y);
    }
    [a, b]
}

/// Measures one block.
fn block(op: Op, rule: &Primitive, extent: Extent, first: u64, count: u64) -> Accuracy {
    let [a, b] = arguments(op, extent, first, count);
    let wide = |values: &[f32]| values.iter().map(|&value| f64::from(value)).collect::<Vec<f64>>();
    let (wide_a, wide_b) = (wide(&a), wide(&b));
    let (mut got, mut want) = (vec![0.0; a.len()], vec![0.0; a.len()]);
    let second = op.arity().min == 2;
    widest(rule)(&mut got, &a, if second { &b } else { &[] }, &[]);
    (rule.lanes_f64)(&mut want, &wide_a, if second { &wide_b } else { &[] }, &[]);
    let mut found = Accuracy::none(op);
    for (i, (&got, &want)) in got.iter().zip(&want).enumerate() {
        found.add([a[i], if second { b[i] } else { a[i] }], canonical(got), want);
    }
    found
}

/// Measures one function on all cores.
///
/// # Errors
/// When the watch ends it.
pub fn measure(op: Op, extent: Extent, watch: &mut dyn Watch) -> Result<Accuracy, Interrupted> {
    let mut found = Accuracy::none(op);
    let Rule::Primitive(rule) = op.rule() else { return Ok(found) };
    let total = extent.of(op);
    let length = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
    watch.begin(op.name(), length(total));
    let mut first = 0;
    while first < total {
        let end = (first + PIECE).min(total);
        let blocks = (end - first).div_ceil(BLOCK);
        let piece = (0..blocks).into_par_iter().map(|i| {
            let start = first + i * BLOCK;
            block(op, &rule, extent, start, BLOCK.min(end - start))
        });
        found = found.merge(piece.reduce(|| Accuracy::none(op), Accuracy::merge));
        watch.advance(length(end - first))?;
        first = end;
    }
    Ok(found)
}

/// What ended a comparison with a device.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum DeviceError {
    /// The device failed.
    #[error(transparent)]
    Gpu(#[from] GpuError),
    /// The watch ended it.
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
}

/// Compares one function on the device with the CPU, bit by bit; also says on how many arguments.
///
/// # Errors
/// When the device fails, or the watch ends it.
pub fn compare(gpu: &Gpu, op: Op, extent: Extent, watch: &mut dyn Watch) -> Result<(usize, Difference), DeviceError> {
    let samples = extent.of(op).min(GPU_SAMPLES);
    let arity = op.arity().min;
    let side = if arity == 1 { samples } else { samples.isqrt().max(1) };
    let mut random = Random(SEED);
    let mut table = || -> Vec<f32> {
        (0..side).map(|i| if i % 2 == 0 { random.nasty() } else { f32::from_bits(random.bits()) }).collect()
    };
    let tables = (0..arity).map(|_| table()).collect();
    let battery = Battery::new(vec![op], tables)
        .map_err(|error| GpuError::Refused { what: op.name().to_owned(), message: error.to_string() })?;
    watch.begin(&format!("{op}, GPU"), battery.cells());
    let mut stop = None;
    let found = battery.run(gpu, &mut |cells| match watch.advance(cells) {
        Ok(()) => ControlFlow::Continue(()),
        Err(interrupted) => {
            stop = Some(interrupted);
            ControlFlow::Break(())
        }
    })?;
    match (stop, found.into_iter().next()) {
        (Some(interrupted), _) => Err(interrupted.into()),
        (None, Some(found)) => Ok((battery.cells(), found)),
        (None, None) => Err(GpuError::Refused { what: op.name().to_owned(), message: "no result".into() }.into()),
    }
}

/// The function of this name or sign, if it is one that can be measured.
#[must_use]
pub fn function(name: &str) -> Option<Op> {
    functions().find(|op| op.name() == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::agreement::primitives;
    use crate::gpu::Choice;
    use crate::tile::watch::Silent;

    const FEW: Extent = Extent { samples: 1 << 15, exhaustive: false };

    #[test]
    fn every_function_keeps_its_promise() {
        for op in functions() {
            let found = measure(op, FEW, &mut Silent).expect("nothing ends it");
            assert!(found.holds(), "{found:?}");
            assert_eq!(found.samples, FEW.samples, "{op}");
            assert!(bar(op) == 0.0 || found.worst > 0.1, "{op}: no sample needed rounding: {found:?}");
        }
        let count = (1..=2).flat_map(primitives).filter(|op| !op.is_truth()).count();
        assert_eq!(functions().count(), count, "all functions of one and two arguments");
    }

    #[test]
    fn wrong_results_are_told() {
        let mut found = Accuracy::none(Op::Exp);
        found.add([1.0; 2], 1.0, 1.0);
        assert!(found.holds() && found.worst == 0.0, "right");
        found.add([2.0; 2], f32::from_bits(1.0_f32.to_bits() + 3), 1.0);
        assert!(!found.holds() && found.worst == 3.0 && found.at == [2.0; 2], "three ulp: {found:?}");
        let mut kinds = Accuracy::none(Op::Ln);
        kinds.add([-1.0; 2], 0.5, f64::NAN);
        kinds.add([1.0; 2], -0.0, 0.0);
        assert!(!kinds.holds() && kinds.mismatches == 2 && kinds.mismatch_at == [-1.0; 2], "kinds: {kinds:?}");
        let both = found.merge(kinds);
        assert_eq!((both.samples, both.mismatches, both.worst), (4, 2, 3.0), "merged");
    }

    #[test]
    fn patterns_are_spread_evenly_and_the_result_does_not_depend_on_threads() {
        let exponents: std::collections::BTreeSet<u32> = (0..FEW.samples / BLOCK)
            .flat_map(|i| arguments(Op::Sin, FEW, i * BLOCK, BLOCK).concat())
            .map(|x| x.to_bits() >> 23)
            .collect();
        assert_eq!(exponents.len(), 512, "every sign and exponent");
        let all = Extent { samples: 1, exhaustive: true };
        assert_eq!((all.of(Op::Sin), all.of(Op::Pow)), (PATTERNS, 1), "all of one argument");
        let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
        let alone = one.install(|| measure(Op::Tan, FEW, &mut Silent));
        assert_eq!(alone, measure(Op::Tan, FEW, &mut Silent), "one thread or many");
    }

    #[test]
    #[ignore = "needs a GPU adapter; tests/run runs it"]
    fn a_device_is_compared() {
        let gpu = Gpu::open(Choice::Any).expect("an adapter");
        for op in [Op::Sin, Op::Pow] {
            let (cells, found) = compare(&gpu, op, FEW, &mut Silent).expect("the device works");
            assert!(cells > 30_000, "{op}: {cells}");
            assert!(found.cells == 0 || !gpu.info().is_software(), "{op}: {found:?}");
        }
    }
}
