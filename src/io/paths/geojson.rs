//! Writes paths as GeoJSON (RFC 7946): a feature for each, a LineString with its value.
//!
//! A path without value, such as a streamline, has no such property.
//!
//! RFC 7946 wants degrees on WGS 84. Coordinates are written as they are; where their reference system is another one, the member `crs` of the
//! older GeoJSON 2008 names it, which GDAL and QGIS read. A NaN has no place in JSON: a normal without direction is `null`.

use super::{Path, Sheet};
use crate::io::provenance::object;
use serde_json::{Value, json};
use std::io::{self, Write};

/// The code of degrees on WGS 84.
const WGS_84: u16 = 4326;

/// Writes the collection.
///
/// # Errors
/// What the writer reports.
pub fn write(out: &mut impl Write, paths: &[Path], sheet: &Sheet) -> io::Result<()> {
    write!(out, "{{\"type\":\"FeatureCollection\"")?;
    if let Some(code) = sheet.epsg.filter(|&code| code != WGS_84) {
        let crs = json!({"type": "name", "properties": {"name": format!("urn:ogc:def:crs:EPSG::{code}")}});
        write!(out, ",\"crs\":{crs}")?;
    }
    write!(out, ",\"provenance\":{},\n\"features\":[", object(&sheet.words))?;
    for (nth, path) in paths.iter().enumerate() {
        write!(out, "{}\n{{\"type\":\"Feature\",\"properties\":{{", if nth == 0 { "" } else { "," })?;
        if let Some(value) = path.value {
            write!(out, "\"value\":{}", Value::from(value))?;
        }
        if !path.normals.is_empty() {
            write!(out, "{}\"normals\":", if path.value.is_some() { "," } else { "" })?;
            positions(out, path.ring_normals())?;
        }
        write!(out, "}},\"geometry\":{{\"type\":\"LineString\",\"coordinates\":")?;
        positions(out, path.ring())?;
        write!(out, "}}}}")?;
    }
    writeln!(out, "\n]}}")
}

/// An array of pairs.
fn positions(out: &mut impl Write, points: impl Iterator<Item = [f64; 2]>) -> io::Result<()> {
    for (nth, [x, y]) in points.enumerate() {
        let before = if nth == 0 { "[" } else { "," };
        if x.is_finite() && y.is_finite() {
            write!(out, "{before}[{x},{y}]")?;
        } else {
            write!(out, "{before}null")?;
        }
    }
    write!(out, "]")
}

#[cfg(test)]
mod tests {
    use super::super::tests::{paths, sheet};
    use super::*;

    #[test]
    fn the_text_is_json_that_reads_back() {
        let mut out = Vec::new();
        write(&mut out, &paths(), &Sheet { epsg: Some(32633), ..sheet() }).expect("a vector takes all");
        let read: Value = serde_json::from_slice(&out).expect("JSON");
        assert_eq!(read["crs"]["properties"]["name"], "urn:ogc:def:crs:EPSG::32633", "the system");
        assert_eq!(read["provenance"]["Formula"], "x < \"y\" & --", "words");
        let first = &read["features"][0];
        assert_eq!(first["properties"]["value"], 0.3, "the level");
        assert_eq!(first["geometry"]["type"], "LineString", "geometry");
        let ring = first["geometry"]["coordinates"].as_array().expect("positions");
        assert_eq!((ring.len(), &ring[0]), (4, &ring[3]), "closed by its first point");
        assert_eq!(first["properties"]["normals"][2], Value::Null, "no direction");
        assert_eq!(read["features"][1]["geometry"]["coordinates"][0][1].as_f64(), Some(1e-7), "every digit");
        assert_eq!(read["features"][1]["properties"], json!({}), "no value");
        let mut plain = Vec::new();
        write(&mut plain, &[], &Sheet { epsg: Some(4326), ..sheet() }).expect("a vector takes all");
        let read: Value = serde_json::from_slice(&plain).expect("JSON of no path");
        assert!(read.get("crs").is_none() && read["features"] == json!([]), "WGS 84 is not named");
    }
}
