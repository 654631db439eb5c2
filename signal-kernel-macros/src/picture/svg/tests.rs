//! Pictures of graphs of many shapes, and one to look at.

use super::{Node, Picture, Shape};
use crate::kind::NodeKind;
use crate::picture::layout::{self, Direction, Grid, Layout, Vertex};
use expect_test::expect_file;

const LAZY: Shape = Shape {
    kind: NodeKind::Computed,
    is_lazy: true,
};

/// Graphs of all sizes, from a fixed sequence of pseudo-random numbers.
fn graphs() -> Vec<Picture> {
    let mut state = 1_u64;
    let mut below = move |limit: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % limit
    };
    let sizes = (1..=40).chain([60, 80]);
    sizes
        .map(|size| {
            let signals = size / 4;
            let effects = size / 6;
            let reach = 1 + below(20);
            let nodes = (0..size).map(|index| {
                let (shape, count) = match index {
                    _ if index < signals => (Shape::of(NodeKind::Signal), 0),
                    _ if index >= size - effects => (Shape::of(NodeKind::Effect), 1 + below(4)),
                    _ => {
                        let [computed, resource] =
                            [NodeKind::Computed, NodeKind::Resource].map(Shape::of);
                        ([computed, LAZY, resource][below(3)], below(4))
                    }
                };
                let readable = index.min(size - effects);
                let mut dependencies: Vec<usize> = (0..count.min(readable))
                    .map(|_| readable - 1 - below(readable.min(reach)))
                    .collect();
                dependencies.sort_unstable();
                dependencies.dedup();
                Node {
                    name: "name_of_a_node"[..1 + below(14)].to_owned(),
                    shape,
                    link: None,
                    dependencies,
                }
            });
            Picture {
                title: String::new(),
                nodes: nodes.collect(),
            }
        })
        .collect()
}

fn vertices(picture: &Picture) -> Vec<Vertex<'_>> {
    let nodes = picture.nodes.iter();
    let vertices = nodes.map(|node| Vertex {
        width: node.name.len() as i32 * 8 + 26,
        first: node.shape.kind == NodeKind::Signal,
        last: node.shape.kind == NodeKind::Effect,
        dependencies: &node.dependencies,
    });
    vertices.collect()
}

fn each(check: impl Fn(&Picture, &Layout, Direction)) {
    for picture in graphs() {
        let vertices = vertices(&picture);
        let grid = Grid::new(&vertices);
        for direction in [Direction::Right, Direction::Down] {
            check(&picture, &grid.lay_out(direction), direction);
        }
    }
}

#[test]
fn no_box_covers_another_or_leaves_the_picture() {
    each(|_, layout, direction| {
        for (index, one) in layout.boxes.iter().enumerate() {
            assert!(one.x >= 0 && one.y >= 0);
            assert!(one.x + one.width <= layout.width);
            assert!(one.y + one.height <= layout.height);
            for other in &layout.boxes[index + 1..] {
                let apart = one.x + one.width < other.x
                    || other.x + other.width < one.x
                    || one.y + one.height < other.y
                    || other.y + other.height < one.y;
                assert!(apart, "{direction:?} {one:?} {other:?}");
            }
        }
    });
}

#[test]
fn edges_lead_to_later_layers() {
    for picture in graphs() {
        let layers = layout::layers(&vertices(&picture));
        for (index, node) in picture.nodes.iter().enumerate() {
            for &dependency in &node.dependencies {
                assert!(layers[dependency] < layers[index]);
            }
            let last = layers.iter().max().copied();
            assert!(node.shape.kind != NodeKind::Signal || layers[index] == 0);
            assert!(node.shape.kind != NodeKind::Effect || Some(layers[index]) == last);
        }
    }
    each(|picture, layout, direction| {
        for (index, node) in picture.nodes.iter().enumerate() {
            for &dependency in &node.dependencies {
                let (from, to) = (layout.boxes[dependency], layout.boxes[index]);
                match direction {
                    Direction::Right => assert!(from.x + from.width < to.x),
                    Direction::Down => assert!(from.y + from.height < to.y),
                }
            }
        }
    });
}

/// The pieces of a path, each from a point to a point.
fn pieces(path: &str) -> Vec<[i32; 4]> {
    let mut pieces = Vec::new();
    let mut at = [0, 0];
    let starts = path.match_indices(['M', 'L', 'C']).map(|(start, _)| start);
    let starts: Vec<usize> = starts.chain([path.len()]).collect();
    for piece in starts.windows(2) {
        let (command, numbers) = path[piece[0]..piece[1]].split_at(1);
        let numbers = numbers
            .split(' ')
            .map(|number| number.parse().expect("a number"));
        let numbers: Vec<i32> = numbers.collect();
        let to = [numbers[numbers.len() - 2], numbers[numbers.len() - 1]];
        if command != "M" {
            pieces.push([at[0], at[1], to[0], to[1]]);
        }
        at = to;
    }
    pieces
}

