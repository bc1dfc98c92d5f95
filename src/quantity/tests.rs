//! Quantities of a known function, and where they have no value.

use super::*;
use crate::expr::formula::{Formula, constant};
use crate::program::Program;
use crate::program::interpret::Interpreter;

fn names() -> Vec<String> {
    ["x", "y"].map(str::to_owned).into()
}

fn values(text: &str, quantity: &str, point: [f64; 2]) -> Vec<f64> {
    let formula = Formula::parse(text).expect("a formula");
    let quantity = Quantity::parse(quantity, &names(), &constant).expect("a quantity");
    let mut g = formula.graph().clone();
    let exact = Differentiator::exact(vec![g.variable(0), g.variable(1)]);
    let planes = quantity.planes(&mut g, formula.root(), &names(), &exact).expect("small");
    let program = Program::compile_planes(&mut g, &planes, 2, 0).expect("small");
    Interpreter::<f64>::new(&program, &[]).point(&point)
}

#[test]
fn quantities_of_a_known_function() {
    let at = [3.0, 2.0];
    // f = x²y: ∇f = (2xy, x²) = (12, 9), H = ((2y, 2x), (2x, 0)) = ((4, 6), (6, 0))
    for (quantity, expected) in [
        ("value", vec![18.0]),
        ("gradient", vec![12.0, 9.0]),
        ("partial:y", vec![9.0]),
        ("partial:x,y", vec![6.0]),
        ("magnitude", vec![15.0]),
        ("ascent", vec![0.8, 0.6]),
        ("descent", vec![-0.8, -0.6]),
        ("normal", vec![0.8, 0.6]),
        ("directional:1,0", vec![12.0]),
        ("directional:0,-2", vec![-9.0]),
        ("laplacian", vec![4.0]),
        ("hessian", vec![4.0, 6.0, 0.0]),
        ("hessian-det", vec![-36.0]),
    ] {
        assert_eq!(values("x^2*y", quantity, at), expected, "{quantity}");
    }
    assert_eq!(values("x^2*y", "direction", at), [9.0_f64.atan2(12.0)], "direction");
}

#[test]
fn a_zero_gradient_has_no_direction() {
    for quantity in ["direction", "ascent", "descent", "normal"] {
        assert!(values("x^2+y^2", quantity, [0.0, 0.0]).iter().all(|value| value.is_nan()), "{quantity}");
    }
    assert_eq!(values("x^2+y^2", "magnitude", [0.0, 0.0]), [0.0], "but a size");
}

#[test]
fn a_gradient_too_long_for_its_numbers_has_no_direction() {
    let steep = "1e308*x + 1.7e308*y";
    assert!(values(steep, "gradient", [0.0, 0.0]).iter().all(|partial| partial.is_finite()), "each partial fits");
    for quantity in ["ascent", "descent", "normal"] {
        let vector = values(steep, quantity, [0.0, 0.0]);
        assert!(vector.iter().all(|component| component.is_nan()), "‖∇f‖ overflows: {quantity} is {vector:?}");
    }
}
