//! What reads functions and fields: the report on one point, the duel of difference quotients with exact
//! derivatives, and the accuracy of the mathematics.

pub mod accuracy;
pub mod duel;
pub mod point;
