//! Pictures of a sphere whose size, place and light are known.

use super::*;
use crate::figure::space::Camera;

/// A sphere of radius 1 as a mesh of rings.
fn sphere() -> Mesh {
    const RINGS: u32 = 60;
    let mut mesh = Mesh::default();
    for ring in 0..=RINGS {
        for step in 0..2 * RINGS {
            let (down, turn) = (f64::from(ring) / f64::from(RINGS), f64::from(step) / f64::from(RINGS));
            let (down, turn) = (down * std::f64::consts::PI, turn * std::f64::consts::PI);
            let point = [down.sin() * turn.cos(), down.sin() * turn.sin(), down.cos()];
            mesh.points.push(point);
            #[expect(clippy::cast_possible_truncation, reason = "normals are single")]
            mesh.normals.push(point.map(|part| part as f32));
        }
    }
    for ring in 0..RINGS {
        for step in 0..2 * RINGS {
            let at = |ring: u32, step: u32| ring * 2 * RINGS + step % (2 * RINGS);
            let [a, b, c, d] = [at(ring, step), at(ring + 1, step), at(ring + 1, step + 1), at(ring, step + 1)];
            mesh.triangles.extend([[a, b, c], [a, c, d]]);
        }
    }
    mesh
}

const SIZE: (usize, usize) = (120, 96);

fn camera() -> Camera {
    Camera::new([-1.0; 3], [1.0; 3], 20.0, 30.0).fitted((0.0, 0.0), (120.0, 96.0))
}

fn picture(opacity: f32, sides: [[u8; 3]; 2], flipped: bool) -> Vec<[u8; 4]> {
    let mut mesh = sphere();
    if flipped {
        mesh.flip();
    }
    let camera = camera();
    let shade = Voxels::new(&camera, [&mesh]).shade(&camera, &mesh);
    let look = Look::Plain(sides);
    let sheet = Sheet { mesh: &mesh, look: &look, shade: &shade, opacity };
    render(&[sheet], &camera, (0.0, 0.0), SIZE).chunks_exact(4).map(|p| [p[0], p[1], p[2], p[3]]).collect()
}

const RED: [[u8; 3]; 2] = [[220, 60, 60], [60, 60, 220]];

/// The pixel at a place.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "inside the picture")]
fn place(x: f64, y: f64) -> usize {
    y as usize * SIZE.0 + x as usize
}

#[test]
fn a_sphere_is_a_lit_disc() {
    let image = picture(1.0, RED, false);
    let middle = camera().see([0.0; 3]);
    // As far from the eye as the middle.
    let turn = 20_f64.to_radians();
    let edge = camera().see([-turn.sin(), turn.cos(), 0.0]);
    let cover: f64 = image.iter().map(|pixel| f64::from(pixel[3]) / 255.0).sum();
    // Seen from 5.5 half diagonals, √3 each, the outline is larger than the radius by 1/√(1 − 1/(5.5²·3)), less than 0.6 %;
    // the mesh is inscribed.
    let zoom = edge.x - middle.x;
    let area = std::f64::consts::PI * zoom * zoom;
    assert!((cover / area - 1.0).abs() < 0.02, "{cover} pixels for {area}");
    let at = |right: f64, up: f64| {
        let (x, y) = (middle.x + right * zoom, middle.y - up * zoom);
        image[place(x, y)]
    };
    assert_eq!(at(0.0, 0.0)[3], 255, "opaque");
    assert_eq!(image[0], [0; 4], "nothing beside it");
    let light = |pixel: [u8; 4]| u32::from(pixel[0]) + u32::from(pixel[1]) + u32::from(pixel[2]);
    assert!(light(at(-0.4, 0.5)) > light(at(0.4, -0.5)) + 60, "the light comes from the upper left");
    let [r, _, b, _] = at(0.0, 0.0);
    assert!(r > 2 * b, "the side of higher values is red");
    let [r, _, b, _] = picture(1.0, RED, true)[place(middle.x, middle.y)];
    assert!(b > 2 * r, "the other is blue");
}

#[test]
fn translucent_surfaces_show_both_walls_once() {
    let image = picture(0.5, [[200; 3]; 2], false);
    let middle = camera().see([0.0; 3]);
    let pixel = image[place(middle.x, middle.y)];
    // Two walls that let half of the light through, each seen at a right angle but for the perspective.
    let wanted = 255.0 * 0.75;
    assert!((f64::from(pixel[3]) - wanted).abs() < 4.0, "{pixel:?}");
    // A seam would show as a pixel that differs from both of its neighbours; opacity grows from the middle to the edge.
    let first = place(middle.x, middle.y);
    let opacity: Vec<i32> = (0..30).map(|k| i32::from(image[first + k][3])).collect();
    assert!(opacity.windows(2).all(|pair| pair[1] >= pair[0] - 1), "{opacity:?}");
}

#[test]
fn hollows_are_darker_than_bulges() {
    // Looking into a bowl: the lower half of a sphere from above.
    let mut bowl = sphere();
    let points = bowl.points.clone();
    bowl.triangles.retain(|triangle| triangle.iter().all(|vertex| points[*vertex as usize][2] < 0.05));
    // In a box so large that its walls are within reach of its bottom.
    let camera = Camera::new([-4.0; 3], [4.0; 3], 0.0, 90.0).fitted((0.0, 0.0), (64.0, 64.0));
    let shade = Voxels::new(&camera, [&bowl]).shade(&camera, &bowl);
    let bottom = (0..bowl.points.len()).find(|&k| bowl.points[k][2] < -0.99).expect("a bottom");
    let vertex = u32::try_from(bottom).expect("small");
    let (inside, outside) =
        (shade.open([vertex; 3], [1.0, 0.0, 0.0], false), shade.open([vertex; 3], [1.0, 0.0, 0.0], true));
    assert!(outside > 0.99, "nothing is under it: {outside}");
    assert!(inside < 0.9, "its own walls are around it: {inside}");
    assert_eq!(Shade::default().open([0; 3], [1.0, 0.0, 0.0], true), 1.0, "no shade at all");
}

#[test]
fn an_empty_mesh_is_an_empty_picture() {
    let (mesh, look, shade) = (Mesh::default(), Look::Plain(RED), Shade::default());
    let sheet = Sheet { mesh: &mesh, look: &look, shade: &shade, opacity: 1.0 };
    let image = render(&[sheet], &camera(), (0.0, 0.0), (8, 40));
    assert_eq!(image, vec![0; 4 * 8 * 40], "nothing");
}
