//! The walk itself: every kind of expression, in the order of evaluation and with its scopes.
//!
//! Invariants: only syntax that can mention a value is visited; types, paths, attributes, constants and nested
//! functions cannot.
//!
//! Must not know: the rules.

use proc_macro2::Span;
use syn::visit::{self, Visit};
use syn::{
    Arm, BinOp, Block, Expr, ExprAssign, ExprAsync, ExprAwait, ExprBinary, ExprCall, ExprClosure,
    ExprConst, ExprField, ExprForLoop, ExprIf, ExprIndex, ExprLet, ExprMethodCall, ExprPath,
    ExprRepeat, ExprUnary, ExprWhile, Ident, Item, Local, Macro, Member, Pat, Stmt, UnOp,
};

use super::{
    Callee, Form, Inside, Observed, Position, Seen, SelfUse, Walk, Write, bare, hygiene,
    is_conditional, text,
};
use crate::kind::NodeKind;

impl Walk<'_> {
    pub(super) fn walk(&mut self, expr: &Expr, position: Position) {
        match expr {
            Expr::Paren(paren) => self.walk(&paren.expr, position),
            Expr::Group(group) => self.walk(&group.expr, position),
            Expr::Path(path) => self.path(path, position),
            _ => self.visit_expr(expr),
        }
    }

    fn path(&mut self, path: &ExprPath, position: Position) {
        let ident = path.path.get_ident().filter(|_| path.qself.is_none());
        match ident {
            Some(ident) if ident == "self" => self.self_use(ident, None),
            Some(ident) => {
                self.mention(ident, Seen::Whole, position);
            }
            None => {}
        }
    }

    fn self_use(&mut self, ident: &Ident, member: Option<&Ident>) {
        let member = member.filter(|member| self.names.by_text.contains_key(&text(member)));
        self.facts.selfs.push(SelfUse {
            span: ident.span(),
            member: member.cloned(),
        });
    }

    pub(super) fn allowing_await(&mut self, is_async: bool, visit: impl FnOnce(&mut Self)) {
        let outside = self.in_async;
        self.in_async |= is_async;
        visit(self);
        self.in_async = outside;
    }

    /// Records a callee that has the name of a node or of a generated method.
    fn callee(&mut self, callee: &Ident, arguments: usize) {
        if self.scopes.binds(&text(callee), &hygiene(callee.span())) {
            return;
        }
        let node = self.names.node(callee);
        if node.is_some() || self.method_of_graph(callee).is_some() {
            self.facts.callees.push(Callee {
                ident: callee.clone(),
                arguments,
                node,
            });
        }
    }

    /// The receiver and the method of a call, without the arguments.
    fn method(&mut self, call: &ExprMethodCall) {
        match bare_or_paren(&call.receiver) {
            Some(ident) if ident == "self" => match self.method_of_graph(&call.method) {
                Some((node, form)) => self.write(node, call.method.span(), form),
                None => self.self_use(ident, Some(&call.method)),
            },
            Some(ident) => self.method_of_value(ident, call),
            None => match self.resource_inside(call) {
                Some((graph, inside)) => {
                    self.mention(graph, Seen::Inside(inside), Position::Value);
                }
                None => self.walk(&call.receiver, Position::Value),
            },
        }
    }

    /// `search.user().value()`: the graph inside, and the part of its node.
    fn resource_inside<'ast>(&self, call: &'ast ExprMethodCall) -> Option<(&'ast Ident, Inside)> {
        let Expr::MethodCall(node) = &*call.receiver else {
            return None;
        };
        let observed = part(call).filter(|_| is_plain(node))?;
        let graph = bare_or_paren(&node.receiver)?;
        let name = text(&node.method);
        let is_graph = self.names.kind(graph) == Some(NodeKind::Graph);
        is_graph.then_some((graph, Inside::Node { name, observed }))
    }

    /// The method decides which part of a resource or list, or which node of a graph inside, is observed.
    fn method_of_value(&mut self, ident: &Ident, call: &ExprMethodCall) {
        let method = text(&call.method);
        let seen = match (self.names.kind(ident), part(call)) {
            (Some(NodeKind::Graph), _) if is_plain(call) => Seen::Inside(Inside::Node {
                name: method.clone(),
                observed: Observed::Whole,
            }),
            (Some(NodeKind::List), _) => of_list(call).map_or(Seen::Whole, Seen::Inside),
            (_, Some(observed)) => Seen::Part(observed),
            _ => Seen::Whole,
        };
        let Some(node) = self.mention(ident, seen, Position::Value) else {
            return;
        };
        let span = call.method.span();
        match method.as_str() {
            "get" if is_plain(call) => self.facts.gets.push((node, span)),
            "set" | "update" => self.write(node, span, Form::Method),
            "reload" | "cancel" => self.write(node, span, Form::Request),
            _ => {}
        }
    }

    fn write(&mut self, node: usize, span: Span, form: Form) {
        self.facts.writes.push(Write { node, span, form });
    }

    /// The node of the generated method with this name, and the form of the write.
    fn method_of_graph(&self, method: &Ident) -> Option<(usize, Form)> {
        const METHODS: [(&str, &str, NodeKind, Form); 8] = [
            ("set_", "", NodeKind::Signal, Form::Setter),
            ("update_", "", NodeKind::Signal, Form::Setter),
            ("update_", "_with", NodeKind::Signal, Form::Setter),
            ("update_", "", NodeKind::Graph, Form::Setter),
            ("update_", "", NodeKind::List, Form::Setter),
            ("take_", "", NodeKind::List, Form::Setter),
            ("reload_", "", NodeKind::Resource, Form::Requester),
            ("cancel_", "", NodeKind::Resource, Form::Requester),
        ];
        let method = text(method);
        METHODS.iter().find_map(|&(before, after, kind, form)| {
            let name = method.strip_prefix(before)?.strip_suffix(after)?;
            let name = self.names.by_text.get(name)?;
            let node = name.node.filter(|_| name.kind == Some(kind))?;
            Some((node, form))
        })
    }

    /// Records a write for the left side of `=` or `+=`, or for each element of a destructuring assignment.
    fn assigned(&mut self, target: &Expr) {
        match target {
            Expr::Tuple(tuple) => tuple.elems.iter().for_each(|elem| self.assigned(elem)),
            Expr::Array(array) => array.elems.iter().for_each(|elem| self.assigned(elem)),
            Expr::Paren(paren) => self.assigned(&paren.expr),
            _ => {
                let root = root(target)
                    .filter(|root| !self.scopes.binds(&text(root), &hygiene(root.span())));
                let node = root.and_then(|root| Some((self.names.node(root)?, root.span())));
                if let Some((node, span)) = node {
                    self.write(node, span, Form::Assignment);
                }
            }
        }
    }
}

