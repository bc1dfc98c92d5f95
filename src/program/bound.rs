//! The running error bound of a whole program, made from the rules of its operations.
