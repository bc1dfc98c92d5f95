//! Gradient fields of formulas over dense grids, on the GPU and on the CPU.
//!
//! A scalar function, written as a formula, becomes a graph; its exact derivatives are more nodes of that graph; a quantity
//! such as ‖∇f‖ is more nodes still. The graph is compiled to one straight-line program, which the CPU interprets and the GPU
//! runs as a compute shader, with the same operations in the same order, over grids of any size.
//!
//! ```
//! use gradgrid::{Formula, Grid, Quantity, Request};
//!
//! let f = Formula::parse("x^2*y + sin(y)")?;
//! let grid = Grid::plane((-5.0, 5.0, 101), (-5.0, 5.0, 101))?;
//! let gradient = Request::new(&f, &grid).quantity(Quantity::Gradient).evaluate()?;
//! // ∇f(0, 0) = (2xy, x² + cos y) = (0, 1)
//! assert_eq!([gradient.at(0, &[50, 50]), gradient.at(1, &[50, 50])], [0.0, 1.0]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! One point in detail:
//!
//! ```
//! use gradgrid::{Formula, PointReport};
//!
//! let f = Formula::parse("xyz")?;
//! let report = PointReport::new(&f, &[1.0, 2.0, 3.0], None)?;
//! assert_eq!(report.gradient, [6.0, 3.0, 2.0]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A picture, written as it is computed:
//!
//! ```
//! use gradgrid::{Formula, Grid, PictureFormat, PictureOptions, Quantity, Request, Silent, write_picture};
//!
//! let f = Formula::parse("e^{-(x²+y²)}")?;
//! let grid = Grid::plane((-2.0, 2.0, 64), (-2.0, 2.0, 64))?;
//! let mut slope = Request::new(&f, &grid).prepare()?;
//! let options = PictureOptions { title: "‖∇f‖".to_owned(), ..PictureOptions::default() };
//! let (png, _) = write_picture(&mut slope, &Quantity::Magnitude, &options, PictureFormat::Png, Vec::new(), &mut Silent)?;
//! assert!(png.starts_with(b"\x89PNG"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![cfg_attr(not(feature = "cli"), warn(clippy::print_stdout, clippy::print_stderr))]

pub mod analysis;
#[cfg(feature = "cli")]
pub mod cli;
pub mod color;
pub mod contour;
pub mod engine;
pub mod expr;
pub mod field;
pub mod figure;
pub mod flow;
pub mod gpu;
pub mod grid;
pub mod io;
pub mod kernels;
pub mod math;
pub mod method;
pub mod picture;
pub mod probe;
pub mod program;
pub mod pyramid;
pub mod quantity;
pub mod request;
pub mod surface;
pub mod texture;
pub mod tile;

pub use analysis::point::PointReport;
pub use color::Colormap;
pub use engine::EngineChoice;
pub use expr::diagnostic::ParseError;
pub use expr::formula::Formula;
pub use expr::names::Names;
pub use field::{Field, Samples};
pub use figure::PictureFormat;
pub use grid::{Axis, Grid};
pub use method::Method;
pub use picture::{PictureOptions, write_picture};
pub use quantity::Quantity;
pub use request::Request;
pub use tile::watch::{Silent, Watch};

/// The Rust of the front page, run as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
#[derive(Debug)]
pub struct FrontPage;
