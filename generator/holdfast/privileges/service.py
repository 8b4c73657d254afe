"""The functions of a service as its template has them: their code, what they are told, which role they have."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from holdfast.errors import HoldfastError
from holdfast.privileges import roles, template
from holdfast.privileges.intrinsics import Resolver
from holdfast.privileges.roles import Role
from holdfast.privileges.sources import Files
from holdfast.privileges.targets import ANY

_FUNCTION = "AWS::Lambda::Function"
MOST_FUNCTIONS = 2_000
#: `{{resolve:ssm:/orders/${Stage}/roles/place-order}}`: a role's ARN that the platform team keeps.
_DYNAMIC = re.compile(r"\{\{resolve:ssm:.*?([\w-]+)(?::\d+)?\}\}")


@dataclass(frozen=True)
class Function:
    """One function: `problem` says why its code cannot be read, `folders` are where its modules are looked for."""

    logical: str
    name: str
    handler: str
    folders: tuple[Path, ...]
    inline: str
    environment: Mapping[str, str]
    role: Role | None
    problem: str
    properties: Mapping[str, Any]
    #: The environment as it is whatever the template is deployed with.
    opened: Mapping[str, str]


@dataclass(frozen=True)
class Service:
    """A template's file, its texts, and its functions."""

    file: str
    resolver: Resolver
    functions: tuple[Function, ...]


def read(root: Path, files: Files) -> Service:
    """The service in a folder."""
    path = template.find(root)
    raw = template.read(path, files)
    where = files.name(path)
    resolver = Resolver(template.translated(raw, where))
    found = resolver.of(_FUNCTION)
    if len(found) > MOST_FUNCTIONS:
        raise HoldfastError(f"{len(found)} functions are too many", where=where, todo="split the template")
    reader = _Reader(raw, template.resources(raw), resolver, path.parent, files, _Elsewhere(root, files))
    return Service(
        where, resolver, tuple(reader.function(name, template.properties(one)) for name, one in found.items())
    )


@dataclass(frozen=True)
class _Reader:
    """Reads functions: what SAM made of each, and where its code was said to be before."""

    raw: Mapping[str, Any]
    written: Mapping[str, Mapping[str, Any]]
    resolver: Resolver
    folder: Path
    files: Files
    elsewhere: _Elsewhere

    def function(self, logical: str, properties: Mapping[str, Any]) -> Function:
        """One function of the translated template."""
        uri, inline = self._code(logical)
        handler = self.resolver.text(properties.get("Handler", ""))
        problem = _problem(properties, self.resolver, uri, inline, handler)
        folders: tuple[Path, ...] = ()
        if not problem and not inline:
            folders = (self.folder / uri, *self._layers(properties))
            if not self.files.folder(folders[0]):
                problem = f"its code {uri!r} is no folder of the project"
        environment = _environment(properties, self.resolver)
        role = self._role(properties.get("Role"))
        opened = _environment(properties, self.resolver.opened)
        return Function(logical, logical, handler, folders, inline, environment, role, problem, properties, opened)

    def _code(self, logical: str) -> tuple[str, str]:
        """Where a function's code lies, as written; or the code itself."""
        properties = template.properties(self.written.get(logical, {}))
        given = properties.get("CodeUri", properties.get("Code"))
        if given is None and "InlineCode" not in properties:
            given = template.globals_of(self.raw).get("CodeUri")
        if isinstance(given, dict) and isinstance(given.get("ZipFile"), str):
            return "", given["ZipFile"]
        inline = properties.get("InlineCode")
        return (given if isinstance(given, str) else ""), inline if isinstance(inline, str) else ""

    def _layers(self, properties: Mapping[str, Any]) -> Iterator[Path]:
        """The folders of layers whose code is in the project too."""
        layers = properties.get("Layers")
        for layer in layers if isinstance(layers, list) else []:
            named = str(layer.get("Ref", "")) if isinstance(layer, dict) else ""
            # SAM hashes a layer's content into its logical id.
            known = {name: one for name, one in self.written.items() if str(one.get("Type")).endswith("::LayerVersion")}
            own = template.properties(next((known[name] for name in known if named.startswith(name)), {}))
            uri = own.get("ContentUri", own.get("Content"))
            if isinstance(uri, str) and "://" not in uri and not Path(uri).is_absolute():
                yield self.folder / uri / "python"
                yield self.folder / uri

    def _role(self, value: object) -> Role | None:
        """The role in this template that the function has; one of another template of the project's by its name."""
        for name in self.resolver.of("AWS::IAM::Role"):
            if value in ({"Fn::GetAtt": [name, "Arn"]}, {"Fn::GetAtt": f"{name}.Arn"}, {"Fn::Sub": f"${{{name}.Arn}}"}):
                return roles.read(name, self.resolver)
        text = self.resolver.text(value)
        found = _DYNAMIC.search(text)
        return self.elsewhere.find(found[1] if found else text.rpartition("/")[2], exact=not found)


def _problem(properties: Mapping[str, Any], resolver: Resolver, uri: str, inline: str, handler: str) -> str:
    runtime = resolver.text(properties.get("Runtime", ""))
    if properties.get("PackageType") == "Image":
        return "its code is in a container image"
    if not runtime.startswith("python"):
        return f"its runtime {runtime} is not Python" if runtime else "it has no runtime"
    if "." not in handler:
        return f"its handler {handler!r} names no function of a module"
    if (not uri and not inline) or "://" in uri or Path(uri).is_absolute():
        return "its code is not in the project"
    return ""


def _environment(properties: Mapping[str, Any], resolver: Resolver) -> dict[str, str]:
    given = properties.get("Environment")
    variables = given.get("Variables") if isinstance(given, dict) else None
    found = variables.items() if isinstance(variables, dict) else ()
    texts = {str(name): resolver.text(value) for name, value in found}
    return {name: text for name, text in texts.items() if text != ANY}


class _Elsewhere:
    """The roles of platform/*.yaml, read when a function's role is none of its own template's."""

    def __init__(self, root: Path, files: Files) -> None:
        self.root = root
        self.files = files
        self._roles: list[tuple[str, str, Resolver]] | None = None

    def find(self, name: str, *, exact: bool) -> Role | None:
        """The role of that name; or, by what functions call it, the one named `<service>-<stage>-<name>-<region>`."""
        if not name:
            return None
        ending = f"-{name}-${{AWS::Region}}"
        found = [role for role in self._all() if (role[0] == name if exact else role[0].endswith(ending))]
        # `my-app` ends in `-app`, too: the function's own role has nothing else in its name.
        nearest = min(found, key=lambda role: len(role[0]), default=None)
        return roles.read(nearest[1], nearest[2]) if nearest else None

    def _all(self) -> list[tuple[str, str, Resolver]]:
        if self._roles is None:
            self._roles = []
            for path in sorted((self.root / "platform").glob("*.y*ml")):
                # Other YAML may lie there too.
                if b"AWS::IAM::Role" not in (self.files.read(path, template.LONGEST) or b""):
                    continue
                resolver = Resolver(self._read(path))
                for logical, resource in resolver.of("AWS::IAM::Role").items():
                    physical = resolver.text(template.properties(resource).get("RoleName", logical))
                    self._roles.append((physical, logical, resolver))
        return self._roles

    def _read(self, path: Path) -> dict[str, Any]:
        body = template.read(path, self.files)
        return template.translated(body, self.files.name(path))
