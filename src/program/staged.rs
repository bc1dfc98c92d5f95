//! Staged programs: programs that run one after the other, each reading the planes that those before it have computed.
//!
//! A quantity of `smooth(b)` needs the averaged plane around a cell before the cell itself can be computed, and so does the
//! difference of an expression between cells. Planes are numbered: first the arrays, then the output of each program but the last,
//! in the order of the programs. A program reads planes of smaller numbers only. The last one computes what was asked for.
//!
//! ```text
//! arrays 0 … m−1 ──▶ program 0 ──▶ plane m ──▶ program 1 ──▶ plane m+1 ──▶ … ──▶ last program ──▶ outputs
//! ```
//!
//! For a band of cells every plane is needed on the band and a *halo* around it ([`Staged::halos`]); beyond the grid it is
//! continued by the rule of its [`Extension`], the plane itself and not what it was computed from. A cell at which a stage is
//! undefined is NaN in its plane, so whatever reads it sees a missing value.

use super::specialise::{Assume, Reach};
use super::{Plane, Program};
use crate::expr::graph::{Graph, NodeId, TooLarge};
use crate::expr::source::{Source, SourceId};

/// How a plane goes on beyond the border of the grid; `n` cells along an axis have the indices 0 … n − 1.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Extension {
    /// The outermost value: `a a | a b c d | d d`.
    #[default]
    Nearest,
    /// Mirrored at the outer face of the outermost cell: `b a | a b c d | d c`.
    Reflect,
    /// From the other end: `c d | a b c d | a b`.
    Periodic,
    /// This value.
    Constant(f64),
    /// Nothing: there is no data.
    Missing,
}

impl Extension {
    /// The index within 0 … n − 1 that stands for `index`; `None` where a constant or nothing does.
    #[must_use]
    pub fn resolve(self, index: isize, n: usize) -> Option<usize> {
        if let Ok(inside) = usize::try_from(index)
            && inside < n
        {
            return Some(inside);
        }
        let last = isize::try_from(n).ok()?.checked_sub(1)?;
        let resolved = match self {
            Self::Nearest => index.clamp(0, last),
            Self::Periodic => index.rem_euclid(last + 1),
            Self::Reflect => {
                let around = index.rem_euclid(2 * (last + 1));
                if around > last { 2 * last + 1 - around } else { around }
            }
            Self::Constant(_) | Self::Missing => return None,
        };
        usize::try_from(resolved).ok()
    }

    /// What stands beyond the border where [`Extension::resolve`] gives no index.
    #[must_use]
    pub fn outside(self) -> f64 {
        if let Self::Constant(value) = self { value } else { f64::NAN }
    }
}

/// Programs that run one after the other; see the [module](self).
#[derive(Debug, Clone, PartialEq)]
pub struct Staged {
    arrays: usize,
    programs: Vec<Program>,
    extension: Extension,
}

impl Staged {
    /// Compiles `planes`, whose samples a scheme has turned into taps, for a grid of `axes` axes, a formula of so many
    /// parameters, and so many arrays.
    ///
    /// # Errors
    /// [`TooLarge`] if the graph outgrew its limit on the way here.
    pub fn compile(
        g: &mut Graph,
        planes: &[Plane],
        axes: usize,
        parameters: usize,
        arrays: usize,
        extension: Extension,
    ) -> Result<Self, TooLarge> {
        let roots: Vec<NodeId> =
            planes.iter().flat_map(|plane| std::iter::once(plane.value).chain(plane.valid)).collect();
        let mut stages: Vec<(SourceId, NodeId)> = Vec::new();
        for id in g.sources_of(&roots) {
            if let Source::Plane(node) = g.source(id) {
                stages.push((id, node));
            }
        }
        let numbers: Vec<SourceId> = stages.iter().map(|(id, _)| *id).collect();
        let sources: Vec<Source> = g.all_sources();
        let number = |id: SourceId| match sources[id.index()] {
            Source::Array { number, .. } => usize::from(number),
            _ => arrays + numbers.iter().position(|stage| *stage == id).unwrap_or(0),
        };
        let mut programs = Vec::new();
        for (_, node) in stages {
            let plane = Plane::of(g, node, format!("stage {}", programs.len()), node);
            programs.push(Program::compile_numbered(g, &[plane], axes, parameters, &number)?);
        }
        programs.push(Program::compile_numbered(g, planes, axes, parameters, &number)?);
        Ok(Self { arrays, programs, extension })
    }

