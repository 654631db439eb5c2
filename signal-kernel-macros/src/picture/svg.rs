//! The picture: inline SVG for rustdoc, in the colours of the reader's theme.
//!
//! Invariants: equal graphs give equal text; no box covers another, and an edge runs from an earlier layer to a later
//! one, past the boxes between; names are escaped; there is no blank line, which would end Markdown's block of HTML;
//! the picture loads no file and runs no script.
//!
//! Must not know: tokens, documentation, and the model of a graph.

#[cfg(test)]
mod tests;

use super::layout::{Direction, Grid, Layout, Rect, Vertex};
use crate::kind::NodeKind;
use std::fmt::{self, Display, Formatter, Write};

/// Larger graphs are not drawn: the picture would be illegible, and slow to lay out.
const MOST_NODES: usize = 80;
const MOST_EDGES: usize = 240;

/// The width beside rustdoc's sidebar, without scrolling.
const ROOM: i32 = 900;

/// A character of a monospaced font of 13 px is 7.8 px wide; in tenths.
const CHARACTER: usize = 78;
/// Longer names are cut; the whole name is in the node's tooltip.
const LONGEST_NAME: usize = 26;

pub(super) struct Picture {
    /// The text for readers who do not see the picture.
    pub(super) title: String,
    pub(super) nodes: Vec<Node>,
}

pub(super) struct Node {
    pub(super) name: String,
    pub(super) shape: Shape,
    /// The target of a click.
    pub(super) link: Option<String>,
    /// Indices of the nodes this one depends on: no cycles, none twice.
    pub(super) dependencies: Vec<usize>,
}

/// The kinds of node that look different.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) kind: NodeKind,
    /// A computed value that is computed when it is read.
    pub(super) is_lazy: bool,
}

impl Picture {
    /// Whether the picture has an edge, and is small enough to be read.
    pub(super) fn is_legible(&self) -> bool {
        self.nodes.len() <= MOST_NODES && (1..=MOST_EDGES).contains(&self.edges())
    }

    pub(super) fn edges(&self) -> usize {
        self.nodes.iter().map(|node| node.dependencies.len()).sum()
    }

    /// A block of HTML.
    pub(super) fn draw(&self) -> String {
        let layout = self.layout();
        let is_there = |shape: &Shape| self.nodes.iter().any(|node| node.shape == *shape);
        let shapes: Vec<Shape> = Shape::ALL.into_iter().filter(is_there).collect();
        let legend: i32 = shapes.iter().map(|shape| legend_width(*shape)).sum();
        let width = layout.width.max(legend) + 2 * MARGIN;
        let height = layout.height + LEGEND + 2 * MARGIN;
        // The picture shrinks with the page, but stays wide enough for its names to be legible.
        let least = width * 7 / 10;
        let mut svg = format!(
            "<div class=\"signal-kernel-graph\" style=\"overflow-x:auto\">\n\
             <svg role=\"img\" width=\"{width}\" height=\"{height}\" viewBox=\"{left} {left} {width} {height}\" \
             style=\"max-width:100%;min-width:{least}px;height:auto\">\n\
             <title>{title}</title>\n{STYLE}\n",
            left = -MARGIN,
            title = Escaped(&self.title),
        );
        for index in 0..self.nodes.len() {
            self.node(&mut svg, &layout, index);
        }
        let mut x = 0;
        let y = layout.height + LEGEND - 10;
        svg.push_str("<g class=\"legend\">\n");
        for shape in shapes {
            let rect = Rect {
                x,
                y: y - 6,
                width: 22,
                height: 12,
            };
            let (class, text) = (shape.class(), shape.legend());
            let outline = Outline {
                kind: shape.kind,
                rect,
            };
            put(
                &mut svg,
                format_args!(
                    "<g class=\"{class}\">{outline}<text x=\"{}\" y=\"{}\">{text}</text></g>\n",
                    x + 29,
                    y + 4,
                ),
            );
            x += legend_width(shape);
        }
        svg.push_str("</g>\n</svg>\n</div>");
        svg
    }

