"""Attributes: `value.name` for each kind of value, and what iterating over one gives."""

from __future__ import annotations

import ast
import re

from holdfast.privileges.core import Core, Frame
from holdfast.privileges.expressions import inner
from holdfast.privileges.values import (
    NOTHING,
    OPAQUE,
    Arguments,
    Bound,
    Class,
    Client,
    Collection,
    Container,
    Foreign,
    Function,
    Joined,
    Literal,
    Meta,
    Method,
    Object,
    OwnModule,
    Paged,
    Session,
    Thing,
    Value,
    Values,
    Variable,
    join,
    only,
)

#: Bases of pydantic's whose fields are environment variables.
_SETTINGS = ("BaseSettings",)
_ITERATING = ("__iter__", "__aiter__")


class Attributes(Core):
    """Reads attributes and elements."""

    def attribute(self, value: Value, name: str, node: ast.AST, frame: Frame) -> Values:
        if isinstance(value, Foreign):
            return only(inner(value, f".{name}"))
        if isinstance(value, OwnModule):
            return self._of_module(value, name, node, frame)
        if isinstance(value, Object):
            return self._of_object(value, name, node, frame)
        if isinstance(value, Class):
            return self._of_class(value, name, value)
        return self._of_modelled(value, name, node, frame)

    def _of_modelled(self, value: Value, name: str, node: ast.AST, frame: Frame) -> Values:
        if isinstance(value, Thing):
            return self.of_thing(value, name, node, frame)
        if isinstance(value, Client):
            return (
                only(Meta(value)) if name == "meta" else OPAQUE if name == "exceptions" else only(Method(value, name))
            )
        if isinstance(value, Meta):
            return only(value.client) if name == "client" else only(Foreign("boto3.meta"))
        if isinstance(value, Method) and value.name == "super()":
            return self._of_super(value.receiver, name, frame)
        if isinstance(value, Literal) and name == "value":
            return only(value)  # Of a member of an enumeration.
        if isinstance(value, (Session, Collection, Paged, Container, Literal, Variable, Joined)):
            return only(Method(value, name)) if value != Literal(None) else NOTHING
        return OPAQUE

    def _of_module(self, module: OwnModule, name: str, node: ast.AST, frame: Frame) -> Values:
        scope = self.module_scope(module.name)
        if self.has(scope, name):
            return self.get(scope, name)
        submodule = self.load(f"{module.name}.{name}", frame)
        if submodule:
            return only(submodule)
        fallback = self.get(scope, "__getattr__")
        if fallback:
            return self.call_all(fallback, Arguments((only(Literal(name)),)), node, frame)
        return NOTHING if name.startswith("__") else OPAQUE

    def _of_object(self, value: Object, name: str, node: ast.AST, frame: Frame) -> Values:
        found = [self.get(value, name)]
        for attribute in self._of_class(value.of, name, value):
            if isinstance(attribute, Function) and _decorated(attribute, "property", "cached_property"):
                found.append(self.call(Bound(attribute, value), Arguments(), node, frame))
            elif isinstance(attribute, Function) and not _decorated(attribute, "staticmethod"):
                receiver = value.of if _decorated(attribute, "classmethod") else value
                found.append(only(Bound(attribute, receiver)))
            else:
                found.append(only(attribute))
        known = join(*found)
        if known:
            return known
        declared = self._declared(value.of, name)
        if declared:
            return declared
        missing = self.lookup_in_class(value.of, "__getattr__")
        if missing:
            given = Arguments((only(Literal(name)),))
            return join(*(self.call(Bound(f, value), given, node, frame) for f in missing if isinstance(f, Function)))
        return frozenset(inner(Foreign(base.path + "()"), f".{name}") for base in self.foreign_bases(value.of))

    def _of_super(self, receiver: Value, name: str, frame: Frame) -> Values:
        """The attribute as the next class of the receiver's lineage has it."""
        found = receiver.of if isinstance(receiver, Object) else receiver
        lineage = self.lineage(found) if isinstance(found, Class) else []
        behind = lineage[lineage.index(frame.owner) + 1 :] if frame.owner in lineage else []
        for each in behind:
            if self.has(each, name):
                return frozenset(
                    Bound(value, receiver) if isinstance(value, Function) else value for value in self.get(each, name)
                )
        bases = self.foreign_bases(found) if isinstance(found, Class) else []
        return frozenset(inner(Foreign(base.path + "()"), f".{name}") for base in bases)

    def _declared(self, found: Class, name: str) -> Values:
        """What the annotation in a class says of an attribute that nobody was seen to set."""
        for each in self.lineage(found):
            if self.has(each, f":{name}"):
                if any(base.path.endswith(_SETTINGS) for base in self.foreign_bases(found)):
                    return only(Variable(self._prefix(found) + name.upper()))
                return self.get(each, f":{name}") or OPAQUE
        return NOTHING

    def _prefix(self, found: Class) -> str:
        """`env_prefix` of pydantic's settings."""
        for statement in ast.walk(found.node):
            if isinstance(statement, ast.keyword) and statement.arg == "env_prefix":
                return str(statement.value.value) if isinstance(statement.value, ast.Constant) else ""
        return ""

    def _of_class(self, found: Class, name: str, receiver: Value) -> Values:
        values = self.lookup_in_class(found, name)
        if isinstance(receiver, Class):
            if not values and not name.startswith("__"):
                return frozenset(inner(base, f".{name}") for base in self.foreign_bases(found))
            return frozenset(
                Bound(value, receiver) if isinstance(value, Function) and _decorated(value, "classmethod") else value
                for value in values
            )
        return values

    def lookup_in_class(self, found: Class, name: str) -> Values:
        """What the first class of the lineage that has the name holds under it."""
        for each in self.lineage(found):
            if self.has(each, name):
                return self.get(each, name)
        return NOTHING

    def lineage(self, found: Class) -> list[Class]:
        """A class and its own bases, nearest first."""
        result: list[Class] = []
        waiting = [found]
        while waiting and len(result) < 50:
            each = waiting.pop(0)
            if each not in result:
                result.append(each)
                waiting += [base for base in self.get(each, "=bases") if isinstance(base, Class)]
        return result

    def foreign_bases(self, found: Class) -> list[Foreign]:
        bases = (base for each in self.lineage(found) for base in self.get(each, "=bases"))
        return sorted({base for base in bases if isinstance(base, Foreign)}, key=repr)

    def special(self, values: Values, name: str, arguments: Arguments, node: ast.AST, frame: Frame) -> Values:
        """What Python calls by itself on the service's own objects among these: `__contains__`, `__next__`."""
        methods = [
            Bound(method, value)
            for value in values
            for method in (self.lookup_in_class(value.of, name) if isinstance(value, Object) else ())
            if isinstance(method, Function)
        ]
        return join(*(self.call(method, arguments, node, frame) for method in methods))

    def elements(self, values: Values, node: ast.AST, frame: Frame) -> Values:
        """What iterating gives."""
        found: list[Values] = []
        for value in values:
            if isinstance(value, Container):
                named = [key for key in self.names(value) if isinstance(key, str) and key not in ("*", "**", "?")]
                if named and value.label != "dict-values":
                    found += [only(Literal(key)) for key in named]
                    found.append(OPAQUE if self.get(value, "*") else NOTHING)
                else:
                    found += [self.get(value, key) for key in self.names(value) if key != "?"]
            elif isinstance(value, Collection):
                found.append(only(self.element_of(value)))
            elif isinstance(value, Object):
                found.append(self._iterated(value, node, frame))
            elif not isinstance(value, Literal):
                found.append(OPAQUE)
        return join(*found)

    def _iterated(self, value: Object, node: ast.AST, frame: Frame) -> Values:
        """An object's own iteration: by an iterator, by itself, or by its items."""
        given = join(*(self.special(only(value), name, Arguments(), node, frame) for name in _ITERATING))
        own = frozenset(one for one in given if isinstance(one, Object)) | only(value)
        stepped = join(*(self.special(own, name, Arguments(), node, frame) for name in ("__next__", "__anext__")))
        if given:
            return join(self.elements(given - own, node, frame), stepped)
        return join(self.special(only(value), "__getitem__", Arguments((OPAQUE,)), node, frame), stepped) or OPAQUE

    def matching(self, values: Values, keys: Values, node: ast.AST, frame: Frame) -> tuple[Values, bool]:
        """`getattr(value, key)` for texts of which parts are known; and whether everything that it may be was found."""
        found, told = NOTHING, True
        for key in keys:
            for value in values:
                if isinstance(key, Literal) and isinstance(key.value, str):
                    found = join(found, self.attribute(value, key.value, node, frame))
                elif isinstance(value, (Object, Class, OwnModule)):
                    pattern = _pattern(key)
                    holders: list[object] = [value]
                    if isinstance(value, Object):
                        holders += self.lineage(value.of)
                    elif isinstance(value, OwnModule):
                        holders = [self.module_scope(value.name)]
                    names = {
                        n for h in holders for n in self.names(h) if isinstance(n, str) and re.fullmatch(pattern, n)
                    }
                    for name in sorted(n for n in names if not n.startswith(("__", "=", ":"))):
                        found = join(found, self.attribute(value, name, node, frame))
                else:
                    told = False
        return found, told


def _pattern(key: Value) -> str:
    if not isinstance(key, Joined):
        return ".*"
    return "".join(re.escape(str(part.value)) if isinstance(part, Literal) else ".*" for part in key.parts)


def _decorated(function: Function, *names: str) -> bool:
    """Whether a method is marked as one of these, by the decorator's last name."""
    for decorator in getattr(function.node, "decorator_list", ()):
        name = decorator.attr if isinstance(decorator, ast.Attribute) else getattr(decorator, "id", "")
        if name in names:
            return True
    return False
