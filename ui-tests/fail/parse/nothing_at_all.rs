//! SK019: the only error on the whole call.

use signal_kernel::reactive;

reactive! {}

fn main() {}
