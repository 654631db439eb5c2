//! The coordinates of the points of a layer: as near to the linked points as their order allows.
//!
//! Invariants: the order and the least distances are kept, to the pixel.
//!
//! Must not know: the positions of layers.

use super::grid::{Direction, Grid};

impl Grid<'_> {
    /// The middle of each point along its layer, near the middles of its linked points.
    pub(super) fn coordinates(&self, direction: Direction) -> Vec<i32> {
        let packed: Vec<Vec<f64>> = self
            .layers
            .iter()
            .map(|layer| self.packed(layer, direction))
            .collect();
        let mut coordinates = vec![0.0; self.points.len()];
        for (layer, offsets) in self.layers.iter().zip(&packed) {
            let middle = offsets.last().copied().unwrap_or(0.0) / 2.0;
            for (&point, offset) in layer.iter().zip(offsets) {
                coordinates[point] = offset - middle;
            }
        }
        for round in 0..40 {
            let forwards = round % 2 == 0;
            for step in 0..self.layers.len() {
                let layer = if forwards {
                    step
                } else {
                    self.layers.len() - 1 - step
                };
                self.settle(
                    layer,
                    &packed[layer],
                    forwards,
                    round >= 16,
                    &mut coordinates,
                );
            }
        }
        let least =
            self.points.iter().enumerate().map(|(index, _)| {
                coordinates[index] - f64::from(self.extent(index, direction)) / 2.0
            });
        let least = least.fold(f64::INFINITY, f64::min);
        let mut whole = vec![0; self.points.len()];
        for (layer, offsets) in self.layers.iter().zip(&packed) {
            for (&point, offset) in layer.iter().zip(offsets) {
                // The offset is a whole number: rounding without it keeps the distances.
                whole[point] = ((coordinates[point] - least - offset).round() + offset) as i32;
            }
        }
        whole
    }

    /// The distance of each point of a layer from the first one, if all stand as close as they may.
    fn packed(&self, layer: &[usize], direction: Direction) -> Vec<f64> {
        let extent = |point| self.extent(point, direction);
        let mut at = 0;
        let mut offsets = vec![0.0; layer.len().min(1)];
        for pair in layer.windows(2) {
            let (last, point) = (pair[0], pair[1]);
            let space = match (self.is_track(last), self.is_track(point)) {
                (false, false) => 16,
                (true, true) => 8,
                _ => 12,
            };
            at += (extent(last) + extent(point)) / 2 + space;
            offsets.push(f64::from(at));
        }
        offsets
    }

    /// Moves the points of a layer as near to their linked points as the distances in the layer allow. The links of one
    /// side count, or of both.
    fn settle(
        &self,
        layer: usize,
        packed: &[f64],
        forwards: bool,
        both: bool,
        coordinates: &mut [f64],
    ) {
        let points = &self.layers[layer];
        let wanted = points.iter().zip(packed).map(|(&index, offset)| {
            let point = &self.points[index];
            let (near, far) = if forwards {
                (&point.before, &point.after)
            } else {
                (&point.after, &point.before)
            };
            // Once the links of both sides count, a straight track has priority.
            let track = |other: &usize| {
                both && self.is_track(index)
                    && self.is_track(*other)
                    && self.points[*other].vertex == point.vertex
            };
            let is_long = near.iter().chain(far).any(track);
            let mut sum = (0.0, 0.0);
            let mut pull = |near: &[usize]| {
                for other in near.iter().filter(|other| !is_long || track(other)) {
                    let same = self.points[*other].vertex == point.vertex;
                    let weight = if same { 6.0 } else { 1.0 };
                    sum = (sum.0 + weight * coordinates[*other], sum.1 + weight);
                }
            };
            pull(near);
            if both || near.is_empty() {
                pull(far);
            }
            let weight = match (sum.1 > 0.0, is_long) {
                (false, _) => 0.0,
                (true, true) => 8.0,
                (true, false) => 1.0,
            };
            (sum.0 / sum.1 - offset, weight)
        });
        let mut wanted: Vec<(f64, f64)> = wanted.collect();
        // A point without links stands next to its neighbour.
        let linked = wanted.iter().find(|(_, weight)| *weight > 0.0);
        let mut near = linked.map_or(0.0, |(value, _)| *value);
        for (value, weight) in &mut wanted {
            if *weight > 0.0 {
                near = *value;
            } else {
                (*value, *weight) = (near, 1e-6);
            }
        }
        for ((&point, offset), value) in points.iter().zip(packed).zip(rising(&wanted)) {
            coordinates[point] = value + offset;
        }
    }
}

/// The non-decreasing numbers nearest to the wanted ones, by weighted least squares (pool adjacent violators).
pub(in crate::picture) fn rising(wanted: &[(f64, f64)]) -> Vec<f64> {
    let mut pools: Vec<(f64, f64, usize)> = Vec::new();
    for &(value, weight) in wanted {
        let mut pool = (value, weight, 1);
        while let Some(&(value, weight, count)) = pools.last() {
            if value <= pool.0 {
                break;
            }
            pools.pop();
            let sum = weight + pool.1;
            let mean = (value * weight + pool.0 * pool.1) / sum;
            pool = (mean, sum, count + pool.2);
        }
        pools.push(pool);
    }
    let values = pools
        .into_iter()
        .flat_map(|(value, _, count)| std::iter::repeat_n(value, count));
    values.collect()
}