    /// Specialises the last program, and with `complete` alone also those before it: their borders are computed too.
    ///
    /// # Errors
    /// As for [`Program::specialise`].
    pub fn specialise(&mut self, assume: Assume) -> Result<(), TooLarge> {
        let last = self.programs.len() - 1;
        for (index, program) in self.programs.iter_mut().enumerate() {
            let assume = if index == last { assume } else { Assume { interior: false, ..assume } };
            *program = program.specialise(assume)?;
        }
        Ok(())
    }

    /// The programs up to that of stage `stage`, which becomes the last.
    #[must_use]
    pub fn up_to(&self, stage: usize) -> Self {
        Self { programs: self.programs[..=stage].to_vec(), ..self.clone() }
    }

    /// The number of arrays, which are the first planes.
    #[must_use]
    pub fn arrays(&self) -> usize {
        self.arrays
    }

    /// The programs; each but the last computes one plane.
    #[must_use]
    pub fn programs(&self) -> &[Program] {
        &self.programs
    }

    /// Whether values of a plane are read at all; else the last program is the only one, and it reads coordinates alone.
    #[must_use]
    pub fn reads_planes(&self) -> bool {
        self.programs.len() > 1 || !self.last().reaches().is_empty()
    }

    /// The program that computes what was asked for.
    #[must_use]
    pub fn last(&self) -> &Program {
        &self.programs[self.programs.len() - 1]
    }

    /// How planes go on beyond the grid.
    #[must_use]
    pub fn extension(&self) -> Extension {
        self.extension
    }

    /// How far around a band of outputs each plane is read, through all programs; `None` for a plane that is not read.
    #[must_use]
    pub fn halos(&self) -> Vec<Option<Reach>> {
        let stages = self.programs.len() - 1;
        let mut halos: Vec<Option<Reach>> = vec![None; self.arrays + stages];
        for (index, program) in self.programs.iter().enumerate().rev() {
            let around = if index == stages { Some(Reach::default()) } else { halos[self.arrays + index] };
            let Some(around) = around else { continue };
            for (halo, reach) in halos.iter_mut().zip(program.reaches()) {
                if let Some(reach) = reach {
                    *halo = Some(halo.unwrap_or_default().union(around.then(reach)));
                }
            }
        }
        halos
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn planes_go_on_by_their_rule() {
        let taken = |rule: Extension| -> Vec<Option<usize>> { (-5..9).map(|index| rule.resolve(index, 4)).collect() };
        let some = |list: [usize; 14]| list.map(Some).to_vec();
        assert_eq!(taken(Extension::Nearest), some([0, 0, 0, 0, 0, 0, 1, 2, 3, 3, 3, 3, 3, 3]), "nearest");
        assert_eq!(taken(Extension::Periodic), some([3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0]), "periodic");
        assert_eq!(taken(Extension::Reflect), some([3, 3, 2, 1, 0, 0, 1, 2, 3, 3, 2, 1, 0, 0]), "reflect");
        assert_eq!(Extension::Missing.resolve(-1, 4), None, "missing");
        assert_eq!(Extension::Constant(2.0).outside(), 2.0, "a constant");
    }

    #[test]
    fn halos_add_up_through_the_stages() {
        let mut g = Graph::new();
        let a = g.array(0, 2);
        let (up, down) = (g.tap(a, [0, 1, 0]), g.tap(a, [0, -2, 0]));
        let sum = g.add(up, down);
        let plane = g.plane(sum);
        let (left, here) = (g.tap(plane, [-1, -1, 0]), g.tap(a, [0; 3]));
        let value = g.add(left, here);
        let planes = [Plane::of(&mut g, value, "value", value)];
        let staged = Staged::compile(&mut g, &planes, 2, 0, 1, Extension::Nearest).expect("small");
        assert_eq!(staged.programs().len(), 2, "one stage");
        let array = Reach { below: [1, 3, 0], above: [0, 1, 0] };
        // The sum reads rows −2 … 1 around row −1, so rows −3 … 0; the value itself reads row 0, and the union counts from 0.
        let expected = Reach { below: array.below, above: [0, 1, 0] };
        assert_eq!(
            staged.halos(),
            [Some(expected), Some(Reach { below: [1, 1, 0], above: [0; 3] })],
            "array and stage"
        );
    }
}
