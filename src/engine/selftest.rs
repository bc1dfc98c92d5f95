//! The self-test of an adapter: does it give the bits of the CPU in every operation of the language?
//!
//! Two engines agree in every bit if the hardware rounds to nearest, keeps subnormal numbers, divides correctly, and the compiler
//! does not rearrange what the barrier guards. Nothing in an API says so; hence every operation of the table is tried, by the path
//! that all programs take (see [`agreement`](super::agreement)), on a fixed seeded set of arguments that are chosen to hurt:
//! [`UNARY`] numbers, the pairs of [`BINARY`] by as many, and triples, with infinities, NaN, subnormals, neighbours of powers of two and
//! multiples of π/2 among them.
//!
//! On an adapter that passes, results are called *bit-exact*; on one that fails they are only *within the bound* of the reference
//! (see [`Agreement`]), and stay usable. The result is kept per adapter, driver and version of gradgrid, so that the test runs once
//! (in `gradgrid/self-test.json` in the user's cache folder; where there is none, in each process).
//!
//! **Limits.** A test of samples is evidence, not proof: canaries (see [`checked`](super::checked)) watch every run besides.

mod cache;

use crate::engine::agreement::{Battery, Difference, primitives};
use crate::expr::op::Op;
use crate::gpu::{Gpu, GpuError};
use crate::io::cache::folder;
use crate::math::samples::Random;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::ControlFlow;
use std::sync::{Mutex, PoisonError};

/// Arguments of the operations that take one.
pub const UNARY: usize = 8192;
/// Arguments on either side of those that take two.
pub const BINARY: usize = 112;
/// Arguments in each place of those that take three.
pub const TERNARY: usize = 24;

/// Operations of one program: few enough for a driver to compile it at once, enough to pay for the dispatch.
const GROUP: usize = 12;

/// Seed of the arguments.
const SEED: u64 = 0x5e1f_7e57;

/// How the results of an engine relate to those of the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agreement {
    /// It is what the others are measured against: `f64`.
    Reference,
    /// The same bytes as the `cpu` engine's.
    BitExact,
    /// Not the same bytes, but within the error bound of the reference.
    WithinBound,
    /// The driver's own functions, of which nothing is known.
    NoPromise,
}

impl fmt::Display for Agreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Reference => "reference",
            Self::BitExact => "bit-exact",
            Self::WithinBound => "within bound",
            Self::NoPromise => "no promise (built-in functions)",
        })
    }
}

/// One operation in which an adapter differs from the CPU.
#[derive(Debug, Clone, PartialEq)]
pub struct Differing {
    /// Name of the operation.
    pub op: String,
    /// Arguments on which the bits differ.
    pub cells: usize,
    /// The largest distance in ulp; infinite where one side is no number.
    pub ulp: f64,
}

/// What the self-test found.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SelfTest {
    /// Operations that were tried.
    pub operations: usize,
    /// Those that differ from the CPU.
    pub differing: Vec<Differing>,
    /// Whether subnormal results came as zero.
    pub flushes_subnormals: bool,
    /// Why the test could not be finished, if it could not.
    pub trouble: Option<String>,
}

/// What this process knows already.
static KNOWN: Mutex<BTreeMap<String, SelfTest>> = Mutex::new(BTreeMap::new());

impl SelfTest {
    /// The result for this device: what is known from before, or found now and kept.
    #[must_use]
    pub fn of(gpu: &Gpu) -> Self {
        let key = cache::key(gpu.info());
        let known = || KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(result) = known().get(&key) {
            return result.clone();
        }
        let result = folder().and_then(|folder| cache::load(&folder, &key)).unwrap_or_else(|| Self::run(gpu));
        known().insert(key, result.clone());
        result
    }

    /// Tests this device now, whatever is known, and keeps the result.
    #[must_use]
    pub fn run(gpu: &Gpu) -> Self {
        let result =
            Self::measure(gpu).unwrap_or_else(|error| Self { trouble: Some(error.to_string()), ..Self::default() });
        let key = cache::key(gpu.info());
        // A device that failed may be well the next time; only whole results are kept.
        if result.trouble.is_none()
            && let Some(folder) = folder()
        {
            cache::store(&folder, &key, &result);
        }
        KNOWN.lock().unwrap_or_else(PoisonError::into_inner).insert(key, result.clone());
        result
    }

    fn measure(gpu: &Gpu) -> Result<Self, GpuError> {
        let mut found = Vec::new();
        for battery in batteries() {
            found.extend(battery.run(gpu, &mut |_| ControlFlow::Continue(()))?);
        }
        Ok(Self::of_differences(&found))
    }

