//! Formulas: from text to a graph of operations, and from a graph to the graphs of its derivatives.
//!
//! ```text
//! text ──lex──▶ tokens ──parse──▶ syntax tree ──resolve──▶ Graph ──derive──▶ Graph
//! ```
//!
//! The grammar stands in [`parse`], the operations in [`op`], the derivative algorithm in [`mod@derive`].

pub mod ast;
pub mod bound;
mod check;
pub mod derive;
pub mod diagnostic;
mod domain;
pub mod formula;
pub mod graph;
#[cfg(test)]
mod hostile;
pub mod lex;
pub mod names;
pub mod op;
mod operand;
pub mod parse;
pub mod print;
mod pull;
pub mod reference;
pub mod resolve;
mod resolver;
mod simplify;
pub mod source;
mod split;
mod statement;
mod symbols;
mod vector;
pub(crate) mod wide;
