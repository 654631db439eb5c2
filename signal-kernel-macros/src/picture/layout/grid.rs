//! The layers of vertices, and the order within each: few crossings.
//!
//! Must not know: coordinates.

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::picture) enum Direction {
    Right,
    Down,
}

pub(in crate::picture) struct Vertex<'a> {
    pub(in crate::picture) width: i32,
    /// Belongs to the first layer.
    pub(in crate::picture) first: bool,
    /// Belongs to the last layer: nothing depends on it.
    pub(in crate::picture) last: bool,
    pub(in crate::picture) dependencies: &'a [usize],
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::picture) struct Rect {
    pub(in crate::picture) x: i32,
    pub(in crate::picture) y: i32,
    pub(in crate::picture) width: i32,
    pub(in crate::picture) height: i32,
}

pub(in crate::picture) struct Layout {
    /// By vertex.
    pub(in crate::picture) boxes: Vec<Rect>,
    /// The edges that leave a vertex, as one path.
    pub(in crate::picture) edges: Vec<String>,
    /// The heads of the edges that leave a vertex, as one path.
    pub(in crate::picture) heads: Vec<String>,
    pub(in crate::picture) width: i32,
    pub(in crate::picture) height: i32,
}

pub(super) const BOX: i32 = 28;

/// Vertices, and the points where tracks cross layers, with links between neighbouring layers only.
pub(in crate::picture) struct Grid<'a> {
    /// The points of each layer, in their order.
    pub(super) layers: Vec<Vec<usize>>,
    pub(super) points: Vec<Point>,
    pub(super) vertices: &'a [Vertex<'a>],
}

/// The layer of each vertex: its longest path. The vertices marked `last` stand behind all others.
pub(in crate::picture) fn layers(vertices: &[Vertex]) -> Vec<usize> {
    let mut dependents = vec![Vec::new(); vertices.len()];
    let mut open: Vec<usize> = vec![0; vertices.len()];
    for (index, vertex) in vertices.iter().enumerate() {
        open[index] = vertex.dependencies.len();
        for &dependency in vertex.dependencies {
            dependents[dependency].push(index);
        }
    }
    let has_first = vertices.iter().any(|vertex| vertex.first);
    let least = |index: usize| usize::from(has_first && !vertices[index].first);
    let mut layers: Vec<usize> = (0..vertices.len()).map(least).collect();
    let mut ready: Vec<usize> = (0..vertices.len())
        .filter(|&index| open[index] == 0)
        .collect();
    while let Some(index) = ready.pop() {
        for &dependent in &dependents[index] {
            layers[dependent] = layers[dependent].max(layers[index] + 1);
            open[dependent] -= 1;
            if open[dependent] == 0 {
                ready.push(dependent);
            }
        }
    }
    let others = (0..vertices.len()).filter(|&index| !vertices[index].last);
    let last = others.map(|index| layers[index] + 1).max().unwrap_or(1);
    for (index, vertex) in vertices.iter().enumerate() {
        if vertex.last {
            layers[index] = last;
        }
    }
    layers
}

pub(super) struct Point {
    pub(super) layer: usize,
    /// The vertex itself, or the one whose track this is.
    pub(super) vertex: usize,
    pub(super) before: Vec<usize>,
    pub(super) after: Vec<usize>,
}

