"""(spec, template) -> tree. The only place where templates become files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import partial

from jinja2 import Template as Compiled

from holdfast import context, parseable
from holdfast.catalogue import EVENTS, FUNCTION, PROJECT, RESOURCES, Catalogue, Part, Scope, Source
from holdfast.errors import HoldfastError
from holdfast.jinja import Environment, environment, guarded
from holdfast.model import FileKind, ProjectSpec
from holdfast.tree import File, Tree, check_path

#: CloudFormation's limit for a stack, after SAM has translated it.
MOST_RESOURCES = 500


@dataclass(frozen=True)
class Use:
    """A part at work: which of its scopes, and the names that its templates see there."""

    part: Part
    scope: Scope
    names: Mapping[str, object]


@dataclass
class Rendering:
    """One run of `render`: compiled templates, and the fragments that wait for their slots."""

    env: Environment
    sources: Mapping[str, bytes]
    compiled: dict[str, Compiled] = field(default_factory=dict)
    slots: dict[str, list[tuple[Source, Use]]] = field(default_factory=dict)
    placed: set[str] = field(default_factory=set)
    open: list[str] = field(default_factory=list)

    def text(self, source: str, names: Mapping[str, object], *, where: str = "") -> str:
        """Render a short template that stands in a file's name or in a part's data."""
        if "{" not in source:
            return source
        compiled = self.compiled.get(source)

        def action() -> str:
            template = compiled or self.compiled.setdefault(source, self.env.from_string(source))
            return template.render(names)

        return guarded(where or source, action)

    def file(self, path: str, names: Mapping[str, object]) -> str:
        """Render a file of the template; one without a brace that Jinja knows is its own rendering."""
        source = self.sources[path]
        if b"{{" not in source and b"{%" not in source and b"{#" not in source:
            return source.decode("utf-8")
        return guarded(path, lambda: self.env.get_template(path).render(names))

    def slot(self, name: str, default: object = "", separator: str = "", *, block: bool = False) -> str:
        """The fragments of one slot, each ending its line in a block, bare where the slot stands inside a line."""
        self.placed.add(name)
        if name in self.open:
            raise HoldfastError(f"the slot {name!r} holds itself", where=self.open[-1], todo="mend the template")
        self.open.append(name)
        texts = [
            self.file(source.template, {**use.names, "slot": self.slot}) for source, use in self.slots.get(name, ())
        ]
        self.open.pop()
        if not texts:
            return str(default)
        bare = separator.join(text.rstrip("\n") if separator or not block else _ended(text) for text in texts)
        return _ended(bare) if block else bare


def render(spec: ProjectSpec, catalogue: Catalogue) -> Tree:
    """The files of the project that `spec` asks for, sorted by path; a function of its arguments alone."""
    check_size(spec, catalogue)
    run = Rendering(environment(catalogue.template), catalogue.template.files)
    uses = list(_uses(spec, catalogue, context.build(spec, catalogue, run.text)))
    for use in uses:
        for source in use.part.slots[use.scope]:
            run.slots.setdefault(run.text(source.target, use.names, where=source.template), []).append((source, use))
    files: dict[str, File] = {}
    for use in uses:
        for source in use.part.files[use.scope]:
            _add(files, run, catalogue, use, source)
    _check_slots(run)
    _check_twins(files)
    for path, file in files.items():
        parseable.check(path, file.content)
    return {path: files[path] for path in sorted(files)}


def _uses(spec: ProjectSpec, catalogue: Catalogue, names: context.Names) -> Iterable[Use]:
    """Every use of every part, in the order in which their fragments stand in a slot."""
    parts = catalogue.parts
    service = partial(Use, scope="service", names=names.common)
    yield service(parts[PROJECT, ""])
    chosen = [parts[group, str(spec.tables[group][key])] for group, key in catalogue.choices.items()]
    yield from map(service, chosen)
    for kind in dict.fromkeys(resource.kind for resource in spec.resources):
        yield service(parts[RESOURCES, kind])
    yield service(parts[FUNCTION, ""])
    for kind in dict.fromkeys(function.event.kind for function in spec.functions):
        yield service(parts[EVENTS, kind])
    for resource in names.resources:
        yield Use(parts[RESOURCES, resource.kind], "each", {**names.common, "resource": resource})
    for function in names.functions:
        own = {**names.common, "function": function, "event": function.event}
        for part in (parts[FUNCTION, ""], *chosen, parts[EVENTS, str(function.event["kind"])]):
            yield Use(part, "each", own)
        for resource in function.resources:
            yield Use(parts[RESOURCES, resource.kind], "granted", {**own, "resource": resource})


def _add(files: dict[str, File], run: Rendering, catalogue: Catalogue, use: Use, source: Source) -> None:
    path = check_path(run.text(source.target, use.names, where=source.template), where=source.template)
    if path in files:
        raise HoldfastError(f"two parts of the template make {path!r}", where=source.template, todo="mend the template")
    content = catalogue.template.files[source.template]
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        rendered = content
    else:
        rendered = run.file(source.template, {**use.names, "slot": run.slot}).encode("utf-8")
    patterns = use.part.kinds
    files[path] = File(rendered, _matches(path, patterns["executable"]), _kind(path, patterns))


def _kind(path: str, patterns: Mapping[str, tuple[str, ...]]) -> FileKind:
    if _matches(path, patterns["seeded"]):
        return "seeded"
    return "derived" if _matches(path, patterns["derived"]) else "managed"


def _matches(path: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(path, pattern) for pattern in patterns)


def check_size(spec: ProjectSpec, catalogue: Catalogue) -> None:
    """Refuse a spec whose stack would hold more resources than CloudFormation allows."""
    count = resource_count(spec, catalogue)
    if count > MOST_RESOURCES:
        raise HoldfastError(
            f"the stack would hold {count} resources, and CloudFormation allows {MOST_RESOURCES}",
            where="holdfast.toml functions",
            todo="split the service in two",
        )


def resource_count(spec: ProjectSpec, catalogue: Catalogue) -> int:
    """How many resources the translated stack holds, from what each part says of itself."""
    parts = catalogue.parts
    chosen = [parts[group, str(spec.tables[group][key])] for group, key in catalogue.choices.items()]
    once = [parts[PROJECT, ""], parts[FUNCTION, ""], *chosen]
    once += [parts[RESOURCES, kind] for kind in {resource.kind for resource in spec.resources}]
    once += [parts[EVENTS, kind] for kind in {function.event.kind for function in spec.functions}]
    each = [parts[RESOURCES, resource.kind] for resource in spec.resources]
    each += [part for f in spec.functions for part in (parts[FUNCTION, ""], *chosen, parts[EVENTS, f.event.kind])]
    return sum(part.counts["service"] for part in once) + sum(part.counts["each"] for part in each)


def _check_slots(run: Rendering) -> None:
    for name, fragments in run.slots.items():
        if name not in run.placed:
            raise HoldfastError(
                f"no file of the template has the slot {name!r}", where=fragments[0][0].template, todo="mend the name"
            )


def _check_twins(files: Mapping[str, File]) -> None:
    seen: dict[str, str] = {}
    for path in files:
        if seen.setdefault(path.lower(), path) != path:
            raise HoldfastError(
                f"{path!r} and {seen[path.lower()]!r} are one file on some systems",
                todo="rename a function or resource",
            )


def _ended(text: str) -> str:
    return text if not text or text.endswith("\n") else text + "\n"
