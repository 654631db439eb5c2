//! Compile-pass and compile-fail programs live beside this crate in `pass/` and `fail/`.
