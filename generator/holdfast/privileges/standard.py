"""What the standard library's functions do with what they are given, as far as it matters; one small function each."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from typing import TypeAlias

from holdfast.privileges.core import Core, Frame
from holdfast.privileges.values import (
    NOTHING,
    OPAQUE,
    Arguments,
    Bound,
    Class,
    Client,
    Container,
    Foreign,
    Function,
    Joined,
    Literal,
    Method,
    Object,
    Partial,
    Thing,
    Values,
    Variable,
    join,
    only,
    texts,
)

#: Called with the interpreter's state, what the call is given, and where it stands.
Handler: TypeAlias = "Callable[[Core, Arguments, ast.AST, Frame], Values]"
_CALLED = "operator.methodcaller()"
_STANDARD = frozenset(sys.stdlib_module_names) | {"builtins"}


def is_standard(path: str) -> bool:
    """Whether a dotted path is one of Python's own: such code makes no AWS call with what it is given."""
    return path.partition(".")[0] in _STANDARD


def _same(machine: Core, given: Arguments, node: ast.AST, frame: Frame) -> Values:
    """What the first argument is: decorators that change nothing here, copies, casts."""
    return given.at(0)


def _maker(machine: Core, given: Arguments, node: ast.AST, frame: Frame) -> Values:
    """`lru_cache(maxsize=1)`: a decorator that leaves its function as it is; called on one, that function."""
    return given.at(0) if any(isinstance(v, (Function, Bound)) for v in given.at(0)) else only(Foreign("copy.copy"))


def _cast(machine: Core, given: Arguments, node: ast.AST, frame: Frame) -> Values:
    return given.at(1, "val")


def _partial(machine: Core, given: Arguments, node: ast.AST, frame: Frame) -> Values:
    return frozenset(Partial(function, given.behind(1)) for function in given.at(0))


def _getattr(machine: Core, given: Arguments, node: ast.AST, frame: Frame) -> Values:
    """An attribute by its name; of a client, a name that is not known may be any operation."""
    holders, default = given.at(0), given.at(2)
    found, told = machine.matching(holders, given.at(1) or OPAQUE, node, frame)
    if told:
        return join(found, default)
    for holder in holders:
        client = holder if isinstance(holder, Client) else holder.client if isinstance(holder, Thing) else None
        if client and not client.foreign:
            machine.unresolved(node, frame, f"which method of {client.service} is called is not known", client.service)
    return join(found, default, OPAQUE)


def _setattr(machine: Core, given: Arguments, node: ast.AST, frame: Frame) -> Values:
    for holder in given.at(0):
        if isinstance(holder, (Object, Class)):
            for name in texts(given.at(1)):
                machine.put(holder, name, given.at(2))
    return NOTHING


def _environment(machine: Core, given: Arguments, node: ast.AST, frame: Frame) -> Values:
    return join(machine.variables(given.at(0, "key")), given.at(1, "default", "d"))


def _import(machine: Core, given: Arguments, node: ast.AST, frame: Frame) -> Values:
    found: list[Values] = []
    for name in given.at(0, "name") or OPAQUE:
        if isinstance(name, Literal) and isinstance(name.value, str):
            package = next(iter(texts(given.at(1, "package"))), frame.source.package)
            found.append(only(machine.load(machine.absolute(name.value, package), frame) or Foreign(name.value)))
        else:
            machine.unresolved(node, frame, "which module is imported is not known")
    return join(*found)


def _map(machine: Core, given: Arguments, node: ast.AST, frame: Frame) -> Values:
    over = [machine.elements(values, node, frame) for values in given.positional[1:]]
    made = Container(node, frame.scope, "map")
    machine.add_element(made, machine.call_all(given.at(0), Arguments(tuple(over), rest=given.rest), node, frame))
    return only(made)


