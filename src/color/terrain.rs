//! Colour maps for heights: `terrain` for land, `topo` for land and sea.
//!
//! Hypsometric tints as on printed maps — dark green lowland, sand, bare rock, snow — but with lightness rising all the way, so that higher
//! is always lighter and a shaded relief can be laid over them without turning the order round. `topo` is made to be centred on
//! sea level: below it blues that darken with depth, above it the land. The coast is a jump, as it should be. The colours are our own.

use super::oklab;

/// Lowland to snow.
const LAND: [(f64, [u8; 3]); 7] = [
    (0.0, [29, 77, 58]),
    (0.16, [63, 122, 72]),
    (0.38, [138, 164, 90]),
    (0.58, [201, 190, 127]),
    (0.74, [220, 201, 166]),
    (0.88, [239, 230, 218]),
    (1.0, [255, 255, 255]),
];

/// The deep to the shore.
const SEA: [(f64, [u8; 3]); 4] =
    [(0.0, [13, 31, 79]), (1.0 / 3.0, [31, 92, 156]), (2.0 / 3.0, [95, 168, 211]), (1.0, [195, 230, 238])];

/// The shore to snow.
const SHORE: [(f64, [u8; 3]); 6] = [
    (0.0, [47, 107, 63]),
    (0.15, [111, 154, 82]),
    (0.35, [179, 176, 105]),
    (0.6, [207, 182, 133]),
    (0.82, [224, 207, 184]),
    (1.0, [255, 255, 255]),
];

/// The colour of land at `t` in [0, 1].
pub(super) fn terrain(t: f64) -> [u8; 3] {
    oklab::along(&LAND, t)
}

/// The colour of sea for `t` < 1/2 and of land from there.
pub(super) fn topo(t: f64) -> [u8; 3] {
    if t < 0.5 { oklab::along(&SEA, 2.0 * t) } else { oklab::along(&SHORE, 2.0 * t - 1.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_coast_is_at_the_middle() {
        assert_eq!((topo(0.0), topo(1.0)), ([13, 31, 79], [255; 3]), "deep and high");
        assert_eq!((topo(0.5_f64.next_down()), topo(0.5)), ([195, 230, 238], [47, 107, 63]), "shore");
    }

    #[test]
    fn higher_is_lighter_on_land_and_in_the_sea() {
        let light = |colour: [u8; 3]| oklab::from_srgb(colour)[0];
        for k in 0..127_u8 {
            let (a, b) = (f64::from(k) / 256.0, f64::from(k + 1) / 256.0);
            assert!(light(topo(b)) >= light(topo(a)), "sea at {a}");
            assert!(light(topo(0.5 + b)) >= light(topo(0.5 + a)), "land at {a}");
        }
    }
}
