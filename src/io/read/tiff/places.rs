//! What a GeoTIFF says of places: the affine transform, the keys of the reference system, and GDAL's nodata value.
//!
//! GeoTIFF 1.1 (OGC 19-008r4), section 7 and annex B. Where the tie points belong to cell centres (`PixelIsPoint`), the transform is
//! moved by half a cell, so that it is always that of corners, as GDAL has it. A negative scale in y is taken as its
//! size, as GDAL does: rasters have north up.

use crate::io::georef::{GeoKeys, GeoReference};
use crate::io::read::bytes::Source;
use crate::io::read::error::ReadError;
use crate::io::read::tiff::directory::Directory;

/// The most values of the tags here; real files have dozens.
const MOST_VALUES: u64 = 1 << 14;

/// The nodata value, a number as text.
pub(crate) fn nodata(source: &mut dyn Source, directory: &Directory) -> Result<Option<f64>, ReadError> {
    let text = directory.text(source, 42_113, 64)?;
    let text = String::from_utf8_lossy(&text).trim().to_ascii_lowercase();
    Ok(match text.trim_start_matches(['-', '+']) {
        // Any NaN; Windows once wrote -1.#IND.
        "nan" | "1.#ind" | "1.#qnan" => Some(f64::NAN),
        _ => text.parse().ok(),
    })
}

/// Where the raster lies, if the file says so and the numbers make sense.
pub(crate) fn georef(source: &mut dyn Source, directory: &Directory) -> Result<Option<GeoReference>, ReadError> {
    let numbers = directory.numbers(source, 34_735, MOST_VALUES)?;
    let keys = GeoKeys {
        directory: numbers.into_iter().map(|number| u16::try_from(number).unwrap_or(0)).collect(),
        doubles: directory.doubles(source, 34_736, MOST_VALUES)?,
        ascii: directory.text(source, 34_737, MOST_VALUES)?,
    };
    let scale = directory.doubles(source, 33_550, 3)?;
    let tie = directory.doubles(source, 33_922, 6)?;
    let matrix = directory.doubles(source, 34_264, 16)?;
    let mut transform = match (&scale[..], &tie[..], &matrix[..]) {
        (&[sx, sy, ..], &[column, row, _, x, y, _], _) if sx != 0.0 && sy != 0.0 => {
            let sy = sy.abs();
            [x - column * sx, sx, 0.0, y + row * sy, 0.0, -sy]
        }
        (_, _, &[a, b, _, c, d, e, _, f, ..]) => [c, a, b, f, d, e],
        _ => return Ok(None),
    };
    let keys = (keys.directory.len() >= 4).then_some(keys);
    let is_point = keys.as_ref().is_some_and(GeoKeys::pixel_is_point);
    if is_point {
        transform[0] -= 0.5 * (transform[1] + transform[2]);
        transform[3] -= 0.5 * (transform[4] + transform[5]);
    }
    if transform.iter().any(|number| !number.is_finite()) {
        return Ok(None);
    }
    let unit = keys.as_ref().map(GeoKeys::unit).unwrap_or_default();
    Ok(Some(GeoReference { transform, keys, unit, pixel_is_area: !is_point }))
}