    /// From left to right, since names are wider than high. A graph too deep for the page goes from top to bottom.
    fn layout(&self) -> Layout {
        let vertices: Vec<Vertex> = self
            .nodes
            .iter()
            .map(|node| Vertex {
                width: (columns(&node.name) * CHARACTER / 10) as i32 + 26,
                first: node.shape.kind == NodeKind::Signal,
                last: node.shape.kind == NodeKind::Effect,
                dependencies: &node.dependencies,
            })
            .collect();
        let grid = Grid::new(&vertices);
        let right = grid.lay_out(Direction::Right);
        if right.width <= ROOM {
            return right;
        }
        let down = grid.lay_out(Direction::Down);
        if down.width < right.width {
            down
        } else {
            right
        }
    }

    /// A node with the edges to its dependents: they are highlighted together.
    fn node(&self, svg: &mut String, layout: &Layout, index: usize) {
        let node = &self.nodes[index];
        let rect = layout.boxes[index];
        put(
            svg,
            format_args!(
                "<g class=\"{}\"><title>{} {}</title>",
                node.shape.class(),
                node.shape.kind.noun(),
                Escaped(&node.name),
            ),
        );
        let (edges, heads) = (&layout.edges[index], &layout.heads[index]);
        if !edges.is_empty() {
            put(svg, format_args!("<path class=\"edge\" d=\"{edges}\"/>"));
            put(svg, format_args!("<path class=\"head\" d=\"{heads}\"/>"));
        }
        if let Some(link) = &node.link {
            // The Tab key skips the link: for a screen reader the whole picture is one image.
            put(
                svg,
                format_args!("<a href=\"{}\" tabindex=\"-1\">", Escaped(link)),
            );
        }
        let outline = Outline {
            kind: node.shape.kind,
            rect,
        };
        put(
            svg,
            format_args!(
                "{outline}<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
                rect.x + rect.width / 2,
                rect.y + rect.height / 2 + 4,
                Escaped(&shown(&node.name)),
            ),
        );
        svg.push_str(if node.link.is_some() {
            "</a></g>\n"
        } else {
            "</g>\n"
        });
    }
}

const MARGIN: i32 = 6;
/// The height of the legend, with the space above.
const LEGEND: i32 = 38;

/// The colours are rustdoc's own, so they follow its theme. On other pages the colour of the text takes their place.
const STYLE: &str = "\
<style>\
.signal-kernel-graph g{--c:var(--main-color,currentColor)}\
.signal-kernel-graph .signal{--c:var(--keyword-link-color,currentColor)}\
.signal-kernel-graph .resource{--c:var(--type-link-color,currentColor)}\
.signal-kernel-graph .effect{--c:var(--macro-link-color,currentColor)}\
.signal-kernel-graph :is(.graph,.list){--c:var(--trait-link-color,currentColor)}\
.signal-kernel-graph .box{fill:var(--c);fill-opacity:.1;stroke:var(--c);stroke-width:1.2}\
.signal-kernel-graph .lazy .box{stroke-dasharray:4 3}\
.signal-kernel-graph text{fill:var(--main-color,currentColor);font:13px \"Source Code Pro\",\"Fira Mono\",monospace}\
.signal-kernel-graph .legend text{font-size:12px;opacity:.75}\
.signal-kernel-graph .edge{fill:none;stroke:var(--main-color,currentColor);stroke-opacity:.4;stroke-width:1.2}\
.signal-kernel-graph .head{fill:var(--main-color,currentColor)}\
.signal-kernel-graph g:hover>.edge{stroke:var(--link-color,currentColor);stroke-opacity:1;stroke-width:2}\
.signal-kernel-graph g:hover>.head{fill:var(--link-color,currentColor)}\
.signal-kernel-graph g:hover .box{fill-opacity:.25}\
.signal-kernel-graph a{text-decoration:none}\
</style>";

