//! Seeded numbers that are chosen to hurt: what tests, self-test and accuracy report feed to the functions.
//!
//! They aim at edges: bit patterns of every kind, neighbours of powers of two and of multiples of π/2, subnormals, integers, numbers
//! near 1, infinities, NaN, and the usual ranges. The same seed gives the same numbers on every machine.

/// The generator splitmix64 (Steele, Lea, Flood, OOPSLA 2014).
#[derive(Debug, Clone)]
pub struct Random(pub u64);

impl Random {
    /// 64 random bits.
    pub fn bits64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let a = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let b = (a ^ (a >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        b ^ (b >> 31)
    }

    /// 32 random bits.
    pub fn bits(&mut self) -> u32 {
        u32::try_from(self.bits64() >> 32).unwrap_or(0)
    }

    /// A number in [−1, 1).
    fn signed_unit(&mut self) -> f64 {
        f64::from(self.bits().cast_signed()) / f64::from(1u32 << 31)
    }

    /// A number that has been chosen to hurt.
    pub fn nasty(&mut self) -> f32 {
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
pub(crate) fn nearest(x: f64) -> f32 {
    x as f32
}

#[cfg(test)]
mod tests {
    use super::*;

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