def _filter(machine: Core, given: Arguments, node: ast.AST, frame: Frame) -> Values:
    elements = machine.elements(given.at(1), node, frame)
    machine.call_all(given.at(0), Arguments((elements,)), node, frame)
    return _holding(machine, elements, node, frame)


def _holding(machine: Core, elements: Values, node: ast.AST, frame: Frame) -> Values:
    made = Container(node, frame.scope, "held")
    machine.add_element(made, elements)
    return only(made)


def _listed(machine: Core, given: Arguments, node: ast.AST, frame: Frame) -> Values:
    """`list`, `sorted` and the like: the same elements; of a key function, its calls."""
    elements = machine.elements(given.at(0), node, frame)
    machine.call_all(given.at(None, "key"), Arguments((elements,)), node, frame)
    return _holding(machine, elements, node, frame)


def _next(machine: Core, given: Arguments, node: ast.AST, frame: Frame) -> Values:
    return join(machine.elements(given.at(0), node, frame), given.at(1))


def _enumerate(machine: Core, given: Arguments, node: ast.AST, frame: Frame) -> Values:
    pair = Container(node, frame.scope, "pair")
    machine.put(pair, 0, OPAQUE)
    machine.put(pair, 1, machine.elements(given.at(0), node, frame))
    return _holding(machine, only(pair), node, frame)


def _zip(machine: Core, given: Arguments, node: ast.AST, frame: Frame) -> Values:
    row = Container(node, frame.scope, "row")
    for index, values in enumerate(given.positional):
        machine.put(row, index, machine.elements(values, node, frame))
    return _holding(machine, only(row), node, frame)


def _dict(machine: Core, given: Arguments, node: ast.AST, frame: Frame) -> Values:
    made = Container(node, frame.scope, "dict")
    for values in given.positional:
        machine.update(made, values)
    for name, values in given.keywords:
        machine.put(made, name, values)
    if given.open:
        machine.put(made, "**", OPAQUE)
    return only(made)


def _super(machine: Core, given: Arguments, node: ast.AST, frame: Frame) -> Values:
    """The receiver, seen as its next base: methods are looked up from there."""
    scope: object = frame.scope
    return only(Method(frame.receiver, "super()")) if frame.receiver and frame.owner and scope else OPAQUE


def _vars(machine: Core, given: Arguments, node: ast.AST, frame: Frame) -> Values:
    """`globals()`: the module's names, by their names."""
    made = Container(node, frame.scope, "globals")
    scope = machine.module_scope(frame.scope.module)
    for name in machine.names(scope):
        machine.put(made, name, machine.get(scope, name))
    return only(made)


def _field(machine: Core, given: Arguments, node: ast.AST, frame: Frame) -> Values:
    """A dataclass's or model's field: its default, or what its factory makes."""
    factory = given.at(None, "default_factory", "factory")
    made = machine.call_all(factory, Arguments(), node, frame) if factory else NOTHING
    return join(made, given.at(0, "default"))


def _thread(machine: Core, given: Arguments, node: ast.AST, frame: Frame) -> Values:
    handed = machine.elements(given.at(3, "args"), node, frame) if given.at(3, "args") else NOTHING
    containers = [value for value in given.at(3, "args") if isinstance(value, Container)]
    positional = tuple(machine.get(c, i) for c in containers[:1] for i in range(len(machine.names(c))))
    machine.call_all(given.at(1, "target", "function"), Arguments(positional, rest=handed), node, frame)
    return OPAQUE


def _text(machine: Core, given: Arguments, node: ast.AST, frame: Frame) -> Values:
    return frozenset(value for value in given.at(0) if isinstance(value, (Literal, Variable, Joined))) or OPAQUE


def _methodcaller(machine: Core, given: Arguments, node: ast.AST, frame: Frame) -> Values:
    """`methodcaller("get", 1)`: called with an object, that method of it with these arguments."""
    return only(Partial(Foreign(_CALLED), given))


