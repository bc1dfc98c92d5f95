//! Pictures of meshes: triangles are drawn stripe by stripe of the picture, on all cores, with nine samples for each pixel.
//!
//! ```text
//! vertices ──camera──▶ places ──▶ stripes of rows ──nearest triangle of each sample──▶ light ──▶ mean of nine ──▶ RGBA
//! ```
//!
//! The mesh decides what is seen, and its vertices lie on the surface to rounding error ([`super::place`]), so that outlines of cells a few
//! pixels wide look smooth; light is computed for every sample with the normal ∇f/‖∇f‖, interpolated between vertices in the right
//! perspective. Places are rounded to 1/256 of a sample and compared as integers, so every sample belongs to one of two triangles that
//! share a side, never to both or neither.
//!
//! Opaque surfaces hide what is behind them. What is translucent is sorted by depth for each sample and mixed from back to front.
//!
//! A stripe depends on nothing but the mesh, so pictures of any size take the memory of the image and a stripe for each core.

mod light;
mod occlusion;
mod stripe;

pub use light::Look;
pub use occlusion::{Shade, Voxels};

use super::Mesh;
use crate::figure::space::Camera;
use light::Lights;
use rayon::prelude::*;
use stripe::{Stripe, Triangle};

/// Samples along a side of a pixel.
const SAMPLES: usize = 3;

/// Rows of pixels in a stripe.
const ROWS: usize = 16;

/// A mesh and how it looks.
#[derive(Debug, Clone, Copy)]
pub struct Sheet<'a> {
    /// The mesh.
    pub mesh: &'a Mesh,
    /// Its colours.
    pub look: &'a Look,
    /// How little light reaches each vertex from either side.
    pub shade: &'a Shade,
    /// How opaque it is: 1 hides what is behind it.
    pub opacity: f32,
}

/// A sheet as the camera sees it.
struct Seen<'a> {
    sheet: Sheet<'a>,
    /// The places of the vertices, in samples of the image times [`stripe::UNIT`], and their nearness.
    places: Vec<(i32, i32, f32)>,
}

