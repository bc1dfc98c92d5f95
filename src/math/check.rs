//! What the tests of this floor share: a function against its reference over nasty samples, or over given values.

pub(super) use super::samples::Random;
use super::ulp::distance;
pub(super) use super::ulp::{COMPOSED_ULP, ROUNDED_ULP, TIGHT_ULP};

/// Samples a function.
const SAMPLES: usize = 100_000;

/// The worst distance seen, and the arguments.
type Worst = (f64, [f32; 2]);

/// The worst distance of f from the reference over the seeded samples.
fn worst(
    mut arguments: impl FnMut(&mut Random) -> [f32; 2],
    f: impl Fn(f32, f32) -> f32,
    r: impl Fn(f64, f64) -> f64,
) -> Worst {
    let mut random = Random(0x6772_6164);
    let mut seen = (0.0, [0.0; 2]);
    for _ in 0..SAMPLES {
        let [a, b] = arguments(&mut random);
        let d = distance(f(a, b), r(f64::from(a), f64::from(b)));
        if d > seen.0 {
            seen = (d, [a, b]);
        }
    }
    seen
}

/// Fails unless f stays within the bar of the reference on the nasty samples.
pub(super) fn assert_unary(name: &str, bar: f64, f: fn(f32) -> f32, r: fn(f64) -> f64) {
    let (d, [x, _]) = worst(|random| [random.nasty(), 0.0], |x, _| f(x), |x, _| r(x));
    assert!(d <= bar, "{name}({x:e}) [{:08x}] is {d} ulp off, the bar is {bar}; it gave {:e}", x.to_bits(), f(x));
}

/// Fails unless f stays within the bar of the reference on pairs of nasty samples.
pub(super) fn assert_binary(name: &str, bar: f64, f: fn(f32, f32) -> f32, r: fn(f64, f64) -> f64) {
    assert_pairs(name, bar, |random| [random.nasty(), random.nasty()], f, r);
}

/// Fails unless f stays within the bar of the reference on the pairs given.
pub(super) fn assert_pairs(
    name: &str,
    bar: f64,
    arguments: impl FnMut(&mut Random) -> [f32; 2],
    f: fn(f32, f32) -> f32,
    r: fn(f64, f64) -> f64,
) {
    let (d, [a, b]) = worst(arguments, f, r);
    assert!(d <= bar, "{name}({a:e}, {b:e}) is {d} ulp off, the bar is {bar}; it gave {:e}", f(a, b));
}

/// Fails unless f gives exactly the bits wanted for each argument.
pub(super) fn assert_values(name: &str, f: fn(f32) -> f32, rows: &[(f32, f32)]) {
    for &(x, want) in rows {
        let got = f(x);
        assert_eq!(got.to_bits(), want.to_bits(), "{name}({x:e}) is {got:e}, wanted {want:e}");
    }
}

/// Fails unless f gives exactly the bits wanted for each pair of arguments.
pub(super) fn assert_pair_values(name: &str, f: fn(f32, f32) -> f32, rows: &[(f32, f32, f32)]) {
    for &(a, b, want) in rows {
        let got = f(a, b);
        assert_eq!(got.to_bits(), want.to_bits(), "{name}({a:e}, {b:e}) is {got:e}, wanted {want:e}");
    }
}

mod tests {
    use super::*;
    use crate::math::reference;

    #[test]
    #[should_panic(expected = "ulp off")]
    fn a_function_that_is_five_ulp_off_fails() {
        assert_unary(
            "exp",
            TIGHT_ULP,
            |x| f32::from_bits(crate::math::exp(x).to_bits().wrapping_add(5)),
            reference::exp,
        );
    }

    #[test]
    #[should_panic(expected = "ulp off")]
    fn a_function_that_ignores_its_domain_fails() {
        assert_unary("ln", TIGHT_ULP, |x| crate::math::ln(f32::from_bits(x.to_bits() & 0x7fff_ffff)), reference::ln);
    }
}
