//! The table of writes as a picture: a row for each workload, a dot for each side, a logarithmic scale of
//! multiples of hand-written code.
//!
//! Invariants: plain SVG without scripts or fonts of its own, legible on light and dark ground.
//!
//! Must not know: the workloads.

use super::Table;
use std::fmt::Write;

const LINE: f64 = 22.0;
const LEFT: f64 = 190.0;
const WIDTH: f64 = 620.0;
const TOP: f64 = 78.0;
/// Our sides first; the peers have quieter colours.
const COLOURS: [&str; 10] = [
    "#d0342c", "#e8850c", "#3b6fb6", "#5f9ea0", "#88b04b", "#8e6bb0", "#b08968", "#7f8c8d",
    "#c06c84", "#4a8f6d",
];

/// The figures of `ratios` are multiples of the side `base`. The first `ours` columns are our sides.
pub fn plot(ratios: &Table, base: &str, ours: usize) -> String {
    let found = || {
        let cells = ratios.rows.iter().flat_map(|row| &row.cells);
        cells.filter_map(|cell| cell.figure)
    };
    let low = found().fold(1.0, f64::min).log10().floor();
    let high = found().fold(10.0, f64::max).log10().ceil();
    let x = |ratio: f64| LEFT + (ratio.log10() - low) / (high - low) * WIDTH;
    let height = TOP + LINE * ratios.rows.len() as f64 + 30.0;
    let full = LEFT + WIDTH + 30.0;
    let bottom = height - 24.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {full} {height}\" font-family=\"sans-serif\" \
         font-size=\"12\">\n<style>text{{fill:#444}}line{{stroke:#999;stroke-opacity:.35}}\
         @media(prefers-color-scheme:dark){{text{{fill:#ccc}}}}</style>\n\
         <text x=\"10\" y=\"18\" font-size=\"14\" font-weight=\"bold\">Time per operation, as a multiple of \
         {base}</text>\n"
    );
    legend(&mut svg, &ratios.columns, ours);
    for decade in low as i32..=high as i32 {
        let at = x(10f64.powi(decade));
        let label = match decade {
            ..0 => format!("1/{}", 10i64.pow(decade.unsigned_abs())),
            _ => format!("{}", 10i64.pow(decade as u32)),
        };
        let stroke = if decade == 0 {
            " style=\"stroke-opacity:1\""
        } else {
            ""
        };
        writeln!(
            svg,
            "<line x1=\"{at:.1}\" y1=\"{:.0}\" x2=\"{at:.1}\" y2=\"{bottom:.0}\"{stroke}/>\
             <text x=\"{at:.1}\" y=\"{:.0}\" text-anchor=\"middle\">{label}</text>",
            TOP - 10.0,
            height - 8.0
        )
        .unwrap();
    }
    for (i, row) in ratios.rows.iter().enumerate() {
        let y = TOP + LINE * i as f64;
        writeln!(
            svg,
            "<text x=\"{:.0}\" y=\"{:.0}\" text-anchor=\"end\">{}</text>\
             <line x1=\"{LEFT}\" y1=\"{y}\" x2=\"{:.0}\" y2=\"{y}\"/>",
            LEFT - 10.0,
            y + 4.0,
            row.name,
            LEFT + WIDTH
        )
        .unwrap();
        // Our sides are drawn last, on top.
        for (side, cell) in row.cells.iter().enumerate().rev() {
            let Some(ratio) = cell.figure else { continue };
            let wrong = if cell.faults.is_empty() {
                ""
            } else {
                ", wrong"
            };
            writeln!(
                svg,
                "<g>{}<title>{}: {ratio:.2}{wrong}</title></g>",
                dot(x(ratio), y, side, ours, wrong.is_empty()),
                ratios.columns[side]
            )
            .unwrap();
        }
    }
    svg.push_str("</svg>\n");
    svg
}

/// A wrong answer is a ring.
fn dot(x: f64, y: f64, side: usize, ours: usize, is_right: bool) -> String {
    let colour = COLOURS[side % COLOURS.len()];
    let radius = if side < ours { 6.0 } else { 4.0 };
    let fill = if is_right { colour } else { "none" };
    format!(
        "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius}\" fill=\"{fill}\" stroke=\"{colour}\" \
         stroke-width=\"1.5\"/>"
    )
}

fn legend(svg: &mut String, columns: &[String], ours: usize) {
    let (mut x, mut y) = (16.0, 38.0);
    for (side, name) in columns.iter().enumerate() {
        let width = 24.0 + 6.6 * name.len() as f64;
        if x + width > LEFT + WIDTH {
            (x, y) = (16.0, y + 17.0);
        }
        writeln!(
            svg,
            "{}<text x=\"{:.0}\" y=\"{:.0}\">{name}</text>",
            dot(x, y - 4.0, side, ours, true),
            x + 10.0,
            y
        )
        .unwrap();
        x += width;
    }
}
