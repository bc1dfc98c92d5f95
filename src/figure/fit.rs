//! How many ticks an axis has room for: as many as stand apart with their labels, and no more than can be read.

use super::scale::Scale;
use super::ticks::{Ticks, ticks};

/// An axis as far as the room on it is concerned.
#[derive(Clone, Copy, Debug)]
pub struct Axis {
    /// The value at its start.
    pub from: f64,
    /// The value at its end.
    pub to: f64,
    /// How values are spread between them.
    pub scale: Scale,
    /// Pixels from start to end.
    pub length: f64,
    /// Pixels at either end that lie outside the two values: half a cell on an axis of cells.
    pub margin: f64,
}

impl Axis {
    /// An axis of `count` cells: the first is centred on `min`, the last on `max`.
    pub fn of_cells(min: f64, max: f64, count: u32, length: f64) -> Self {
        let max = if count == 1 { min } else { max };
        Self { from: min, to: max, scale: Scale::Linear, length, margin: 0.5 * length / f64::from(count) }
    }

    /// How many pixels from the start a value lies.
    pub fn place(&self, value: f64) -> f64 {
        let share =
            if self.from == self.to { 0.5 } else { self.scale.normalize(value, self.from, self.to).clamp(0.0, 1.0) };
        share * (self.length - 2.0 * self.margin) + self.margin
    }

    /// The most ticks, nine at the utmost, that are about `spacing` pixels apart and whose labels, each `room(label)`
    /// long, do not touch.
    pub fn ticks(&self, spacing: f64, room: impl Fn(&str) -> f64) -> Ticks {
        /// More are not easier to read.
        const MOST: f64 = 9.0;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 2..=MOST")]
        let target = (self.length / spacing).floor().clamp(2.0, MOST) as usize;
        for most in (2..=target).rev() {
            let found = ticks(self.scale, self.from, self.to, most);
            let apart = found.major.windows(2).all(|pair| {
                let needed = 0.5 * (room(&pair[0].label) + room(&pair[1].label));
                (self.place(pair[1].value) - self.place(pair[0].value)).abs() >= needed
            });
            if apart && found.major.len() > 1 {
                return found;
            }
        }
        ticks(self.scale, self.from, self.to, 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_centred_on_their_nodes() {
        let axis = Axis::of_cells(-1.0, 1.0, 5, 50.0);
        assert_eq!([-1.0, 0.0, 1.0].map(|v| axis.place(v)), [5.0, 25.0, 45.0], "first, middle and last cell");
        assert_eq!(Axis::of_cells(3.0, 9.0, 1, 50.0).place(3.0), 25.0, "a single cell");
        assert_eq!(Axis::of_cells(1.0, -1.0, 5, 50.0).place(1.0), 5.0, "falling");
    }

    #[test]
    fn ticks_are_thinned_until_labels_stand_apart() {
        let axis = Axis::of_cells(0.0, 8.0, 1000, 1000.0);
        let count = |letter: f64| axis.ticks(40.0, |label| letter * label.len() as f64).major.len();
        assert_eq!((count(1.0), count(150.0), count(600.0)), (9, 5, 2), "short, long and very long labels");
        assert_eq!(count(5000.0), 1, "no two fit");
    }
}
