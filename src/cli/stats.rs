//! `gradgrid stats`: extremes, percentiles, histogram and mask counts of a quantity, for grids of any size.

use crate::analysis::statistics::{Place, PlaneStatistics, Statistics};
use crate::cli::args::StatsArgs;
use crate::cli::failure::Failure;
use crate::cli::inputs::Purpose;
use crate::cli::progress::Progress;
use crate::cli::subject::Subject;
use crate::cli::summary::{self, digits, say_how, say_notes};
use crate::cli::timing;
use crate::grid::Grid;
use crate::program::mask;
use crate::request::Prepared;
use serde_json::{Value, json};
use std::io::{self, Write};
use std::time::Instant;

/// The percentiles that are told.
const PERCENTILES: [f64; 7] = [1.0, 5.0, 25.0, 50.0, 75.0, 95.0, 99.0];

pub(crate) fn run(args: &StatsArgs) -> Result<(), Failure> {
    let start = Instant::now();
    let subject = Subject::read(&args.formula, &args.work, Purpose::Numbers)?;
    let (request, notes) = subject.request(&args.work.compute)?;
    let mut prepared = subject.prepare(&request)?;
    if !args.quiet {
        say_notes(&notes);
        say_how(&prepared, &args.work.compute.engine);
    }
    let mut progress = Progress::new(args.quiet);
    let found = Statistics::new(&request, subject.arrays.readers()?, &subject.quantity, &mut prepared, &mut progress)?;
    drop(progress);
    if !args.quiet {
        summary::warn_of_mismatch(&prepared);
    }
    let text = if args.json { json_text(args, &prepared, &found) } else { plain_text(&prepared, &found) };
    io::stdout().lock().write_all(text.as_bytes())?;
    if args.timing {
        timing::print(start, &prepared, None);
    }
    Ok(())
}

fn plain_text(prepared: &Prepared, found: &Statistics) -> String {
    let grid = prepared.grid();
    let mut lines = Vec::new();
    for plane in &found.planes {
        lines.push(plane.name.clone());
        let mut line = |name: &str, value: f64, place: &Option<Place>| {
            let place = place.as_ref().map_or(String::new(), |place| format!("  at {}", place_text(grid, place)));
            lines.push(format!("  {name:8} {}{place}", digits(value, prepared)));
        };
        if let Some((min, max)) = plane.values.extremes() {
            line("min", min, &plane.lowest);
            line("max", max, &plane.highest);
        }
        for percent in PERCENTILES {
            if let Some(value) = plane.values.percentile(percent) {
                // A bin is known to about 2⁻⁷.
                lines.push(format!("  {:8} {value:.3}", format!("{percent} %")));
            }
        }
        lines.push(format!("  {:8} {}", "values", plane.values.finite));
        lines.push(format!("  {:8} {}", "masked", plane.values.masked + plane.values.infinite));
    }
    if let Some(codes) = &found.codes {
        let codes = mask::NAMES.iter().zip(codes).filter(|(_, count)| **count > 0);
        let codes: Vec<String> = codes.map(|(name, count)| format!("{count} {name}")).collect();
        lines.push(format!("cells      {}: {}", grid.cells(), codes.join(", ")));
    }
    lines.join("\n") + "\n"
}

fn place_text(grid: &Grid, place: &Place) -> String {
    let axes = grid.axes().iter().zip(&place.at);
    axes.map(|(axis, at)| format!("{} = {at}", axis.name())).collect::<Vec<_>>().join(", ")
}

/// Numbers that there are not become null.
fn json_text(args: &StatsArgs, prepared: &Prepared, found: &Statistics) -> String {
    let axis = |axis: &crate::grid::Axis| json!({ "name": axis.name(), "min": axis.min(), "max": axis.max(), "nodes": axis.len() });
    let axes: Vec<Value> = prepared.grid().axes().iter().map(axis).collect();
    let codes = found.codes.as_ref().map(|codes| {
        let codes = mask::NAMES.iter().zip(codes).map(|(name, count)| ((*name).to_owned(), json!(count)));
        Value::Object(codes.collect())
    });
    let value = json!({
        "schema": "gradgrid.stats/1",
        "formula": args.formula.formula,
        "quantity": args.work.compute.quantity,
        "axes": axes,
        "cells": prepared.grid().cells(),
        "engine": prepared.engine().to_string(),
        "arithmetic": prepared.engine().arithmetic(),
        "agreement": prepared.agreement().to_string(),
        "planes": found.planes.iter().map(plane_json).collect::<Vec<Value>>(),
        "codes": codes,
    });
    format!("{value:#}\n")
}

fn plane_json(plane: &PlaneStatistics) -> Value {
    let extreme = |value: f64, place: &Option<Place>| {
        let place = place.as_ref()?;
        Some(json!({ "value": value, "at": place.at, "index": place.index }))
    };
    let percentiles = PERCENTILES.iter().map(|&p| (p.to_string(), json!(plane.values.percentile(p))));
    let histogram: Vec<Value> = plane.histogram().map(|(low, high, count)| json!([low, high, count])).collect();
    json!({
        "name": plane.name,
        "values": plane.values.finite,
        "masked": plane.values.masked,
        "infinite": plane.values.infinite,
        "min": extreme(plane.values.min, &plane.lowest),
        "max": extreme(plane.values.max, &plane.highest),
        "percentiles": Value::Object(percentiles.collect()),
        "histogram": histogram,
    })
}
