//! SK039

use signal_kernel::{reactive, resource};
use signal_kernel_ui_tests::{Stream, stream};

struct Chart {
    points: Vec<u32>,
}

fn add(chart: &mut Chart, point: u32) {
    chart.points.push(point);
}

#[resource(fold(Chart, add))]
fn measure(up_to: u32) -> impl Stream<Item = Result<u32, String>> {
    stream::iter((0..up_to).map(Ok))
}

reactive! {
    struct Screen {
        signal up_to: u32 = 3;
        resource chart = measure(up_to);
        computed points: usize = chart.value().map_or(0, |chart| chart.points.len());
    }
}

fn main() {
    println!("{}", Screen::new().points());
}
