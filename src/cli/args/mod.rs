//! The command line as data: what every subcommand takes, and the help text that says so.
//!
//! Groups that several commands take are in `groups`, `arrays` and `layers`; below them stands nothing of the tool but `record`. Each
//! command has a struct in the file of its kind, and `commands` is the list of all.

mod arrays;
mod batch;
mod checks;
mod commands;
mod curves;
mod groups;
mod layers;
mod numbers;
mod plot;
mod point;

pub(crate) use arrays::{ArrayArgs, SchemeArgs};
pub(crate) use batch::{BatchArgs, FileFormat};
pub(crate) use checks::{AccuracyArgs, BenchArgs, DevicesArgs, VerifyArgs};
pub(crate) use commands::{Cli, Command};
pub(crate) use curves::{ContourArgs, PathFormat, StreamlinesArgs, SurfaceArgs};
pub(crate) use groups::{ComputeArgs, FileArgs, FormulaArgs, GridArgs, ProvenanceArgs, WorkArgs};
pub(crate) use layers::{
    ArrowArgs, ArrowLattice, ArrowLength, Arrows, Corner, Direction, LayerArgs, LevelArgs, NoteArgs, ReliefArgs,
    SEPARATION, StreamArgs, TextureArgs,
};
pub(crate) use numbers::{EvalArgs, Format, StatsArgs};
pub(crate) use plot::{PictureArgs, PlotArgs};
pub(crate) use point::{AtArgs, DuelArgs, Emit, ShowArgs};