#[test]
fn no_edge_runs_through_a_box() {
    each(|_, layout, direction| {
        for [x, y, to_x, to_y] in layout.edges.iter().flat_map(|path| pieces(path)) {
            // A curve stays between its ends, in both directions.
            let (top, bottom) = (y.min(to_y), y.max(to_y));
            let (left, right) = (x.min(to_x), x.max(to_x));
            for rect in &layout.boxes {
                let apart = rect.x >= right
                    || rect.x + rect.width <= left
                    || rect.y > bottom
                    || rect.y + rect.height < top;
                let apart = match direction {
                    Direction::Right => apart,
                    Direction::Down => {
                        rect.y >= bottom
                            || rect.y + rect.height <= top
                            || rect.x > right
                            || rect.x + rect.width < left
                    }
                };
                assert!(apart, "{direction:?} {rect:?} {x} {y} {to_x} {to_y}");
            }
        }
    });
}

#[test]
fn every_edge_is_drawn_and_has_a_head() {
    each(|picture, layout, _| {
        let heads: usize = layout
            .heads
            .iter()
            .map(|path| path.matches('Z').count())
            .sum();
        assert_eq!(heads, picture.edges());
    });
}

#[test]
fn the_same_graph_is_the_same_picture() {
    for (one, other) in graphs().iter().zip(graphs()) {
        assert!(one.draw() == other.draw());
    }
}

#[test]
fn what_never_falls_is_as_near_as_can_be() {
    let rising = |wanted: &[f64]| {
        let wanted: Vec<(f64, f64)> = wanted.iter().map(|&place| (place, 1.0)).collect();
        layout::rising(&wanted)
    };
    assert_eq!(rising(&[1.0, 2.0, 2.0, 5.0]), [1.0, 2.0, 2.0, 5.0]);
    assert_eq!(rising(&[3.0, 1.0]), [2.0, 2.0]);
    assert_eq!(rising(&[4.0, 0.0, 2.0, 9.0]), [2.0, 2.0, 2.0, 9.0]);
    assert_eq!(layout::rising(&[(4.0, 3.0), (0.0, 1.0)]), [3.0, 3.0]);
}

fn node(name: &str, shape: Shape, dependencies: &[usize]) -> Node {
    Node {
        name: name.to_owned(),
        shape,
        link: (shape.kind != NodeKind::Effect).then(|| format!("#method.{name}")),
        dependencies: dependencies.to_owned(),
    }
}

#[test]
fn text_is_escaped_and_long_names_are_cut() {
    let picture = Picture {
        title: "<a & \"b\">".to_owned(),
        nodes: vec![
            node("'<script>'", Shape::of(NodeKind::Signal), &[]),
            node("ñandú_数据_with_a_name_that_does_not_end", LAZY, &[0]),
        ],
    };
    let drawn = picture.draw();
    assert!(drawn.contains("<title>&lt;a &amp; &quot;b&quot;&gt;</title>"));
    assert!(drawn.contains(">&#39;&lt;script&gt;&#39;</text>"));
    assert!(drawn.contains("href=\"#method.&#39;&lt;script&gt;&#39;\""));
    assert!(!drawn.contains("<script"));
    assert!(
        drawn.contains(">ñandú_数据_with_a_name_…</text>"),
        "{drawn}"
    );
    assert!(drawn.contains("that_does_not_end</title>"));
}

#[test]
fn a_picture_is_one_block_of_html_without_scripts_or_addresses() {
    for picture in graphs() {
        let drawn = picture.draw();
        assert!(drawn.starts_with("<div ") && drawn.ends_with("</div>"));
        assert!(drawn.lines().all(|line| !line.trim().is_empty()));
        assert!(drawn.contains("role=\"img\""));
        for word in ["script", "://", "url(", "@import"] {
            assert!(!drawn.contains(word), "{word}");
        }
        for tag in ["g", "svg", "title", "style", "text"] {
            let opened = drawn.matches(&format!("<{tag}>")).count()
                + drawn.matches(&format!("<{tag} ")).count();
            assert_eq!(opened, drawn.matches(&format!("</{tag}>")).count(), "{tag}");
        }
    }
}

/// To accept a change: run with `UPDATE_EXPECT=1`, and open the file in a browser.
#[test]
fn one_to_look_at() {
    let picture = Picture {
        title: "Dependency graph of Profile".to_owned(),
        nodes: vec![
            node("id", Shape::of(NodeKind::Signal), &[]),
            node("theme", Shape::of(NodeKind::Signal), &[]),
            node("user", Shape::of(NodeKind::Resource), &[0]),
            node("title", Shape::of(NodeKind::Computed), &[2]),
            node("is_long", LAZY, &[3]),
            node("show", Shape::of(NodeKind::Effect), &[1, 2, 3]),
        ],
    };
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/src/tests/snapshots/picture.html"
    );
    expect_file![path].assert_eq(&(picture.draw() + "\n"));
}
