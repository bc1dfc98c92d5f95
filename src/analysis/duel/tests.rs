//! Tests of duels: the measured numbers, the shape of the V, and points where there is none.

use super::*;
use crate::figure::Theme;
use crate::figure::lines::LineFigure;

fn duel(text: &str, point: &[f64], arithmetic: Arithmetic) -> Duel {
    let formula = Formula::parse(text).expect("a formula");
    Duel::new(&formula, point, 0, arithmetic).expect("a duel")
}

fn least(fighter: &Fighter) -> f64 {
    fighter.best.map_or(f64::NAN, |row| fighter.errors[row])
}

#[test]
fn sine_at_one_has_the_measured_errors() {
    let duel = duel("sin(x)", &[1.0], Arithmetic::F32);
    assert_eq!((duel.steps[0], duel.steps[24], duel.steps.len()), (1.0, 2_f64.powi(-24), 25), "2⁰ to 2⁻²⁴");
    // Half a unit in the last place of cos 1, and two of rounding in the cosine.
    assert!(duel.exact_error <= 2.5 * 2_f64.powi(-24), "exact: {:e}", duel.exact_error);
    let [forward, central, central4] = [0, 1, 2].map(|k| &duel.fighters[k]);
    assert_eq!(central.automatic.h, 2_f64.powi(-7), "the step that balances both errors");
    let best = central.best.expect("it has quotients");
    assert!((6..=9).contains(&best), "central is best near 2⁻⁷, not at 2^-{best}");
    // The formula's 1.6e-5 for the sine is a bound; a single point may be luckier, not worse.
    assert!(least(central) < 1.6e-5 && central.automatic_error < 2.5e-5, "{central:?}");
    for (fighter, order) in [(forward, 1), (central, 2), (central4, 4)] {
        assert_eq!(fighter.law.order, order, "{}", fighter.method);
        assert!(least(fighter) > duel.exact_error, "{} beats exact", fighter.method);
        // Truncation alone: h from 1/2 to 1/4, where nothing is rounded away, gains 2ᵖ, up to the next order's share.
        let gain = fighter.errors[1] / fighter.errors[2];
        assert!((gain / 2_f64.powi(order) - 1.0).abs() < 0.15, "{}: {gain}", fighter.method);
    }
    assert!(least(central4) < least(central) && least(central) < least(forward), "higher order, less error");
}

/// The branches of the V: neighbouring errors jump, their means over four steps do not.
#[test]
fn errors_rise_on_both_sides_of_the_least() {
    for (text, at) in [("sin(x)", 1.0), ("e^x", 0.7), ("tanh(x)", 0.4), ("x^5 - x", 1.3)] {
        for arithmetic in [Arithmetic::F32, Arithmetic::F64] {
            let duel = duel(text, &[at], arithmetic);
            for fighter in &duel.fighters {
                let means: Vec<f64> = (fighter.errors.chunks(4))
                    .filter(|four| four.iter().all(|error| *error > 0.0))
                    .map(|four| four.iter().map(|error| error.log2()).sum::<f64>() / 4.0)
                    .collect();
                let turn = means.iter().enumerate().min_by(|a, b| a.1.total_cmp(b.1)).expect("some").0;
                let what = format!("{text} {arithmetic:?} {}: {means:?}", fighter.method);
                assert!(means[..=turn].is_sorted_by(|a, b| a > b), "falling: {what}");
                // Rounding is noise: two means of four may stand the wrong way round, by less than a factor of 8.
                assert!(means[turn..].windows(2).all(|pair| pair[0] < pair[1] + 3.0), "rising: {what}");
                assert!(means.first() > means.get(turn) && means.last() > means.get(turn), "a V: {what}");
            }
        }
    }
}

#[test]
fn a_parabola_has_no_truncation_for_central() {
    let duel = duel("3x^2 - x + 0.7", &[0.6], Arithmetic::F32);
    let [forward, central, central4] = [0, 1, 2].map(|k| &duel.fighters[k]);
    assert_eq!((central.law.truncation, central4.law.truncation), ([0.0; 6], [0.0; 6]), "no third derivative");
    assert_eq!(forward.law.truncation[1], 3.0, "f″/2");
    assert_eq!(central.automatic.h, 1.0, "so the largest step is the best");
    // Rounding of f at ±1: f is below 8, so at most 3 u · 8.
    assert!(central.errors[0] <= 24.0 * 2_f64.powi(-24), "at h = 1: {:e}", central.errors[0]);
    assert!((forward.errors[0] - 3.0).abs() < 1e-5, "forward has h·f″/2 = 3: {}", forward.errors[0]);
}

#[test]
fn steps_follow_the_coordinate_and_the_function() {
    let steps = |text: &str, at: f64| duel(text, &[at], Arithmetic::F32).steps;
    assert_eq!(steps("sin(x)", 1000.0)[0], 512.0, "from the size of the point down");
    let near = steps("ln(x)", 1e-6);
    assert!(near.last().is_some_and(|h| *h < 1e-9), "and on to where the function needs them: {near:?}");
    assert!(near.len() <= 72, "but not forever");
    let lost = duel("x", &[1000.0], Arithmetic::F32);
    assert!(lost.fighters[0].errors.last().is_some_and(|error| error.is_nan()), "x + h = x has no quotient");
}

#[test]
fn steps_that_leave_the_domain_have_no_quotient() {
    let duel = duel("sqrt(x)", &[0.1], Arithmetic::F32);
    let central = &duel.fighters[1].errors;
    assert!(central[0].is_nan() && central[3].is_nan() && central[4].is_finite(), "x − h < 0: {central:?}");
    assert!(duel.fighters[0].errors[0].is_finite(), "forward looks the other way");
}

#[test]
fn points_without_a_derivative_say_so() {
    let says = |text: &str, point: &[f64], word: &str| {
        let formula = Formula::parse(text).expect("a formula");
        let message = Duel::new(&formula, point, 0, Arithmetic::F32).expect_err("no duel").to_string();
        assert!(message.contains(word), "{message}");
    };
    says("ln(x)", &[-1.0], "f is undefined at x = -1");
    says("sqrt(x²+y²)", &[0.0, 0.0], "∂f/∂x is undefined at (x, y) = (0, 0)");
    says("e^x", &[100.0], "--engine f64");
    assert!(duel("e^x", &[100.0], Arithmetic::F64).exact_error == 0.0, "which helps");
}

#[test]
fn every_duel_can_be_drawn() {
    for (text, at) in [("sin(x)", 1.0), ("x²", 1.0), ("7", 0.0), ("|x|", 0.0), ("ln(x)", 1e-30), ("x^30", 1e9)] {
        for arithmetic in [Arithmetic::F32, Arithmetic::F64] {
            let formula = Formula::parse(text).expect("a formula");
            let Ok(duel) = Duel::new(&formula, &[at], 0, arithmetic) else { continue };
            let spec = duel.figure(text, Theme::Dark);
            assert!(LineFigure::new(&spec).is_ok(), "{text} at {at} in {arithmetic:?}");
        }
    }
}
