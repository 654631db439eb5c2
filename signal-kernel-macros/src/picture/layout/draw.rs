//! From coordinates along layers to boxes and paths in the plane.
//!
//! Invariants: within a layer's room an edge is straight, along its own track; it bends between layers only.
//!
//! Must not know: the reasons for a coordinate.

use super::grid::{BOX, Direction, Grid, Layout, Rect};
use std::fmt::Write;

/// The length of an arrow's head, and half its width.
const HEAD: (i32, i32) = (7, 4);

/// Places boxes and paths in the plane.
pub(super) fn draw(grid: &Grid, coordinates: &[i32], direction: Direction) -> Layout {
    let drawing = Drawing {
        grid,
        coordinates,
        direction,
        spans: spans(grid, coordinates, direction),
    };
    let boxes: Vec<Rect> = (0..grid.vertices.len())
        .map(|index| drawing.rect(index))
        .collect();
    let (edges, heads) = drawing.paths();
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

/// The start and the end of each layer.
fn spans(grid: &Grid, coordinates: &[i32], direction: Direction) -> Vec<(i32, i32)> {
    let mut start = 0;
    let mut spans = Vec::new();
    for (number, layer) in grid.layers.iter().enumerate() {
        let boxes = layer.iter().filter(|&&point| !grid.is_track(point));
        let widths = boxes.map(|&point| grid.vertices[point].width);
        let thick = match direction {
            Direction::Right => widths.max().unwrap_or(0),
            Direction::Down => BOX,
        };
        spans.push((start, start + thick));
        start += thick;
        if number + 1 < grid.layers.len() {
            start += gap(grid, layer, coordinates);
        }
    }
    spans
}

struct Drawing<'a> {
    grid: &'a Grid<'a>,
    /// By point: its middle along its layer.
    coordinates: &'a [i32],
    direction: Direction,
    /// By layer.
    spans: Vec<(i32, i32)>,
}

impl Drawing<'_> {
    /// The box of a vertex.
    fn rect(&self, index: usize) -> Rect {
        let (from, to) = self.spans[self.grid.points[index].layer];
        let (middle, width) = (self.coordinates[index], self.grid.vertices[index].width);
        match self.direction {
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
    }

    /// By vertex: the edges that leave it, and their heads.
    fn paths(&self) -> (Vec<String>, Vec<String>) {
        let mut edges = vec![String::new(); self.grid.vertices.len()];
        let mut heads = edges.clone();
        for (index, from) in self.grid.points.iter().enumerate() {
            for &to in &from.after {
                self.edge(&mut edges[from.vertex], index, to);
                if !self.grid.is_track(to) {
                    self.head(&mut heads[from.vertex], to);
                }
            }
        }
        (edges, heads)
    }

    /// A line from a point to one of the next layer. At a point of a track it crosses the layer, too.
    fn edge(&self, path: &mut String, from: usize, to: usize) {
        let layer = self.grid.points[from].layer;
        let ((_, start), (end, beyond)) = (self.spans[layer], self.spans[layer + 1]);
        let (here, there) = (self.coordinates[from], self.coordinates[to]);
        let is_track = self.grid.is_track(to);
        let stop = if is_track { end } else { end - HEAD.0 + 1 };
        let bend = (end - start) / 2;
        let ((x, y), (x1, y1)) = (self.point(start, here), self.point(start + bend, here));
        let ((x2, y2), (x3, y3)) = (self.point(stop - bend, there), self.point(stop, there));
        let write = if here == there {
            write!(path, "M{x} {y}L{x3} {y3}")
        } else {
            write!(path, "M{x} {y}C{x1} {y1} {x2} {y2} {x3} {y3}")
        };
        write.expect("writing to a string");
        if is_track {
            let (x, y) = self.point(beyond, there);
            write!(path, "L{x} {y}").expect("writing to a string");
        }
    }

    /// The head of an arrow in front of a vertex.
    fn head(&self, path: &mut String, to: usize) {
        let (end, _) = self.spans[self.grid.points[to].layer];
        let there = self.coordinates[to];
        let ((x, y), (length, half)) = (self.point(end, there), HEAD);
        let (x1, y1) = self.point(end - length, there - half);
        let (x2, y2) = self.point(end - length, there + half);
        write!(path, "M{x} {y}L{x1} {y1}L{x2} {y2}Z").expect("writing to a string");
    }

    fn point(&self, along: i32, across: i32) -> (i32, i32) {
        match self.direction {
            Direction::Right => (along, across),
            Direction::Down => (across, along),
        }
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