def _method_called(machine: Core, given: Arguments, node: ast.AST, frame: Frame) -> Values:
    *first, receiver = given.positional or (NOTHING,)
    functions, _ = machine.matching(receiver, first[0] if first else OPAQUE, node, frame)
    return machine.call_all(functions, Arguments(tuple(first[1:]), given.keywords), node, frame)


def _len(machine: Core, given: Arguments, node: ast.AST, frame: Frame) -> Values:
    for name in ("__len__", "__bool__", "__hash__", "__int__"):
        machine.special(given.at(0), name, Arguments(), node, frame)
    return OPAQUE


def _reduce(machine: Core, given: Arguments, node: ast.AST, frame: Frame) -> Values:
    elements = machine.elements(given.at(1), node, frame)
    return machine.call_all(given.at(0), Arguments((join(elements, given.at(2)), elements)), node, frame)


def _nothing(machine: Core, given: Arguments, node: ast.AST, frame: Frame) -> Values:
    return OPAQUE


#: By the dotted path under which the function is reached.
FUNCTIONS: dict[str, Handler] = {
    **dict.fromkeys(
        (
            *(
                "builtins.staticmethod",
                "builtins.classmethod",
                "builtins.property",
                "builtins.reversed",
                "builtins.iter",
            ),
            *("functools.cache", "functools.cached_property", "functools.singledispatch", "functools.total_ordering"),
            *("contextlib.contextmanager", "contextlib.asynccontextmanager", "contextlib.closing", "copy.copy"),
            *("copy.deepcopy", "contextlib.nullcontext", "abc.abstractmethod", "typing.final", "typing.override"),
            *("asyncio.run", "asyncio.create_task", "asyncio.ensure_future", "asyncio.wait_for", "asyncio.shield"),
            *("dataclasses.dataclass", "atexit.register", "types.coroutine", "pathlib.Path", "str.lower"),
        ),
        _same,
    ),
    **dict.fromkeys(("dataclasses.field", "pydantic.Field", "attr.ib", "attrs.field"), _field),
    "functools.lru_cache": _maker,
    "functools.wraps": lambda machine, given, node, frame: only(Foreign("copy.copy")),
    "functools.update_wrapper": _same,
    "functools.partial": _partial,
    "functools.partialmethod": _partial,
    "functools.reduce": _reduce,
    "typing.cast": _cast,
    "builtins.getattr": _getattr,
    "operator.attrgetter": _nothing,
    "operator.methodcaller": _methodcaller,
    _CALLED: _method_called,
    **dict.fromkeys(("builtins.len", "builtins.bool", "builtins.hash", "builtins.int"), _len),
    "builtins.setattr": _setattr,
    "builtins.super": _super,
    "builtins.globals": _vars,
    "builtins.locals": _vars,
    "builtins.vars": _nothing,
    "os.getenv": _environment,
    "os.environ.get": _environment,
    "os.environ.pop": _environment,
    "os.environ.setdefault": _environment,
    "os.environ.__getitem__": _environment,
    "importlib.import_module": _import,
    "builtins.__import__": _import,
    "builtins.map": _map,
    "builtins.filter": _filter,
    **dict.fromkeys(
        (
            *("builtins.list", "builtins.tuple", "builtins.set", "builtins.frozenset", "builtins.sorted"),
            *("itertools.chain.from_iterable", "itertools.islice", "itertools.cycle", "collections.deque"),
        ),
        _listed,
    ),
    "builtins.next": _next,
    "builtins.anext": _next,
    "builtins.min": _next,
    "builtins.max": _next,
    "builtins.enumerate": _enumerate,
    "builtins.zip": _zip,
    "builtins.dict": _dict,
    "collections.OrderedDict": _dict,
    "types.MappingProxyType": _dict,
    "types.SimpleNamespace": _dict,
    "builtins.str": _text,
    "threading.Thread": _thread,
    "threading.Timer": _thread,
    "multiprocessing.Process": _thread,
}
