//! What the tests of this floor share: nasty samples, the distance in ulp from the f64 reference, and the bars.
//!
//! The samples are seeded and aim at edges: bit patterns of every kind, neighbours of powers of two and of multiples of π/2,
//! subnormals, integers, numbers near 1, and the usual ranges. The distance counts in units of the last place that an f32 of the reference's
//! size has; below 2^−126 that unit is 2^−149. Infinity counts as 2^128, as it does in rounding.

/// Bar of the elementary functions: one rounding of the result, half an ulp, plus at most three smaller errors of argument and polynomial.
pub(super) const TIGHT_ULP: f64 = 2.0;
/// Bar of the functions composed of two elementary ones, whose errors add up.
pub(super) const COMPOSED_ULP: f64 = 4.0;
/// Bar of a single rounding.
pub(super) const ROUNDED_ULP: f64 = 0.5;
/// Samples a function.
const SAMPLES: usize = 100_000;

/// The generator splitmix64 (Steele, Lea, Flood, OOPSLA 2014).
#[derive(Debug)]
pub(super) struct Random(pub u64);

impl Random {
    fn bits64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let a = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let b = (a ^ (a >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        b ^ (b >> 31)
    }

    /// 32 random bits.
    pub(super) fn bits(&mut self) -> u32 {
        u32::try_from(self.bits64() >> 32).unwrap_or(0)
    }

    /// A number in [−1, 1).
    fn signed_unit(&mut self) -> f64 {
        f64::from(self.bits().cast_signed()) / f64::from(1u32 << 31)
    }

    /// A number that has been chosen to hurt.
    pub(super) fn nasty(&mut self) -> f32 {
        const EDGES: [u32; 16] = [
            0,
            1,
            0x007f_ffff,
            0x0080_0000,
            0x3380_0000,
            0x3f00_0000,
            0x3f7f_ffff,
            0x3f80_0000,
            0x3f80_0001,
            0x4b00_0000,
            0x4b7f_ffff,
            0x4b80_0000,
            0x7f7f_ffff,
            0x7f80_0000,
            0x7fc0_0000,
            0x7f80_0001,
        ];
        let choice = self.bits();
        let sign = self.bits() & 0x8000_0000;
        let near = self.bits() & 63;
        let about = |x: f32| f32::from_bits(x.to_bits().wrapping_add(near).wrapping_sub(32) ^ sign);
        match choice % 12 {
            0 | 1 => f32::from_bits(self.bits()),
            2 => about(f32::from_bits((self.bits() & 0xff) << 23)),
            3 => about(nearest(f64::from(self.bits() % 20_000) * std::f64::consts::FRAC_PI_2)),
            4 => about(nearest(f64::from(self.bits() >> (near & 31)))),
            5 => f32::from_bits(EDGES[(choice >> 8) as usize % EDGES.len()] ^ sign),
            6 => f32::from_bits(self.bits() & 0x807f_ffff),
            7 => about(1.0),
            8 => nearest(self.signed_unit() * 2.0),
            9 => nearest(self.signed_unit() * 20.0),
            10 => nearest(self.signed_unit() * 200.0),
            _ => nearest(self.signed_unit() * 15_000.0),
        }
    }
}

/// The f32 nearest to x.
#[expect(clippy::cast_possible_truncation, reason = "rounding to f32 is what it is for")]
pub(super) fn nearest(x: f64) -> f32 {
    x as f32
}

/// The distance of an f32 from the reference in ulp; infinite where one is NaN and the other is not, where a NaN is not the one
/// NaN, and where zeros differ in sign though the reference is a zero.
pub(super) fn distance(got: f32, want: f64) -> f64 {
    if want.is_nan() {
        return if got.to_bits() == 0x7fc0_0000 { 0.0 } else { f64::INFINITY };
    }
    if got.is_nan() || (got == 0.0 && want == 0.0 && got.is_sign_negative() != want.is_sign_negative()) {
        return f64::INFINITY;
    }
    let bounded = |x: f64| x.clamp(-2f64.powi(128), 2f64.powi(128));
    let exponent = want.abs().clamp(2f64.powi(-126), 2f64.powi(127)).log2().floor();
    (bounded(f64::from(got)) - bounded(want)).abs() / (exponent - 23.0).exp2()
}

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
    fn the_distance_counts_units_of_the_last_place() {
        assert_eq!(distance(1.0, 1.0), 0.0, "equal");
        assert_eq!(distance(f32::from_bits(0x3f80_0003), 1.0), 3.0, "three above 1");
        assert_eq!(distance(f32::from_bits(1), 0.0), 1.0, "the smallest subnormal");
        assert_eq!(distance(f32::INFINITY, f64::from(f32::MAX)), 1.0, "infinity is the next number");
        assert_eq!(distance(f32::INFINITY, 1e300), 0.0, "overflow");
        assert_eq!(distance(-1.0, 1.0), 2f64.powi(24), "the other sign");
        assert_eq!(distance(f32::from_bits(0xffc0_0000), f64::NAN), f64::INFINITY, "another NaN");
        assert_eq!(distance(1.0, f64::NAN), f64::INFINITY, "a number for NaN");
        assert_eq!(distance(f32::NAN, 1.0), f64::INFINITY, "NaN for a number");
        assert_eq!(distance(-0.0, 0.0), f64::INFINITY, "the other zero");
    }

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

    #[test]
    fn the_samples_reach_the_edges() {
        let mut random = Random(1);
        let all: Vec<f32> = (0..10_000).map(|_| random.nasty()).collect();
        let has = |f: fn(f32) -> bool| all.iter().any(|&x| f(x));
        assert!(has(f32::is_nan) && has(f32::is_infinite), "specials");
        assert!(has(f32::is_subnormal) && has(|x| x == 0.0 && x.is_sign_negative()), "small ones");
        assert!(has(|x| x.abs() > 1e30) && has(|x| x == f32::from_bits(0x3f7f_ffff)), "large ones and neighbours of 1");
    }
}
