//! What reads functions and fields: today the report on one point.

pub mod accuracy;
pub mod point;
