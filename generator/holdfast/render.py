"""(spec, template) -> tree. The only place where templates become files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from jinja2 import Template as Compiled

from holdfast import context, graph, parseable, policysize
from holdfast.catalogue import Catalogue
from holdfast.drawing import mermaid
from holdfast.errors import HoldfastError, shown
from holdfast.jinja import Environment, environment, guarded
from holdfast.lock import FILE as LOCK
from holdfast.model import FileKind, ProjectSpec
from holdfast.parts import EVENTS, FUNCTION, PROJECT, RESOURCES, Part, Scope, Source
from holdfast.spec import FILE as SPEC
from holdfast.tree import File, Tree, check_path

#: CloudFormation's limit for a stack, after SAM has translated it.
MOST_RESOURCES = 500
#: The files of a project that no template makes.
OWN = (SPEC, LOCK)


@dataclass(frozen=True)
class Use:
    """A part at work: which of its scopes, and the function or resource that it is for, by name."""

    part: Part
    scope: Scope
    function: str = ""
    resource: str = ""


@dataclass(repr=False)
class Rendering:
    """One run of `render`: compiled templates, and the fragments that wait for their slots."""

    env: Environment
    sources: Mapping[str, bytes]
    compiled: dict[str, Compiled] = field(default_factory=dict)
    slots: dict[str, list[tuple[Source, Mapping[str, object]]]] = field(default_factory=dict)
    placed: set[str] = field(default_factory=set)
    open: list[str] = field(default_factory=list)
    graph: Callable[[], graph.Graph] | None = None

    def text(self, source: str, names: Mapping[str, object], *, where: str = "") -> str:
        """Render a short template that stands in a file's name or in a part's data."""
        if "{" not in source:
            return source
        compiled = self.compiled.get(source)

        def action() -> str:
            template = compiled or self.compiled.setdefault(source, self.env.from_string(source))
            return template.render(names)

        return guarded(self.env, where or source, action)

    def file(self, path: str, names: Mapping[str, object]) -> str:
        """Render a file of the template, which may hold slots; one without a brace that Jinja knows is as it is."""
        source = self.sources[path]
        if b"{{" not in source and b"{%" not in source and b"{#" not in source:
            return source.decode("utf-8")
        given = {"slot": self.slot, "mermaid_map": self.mermaid_map}
        return guarded(self.env, path, lambda: self.env.get_template(path).render(names, **given))

    def slot(self, name: str, default: object = "", separator: str = "", *, block: bool = False) -> str:
        """The fragments of one slot, each ending its line in a block, bare where the slot stands inside a line."""
        self.placed.add(name)
        if name in self.open:
            raise HoldfastError(f"the slot {shown(name)} holds itself", where=self.open[-1], todo="mend the template")
        self.open.append(name)
        texts = [self.file(source.template, names) for source, names in self.slots.get(name, ())]
        self.open.pop()
        if not texts:
            return str(default)
        bare = separator.join(text.rstrip("\n") if separator or not block else _ended(text) for text in texts)
        return _ended(bare) if block else bare

    def mermaid_map(self, drawn: int) -> str:
        """The service's map for Markdown's fence, as the numbered format draws it, without its last line's end."""
        if drawn not in mermaid.FORMATS or self.graph is None:
            known = ", ".join(map(str, mermaid.FORMATS))
            raise HoldfastError(f"it asks for the map {shown(drawn)}", todo=f"this holdfast draws {known}")
        return mermaid.draw(self.graph()).rstrip("\n")


def render(spec: ProjectSpec, catalogue: Catalogue, *, known: Mapping[str, bytes] | None = None) -> Tree:
    """The files of the project that `spec` asks for, sorted by path; a function of its arguments alone.

    Where these files were rendered before, they were checked then, and `known` are those whose content is at hand.
    """
    check_size(spec, catalogue)
    run = Rendering(environment(catalogue.template), catalogue.template.files)
    names = context.build(spec, catalogue, run.text)
    run.graph = lambda: graph.build(spec, catalogue, names, run.text)
    uses = [(use, names.of(use.function, use.resource)) for use in _uses(spec, catalogue)]
    for use, seen in uses:
        for source in use.part.slots[use.scope]:
            run.slots.setdefault(run.text(source.target, seen, where=source.template), []).append((source, seen))
    files: dict[str, File] = {}
    for use, seen in uses:
        for source in use.part.files[use.scope]:
            path = check_path(run.text(source.target, seen, where=source.template), where=source.template)
            if path in files or path.casefold() in OWN:
                whose = "two parts of the template make" if path in files else "the tool itself writes"
                raise HoldfastError(f"{whose} {shown(path)}", where=source.template, todo="mend the template")
            content = known.get(path) if known else None
            files[path] = _file(path, run, use.part, source, seen, content)
    _check_twins(files)
    if known is None:
        _check_slots(run)
        policysize.check(names.functions.values(), files)
        for path, file in files.items():
            parseable.check(path, file.content)
    if run.env.store:
        run.env.store.save()
    return {path: files[path] for path in sorted(files)}