impl Shape {
    /// The order of the legend.
    const ALL: [Shape; 7] = [
        Shape::of(NodeKind::Signal),
        Shape::of(NodeKind::Computed),
        Shape {
            kind: NodeKind::Computed,
            is_lazy: true,
        },
        Shape::of(NodeKind::Resource),
        Shape::of(NodeKind::Effect),
        Shape::of(NodeKind::Graph),
        Shape::of(NodeKind::List),
    ];

    const fn of(kind: NodeKind) -> Self {
        Shape {
            kind,
            is_lazy: false,
        }
    }

    fn class(self) -> &'static str {
        if self.is_lazy {
            "lazy"
        } else {
            self.kind.keyword()
        }
    }

    fn legend(self) -> &'static str {
        if self.is_lazy {
            "computed when read"
        } else {
            self.kind.keyword()
        }
    }
}

fn legend_width(shape: Shape) -> i32 {
    29 + shape.legend().len() as i32 * 72 / 10 + 22
}

/// Each kind has a shape of its own, for readers who cannot tell the colours apart.
struct Outline {
    kind: NodeKind,
    rect: Rect,
}

impl Display for Outline {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let Rect {
            x,
            y,
            width,
            height,
        } = self.rect;
        let (right, bottom) = (x + width, y + height);
        match self.kind {
            NodeKind::Field | NodeKind::Signal | NodeKind::Computed => {
                let round = if self.kind == NodeKind::Signal {
                    height / 2
                } else {
                    3
                };
                write!(
                    formatter,
                    "<rect class=\"box\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"{round}\"/>"
                )
            }
            NodeKind::Graph | NodeKind::List => write!(
                formatter,
                "<path class=\"box\" d=\"M{x} {y}H{right}V{bottom}H{x}ZM{} {}H{}V{}H{}Z\"/>",
                x + 3,
                y + 3,
                right - 3,
                bottom - 3,
                x + 3,
            ),
            NodeKind::Resource => {
                let bar = 5.min(width / 5);
                write!(
                    formatter,
                    "<path class=\"box\" d=\"M{x} {y}H{right}V{bottom}H{x}ZM{} {y}V{bottom}M{} {y}V{bottom}\"/>",
                    x + bar,
                    right - bar,
                )
            }
            NodeKind::Effect => {
                let (cut, middle) = (height / 3, y + height / 2);
                write!(
                    formatter,
                    "<path class=\"box\" d=\"M{} {y}H{}L{right} {middle}L{} {bottom}H{}L{x} {middle}Z\"/>",
                    x + cut,
                    right - cut,
                    right - cut,
                    x + cut,
                )
            }
        }
    }
}

/// The name in its box, cut if it is too long.
fn shown(name: &str) -> String {
    if name.chars().map(width).sum::<usize>() <= LONGEST_NAME {
        return name.to_owned();
    }
    let mut room = LONGEST_NAME - 1;
    let kept = name.chars().take_while(|&character| {
        let left = room.checked_sub(width(character));
        room = left.unwrap_or(0);
        left.is_some()
    });
    let mut kept: String = kept.collect();
    kept.push('…');
    kept
}

/// The number of columns that a name takes in its box.
fn columns(name: &str) -> usize {
    let columns: usize = name.chars().map(width).sum();
    columns.min(LONGEST_NAME)
}

/// Some letters beyond ASCII are two columns wide, depending on the font.
fn width(character: char) -> usize {
    if character.is_ascii() { 1 } else { 2 }
}

fn put(text: &mut String, part: fmt::Arguments<'_>) {
    text.write_fmt(part).expect("writing to a string");
}

struct Escaped<'a>(&'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '&' => formatter.write_str("&amp;")?,
                '<' => formatter.write_str("&lt;")?,
                '>' => formatter.write_str("&gt;")?,
                '"' => formatter.write_str("&quot;")?,
                '\'' => formatter.write_str("&#39;")?,
                other => formatter.write_char(other)?,
            }
        }
        Ok(())
    }
}
