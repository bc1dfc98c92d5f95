//! `gradgrid show`: what the compiler makes of a formula, for people who want to see.

use crate::cli::args::{Emit, ShowArgs};
use crate::cli::failure::Failure;
use crate::cli::inputs;
use crate::expr::graph::NodeId;
use crate::expr::print::formulas;
use crate::kernels::evaluate::{self, Shape};
use crate::math::Library;
use crate::method::Differentiator;
use crate::program::{Program, emit};
use std::io::{self, Write};

pub(crate) fn run(args: &ShowArgs) -> Result<(), Failure> {
    let formula = inputs::formula(&args.formula)?;
    let n = formula.dimension().max(2.min(formula.variables().len()));
    let quantity = inputs::quantity(&args.quantity, &formula, n)?;
    let mut g = formula.graph().clone();
    let variables: Vec<NodeId> = (0..n).map(|axis| g.variable(axis)).collect();
    let exact = Differentiator::exact(variables);
    let names = &formula.variables()[..n];
    let text = |g: &_, outputs: &[(String, NodeId)]| formulas(g, outputs, names, formula.parameters());
    let mut out = String::new();
    let wanted = |stage: Emit| args.emit.is_none_or(|emit| emit == stage);
    let heading = |out: &mut String, title: &str| {
        if args.emit.is_none() {
            *out += &format!("{}{title}\n", if out.is_empty() { "" } else { "\n" });
        }
    };
    if wanted(Emit::Graph) {
        heading(&mut out, "# formula");
        out += &text(&g, &[("f".to_owned(), formula.root())]);
    }
    if wanted(Emit::Derivative) {
        heading(&mut out, "# derivatives");
        let partials = exact.gradient(&mut g, formula.root()).map_err(Failure::input)?;
        let outputs: Vec<_> = names.iter().map(|name| format!("∂f/∂{name}")).zip(partials).collect();
        out += &text(&g, &outputs);
    }
    let planes = quantity.planes(&mut g, formula.root(), names, &exact)?;
    let program = Program::compile_planes(&mut g, &planes, n, formula.parameters().len());
    let program = program.map_err(Failure::input)?;
    if wanted(Emit::Program) {
        heading(&mut out, &format!("# program for {}", args.quantity));
        out += &program.to_string();
    }
    if args.emit == Some(Emit::Wgsl) {
        out +=
            &evaluate::kernel(emit::module(&program, Library::Exact), &Shape::plain(n, program.outputs().len())).wgsl();
    }
    io::stdout().lock().write_all(out.as_bytes())?;
    Ok(())
}