def graph_of(spec: ProjectSpec, catalogue: Catalogue) -> graph.Graph:
    """Who may touch what in the project that `spec` asks for."""
    run = Rendering(environment(catalogue.template), catalogue.template.files)
    return graph.build(spec, catalogue, context.build(spec, catalogue, run.text), run.text)


def _uses(spec: ProjectSpec, catalogue: Catalogue) -> Iterable[Use]:
    """Every use of every part, in the order in which their fragments stand in a slot."""
    parts = catalogue.parts
    kinds = {resource.name: resource.kind for resource in spec.resources}
    chosen = catalogue.chosen(spec.tables)
    once = [parts[PROJECT, ""], *chosen]
    for kind in dict.fromkeys(kinds.values()):
        once += [*catalogue.shared(parts[RESOURCES, kind], {}), parts[RESOURCES, kind]]
    once += [parts[FUNCTION, ""]]
    for function in spec.functions:
        source = parts[EVENTS, function.event.kind]
        once += [*catalogue.shared(source, function.event.options), source]
    for part in {part.path: part for part in once}.values():
        yield Use(part, "service")
    for resource in spec.resources:
        yield Use(parts[RESOURCES, resource.kind], "external" if resource.external else "each", resource=resource.name)
    for function in spec.functions:
        source = parts[EVENTS, function.event.kind]
        shared = catalogue.shared(source, function.event.options)
        for part in (parts[FUNCTION, ""], *chosen, *shared, source):
            yield Use(part, "each", function.name)
        for name in dict.fromkeys(grant.resource for grant in function.grants):
            yield Use(parts[RESOURCES, kinds[name]], "granted", function.name, name)


def _file(
    path: str, run: Rendering, part: Part, source: Source, names: Mapping[str, object], known: bytes | None
) -> File:
    content = _content(run, source, names) if known is None else known
    return File(content, _matches(path, part.kinds["executable"]), _kind(path, part.kinds))


def _content(run: Rendering, source: Source, names: Mapping[str, object]) -> bytes:
    content = run.sources[source.template]
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return content
    text = run.file(source.template, names)
    return guarded(run.env, source.template, lambda: text.encode("utf-8"))


def _kind(path: str, patterns: Mapping[str, tuple[str, ...]]) -> FileKind:
    if _matches(path, patterns["seeded"]):
        return "seeded"
    return "derived" if _matches(path, patterns["derived"]) else "managed"


def _matches(path: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(path, pattern) for pattern in patterns)


def check_size(spec: ProjectSpec, catalogue: Catalogue, *, name: str = SPEC) -> None:
    """Refuse a spec, in a file called `name`, whose stack would hold more resources than CloudFormation allows."""
    count = resource_count(spec, catalogue)
    if count > MOST_RESOURCES:
        raise HoldfastError(
            f"the stack would hold {count} resources, and CloudFormation allows {MOST_RESOURCES}",
            where=f"{name} functions",
            todo="split the service in two",
        )


def resource_count(spec: ProjectSpec, catalogue: Catalogue) -> int:
    """How many resources the translated stack holds, from what each part says of itself."""
    elsewhere = any(part.elsewhere for part in catalogue.chosen(spec.tables))
    uses = [(use.part, use.scope) for use in _uses(spec, catalogue)]
    return sum(part.counts[scope] + (0 if elsewhere else part.roles[scope]) for part, scope in uses)


def _check_slots(run: Rendering) -> None:
    for name, fragments in run.slots.items():
        if name not in run.placed:
            raise HoldfastError(
                f"no file of the template has the slot {shown(name)}",
                where=fragments[0][0].template,
                todo="mend the name",
            )


def _check_twins(files: Iterable[str]) -> None:
    """Refuse two paths that cannot stand side by side: in any case, one is the other or a folder above it."""
    seen: dict[str, tuple[tuple[str, bool], str]] = {}
    for path in (*OWN, *files):
        parts = path.split("/")
        for end in range(1, len(parts) + 1):
            here = ("/".join(parts[:end]), end == len(parts))
            known, other = seen.setdefault(here[0].casefold(), (here, path))
            if known != here:
                raise HoldfastError(
                    f"{shown(other)} and {shown(path)} cannot both be there on every system",
                    todo="rename a function or resource, or mend the template",
                )


def _ended(text: str) -> str:
    return text if not text or text.endswith("\n") else text + "\n"