    fn of_differences(found: &[Difference]) -> Self {
        let differing = found.iter().filter(|difference| difference.cells > 0);
        let differing =
            differing.map(|found| Differing { op: found.op.to_owned(), cells: found.cells, ulp: found.ulp }).collect();
        let flushes_subnormals = found.iter().any(|difference| difference.flushed);
        Self { operations: found.len(), differing, flushes_subnormals, trouble: None }
    }

    /// Whether every operation gave the bits of the CPU.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.operations > 0 && self.differing.is_empty() && self.trouble.is_none()
    }

    /// What may be said about results of this device.
    #[must_use]
    pub fn agreement(&self) -> Agreement {
        if self.passed() { Agreement::BitExact } else { Agreement::WithinBound }
    }
}

impl fmt::Display for SelfTest {
    /// One line, as in `bit-exact with the CPU (54 operations)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(trouble) = &self.trouble {
            return write!(f, "could not be finished: {trouble}");
        }
        if self.passed() {
            return write!(f, "bit-exact with the CPU ({} operations)", self.operations);
        }
        let names: Vec<String> =
            self.differing.iter().map(|found| format!("{} ({})", found.op, off(found.ulp))).collect();
        write!(f, "differs from the CPU in {} of {} operations: {}", names.len(), self.operations, names.join(", "))?;
        if self.flushes_subnormals {
            f.write_str("; subnormal numbers become zero")?;
        }
        Ok(())
    }
}

/// A worst distance in words.
fn off(ulp: f64) -> String {
    if ulp.is_finite() { format!("up to {ulp} ulp") } else { "a number for NaN or NaN for a number".to_owned() }
}

/// The fixed set: every primitive of the table once.
fn batteries() -> Vec<Battery> {
    let mut random = Random(SEED);
    let mut table = |len: usize| (0..len).map(|_| random.nasty()).collect::<Vec<f32>>();
    let tables =
        [vec![table(UNARY)], vec![table(BINARY), table(BINARY)], vec![table(TERNARY), table(TERNARY), table(TERNARY)]];
    let mut all = Vec::new();
    for (arity, tables) in (1..).zip(tables) {
        let ops: Vec<Op> = primitives(arity).collect();
        all.extend(ops.chunks(GROUP).filter_map(|ops| Battery::new(ops.to_vec(), tables.clone()).ok()));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gpu::Choice;

    #[test]
    fn the_set_has_every_primitive_and_nasty_arguments() {
        let operations: usize = (1..=3).map(|arity| primitives(arity).count()).sum();
        assert!(operations > 50, "{operations} operations");
        let cells: usize = batteries().iter().map(Battery::cells).sum();
        assert!(cells > UNARY + BINARY * BINARY, "{cells} cells");
    }

    #[test]
    fn results_are_told_in_one_line() {
        let none = Difference { op: "sin", cells: 0, ulp: 0.0, flushed: false };
        let passed = SelfTest::of_differences(std::slice::from_ref(&none));
        assert!(passed.passed() && passed.agreement() == Agreement::BitExact, "nothing differs");
        assert_eq!(passed.to_string(), "bit-exact with the CPU (1 operations)", "passed");
        let failed = SelfTest::of_differences(&[none, Difference { op: "exp", cells: 7, ulp: 2.0, flushed: true }]);
        assert!(!failed.passed() && failed.agreement() == Agreement::WithinBound, "exp differs");
        let line = failed.to_string();
        assert_eq!(
            line, "differs from the CPU in 1 of 2 operations: exp (up to 2 ulp); subnormal numbers become zero",
            "failed"
        );
        assert!(!SelfTest::default().passed(), "nothing tried is nothing proved");
        let trouble = SelfTest { trouble: Some("gone".to_owned()), ..passed };
        assert_eq!(trouble.agreement(), Agreement::WithinBound, "an unfinished test proves nothing");
    }

    #[test]
    #[ignore = "needs a GPU adapter; tests/run runs it"]
    fn an_adapter_is_tested() {
        let gpu = Gpu::open(Choice::Any).expect("an adapter");
        let start = std::time::Instant::now();
        let result = SelfTest::measure(&gpu).expect("the device works");
        println!("{result} in {:?}", start.elapsed());
        // Mesa's software driver is IEEE throughout; others may differ and then say so.
        assert!(result.passed() || !gpu.info().is_software(), "{result}");
        assert_eq!(result.operations, (1..=3).map(|arity| primitives(arity).count()).sum::<usize>(), "all of them");
    }
}