impl<'a> Grid<'a> {
    /// Finds the layers and the order in each. This takes the most time, and does not depend on the direction.
    pub(in crate::picture) fn new(vertices: &'a [Vertex<'a>]) -> Self {
        let layers = layers(vertices);
        let mut points: Vec<Point> = layers
            .iter()
            .enumerate()
            .map(|(vertex, &layer)| Point {
                layer,
                vertex,
                before: Vec::new(),
                after: Vec::new(),
            })
            .collect();
        // By vertex: the points of its track so far. A track has one point in each layer between.
        let mut tracks: Vec<Vec<usize>> = (0..vertices.len()).map(|vertex| vec![vertex]).collect();
        for (reader, vertex) in vertices.iter().enumerate() {
            for &source in vertex.dependencies {
                let hops = layers[reader] - layers[source];
                while tracks[source].len() < hops {
                    let from = tracks[source][tracks[source].len() - 1];
                    let point = points.len();
                    points.push(Point {
                        layer: points[from].layer + 1,
                        vertex: source,
                        before: vec![from],
                        after: Vec::new(),
                    });
                    points[from].after.push(point);
                    tracks[source].push(point);
                }
                let from = tracks[source][hops - 1];
                points[from].after.push(reader);
                points[reader].before.push(from);
            }
        }
        let mut grid = Grid {
            layers: vec![Vec::new(); layers.iter().max().map_or(0, |last| last + 1)],
            points,
            vertices,
        };
        for (index, point) in grid.points.iter().enumerate() {
            grid.layers[point.layer].push(index);
        }
        grid.order();
        grid
    }

    pub(super) fn is_track(&self, point: usize) -> bool {
        point >= self.vertices.len()
    }

    /// Sorts the points of each layer towards their linked points, to save crossings.
    fn order(&mut self) {
        let mut best = (self.crossings(), self.layers.clone());
        for round in 0..12 {
            if best.0 == 0 && round > 1 {
                break;
            }
            let before = self.layers.clone();
            if round % 2 == 0 {
                for layer in 1..self.layers.len() {
                    self.sort(layer, |point| &point.before);
                }
            } else {
                for layer in (0..self.layers.len() - 1).rev() {
                    self.sort(layer, |point| &point.after);
                }
            }
            self.swap();
            let crossings = self.crossings();
            if crossings < best.0 {
                best = (crossings, self.layers.clone());
            }
            if self.layers == before && round > 1 {
                break;
            }
        }
        self.layers = best.1;
    }

    fn sort(&mut self, layer: usize, neighbours: fn(&Point) -> &Vec<usize>) {
        let positions = self.positions();
        let mut keyed: Vec<(f64, usize)> = self.layers[layer]
            .iter()
            .map(|&point| {
                let near = neighbours(&self.points[point]);
                let sum: usize = near.iter().map(|&point| positions[point]).sum();
                let key = match near.len() {
                    0 => positions[point] as f64,
                    count => sum as f64 / count as f64,
                };
                (key, point)
            })
            .collect();
        keyed.sort_by(|one, other| one.0.total_cmp(&other.0));
        self.layers[layer] = keyed.into_iter().map(|(_, point)| point).collect();
    }

    /// Swaps neighbours if that saves crossings.
    fn swap(&mut self) {
        let mut positions = self.positions();
        for layer in &mut self.layers {
            for at in 1..layer.len() {
                let (one, other) = (layer[at - 1], layer[at]);
                let (first, second) = (&self.points[one], &self.points[other]);
                let count = |first: &Point, second: &Point| {
                    inversions(&first.before, &second.before, &positions)
                        + inversions(&first.after, &second.after, &positions)
                };
                if count(second, first) < count(first, second) {
                    layer.swap(at - 1, at);
                    positions.swap(one, other);
                }
            }
        }
    }

    fn crossings(&self) -> usize {
        let positions = self.positions();
        let pairs = self.layers.iter().map(|layer| {
            let mut crossings = 0;
            for (at, &one) in layer.iter().enumerate() {
                for &other in &layer[at + 1..] {
                    let (first, second) = (&self.points[one], &self.points[other]);
                    crossings += inversions(&first.after, &second.after, &positions);
                }
            }
            crossings
        });
        pairs.sum()
    }

    pub(super) fn positions(&self) -> Vec<usize> {
        let mut positions = vec![0; self.points.len()];
        for layer in &self.layers {
            for (position, &point) in layer.iter().enumerate() {
                positions[point] = position;
            }
        }
        positions
    }

    /// The extent of a point along its layer.
    pub(super) fn extent(&self, point: usize, direction: Direction) -> i32 {
        match direction {
            _ if self.is_track(point) => 2,
            Direction::Right => BOX,
            Direction::Down => self.vertices[point].width,
        }
    }
}

/// The number of crossings between the links of two neighbours.
fn inversions(first: &[usize], second: &[usize], positions: &[usize]) -> usize {
    let crossed = |one: &usize| {
        let before = second
            .iter()
            .filter(|other| positions[**other] < positions[*one]);
        before.count()
    };
    first.iter().map(crossed).sum()
}
