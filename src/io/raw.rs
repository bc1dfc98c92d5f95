//! Raw values, little-endian and nothing else, and the JSON text beside them that says how to read them; and that of NPY files.
//!
//! The values lie as in NPY: planes one after the other, each in C order with x fastest, single or double precision as the engine
//! computes; a masked cell is a NaN. The description has the schema `gradgrid.raw/1`; shape and axes are listed slowest first.

use crate::grid::{Axis, Grid};
use crate::io::npy::Element;
use crate::io::provenance::object;
use serde_json::{Value, json};

/// The versions of the descriptions.
const SCHEMA: &str = "gradgrid.raw/1";
const SCHEMA_OF_NPY: &str = "gradgrid.npy/1";

/// What an NPY file of these planes does not say itself: their names, where the nodes lie, and the words about what made it.
#[must_use]
pub fn npy_description(file: &str, grid: &Grid, planes: &[String], words: &[(String, String)]) -> String {
    let text = json!({
        "schema": SCHEMA_OF_NPY,
        "file": file,
        "planes": planes,
        "axes": axes(grid),
        "masked": "NaN",
        "provenance": object(words),
    });
    format!("{text:#}\n")
}

/// The axes, slowest first.
fn axes(grid: &Grid) -> Vec<Value> {
    let axis = |axis: &Axis| {
        let mut all = json!({ "name": axis.name(), "min": axis.min(), "max": axis.max(), "nodes": axis.len() });
        if !axis.is_even() {
            all["coordinates"] = (0..axis.len()).map(|i| axis.world_from_index(i)).collect();
        }
        all
    };
    grid.axes().iter().rev().map(axis).collect()
}

/// How to read the file `file` of these planes, and what made it.
#[must_use]
pub fn description(file: &str, element: Element, grid: &Grid, planes: &[String], words: &[(String, String)]) -> String {
    let kind = match element {
        Element::F32 => "float32",
        Element::F64 => "float64",
    };
    let mut shape = vec![planes.len()];
    shape.extend(grid.shape());
    let mut text = json!({
        "schema": SCHEMA,
        "file": file,
        "type": kind,
        "byte_order": "little",
        "order": "C",
        "shape": shape,
        "planes": planes,
        "axes": axes(grid),
        "masked": "NaN",
    });
    if !words.is_empty() {
        text["provenance"] = object(words);
    }
    format!("{text:#}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_description_says_all_that_a_reader_needs() {
        let grid = Grid::plane((0.0, 1.0, 3), (-1.0, 1.0, 2)).expect("valid");
        let text = description("g.raw", Element::F32, &grid, &["a".to_owned(), "b".to_owned()], &[]);
        let read: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(read["shape"], json!([2, 2, 3]), "planes × y × x");
        assert_eq!((&read["type"], &read["byte_order"]), (&json!("float32"), &json!("little")), "the numbers");
        assert_eq!(read["axes"][1], json!({ "name": "x", "min": 0.0, "max": 1.0, "nodes": 3 }), "the fastest last");
    }
}
