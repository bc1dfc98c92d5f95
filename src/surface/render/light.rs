//! Light on surfaces, from both sides: a key light, a fill light and a sky, dimmed where the surface is hollow.
//!
//! The light is fixed to the camera, so that a surface looks alike from everywhere. A side that is turned away shows its own colour: looking
//! at the side of higher values one sees the first, at the other the second. Colours are mixed as light, not as sRGB bytes:
//! Lambert's cosine for the key and the fill, a hemisphere for the sky, and a small highlight after Blinn and Phong (SIGGRAPH 1977) that tells how
//! the surface is curved.

use super::Sheet;
use crate::color::Colormap;
use crate::figure::space::Camera;

/// The colours of a sheet.
#[derive(Debug, Clone)]
pub enum Look {
    /// One colour for the side of higher values, one for the other.
    Plain([[u8; 3]; 2]),
    /// A colour for the value at each vertex.
    Mapped {
        /// The values.
        values: Vec<f32>,
        /// Those of the first and the last colour.
        range: (f32, f32),
        /// The colours between, as light.
        colours: Vec<[f32; 3]>,
    },
}

impl Look {
    /// Colours by values at vertices.
    #[must_use]
    pub fn mapped(values: Vec<f32>, range: (f32, f32), colormap: Colormap) -> Self {
        /// More than an eye can tell apart.
        const COLOURS: usize = 1024;
        Self::Mapped { values, range, colours: colormap.sequence(COLOURS).into_iter().map(decoded).collect() }
    }

    /// How much of the highlight it takes: colours that are to be read take little.
    fn gloss(&self) -> f32 {
        match self {
            Self::Plain(_) => 1.0,
            Self::Mapped { .. } => 0.35,
        }
    }

    /// The colour at shares of three vertices, seen from the side of higher values or from the other.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the table")]
    fn colour(&self, vertices: [u32; 3], shares: [f32; 3], higher: bool) -> [f32; 3] {
        match self {
            Self::Plain(sides) => decoded(sides[usize::from(!higher)]),
            Self::Mapped { values, range, colours } => {
                let value: f32 = (0..3).map(|k| shares[k] * values[vertices[k] as usize]).sum();
                let share = (value - range.0) / (range.1 - range.0);
                let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.5 };
                colours[(share * (colours.len() - 1) as f32).round() as usize]
            }
        }
    }
}

/// The lights of a camera, in its model.
#[derive(Debug)]
pub(super) struct Lights {
    camera: Camera,
    eye: [f64; 3],
    key: [f32; 3],
    fill: [f32; 3],
}

/// How bright the lights are.
const KEY: f32 = 0.78;
const FILL: f32 = 0.16;
const SKY: [f32; 3] = [0.34, 0.355, 0.38];
const GROUND: [f32; 3] = [0.17, 0.16, 0.15];
const HIGHLIGHT: f32 = 0.13;
const SHARPNESS: i32 = 28;

impl Lights {
    pub(super) fn new(camera: &Camera) -> Self {
        let [right, up, back] = camera.directions();
        let toward = |r: f64, u: f64, b: f64| {
            #[expect(clippy::cast_possible_truncation, reason = "a direction")]
            let light: [f32; 3] = std::array::from_fn(|k| (r * right[k] + u * up[k] + b * back[k]) as f32);
            unit(light)
        };
        Self { camera: *camera, eye: camera.eye(), key: toward(-0.5, 0.72, 0.8), fill: toward(0.85, -0.2, 0.45) }
    }

    /// The light at shares of the vertices of a triangle, seen from the side of higher values or from the other, and the cosine of the angle it
    /// is seen under.
    #[expect(clippy::cast_possible_truncation, reason = "directions and colours")]
    pub(super) fn light(
        &self,
        sheet: Sheet<'_>,
        vertices: [u32; 3],
        shares: [f32; 3],
        higher: bool,
    ) -> ([f32; 3], f32) {
        let mesh = sheet.mesh;
        let mixed = |parts: [[f64; 3]; 3]| -> [f64; 3] {
            std::array::from_fn(|k| (0..3).map(|vertex| f64::from(shares[vertex]) * parts[vertex][k]).sum())
        };
        let point = self.camera.model(mixed(vertices.map(|vertex| mesh.points[vertex as usize])));
        let normal = mixed(vertices.map(|vertex| mesh.normals[vertex as usize].map(f64::from)));
        let side = if higher { 1.0 } else { -1.0 };
        let normal = unit(self.camera.model_normal(normal).map(|part| (part * side) as f32));
        let view = unit(std::array::from_fn(|k| (self.eye[k] - point[k]) as f32));
        // Near the outline an interpolated normal may look away; it is turned back until it is seen from the side.
        let seen = dot(normal, view);
        let normal = if seen < 0.0 { unit(std::array::from_fn(|k| normal[k] - 1.02 * seen * view[k])) } else { normal };
        let seen = dot(normal, view).max(0.0);
        let open = sheet.shade.open(vertices, shares, higher);
        let albedo = sheet.look.colour(vertices, shares, higher);
        let key = dot(normal, self.key).max(0.0) * (0.55 + 0.45 * open);
        let fill = dot(normal, self.fill).max(0.0) * open;
        let height = 0.5 + 0.5 * normal[2];
        let half = unit(std::array::from_fn(|k| self.key[k] + view[k]));
        let highlight = HIGHLIGHT * sheet.look.gloss() * dot(normal, half).max(0.0).powi(SHARPNESS) * open;
        // A little darker where the surface turns away, which draws its outline.
        let edge = 1.0 - 0.30 * (1.0 - seen).powi(4);
        let light = std::array::from_fn(|k| {
            let ambient = (GROUND[k] + (SKY[k] - GROUND[k]) * height) * open;
            (albedo[k] * (KEY * key + FILL * fill + ambient) * edge + highlight).min(1.0)
        });
        (light, seen)
    }
}

fn dot(a: [f32; 3], b: [f32; 3]) -> f32 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn unit(v: [f32; 3]) -> [f32; 3] {
    let length = dot(v, v).sqrt();
    if length > 0.0 { v.map(|part| part / length) } else { v }
}

/// Light from an sRGB colour (IEC 61966-2-1).
pub(super) fn decoded(colour: [u8; 3]) -> [f32; 3] {
    colour.map(|byte| {
        let c = f32::from(byte) / 255.0;
        if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    })
}

/// The sRGB byte of light.
pub(super) fn encoded(light: f32) -> u8 {
    byte(if light <= 0.003_130_8 { 12.92 * light } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 })
}

/// A share of 1 as a byte.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to a byte")]
pub(super) fn byte(share: f32) -> u8 {
    (share.clamp(0.0, 1.0) * 255.0).round() as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_back_from_light() {
        for byte in 0..=255 {
            assert_eq!(decoded([byte; 3]).map(encoded), [byte; 3], "{byte}");
        }
    }
}
