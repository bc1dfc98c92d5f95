//! What the tests of double precision share: nasty samples and the distance of two numbers in representable steps.

/// The generator splitmix64 (Steele, Lea, Flood, OOPSLA 2014).
#[derive(Debug)]
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// 64 random bits.
    pub(crate) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let a = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let b = (a ^ (a >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        b ^ (b >> 31)
    }

    /// A number below `n`.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.bits() % n as u64).unwrap_or(0)
    }

    /// A number in [−1, 1).
    #[expect(clippy::cast_precision_loss, reason = "random bits, some of them lost")]
    pub(crate) fn signed_unit(&mut self) -> f64 {
        self.bits().cast_signed() as f64 / 2f64.powi(63)
    }

    /// A number that has been chosen to hurt: every kind of bit pattern, neighbours of powers of two, of multiples of π/2, of integers
    /// and of 1, subnormals, and the usual ranges.
    #[expect(clippy::cast_precision_loss, reason = "random bits, some of them lost")]
    pub(crate) fn nasty(&mut self) -> f64 {
        const EDGES: [u64; 13] = [
            0,
            1,
            0x000f_ffff_ffff_ffff,
            0x0010_0000_0000_0000,
            0x3fe0_0000_0000_0000,
            0x3fef_ffff_ffff_ffff,
            0x3ff0_0000_0000_0000,
            0x3ff0_0000_0000_0001,
            0x4330_0000_0000_0000,
            0x4340_0000_0000_0000,
            0x7fef_ffff_ffff_ffff,
            0x7ff0_0000_0000_0000,
            0x7ff8_0000_0000_0000,
        ];
        let (choice, sign, near) = (self.bits(), self.bits() & (1 << 63), self.bits() & 63);
        let about = |x: f64| f64::from_bits(x.to_bits().wrapping_add(near).wrapping_sub(32) ^ sign);
        match choice % 12 {
            0 | 1 => f64::from_bits(self.bits()),
            2 => about(f64::from_bits((self.bits() & 0x7ff) << 52)),
            3 => about((self.bits() % 20_000) as f64 * std::f64::consts::FRAC_PI_2),
            4 => about((self.bits() >> near) as f64),
            5 => f64::from_bits(EDGES[self.below(EDGES.len())] ^ sign),
            6 => f64::from_bits(self.bits() & 0x800f_ffff_ffff_ffff),
            7 => about(1.0),
            8 => self.signed_unit() * 2.0,
            9 => self.signed_unit() * 20.0,
            10 => self.signed_unit() * 800.0,
            _ => self.signed_unit() * 2f64.powi(i32::try_from(self.bits() % 80).unwrap_or(0) - 60),
        }
    }
}

/// How many representable numbers lie between two, plus one; infinite where one is NaN and the other not, where a NaN is not the one NaN,
/// and where zeros differ in sign.
#[expect(clippy::cast_precision_loss, reason = "only small distances count")]
pub(crate) fn distance(got: f64, want: f64) -> f64 {
    let zeros_differ = got == 0.0 && want == 0.0 && got.is_sign_negative() != want.is_sign_negative();
    if want.is_nan() {
        return if got.to_bits() == super::NAN.to_bits() { 0.0 } else { f64::INFINITY };
    }
    if got.is_nan() || zeros_differ {
        return f64::INFINITY;
    }
    let place = |x: f64| {
        let size = i128::from(x.to_bits() & 0x7fff_ffff_ffff_ffff);
        if x.is_sign_negative() { -size } else { size }
    };
    (place(got) - place(want)).unsigned_abs() as f64
}

mod tests {
    use super::*;

    #[test]
    fn the_distance_counts_steps_and_sees_what_is_no_number() {
        assert_eq!(distance(1.0, 1.0), 0.0, "equal");
        assert_eq!(distance(1.0f64.next_up().next_up(), 1.0), 2.0, "two above 1");
        assert_eq!(distance(f64::from_bits(1), -f64::from_bits(1)), 2.0, "across zero");
        assert_eq!(distance(f64::INFINITY, f64::MAX), 1.0, "infinity is the next number");
        assert_eq!(distance(-0.0, 0.0), f64::INFINITY, "the other zero");
        assert_eq!(distance(f64::from_bits(0xfff8_0000_0000_0000), f64::NAN), f64::INFINITY, "another NaN");
        assert_eq!(distance(1.0, f64::NAN), f64::INFINITY, "a number for NaN");
        assert_eq!(distance(f64::NAN, 1.0), f64::INFINITY, "NaN for a number");
    }

    #[test]
    fn the_samples_reach_the_edges() {
        let mut random = Random(1);
        let all: Vec<f64> = (0..10_000).map(|_| random.nasty()).collect();
        let has = |f: fn(f64) -> bool| all.iter().any(|&x| f(x));
        assert!(has(f64::is_nan) && has(f64::is_infinite), "specials");
        assert!(has(f64::is_subnormal) && has(|x| x == 0.0 && x.is_sign_negative()), "small ones");
        assert!(has(|x| x.abs() > 1e250) && has(|x| x == 1.0f64.next_down()), "large ones and neighbours of 1");
    }
}
