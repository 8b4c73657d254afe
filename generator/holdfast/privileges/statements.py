"""Statements: what they bind, in the order in which they run; both sides of every branch are taken."""

from __future__ import annotations

import ast

from holdfast.privileges.core import Core, Frame
from holdfast.privileges.values import (
    NOTHING,
    OPAQUE,
    Arguments,
    Bound,
    Class,
    Container,
    Foreign,
    Function,
    Object,
    OwnModule,
    Session,
    Value,
    Values,
    join,
    only,
)

_ENDS = (ast.Return, ast.Raise, ast.Continue, ast.Break)


class Statements(Core):
    """Executes statements."""

    def execute(self, body: list[ast.stmt], frame: Frame) -> None:
        for statement in body:
            self.step()
            run = getattr(self, f"_do_{type(statement).__name__}", None)
            if run:
                run(statement, frame)
            if isinstance(statement, _ENDS):
                return

    def _branch(self, body: list[ast.stmt], frame: Frame) -> None:
        frame.branches += 1
        self.execute(body, frame)
        frame.branches -= 1

    # Definitions and imports.

    def _do_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef, frame: Frame) -> None:
        self._define(node, only(self.defined(node, frame)), frame)

    _do_AsyncFunctionDef = _do_FunctionDef

    def _define(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, values: Values, frame: Frame
    ) -> None:
        for decorator in reversed(node.decorator_list):
            if isinstance(decorator, ast.Attribute) and decorator.attr in ("setter", "deleter", "getter"):
                self.put(frame.scope, f"={decorator.attr}.{node.name}", values)
                return
            around = self.evaluate(decorator, frame)
            values = self.call_all(around, Arguments((values,)), decorator, frame)
        self._bind_name(node.name, values, frame)

    def _do_ClassDef(self, node: ast.ClassDef, frame: Frame) -> None:
        found = Class(node, frame.scope)
        bases: Values = NOTHING
        for base in node.bases:
            bases = join(bases, self.evaluate(base, frame))
        for keyword in node.keywords:
            self.evaluate(keyword.value, frame)
        self.put(found, "=bases", bases)
        inside = self.scopes.of((found, "class"), "class", frame.scope.module, frame.scope)
        self.put(found, "=scope", NOTHING)
        self.execute(node.body, Frame(inside, frame.source, owner=found))
        for name in self.names(inside):
            self.put(found, name, self.get(inside, name))
        self._inherit(found, node, frame)
        for decorator in reversed(node.decorator_list):
            self.evaluate(decorator, frame)
            for around in self.evaluate(decorator, frame):
                # A decorator of the service's may keep the class; one of a library's leaves it a class.
                if not isinstance(around, Foreign):
                    self.call(around, Arguments((only(found),)), decorator, frame)
        self._bind_name(node.name, only(found), frame)

    def _inherit(self, found: Class, node: ast.ClassDef, frame: Frame) -> None:
        """Tell the base classes of a new one, where they want to know."""
        words = [(k.arg, self.evaluate(k.value, frame)) for k in node.keywords if k.arg and k.arg != "metaclass"]
        for base in self.lineage(found)[1:]:
            hooks = self.get(base, "__init_subclass__")
            for hook in hooks:
                if isinstance(hook, Function):
                    self.call(Bound(hook, found), Arguments(keywords=tuple(sorted(words))), node, frame)
            if hooks:
                return

    def _do_Import(self, node: ast.Import, frame: Frame) -> None:
        for alias in node.names:
            module = self.load(alias.name, frame)
            top = alias.name.partition(".")[0]
            if alias.asname:
                self._bind_name(alias.asname, only(module or Foreign(alias.name)), frame)
            else:
                self._bind_name(top, only(self.load(top, frame) or Foreign(top)), frame)

    def _do_ImportFrom(self, node: ast.ImportFrom, frame: Frame) -> None:
        name = self.absolute("." * node.level + (node.module or ""), frame.source.package)
        module = self.load(name, frame)
        if module is None and node.level:
            self.unresolved(node, frame, f"the module {name or '.'} is not there")
        for alias in node.names:
            if alias.name == "*":
                self._import_all(module, frame)
                continue
            inner = self.load(f"{name}.{alias.name}", frame) if module and not self._holds(module, alias.name) else None
            if inner:
                values = only(inner)
            elif module:
                values = self.attribute(module, alias.name, node, frame)
            else:
                values = only(Foreign(f"{name}.{alias.name}"))
            self._bind_name(alias.asname or alias.name, values, frame)

    def _holds(self, module: Value, name: str) -> bool:
        return isinstance(module, OwnModule) and self.has(self.module_scope(module.name), name)

    def _import_all(self, module: Value | None, frame: Frame) -> None:
        if isinstance(module, OwnModule):
            scope = self.module_scope(module.name)
            for each in self.names(scope):
                if isinstance(each, str) and not each.startswith("_"):
                    self._bind_name(each, self.get(scope, each), frame)

    # Assignments.

    def _do_Assign(self, node: ast.Assign, frame: Frame) -> None:
        values = self.evaluate(node.value, frame)
        for target in node.targets:
            self.bind(target, values, frame, anew=not frame.branches)

    def _do_AnnAssign(self, node: ast.AnnAssign, frame: Frame) -> None:
        values = self.evaluate(node.value, frame) if node.value else NOTHING
        if frame.scope.kind == "class" and frame.owner and isinstance(node.target, ast.Name):
            self.put(frame.owner, f":{node.target.id}", self.annotated(node.annotation, frame))
        if all(isinstance(value, Foreign) and "(" not in value.path for value in values) and (node.value):
            values = join(values, self.annotated(node.annotation, frame)) or values
        if node.value:
            self.bind(node.target, values, frame, anew=not frame.branches)

    def _do_AugAssign(self, node: ast.AugAssign, frame: Frame) -> None:
        old, more = self.evaluate(_loaded(node.target), frame), self.evaluate(node.value, frame)
        holding = [value for value in old if isinstance(value, Container)]
        for container in holding:
            self.add_element(container, self.elements(more, node, frame))
        texts = not holding and isinstance(node.op, ast.Add)
        self.bind(node.target, join(old, self.glued([old, more])) if texts else old, frame)

    def bind(self, target: ast.expr, values: Values, frame: Frame, *, anew: bool = False) -> None:
        """Give a target these values: a name, an attribute, an item, or several of them."""
        if isinstance(target, ast.Name):
            self._bind_name(target.id, values, frame, anew=anew)
        elif isinstance(target, (ast.Tuple, ast.List)):
            self._unpack(target.elts, values, frame, anew=anew)
        elif isinstance(target, ast.Starred):
            held = Container(target, frame.scope)
            self.add_element(held, values)
            self.bind(target.value, only(held), frame, anew=anew)
        elif isinstance(target, ast.Attribute):
            self._bind_attribute(target, values, frame)
        elif isinstance(target, ast.Subscript):
            keys = NOTHING if isinstance(target.slice, ast.Slice) else self.evaluate(target.slice, frame)
            for holder in self.evaluate(target.value, frame):
                if isinstance(holder, Container):
                    self.put_entry(holder, keys, values)
                elif isinstance(holder, Object):
                    self.special(only(holder), "__setitem__", Arguments((keys, values)), target, frame)
                elif not isinstance(holder, Foreign) or holder.path != "os.environ":
                    self.escape(values, "an item of something unknown", target, frame)

    def _bind_name(self, name: str, values: Values, frame: Frame, *, anew: bool | None = None) -> None:
        scope = frame.scope
        if name in frame.outer:
            while scope.parent is not None and not (scope is not frame.scope and self.has(scope, name)):
                scope = scope.parent
            anew = False
        self.put(scope, name, values, anew=not frame.branches if anew is None else anew)

    def _unpack(self, targets: list[ast.expr], values: Values, frame: Frame, *, anew: bool) -> None:
        star = next((n for n, target in enumerate(targets) if isinstance(target, ast.Starred)), len(targets))
        for index, target in enumerate(targets):
            got: list[Values] = []
            for value in values:
                if isinstance(value, Container) and self.has(value, index) and index < star:
                    got.append(self.get(value, index))
                else:
                    got.append(self.elements(only(value), target, frame))
            self.bind(target, join(*got), frame, anew=anew)

    def _bind_attribute(self, target: ast.Attribute, values: Values, frame: Frame) -> None:
        for holder in self.evaluate(target.value, frame):
            if isinstance(holder, (Object, Class)):
                setter = f"=setter.{target.attr}"
                if isinstance(holder, Object) and self.lookup_in_class(holder.of, setter):
                    self.special(only(holder), setter, Arguments((values,)), target, frame)
                self.put(holder, target.attr, values)
            elif isinstance(holder, OwnModule):
                self.put(self.module_scope(holder.name), target.attr, values)
            elif isinstance(holder, Session) and target.attr == "_credentials":
                self.bind(target.value, only(Session(foreign=True)), frame, anew=True)
            elif isinstance(holder, Foreign):
                self.escape(values, f"an attribute of {holder.path or 'something unknown'}", target, frame)

    def _do_Global(self, node: ast.Global | ast.Nonlocal, frame: Frame) -> None:
        frame.outer |= set(node.names)

    _do_Nonlocal = _do_Global

    # Flow.

    def _do_Expr(self, node: ast.Expr, frame: Frame) -> None:
        self.dropped = node.value
        self.evaluate(node.value, frame)

    def _do_Return(self, node: ast.Return, frame: Frame) -> None:
        if node.value:
            frame.returned = join(frame.returned, self.evaluate(node.value, frame))

    def _do_If(self, node: ast.If, frame: Frame) -> None:
        if _is_main(node.test):
            return
        self.evaluate(node.test, frame)
        before, frame.typing = frame.typing, frame.typing or _is_typing(node.test)
        self._branch(node.body, frame)
        frame.typing = before
        self._branch(node.orelse, frame)

    def _do_While(self, node: ast.While, frame: Frame) -> None:
        self.evaluate(node.test, frame)
        self._loop(node, frame)

    def _do_For(self, node: ast.For | ast.AsyncFor, frame: Frame) -> None:
        over = self.evaluate(node.iter, frame)
        frame.branches += 1
        self.bind(node.target, self.elements(over, node.iter, frame), frame)
        frame.branches -= 1
        self._loop(node, frame)

    _do_AsyncFor = _do_For

    def _loop(self, node: ast.For | ast.AsyncFor | ast.While, frame: Frame) -> None:
        """What one round binds, the next one sees; loops inside of loops are gone through once each time."""
        for _ in range(2 if not frame.branches else 1):
            self._branch(node.body, frame)
        self._branch(node.orelse, frame)

    def _do_With(self, node: ast.With | ast.AsyncWith, frame: Frame) -> None:
        for item in node.items:
            entered = join(*(self._entered(value, item, frame) for value in self.evaluate(item.context_expr, frame)))
            if item.optional_vars:
                self.bind(item.optional_vars, entered, frame, anew=not frame.branches)
        self.execute(node.body, frame)

    _do_AsyncWith = _do_With

    def _entered(self, value: Value, item: ast.withitem, frame: Frame) -> Values:
        if isinstance(value, Container):
            return self.elements(only(value), item.context_expr, frame)
        if isinstance(value, Object):
            results: list[Values] = []
            for name in ("__enter__", "__aenter__", "__exit__", "__aexit__"):
                for method in self.attribute(value, name, item.context_expr, frame):
                    if not isinstance(method, Foreign):
                        given = Arguments() if "enter" in name else Arguments((NOTHING, NOTHING, NOTHING))
                        got = self.call(method, given, item.context_expr, frame)
                        results += [got] if "enter" in name else []
            return join(*results)
        return only(value)

    def _do_Try(self, node: ast.Try, frame: Frame) -> None:
        self._branch(node.body, frame)
        for handler in node.handlers:
            if handler.type:
                self.evaluate(handler.type, frame)
            if handler.name:
                self._bind_name(handler.name, OPAQUE, frame)
            self._branch(handler.body, frame)
        self._branch(node.orelse, frame)
        self._branch(node.finalbody, frame)

    _do_TryStar = _do_Try

    def _do_Match(self, node: ast.Match, frame: Frame) -> None:
        subject = self.evaluate(node.subject, frame)
        for case in node.cases:
            for pattern in ast.walk(case.pattern):
                name = getattr(pattern, "name", None)
                if isinstance(pattern, (ast.MatchAs, ast.MatchStar)) and name:
                    self._bind_name(name, join(subject, self.elements(subject, node, frame)), frame, anew=False)
            if case.guard:
                self.evaluate(case.guard, frame)
            self._branch(case.body, frame)

    def _do_Raise(self, node: ast.Raise, frame: Frame) -> None:
        for part in (node.exc, node.cause):
            if part:
                self.evaluate(part, frame)

    def _do_Assert(self, node: ast.Assert, frame: Frame) -> None:
        self.evaluate(node.test, frame)

    def _do_Delete(self, node: ast.Delete, frame: Frame) -> None:
        for target in node.targets:
            if isinstance(target, ast.Subscript):
                holders = self.evaluate(target.value, frame)
                keys = self.evaluate(target.slice, frame)
                self.special(holders, "__delitem__", Arguments((keys,)), target, frame)


def _loaded(target: ast.expr) -> ast.expr:
    """A target as the expression that reads it."""
    if isinstance(target, ast.Name):
        return ast.copy_location(ast.Name(target.id, ast.Load()), target)
    if isinstance(target, ast.Attribute):
        return ast.copy_location(ast.Attribute(target.value, target.attr, ast.Load()), target)
    if isinstance(target, ast.Subscript):
        return ast.copy_location(ast.Subscript(target.value, target.slice, ast.Load()), target)
    return target


def _is_typing(test: ast.expr) -> bool:
    """`if TYPE_CHECKING:`, whose imports do not happen."""
    return getattr(test, "id", getattr(test, "attr", "")) == "TYPE_CHECKING"


def _is_main(test: ast.expr) -> bool:
    """`__name__ == "__main__"`: nobody runs a handler's module as a program."""
    return (
        isinstance(test, ast.Compare)
        and isinstance(test.left, ast.Name)
        and test.left.id == "__name__"
        and isinstance(test.ops[0], ast.Eq)
    )
