//! Levels: so many, every so often, or a list.
