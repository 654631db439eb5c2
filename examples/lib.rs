//! Empty: cargo wants a library in a package. The runnable programs stand beside it.
