//! `gradgrid devices`: what there is to compute on, and what `auto` makes of it.

use crate::cli::args::DevicesArgs;
use crate::cli::failure::Failure;
use crate::engine::SelfTest;
use crate::gpu::{AdapterInfo, Choice, Gpu};
use serde_json::json;
use std::io::{self, Write};

pub(crate) fn run(args: &DevicesArgs) -> Result<(), Failure> {
    let adapters = Gpu::adapters();
    let (engine, why) = auto(&adapters);
    let tests: Vec<SelfTest> = adapters.iter().map(|info| self_test(info, args.retest)).collect();
    let text = if args.json {
        let list: Vec<_> = adapters
            .iter()
            .zip(&tests)
            .map(|(info, test)| {
                json!({
                    "name": info.name, "type": info.kind.to_string(), "backend": info.backend, "driver": info.driver,
                    "driver_info": info.driver_info, "software": info.is_software(),
                    "max_binding_bytes": info.limits.binding, "max_buffer_bytes": info.limits.buffer,
                    "f64": info.f64, "timestamps": info.timestamps,
                    "self_test": self_test_json(test),
                })
            })
            .collect();
        let threads = rayon::current_num_threads();
        let value =
            json!({ "schema": "gradgrid.devices/1", "adapters": list, "threads": threads, "auto": engine, "why": why });
        format!("{value:#}\n")
    } else {
        plain(&adapters, &tests, engine, &why)
    };
    io::stdout().lock().write_all(text.as_bytes())?;
    Ok(())
}

/// The self-test of an adapter: what is known, unless it is to be found anew.
fn self_test(info: &AdapterInfo, anew: bool) -> SelfTest {
    match Gpu::open(Choice::Named(&info.name)) {
        Ok(gpu) if anew => SelfTest::run(&gpu),
        Ok(gpu) => SelfTest::of(&gpu),
        Err(error) => SelfTest { trouble: Some(error.to_string()), ..SelfTest::default() },
    }
}

fn self_test_json(test: &SelfTest) -> serde_json::Value {
    let differing: Vec<_> = test
        .differing
        .iter()
        .map(|found| json!({ "op": found.op, "cells": found.cells, "ulp": found.ulp.is_finite().then_some(found.ulp) }))
        .collect();
    json!({
        "passed": test.passed(), "agreement": test.agreement().to_string(), "operations": test.operations,
        "differing": differing, "flushes_subnormals": test.flushes_subnormals, "trouble": test.trouble,
    })
}

/// The engine that `auto` takes, and the reason in words.
fn auto(adapters: &[AdapterInfo]) -> (&'static str, String) {
    match Gpu::open(Choice::Real) {
        Ok(gpu) => ("gpu", format!("{} is a real GPU", gpu.info().name)),
        Err(error) if adapters.iter().any(|info| !info.is_software()) => ("cpu", error.to_string()),
        Err(_) if adapters.is_empty() => ("cpu", "no GPU adapter was found".to_owned()),
        Err(_) => ("cpu", "the only adapters are software drivers, which the CPU engine outruns".to_owned()),
    }
}

fn plain(adapters: &[AdapterInfo], tests: &[SelfTest], engine: &str, why: &str) -> String {
    let mut lines = Vec::new();
    for (info, test) in adapters.iter().zip(tests) {
        lines.push(format!("{} ({}, {})", info.name, info.kind, info.backend));
        lines.push(format!("  driver    {} {}", info.driver, info.driver_info));
        let mib = |bytes: u64| bytes >> 20;
        lines.push(format!(
            "  limits    {} MiB a binding, {} MiB a buffer",
            mib(info.limits.binding),
            mib(info.limits.buffer)
        ));
        let yes = |has: bool| if has { "yes" } else { "no" };
        lines.push(format!("  features  f64 {}, timestamps {}", yes(info.f64), yes(info.timestamps)));
        lines.push(format!("  self-test {test}"));
    }
    if adapters.is_empty() {
        lines.push("no GPU adapter".to_owned());
    }
    lines.push(format!("CPU: {} threads", rayon::current_num_threads()));
    lines.push(format!("auto: {engine}, because {why}"));
    lines.join("\n") + "\n"
}
