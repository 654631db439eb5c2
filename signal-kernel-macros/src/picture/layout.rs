//! The positions of the boxes and the course of the edges: layers by longest path, the order within a
//! layer by barycentre, coordinates within a layer by least squares.
//!
//! Invariants: boxes of a layer are apart, layers are apart, every edge goes from an earlier layer to a later one. The
//! edges of a vertex to readers beyond the next layer share one track through the layers between, so no edge runs
//! through a box. If all else is equal, the order of declaration decides.
//!
//! Must not know: names, shapes and colours.

mod coordinates;
mod draw;
mod grid;

pub(super) use grid::{Direction, Grid, Layout, Rect, Vertex};
#[cfg(test)]
pub(super) use {coordinates::rising, grid::layers};

impl Grid<'_> {
    pub(super) fn lay_out(&self, direction: Direction) -> Layout {
        let coordinates = self.coordinates(direction);
        draw::draw(self, &coordinates, direction)
    }
}