/// The part of a resource that a method reads.
fn part(call: &ExprMethodCall) -> Option<Observed> {
    let observed = match text(&call.method).as_str() {
        "value" => Observed::Value,
        "stable" => Observed::Stable,
        "error" | "last_failure" | "failures" => Observed::Error,
        "status" | "is_pending" | "is_waiting" => Observed::Status,
        _ => return None,
    };
    is_plain(call).then_some(observed)
}

/// The part of a list that a method reads; `None` for all of it.
fn of_list(call: &ExprMethodCall) -> Option<Inside> {
    if call.turbofish.is_some() {
        return None;
    }
    let arguments: Vec<&Expr> = call.args.iter().collect();
    match (text(&call.method).as_str(), &arguments[..]) {
        ("len" | "is_empty", []) | ("contains_key", [_]) => Some(Inside::Members),
        ("keys", []) | ("position", [_]) => Some(Inside::Order),
        ("each", [Expr::Path(node)]) if node.path.segments.len() > 1 => {
            let last = node.path.segments.last()?;
            Some(Inside::Node {
                name: text(&last.ident),
                observed: Observed::Whole,
            })
        }
        _ => None,
    }
}

/// Whether a call has no arguments.
fn is_plain(call: &ExprMethodCall) -> bool {
    call.args.is_empty() && call.turbofish.is_none()
}

fn bare_or_paren(expr: &Expr) -> Option<&Ident> {
    match expr {
        Expr::Paren(paren) => bare_or_paren(&paren.expr),
        _ => bare(expr),
    }
}

/// The name whose value an assignment changes. A body sees a node through a reference, so one `*` still means the
/// node; a second `*`, or a call, may lead to another value.
fn root(expr: &Expr) -> Option<&Ident> {
    match expr {
        Expr::Field(field) => root(&field.base),
        Expr::Index(index) => root(&index.expr),
        Expr::Paren(paren) => root(&paren.expr),
        Expr::Unary(unary) if matches!(unary.op, UnOp::Deref(_)) => bare_or_paren(&unary.expr),
        _ => bare(expr),
    }
}

