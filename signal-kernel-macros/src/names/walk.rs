//! The walk itself: every kind of expression, in the order of evaluation and with its scopes.
//!
//! Invariants: only syntax that can mention a value is visited; types, paths, attributes, constants and nested
//! functions cannot.
//!
//! Must not know: the rules.

use syn::visit::{self, Visit};
use syn::{Arm, BinOp, Block, Expr, Ident, Item, Local, Macro, Member, Pat, Stmt, UnOp};

use super::{
    Callee, Form, Part, Position, SelfUse, Walk, Write, bare, hygiene, is_conditional, text,
};
use crate::kind::NodeKind;

impl Walk<'_> {
    pub(super) fn walk(&mut self, expr: &Expr, position: Position) {
        match expr {
            Expr::Paren(paren) => self.walk(&paren.expr, position),
            Expr::Group(group) => self.walk(&group.expr, position),
            Expr::Path(path) if path.qself.is_none() => match path.path.get_ident() {
                Some(ident) if ident == "self" => self.sees_self(ident, None),
                Some(ident) => {
                    self.mention(ident, Part::Whole, position);
                }
                None => {}
            },
            Expr::Path(_) => {}
            _ => self.visit_expr(expr),
        }
    }

    fn sees_self(&mut self, ident: &Ident, member: Option<&Ident>) {
        let member = member.filter(|member| self.names.by_text.contains_key(&text(member)));
        self.facts.selfs.push(SelfUse {
            span: ident.span(),
            member: member.cloned(),
        });
    }

    /// The method decides which part of a resource is observed.
    fn method_call(&mut self, call: &syn::ExprMethodCall) {
        let method = text(&call.method);
        match bare_or_paren(&call.receiver) {
            Some(ident) if ident == "self" => match self.method_of_graph(&call.method) {
                Some((node, form)) => {
                    let span = call.method.span();
                    self.facts.writes.push(Write { node, span, form });
                }
                None => self.sees_self(ident, Some(&call.method)),
            },
            Some(ident) => {
                let plain = call.args.is_empty() && call.turbofish.is_none();
                let part = match method.as_str() {
                    "value" if plain => Part::Value,
                    "error" if plain => Part::Error,
                    "status" | "is_pending" if plain => Part::Status,
                    _ => Part::Whole,
                };
                let node = self.mention(ident, part, Position::Value);
                if let (Some(node), "get", true) = (node, method.as_str(), plain) {
                    self.facts.gets.push((node, call.method.span()));
                }
                let form = match method.as_str() {
                    "set" | "update" => Some(Form::Method),
                    "reload" | "cancel" => Some(Form::Request),
                    _ => None,
                };
                if let (Some(node), Some(form)) = (node, form) {
                    let span = call.method.span();
                    self.facts.writes.push(Write { node, span, form });
                }
            }
            None => self.walk(&call.receiver, Position::Value),
        }
        for arg in &call.args {
            self.walk(arg, Position::Anywhere);
        }
    }

    /// The node of the generated method with this name, and the form of the write.
    fn method_of_graph(&self, method: &Ident) -> Option<(usize, Form)> {
        const METHODS: [(&str, &str, NodeKind, Form); 5] = [
            ("set_", "", NodeKind::Signal, Form::Setter),
            ("update_", "", NodeKind::Signal, Form::Setter),
            ("update_", "_with", NodeKind::Signal, Form::Setter),
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
                    self.facts.writes.push(Write {
                        node,
                        span,
                        form: Form::Assignment,
                    });
                }
            }
        }
    }
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

