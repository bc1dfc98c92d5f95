//! Distances on the Earth: how many metres a degree of longitude and of latitude is.
//!
//! On the ellipsoid of semi-major axis a and first eccentricity e, at the latitude φ,
//!
//! ```text
//! degree of latitude   π/180 · M(φ),         M = a(1 − e²)/(1 − e² sin² φ)^(3/2)    (meridian)
//! degree of longitude  π/180 · N(φ)·cos φ,   N = a/√(1 − e² sin² φ)                 (prime vertical)
//! ```
//!
//! (Snyder, *Map Projections: A Working Manual*, USGS Professional Paper 1395, 1987, eqs. 4-18 to 4-21), with the constants of
//! WGS 84 (NIMA TR8350.2, 3rd ed., table 3.1). At a pole a degree of longitude has no length, and beyond it there is no place.

/// Semi-major axis of WGS 84 in metres.
const SEMI_MAJOR: f64 = 6_378_137.0;

/// Flattening of WGS 84.
const FLATTENING: f64 = 1.0 / 298.257_223_563;

/// Metres for a degree of longitude and of latitude at the latitude `degrees`.
#[must_use]
pub fn metres_per_degree(degrees: f64) -> (f64, f64) {
    let latitude = degrees.to_radians();
    let squared_eccentricity = FLATTENING * (2.0 - FLATTENING);
    let rest = 1.0 - squared_eccentricity * latitude.sin().powi(2);
    let meridian = SEMI_MAJOR * (1.0 - squared_eccentricity) / (rest * rest.sqrt());
    let parallel = SEMI_MAJOR / rest.sqrt() * latitude.cos();
    (parallel.to_radians(), meridian.to_radians())
}

/// Whether an axis of these ends can be one of latitudes in degrees.
#[must_use]
pub fn are_latitudes(first: f64, last: f64) -> bool {
    (-90.0..=90.0).contains(&first) && (-90.0..=90.0).contains(&last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn degrees_have_their_published_lengths() {
        /// Metres; the published values (Snyder, table 6 for WGS 84-like ellipsoids; National Geospatial-Intelligence Agency's
        /// calculator) are rounded to centimetres.
        const ROUNDING: f64 = 0.05;
        for (latitude, longitude_metres, latitude_metres) in
            [(0.0, 111_319.49, 110_574.28), (45.0, 78_846.81, 111_131.78), (60.0, 55_800.0, 111_412.24)]
        {
            let (along, up) = metres_per_degree(latitude);
            assert!((along - longitude_metres).abs() < ROUNDING, "longitude at {latitude}: {along}");
            assert!((up - latitude_metres).abs() < ROUNDING, "latitude at {latitude}: {up}");
        }
        assert!(metres_per_degree(90.0).0.abs() < 1e-8, "no length at the pole");
    }

    #[test]
    fn latitudes_lie_between_the_poles() {
        assert!(are_latitudes(60.0, -60.0) && !are_latitudes(0.0, 91.0), "within ±90");
    }
}
