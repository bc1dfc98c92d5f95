//! Colour maps: names, known colours, lightness, and what is asked of each kind.

use super::*;

#[test]
fn names_round_trip_and_the_constants_are_what_they_say() {
    for name in Colormap::names() {
        let map = Colormap::from_name(name).expect("a listed name is known");
        assert_eq!(map.name(), name, "forward");
        let reversed = Colormap::from_name(&format!("{}_R", name.to_uppercase())).expect("the suffix is known");
        assert_eq!(reversed, map.reversed(), "reversed");
        assert_eq!(reversed.sample(0.25), map.sample(0.75), "{name} reversed");
    }
    let constants =
        [(Colormap::VIRIDIS, "viridis"), (Colormap::COOLWARM, "coolwarm"), (Colormap::TWILIGHT, "twilight")];
    for (map, name) in constants {
        assert_eq!(map.name(), name, "constant");
    }
}

#[test]
fn an_unknown_name_lists_the_known_ones() {
    let message = Colormap::from_name("jet").expect_err("jet is not here").to_string();
    assert!(message.contains("'jet'") && message.contains("cividis") && message.contains("_r"), "{message}");
    assert!(Colormap::from_name("").is_err() && Colormap::from_name("_r").is_err(), "empty names");
}

#[test]
fn tables_are_whole_and_known_colours_are_where_they_should_be() {
    for row in &MAPS {
        if let Source::Table(table) = row.source {
            assert_eq!(table.len(), 6 * 256, "{}", row.name);
            assert!(table.bytes().all(|c| c.is_ascii_digit() || (b'a'..=b'f').contains(&c)), "{}", row.name);
        }
    }
    assert_eq!(Colormap::VIRIDIS.sample(0.0), [68, 1, 84], "dark end");
    assert_eq!(Colormap::VIRIDIS.sample(1.0), [253, 231, 37], "light end");
    assert_eq!(Colormap::from_name("gray").expect("gray").sample(0.5), [128; 3], "middle grey");
}

#[test]
fn odd_arguments_are_clamped_or_wrapped() {
    let map = Colormap::VIRIDIS;
    assert_eq!(map.sample(f64::NAN), map.sample(0.0), "NaN");
    assert_eq!(map.sample(-7.0), map.sample(0.0), "below");
    assert_eq!(map.sample(f64::INFINITY), map.sample(1.0), "above");
    let turn = Colormap::TWILIGHT;
    assert_eq!(turn.sample(0.0), turn.sample(1.0), "the circle closes");
    assert_eq!(turn.sample(1.25), turn.sample(0.25), "and goes round");
}

#[test]
fn sequences_include_both_ends_or_one_turn() {
    let colours = Colormap::VIRIDIS.sequence(5);
    assert_eq!((colours[0], colours[4], colours.len()), ([68, 1, 84], [253, 231, 37], 5), "both ends");
    let turn = Colormap::TWILIGHT.sequence(4);
    assert_ne!(turn[0], turn[3], "no colour twice");
    assert!(Colormap::VIRIDIS.sequence(0).is_empty(), "none asked, none given");
    assert_eq!(Colormap::COOLWARM.sequence(1), vec![Colormap::COOLWARM.sample(0.5)], "one colour is the middle");
}

/// Distance in Oklab; 0.02 is about the smallest difference that is noticed side by side.
fn distance(a: [u8; 3], b: [u8; 3]) -> f64 {
    let (a, b) = (oklab::from_srgb(a), oklab::from_srgb(b));
    (0..3).map(|k| (a[k] - b[k]).powi(2)).sum::<f64>().sqrt()
}

fn lightness(colour: [u8; 3]) -> f64 {
    oklab::from_srgb(colour)[0]
}

fn map(name: &str) -> Colormap {
    Colormap::from_name(name).expect("a map")
}

#[test]
fn no_data_is_far_from_every_map_and_from_paper() {
    /// Five times what the eye just notices.
    const CLEARLY_DIFFERENT: f64 = 0.1;
    for name in Colormap::names() {
        let map = Colormap::from_name(name).expect("listed");
        let nearest = map.sequence(256).into_iter().map(|c| distance(c, NO_DATA)).fold(f64::INFINITY, f64::min);
        assert!(nearest > CLEARLY_DIFFERENT, "{name}: {nearest}");
    }
    assert!(distance([255; 3], NO_DATA) > CLEARLY_DIFFERENT && distance([24; 3], NO_DATA) > CLEARLY_DIFFERENT, "paper");
}

#[test]
fn ends_are_those_of_the_published_tables() {
    for (name, ends) in [
        ("viridis", [[68, 1, 84], [253, 231, 37]]),
        ("magma", [[0, 0, 4], [252, 253, 191]]),
        ("inferno", [[0, 0, 4], [252, 255, 164]]),
        ("plasma", [[13, 8, 135], [240, 249, 33]]),
        ("cividis", [[0, 34, 78], [254, 232, 56]]),
        ("turbo", [[48, 18, 59], [122, 4, 3]]),
        ("coolwarm", [[59, 76, 192], [180, 4, 38]]),
    ] {
        assert_eq!([map(name).sample(0.0), map(name).sample(1.0)], ends, "{name}");
    }
}