/// One method for each kind of expression that needs more than a visit of its parts.
impl<'ast> Visit<'ast> for Walk<'_> {
    fn visit_expr(&mut self, expr: &'ast Expr) {
        match expr {
            Expr::Verbatim(tokens) => self.every_identifier(tokens.clone(), true),
            _ => visit::visit_expr(self, expr),
        }
    }

    fn visit_expr_path(&mut self, path: &'ast ExprPath) {
        self.path(path, Position::Anywhere);
    }

    fn visit_expr_call(&mut self, call: &'ast ExprCall) {
        match bare(&call.func) {
            Some(callee) => self.callee(callee, call.args.len()),
            None => self.visit_expr(&call.func),
        }
        for arg in &call.args {
            self.visit_expr(arg);
        }
    }

    fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
        self.method(call);
        for arg in &call.args {
            self.visit_expr(arg);
        }
    }

    fn visit_expr_field(&mut self, field: &'ast ExprField) {
        match (bare(&field.base), &field.member) {
            (Some(ident), Member::Named(member)) if ident == "self" => {
                self.self_use(ident, Some(member));
            }
            _ => self.walk(&field.base, Position::Value),
        }
    }

    fn visit_expr_index(&mut self, index: &'ast ExprIndex) {
        self.walk(&index.expr, Position::Value);
        self.visit_expr(&index.index);
    }

    fn visit_expr_unary(&mut self, unary: &'ast ExprUnary) {
        self.walk(&unary.expr, Position::Value);
    }

    /// `a && let Some(b) = c && d`: from left to right, so that `b` is bound in `d`.
    fn visit_expr_binary(&mut self, binary: &'ast ExprBinary) {
        self.walk(&binary.left, Position::Value);
        self.walk(&binary.right, Position::Value);
        if assigns(&binary.op) {
            self.assigned(&binary.left);
        }
    }

    fn visit_expr_assign(&mut self, assign: &'ast ExprAssign) {
        self.visit_expr(&assign.left);
        self.visit_expr(&assign.right);
        self.assigned(&assign.left);
    }

    fn visit_expr_await(&mut self, wait: &'ast ExprAwait) {
        self.walk(&wait.base, Position::Value);
        if !self.in_async {
            self.facts.awaits.push(wait.await_token.span);
        }
    }

    fn visit_expr_let(&mut self, binding: &'ast ExprLet) {
        self.visit_expr(&binding.expr);
        self.bind(&binding.pat);
    }

    fn visit_expr_if(&mut self, branch: &'ast ExprIf) {
        self.scoped(|walk| {
            walk.visit_expr(&branch.cond);
            walk.visit_block(&branch.then_branch);
        });
        if let Some((_, otherwise)) = &branch.else_branch {
            self.visit_expr(otherwise);
        }
    }

    fn visit_expr_while(&mut self, repeat: &'ast ExprWhile) {
        self.scoped(|walk| {
            walk.visit_expr(&repeat.cond);
            walk.visit_block(&repeat.body);
        });
    }

    fn visit_expr_for_loop(&mut self, repeat: &'ast ExprForLoop) {
        self.visit_expr(&repeat.expr);
        self.scoped(|walk| {
            walk.bind(&repeat.pat);
            walk.visit_block(&repeat.body);
        });
    }

    fn visit_arm(&mut self, arm: &'ast Arm) {
        self.scoped(|walk| {
            walk.bind(&arm.pat);
            walk.visit_expr(&arm.body);
        });
    }

    fn visit_expr_closure(&mut self, closure: &'ast ExprClosure) {
        let is_async = closure.asyncness.is_some();
        self.scoped(|walk| {
            for input in &closure.inputs {
                walk.bind(input);
            }
            walk.allowing_await(is_async, |walk| walk.visit_expr(&closure.body));
        });
    }

    fn visit_expr_async(&mut self, block: &'ast ExprAsync) {
        self.allowing_await(true, |walk| walk.visit_block(&block.block));
    }

    /// The length is a constant.
    fn visit_expr_repeat(&mut self, repeat: &'ast ExprRepeat) {
        self.visit_expr(&repeat.expr);
    }

    /// A constant does not see the values around it.
    fn visit_expr_const(&mut self, _: &'ast ExprConst) {}

    fn visit_block(&mut self, block: &'ast Block) {
        self.scoped(|walk| {
            for stmt in &block.stmts {
                if let Stmt::Item(item) = stmt {
                    walk.bind_item(item);
                }
            }
            visit::visit_block(walk, block);
        });
    }

    fn visit_local(&mut self, local: &'ast Local) {
        if let Some(init) = &local.init {
            self.visit_expr(&init.expr);
            if let Some((_, diverge)) = &init.diverge {
                self.visit_expr(diverge);
            }
        }
        // A `let` under a `cfg` hides no node: if it is switched off, a mention below it means the node.
        if !is_conditional(&local.attrs) {
            self.bind(&local.pat);
        }
    }

    fn visit_macro(&mut self, call: &'ast Macro) {
        self.macro_call(call);
    }

    /// Items capture no locals, except `macro_rules!`: the names in its output resolve at its definition.
    fn visit_item(&mut self, item: &'ast Item) {
        if let Item::Macro(item) = item {
            self.every_identifier(item.mac.tokens.clone(), true);
        }
    }

    fn visit_pat(&mut self, pat: &'ast Pat) {
        self.bind(pat);
    }

    fn visit_path(&mut self, _: &'ast syn::Path) {}

    fn visit_type(&mut self, _: &'ast syn::Type) {}

    fn visit_angle_bracketed_generic_arguments(
        &mut self,
        _: &'ast syn::AngleBracketedGenericArguments,
    ) {
    }

    fn visit_attribute(&mut self, _: &'ast syn::Attribute) {}
}

fn assigns(op: &BinOp) -> bool {
    matches!(
        op,
        BinOp::AddAssign(_)
            | BinOp::SubAssign(_)
            | BinOp::MulAssign(_)
            | BinOp::DivAssign(_)
            | BinOp::RemAssign(_)
            | BinOp::BitXorAssign(_)
            | BinOp::BitAndAssign(_)
            | BinOp::BitOrAssign(_)
            | BinOp::ShlAssign(_)
            | BinOp::ShrAssign(_)
    )
}
