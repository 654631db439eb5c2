//! From coordinates along layers to boxes and paths in the plane.
//!
//! Invariants: within a layer's room an edge is straight, along its own track; it bends between layers only.
//!
//! Must not know: the reasons for a coordinate.

use super::{BOX, Direction, Grid, Layout, Rect};
use std::fmt::Write;

/// The length of an arrow's head, and half its width.
const HEAD: (i32, i32) = (7, 4);

/// Places boxes and paths in the plane.
pub(super) fn draw(grid: &Grid, coordinates: &[i32], direction: Direction) -> Layout {
    let vertices = grid.vertices;
    let mut start = 0;
    let mut spans = Vec::new();
    for (number, layer) in grid.layers.iter().enumerate() {
        let boxes = layer.iter().filter(|&&point| !grid.is_track(point));
        let thick = match direction {
            Direction::Right => boxes.map(|&point| vertices[point].width).max().unwrap_or(0),
            Direction::Down => BOX,
        };
        spans.push((start, start + thick));
        start += thick;
        if number + 1 < grid.layers.len() {
            start += gap(grid, layer, coordinates);
        }
    }
    let point = |along: i32, across: i32| match direction {
        Direction::Right => (along, across),
        Direction::Down => (across, along),
    };
    let boxes: Vec<Rect> = (0..vertices.len())
        .map(|index| {
            let (from, to) = spans[grid.points[index].layer];
            let (middle, width) = (coordinates[index], vertices[index].width);
            match direction {
                Direction::Right => Rect {
                    x: from,
                    y: middle - BOX / 2,
                    width: to - from,
                    height: BOX,
                },
                Direction::Down => Rect {
                    x: middle - width / 2,
                    y: from,
                    width,
                    height: BOX,
                },
            }
        })
        .collect();
    let mut edges = vec![String::new(); vertices.len()];
    let mut heads = vec![String::new(); vertices.len()];
    for (index, from) in grid.points.iter().enumerate() {
        for &to in &from.after {
            let (start, end) = (spans[from.layer].1, spans[from.layer + 1].0);
            let (here, there) = (coordinates[index], coordinates[to]);
            let path = &mut edges[from.vertex];
            let stop = if grid.is_track(to) {
                end
            } else {
                end - HEAD.0 + 1
            };
            let bend = (end - start) / 2;
            let ((x, y), (x1, y1)) = (point(start, here), point(start + bend, here));
            let ((x2, y2), (x3, y3)) = (point(stop - bend, there), point(stop, there));
            let write = if here == there {
                write!(path, "M{x} {y}L{x3} {y3}")
            } else {
                write!(path, "M{x} {y}C{x1} {y1} {x2} {y2} {x3} {y3}")
            };
            write.expect("writing to a string");
            if grid.is_track(to) {
                let (x, y) = point(spans[from.layer + 1].1, there);
                write!(path, "L{x} {y}").expect("writing to a string");
            } else {
                let ((x, y), (length, half)) = (point(end, there), HEAD);
                let (x1, y1) = point(end - length, there - half);
                let (x2, y2) = point(end - length, there + half);
                write!(heads[from.vertex], "M{x} {y}L{x1} {y1}L{x2} {y2}Z")
                    .expect("writing to a string");
            }
        }
    }
    let right = boxes.iter().map(|rect| rect.x + rect.width);
    let bottom = boxes.iter().map(|rect| rect.y + rect.height);
    let tracks = coordinates.iter().copied().max().unwrap_or(0);
    let (right, bottom) = (right.max().unwrap_or(0), bottom.max().unwrap_or(0));
    let (width, height) = match direction {
        Direction::Right => (right, bottom.max(tracks)),
        Direction::Down => (right.max(tracks), bottom),
    };
    Layout {
        boxes,
        edges,
        heads,
        width,
        height,
    }
}

/// The distance between two layers: larger if the edges are many or steep.
fn gap(grid: &Grid, layer: &[usize], coordinates: &[i32]) -> i32 {
    let links = layer.iter().flat_map(|&from| {
        let after = grid.points[from].after.iter();
        after.map(move |&to| (coordinates[from] - coordinates[to]).abs())
    });
    let (count, steepest) = links.fold((0, 0), |(count, steepest), rise| {
        (count + 1, rise.max(steepest))
    });
    (30 + count + steepest / 8).clamp(40, 96)
}