#[test]
fn sequential_maps_rise_in_lightness_and_diverging_ones_fall_alike_on_both_sides() {
    /// What rounding to bytes moves the lightness of dark colours by.
    const ROUNDING: f64 = 2e-3;
    for row in &MAPS {
        let light: Vec<f64> = map(row.name).sequence(256).into_iter().map(lightness).collect();
        match row.kind {
            Kind::Sequential => {
                assert!(light.windows(2).all(|pair| pair[1] > pair[0] - ROUNDING), "{} falls", row.name);
                assert!(light[255] - light[0] > 0.5, "{} has a flat range of lightness", row.name);
            }
            Kind::Diverging if row.name != "topo" => {
                let (down, up) = light.split_at(128);
                assert!(down.windows(2).all(|pair| pair[1] > pair[0] - ROUNDING), "{} falls on the left", row.name);
                assert!(up.windows(2).all(|pair| pair[1] < pair[0] + ROUNDING), "{} rises on the right", row.name);
                /// Coolwarm's ends differ by this much by design; ours by rounding.
                const SIDES: f64 = 0.06;
                assert!((0..128).all(|k| (light[k] - light[255 - k]).abs() < SIDES), "{}: unlike sides", row.name);
            }
            // The judge: a rainbow orders nothing by lightness.
            Kind::Rainbow => {
                assert!(!light.windows(2).all(|pair| pair[1] > pair[0] - ROUNDING), "{} does not fall", row.name);
            }
            Kind::Cyclic | Kind::Diverging => {}
        }
    }
}

#[test]
fn a_cyclic_map_closes_without_a_seam() {
    for row in MAPS.iter().filter(|row| row.kind == Kind::Cyclic) {
        let colours = map(row.name).sequence(256);
        let step = |k: usize| distance(colours[k], colours[(k + 1) % 256]);
        let largest = (0..255).map(step).fold(0.0, f64::max);
        assert!(step(255) <= largest, "{}: the seam is {}, the largest step {largest}", row.name, step(255));
    }
}

/// What an eye without red or green cones sees (Machado, Oliveira & Fernandes, *IEEE TVCG* 15(6), 2009, severity 1).
fn seen(colour: [u8; 3], eye: &[[f64; 3]; 3]) -> [u8; 3] {
    let light = colour.map(|c| oklab::linear_from_srgb(f64::from(c) / 255.0));
    eye.map(|row| oklab::byte_from_linear((0..3).map(|k| row[k] * light[k]).sum()))
}

#[test]
fn both_signs_are_told_apart_by_every_eye() {
    /// Three times what is just noticeable side by side, as for the series of line figures.
    const APART: f64 = 0.06;
    const EYES: [[[f64; 3]; 3]; 2] = [
        [[0.152_286, 1.052_583, -0.204_868], [0.114_503, 0.786_281, 0.099_216], [-0.003_882, -0.048_116, 1.051_998]],
        [[0.367_322, 0.860_646, -0.227_968], [0.280_085, 0.672_501, 0.047_413], [-0.011_820, 0.042_940, 0.968_881]],
    ];
    for name in ["coolwarm", "bluered", "topo"] {
        for eye in &EYES {
            for k in 2..=10 {
                let away = f64::from(k) / 20.0;
                let (low, high) = (map(name).sample(0.5 - away), map(name).sample(0.5 + away));
                let apart = distance(seen(low, eye), seen(high, eye));
                assert!(apart >= APART, "{name} at ±{away}: {apart:.3} apart");
            }
        }
    }
}

#[test]
fn steps_are_flat_and_their_ends_are_those_of_the_map() {
    for (name, wanted) in [("viridis:8", 8), ("Viridis_R:3", 3), ("coolwarm:100", 100), ("#000,#fff:5", 5)] {
        let (stepped, smooth) = (map(name), map(name.split(':').next().expect("a name")));
        let levels = stepped.levels(225);
        assert!(levels > 112 && levels % wanted == 0, "{name}: {levels} levels");
        let mut colours = stepped.sequence(usize::from(levels));
        assert_eq!((colours[0], colours.last()), (smooth.sample(0.0), Some(&smooth.sample(1.0))), "{name}: ends");
        let longest = colours.chunk_by(|a, b| a == b).map(<[_]>::len).max();
        assert!(longest >= Some(usize::from(levels / wanted)), "{name}: {longest:?} levels are a step");
        colours.dedup();
        assert_eq!(colours.len(), usize::from(wanted), "{name}: colours");
        assert_eq!(map(&stepped.name()), stepped, "{name}: its name is read back");
    }
    let turn = map("twilight:4");
    assert_eq!(
        turn.sample(0.0),
        Colormap::TWILIGHT.sample(0.125),
        "steps of a circle have the colours of their middles"
    );
    assert_eq!(Colormap::VIRIDIS.levels(225), 225, "a smooth map takes all");
    for bad in
        ["viridis:1", "viridis:0", "viridis:", "viridis:8.5", "viridis:101", "viridis:300", "viridis:-2", "#000,#fff:"]
    {
        assert!(matches!(Colormap::from_name(bad), Err(ColormapError::Steps { .. })), "{bad}");
    }
    assert!(
        Colormap::VIRIDIS.with_steps(1).is_err() && Colormap::VIRIDIS.with_steps(7) == Ok(map("viridis:7")),
        "by number"
    );
}

#[test]
fn lists_of_colours_are_maps() {
    let own = map("#0b1d51,#fff,#b3001b");
    assert_eq!([0.0, 0.5, 1.0].map(|t| own.sample(t)), [[11, 29, 81], [255; 3], [179, 0, 27]], "low, middle, high");
    assert_eq!(own.reversed().sample(0.0), [179, 0, 27], "turned round");
    assert_eq!(map(&own.reversed().name()), own.reversed(), "its name is read back");
    assert_eq!(Colormap::from_colours(&[[11, 29, 81], [255; 3], [179, 0, 27]]), Ok(own), "from colours");
}
