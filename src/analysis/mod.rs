//! What reads functions and fields: the report on one point, the duel of difference quotients with exact
//! derivatives, the accuracy of the mathematics, the speed of the engines, and statistics over grids.

pub mod accuracy;
pub mod bench;
pub mod duel;
pub mod point;
pub mod statistics;