/// The picture of sheets: red, green, blue and opacity of each pixel of an image of this size whose first pixel is at `corner`.
#[must_use]
pub fn render(sheets: &[Sheet<'_>], camera: &Camera, corner: (f64, f64), (width, height): (usize, usize)) -> Vec<u8> {
    let camera = camera.enlarged(corner, SAMPLES as f64);
    let seen: Vec<Seen<'_>> = sheets.iter().map(|sheet| Seen::new(*sheet, &camera)).collect();
    let lights = Lights::new(&camera);
    let stripes = height.div_ceil(ROWS);
    let lists = lists(&seen, stripes);
    let mut pixels = vec![0; 4 * width * height];
    let bands: Vec<&mut [u8]> = pixels.chunks_mut(4 * width * ROWS).collect();
    bands.into_par_iter().zip(lists).enumerate().for_each_init(Stripe::default, |stripe, (number, (band, list))| {
        stripe.begin(width * SAMPLES, band.len() / (4 * width) * SAMPLES, number * ROWS * SAMPLES);
        for (sheet, triangle) in &list {
            let seen = &seen[*sheet as usize];
            let corners = seen.sheet.mesh.triangles[*triangle as usize].map(|vertex| seen.places[vertex as usize]);
            stripe.draw(Triangle::new(corners), (*sheet, *triangle), seen.sheet.opacity < 1.0);
        }
        stripe.sort();
        finish(stripe, &seen, &lights, width, band);
    });
    pixels
}

impl<'a> Seen<'a> {
    #[expect(clippy::cast_possible_truncation, reason = "places in a picture of less than 2³¹/UNIT samples")]
    fn new(sheet: Sheet<'a>, camera: &Camera) -> Self {
        let place = |point: &[f64; 3]| {
            let seen = camera.see(*point);
            let fixed = |place: f64| (place * f64::from(stripe::UNIT)).round() as i32;
            (fixed(seen.x), fixed(seen.y), seen.nearness as f32)
        };
        Self { sheet, places: sheet.mesh.points.par_iter().with_min_len(1 << 12).map(place).collect() }
    }
}

/// The triangles that may touch each stripe, in their order: sheet and number.
fn lists(seen: &[Seen<'_>], stripes: usize) -> Vec<Vec<(u32, u32)>> {
    let mut lists = vec![Vec::new(); stripes];
    let tall = i64::from(stripe::UNIT) * (ROWS * SAMPLES).cast_signed() as i64;
    for (sheet, seen) in (0..).zip(seen) {
        for (number, triangle) in (0..).zip(&seen.sheet.mesh.triangles) {
            let rows = triangle.map(|vertex| i64::from(seen.places[vertex as usize].1));
            let (first, last) = (rows[0].min(rows[1]).min(rows[2]), rows[0].max(rows[1]).max(rows[2]));
            let (first, last) = (first.div_euclid(tall).max(0), last.div_euclid(tall));
            for stripe in first..=last {
                if let Some(list) = usize::try_from(stripe).ok().and_then(|stripe| lists.get_mut(stripe)) {
                    list.push((sheet, number));
                }
            }
        }
    }
    lists
}

/// Lights the samples of a stripe and writes the means.
fn finish(stripe: &Stripe, seen: &[Seen<'_>], lights: &Lights, width: usize, band: &mut [u8]) {
    // The light at a place in units, and how much of it comes from the surface.
    let light = |place: (i64, i64), hit: &stripe::Hit| {
        let one = &seen[hit.sheet as usize];
        let vertices = one.sheet.mesh.triangles[hit.triangle as usize];
        let corners = Triangle::new(vertices.map(|vertex| one.places[vertex as usize]));
        let (shares, turned) = corners.shares(place);
        let (light, seen) = lights.light(one.sheet, vertices, shares, turned);
        (light, thickened(one.sheet.opacity, seen))
    };
    for (k, pixel) in band.chunks_exact_mut(4).enumerate() {
        let samples = (0..SAMPLES * SAMPLES)
            .map(|sample| (k % width * SAMPLES + sample % SAMPLES, k / width * SAMPLES + sample / SAMPLES));
        // Samples of one triangle are lit once, at their mean, which lies in it too.
        let mut groups: [Group; SAMPLES * SAMPLES] = [None; SAMPLES * SAMPLES];
        let mut of = [usize::MAX; SAMPLES * SAMPLES];
        let mut covered = false;
        for (number, at) in samples.clone().enumerate() {
            covered |= stripe.is_covered(at);
            let Some(hit) = stripe.nearest(at) else { continue };
            let same = |group: &Group| group.as_ref().is_none_or(|(other, ..)| other.is_of(hit));
            let Some(group) = groups.iter().position(same) else { continue };
            let (x, y) = stripe.centre(at);
            let (_, place, count) = groups[group].get_or_insert((*hit, (0, 0), 0));
            (*place, *count) = ((place.0 + x, place.1 + y), *count + 1);
            of[number] = group;
        }
        if !covered {
            continue;
        }
        let lit = groups.map(|group| {
            let (hit, (x, y), count) = group?;
            Some(light((x / count, y / count), &hit).0)
        });
        let (mut sum, mut cover) = ([0.0_f32; 3], 0.0_f32);
        for (number, at) in samples.enumerate() {
            let opaque = lit.get(of[number]).copied().flatten();
            let (mut mixed, mut opacity) = (opaque.unwrap_or_default(), f32::from(u8::from(opaque.is_some())));
            for hit in stripe.translucent(at) {
                let (over, share) = light(stripe.centre(at), hit);
                mixed = std::array::from_fn(|k| mixed[k] * (1.0 - share) + over[k] * share);
                opacity = opacity * (1.0 - share) + share;
            }
            sum = std::array::from_fn(|k| sum[k] + mixed[k]);
            cover += opacity;
        }
        if cover > 0.0 {
            let colour = sum.map(|part| light::encoded(part / cover));
            pixel[..3].copy_from_slice(&colour);
            pixel[3] = light::byte(cover / (SAMPLES * SAMPLES) as f32);
        }
    }
}

/// A triangle with the sum of the places of its samples and their number.
type Group = Option<(stripe::Hit, (i64, i64), i64)>;

/// The opacity of a translucent surface that is looked at under an angle with this cosine: the way through it is longer.
fn thickened(opacity: f32, seen: f32) -> f32 {
    /// Beyond this angle the edge of a cell counts, not that of the surface.
    const LEAST: f32 = 0.2;
    1.0 - (1.0 - opacity).powf(1.0 / seen.max(LEAST))
}

#[cfg(test)]
mod tests;