impl<'ast> Visit<'ast> for Walk<'_> {
    fn visit_expr(&mut self, expr: &'ast Expr) {
        match expr {
            Expr::Path(_) | Expr::Paren(_) | Expr::Group(_) => self.walk(expr, Position::Anywhere),
            Expr::Call(call) => {
                match bare(&call.func) {
                    Some(callee) if self.scopes.binds(&text(callee), &hygiene(callee.span())) => {}
                    Some(callee) => {
                        let node = self.names.node(callee);
                        if node.is_some() || self.method_of_graph(callee).is_some() {
                            self.facts.callees.push(Callee {
                                ident: callee.clone(),
                                arguments: call.args.len(),
                                node,
                            });
                        }
                    }
                    None => self.visit_expr(&call.func),
                }
                call.args
                    .iter()
                    .for_each(|arg| self.walk(arg, Position::Anywhere));
            }
            Expr::MethodCall(call) => self.method_call(call),
            Expr::Field(field) => match (bare(&field.base), &field.member) {
                (Some(ident), Member::Named(member)) if ident == "self" => {
                    self.sees_self(ident, Some(member));
                }
                _ => self.walk(&field.base, Position::Value),
            },
            Expr::Index(index) => {
                self.walk(&index.expr, Position::Value);
                self.visit_expr(&index.index);
            }
            Expr::Unary(unary) => self.walk(&unary.expr, Position::Value),
            Expr::Binary(binary) => {
                // `a && let Some(b) = c && d`: from left to right, so that `b` is bound in `d`.
                self.walk(&binary.left, Position::Value);
                self.walk(&binary.right, Position::Value);
                if assigns(&binary.op) {
                    self.assigned(&binary.left);
                }
            }
            Expr::Assign(assign) => {
                self.visit_expr(&assign.left);
                self.visit_expr(&assign.right);
                self.assigned(&assign.left);
            }
            Expr::Await(wait) => {
                self.walk(&wait.base, Position::Value);
                if !self.in_async {
                    self.facts.awaits.push(wait.await_token.span);
                }
            }
            Expr::Let(binding) => {
                self.visit_expr(&binding.expr);
                self.bind(&binding.pat);
            }
            Expr::If(branch) => {
                let scope = self.scopes.enter();
                self.visit_expr(&branch.cond);
                self.visit_block(&branch.then_branch);
                self.scopes.leave(scope);
                if let Some((_, otherwise)) = &branch.else_branch {
                    self.visit_expr(otherwise);
                }
            }
            Expr::While(repeat) => {
                let scope = self.scopes.enter();
                self.visit_expr(&repeat.cond);
                self.visit_block(&repeat.body);
                self.scopes.leave(scope);
            }
            Expr::ForLoop(repeat) => {
                self.visit_expr(&repeat.expr);
                let scope = self.scopes.enter();
                self.bind(&repeat.pat);
                self.visit_block(&repeat.body);
                self.scopes.leave(scope);
            }
            Expr::Closure(closure) => {
                let scope = self.scopes.enter();
                closure.inputs.iter().for_each(|input| self.bind(input));
                let in_async = self.in_async;
                self.in_async |= closure.asyncness.is_some();
                self.visit_expr(&closure.body);
                self.in_async = in_async;
                self.scopes.leave(scope);
            }
            Expr::Async(block) => {
                let in_async = std::mem::replace(&mut self.in_async, true);
                self.visit_block(&block.block);
                self.in_async = in_async;
            }
            // Constants cannot see the values around them.
            Expr::Repeat(repeat) => self.visit_expr(&repeat.expr),
            Expr::Const(_) => {}
            Expr::Verbatim(tokens) => self.every_identifier(tokens.clone(), true),
            _ => visit::visit_expr(self, expr),
        }
    }

    fn visit_block(&mut self, block: &'ast Block) {
        let scope = self.scopes.enter();
        for stmt in &block.stmts {
            if let Stmt::Item(item) = stmt {
                self.bind_item(item);
            }
        }
        visit::visit_block(self, block);
        self.scopes.leave(scope);
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

    fn visit_arm(&mut self, arm: &'ast Arm) {
        let scope = self.scopes.enter();
        self.bind(&arm.pat);
        self.visit_expr(&arm.body);
        self.scopes.leave(scope);
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
