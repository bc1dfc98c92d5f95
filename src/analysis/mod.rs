//! What reads functions and fields: the report on one point, the duel of difference quotients with exact
//! derivatives, the accuracy of the mathematics, and the speed of the engines.

pub mod accuracy;
pub mod bench;
pub mod duel;
pub mod point;
