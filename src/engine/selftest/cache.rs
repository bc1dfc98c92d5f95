//! Where results of the self-test are kept: one small JSON file in the user's cache folder.
//!
//! Where there is [no such folder](crate::io::cache), or it cannot be written, the test runs each time. The file maps a key (adapter, vendor, interface,
//! driver, its version, the version of gradgrid) to a result. It is read whole, changed and renamed into place; a file that cannot be
//! understood counts as empty, and of two processes that write at once the later wins.

use super::{Differing, SelfTest};
use crate::gpu::AdapterInfo;
use crate::io::cache;
use serde_json::{Map, Value, json};
use std::fs;
use std::path::Path;

/// Name of the file.
const FILE: &str = "self-test.json";
/// What the file says it is.
const SCHEMA: &str = "gradgrid.self-test/1";

/// What a result belongs to.
pub(super) fn key(info: &AdapterInfo) -> String {
    let AdapterInfo { name, vendor, backend, driver, driver_info, .. } = info;
    format!("{name}; {vendor:#x}; {backend}; {driver} {driver_info}; gradgrid {}", env!("CARGO_PKG_VERSION"))
}

/// The results in the file; none where there is no file or no sense in it.
fn read(folder: &Path) -> Map<String, Value> {
    let text = fs::read_to_string(folder.join(FILE)).unwrap_or_default();
    match serde_json::from_str(&text) {
        Ok(Value::Object(mut file)) if file.get("schema") == Some(&json!(SCHEMA)) => match file.remove("adapters") {
            Some(Value::Object(adapters)) => adapters,
            _ => Map::new(),
        },
        _ => Map::new(),
    }
}

/// The result kept under this key.
pub(super) fn load(folder: &Path, key: &str) -> Option<SelfTest> {
    let adapters = read(folder);
    let entry = adapters.get(key)?;
    let count = |value: Option<&Value>| value?.as_u64().and_then(|count| usize::try_from(count).ok());
    let mut differing = Vec::new();
    for found in entry.get("differing")?.as_array()? {
        let ulp = match found.get("ulp")? {
            // JSON has no infinity.
            Value::Null => f64::INFINITY,
            value => value.as_f64()?,
        };
        let op = found.get("op")?.as_str()?.to_owned();
        differing.push(Differing { op, cells: count(found.get("cells"))?, ulp });
    }
    let operations = count(entry.get("operations")).filter(|&operations| operations > 0)?;
    let flushes_subnormals = entry.get("flushes_subnormals")?.as_bool()?;
    Some(SelfTest { operations, differing, flushes_subnormals, trouble: None })
}

/// Keeps a result; a folder that cannot be written costs the next run a test, nothing more.
pub(super) fn store(folder: &Path, key: &str, result: &SelfTest) {
    let mut adapters = read(folder);
    let differing: Vec<Value> = result
        .differing
        .iter()
        .map(|found| json!({ "op": found.op, "cells": found.cells, "ulp": found.ulp.is_finite().then_some(found.ulp) }))
        .collect();
    let entry = json!({
        "operations": result.operations,
        "differing": differing,
        "flushes_subnormals": result.flushes_subnormals,
    });
    adapters.insert(key.to_owned(), entry);
    let text = format!("{:#}\n", json!({ "schema": SCHEMA, "adapters": adapters }));
    cache::store(&folder.join(FILE), text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_back_as_they_were() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let folder = folder.path().join("not there yet");
        let passed = SelfTest { operations: 52, ..SelfTest::default() };
        let differing = vec![
            Differing { op: "sin".to_owned(), cells: 3, ulp: 2.0 },
            Differing { op: "ln".to_owned(), cells: 1, ulp: f64::INFINITY },
        ];
        let failed = SelfTest { operations: 52, differing, flushes_subnormals: true, trouble: None };
        assert_eq!(load(&folder, "a"), None, "nothing is kept yet");
        store(&folder, "a", &passed);
        store(&folder, "b", &failed);
        assert_eq!(load(&folder, "a"), Some(passed), "the first result stays");
        assert_eq!(load(&folder, "b"), Some(failed), "beside the second");
        assert_eq!(load(&folder, "c"), None, "another driver");
        assert_eq!(fs::read_dir(&folder).expect("it exists").count(), 1, "no rubbish beside the file");
    }

    #[test]
    fn a_damaged_file_is_ignored_and_replaced() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let result = SelfTest { operations: 52, ..SelfTest::default() };
        let key_only = r#"{"schema": "gradgrid.self-test/1", "adapters": {"a": {"operations": 52}}}"#;
        let nothing_tried = r#"{"schema": "gradgrid.self-test/1", "adapters": {"a": {"operations": 0, "differing": [], "flushes_subnormals": false}}}"#;
        for text in ["", "{", "[]", "\u{0}\u{1}", r#"{"schema": "another/9", "adapters": {}}"#, key_only, nothing_tried]
        {
            fs::write(folder.path().join(FILE), text).expect("room");
            assert_eq!(load(folder.path(), "a"), None, "{text:?}");
            store(folder.path(), "a", &result);
            assert_eq!(load(folder.path(), "a").as_ref(), Some(&result), "after {text:?}");
        }
    }

    #[test]
    fn a_folder_that_cannot_be_does_no_harm() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let file = folder.path().join("file");
        fs::write(&file, "x").expect("room");
        store(&file, "a", &SelfTest { operations: 1, ..SelfTest::default() });
        assert_eq!(load(&file, "a"), None, "nothing was kept");
    }
}
