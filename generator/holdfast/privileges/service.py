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


@dataclass(frozen=True)
class Service:
    """A template and its functions."""

    root: Path
    file: str
    body: Mapping[str, Any]
    resolver: Resolver
    functions: tuple[Function, ...]


def read(root: Path, files: Files) -> Service:
    """The service in a folder."""
    path = template.find(root)
    raw = template.read(path, files)
    where = files.name(path)
    body = template.translated(raw, where)
    resolver = Resolver(body)
    elsewhere = _Elsewhere(root, files)
    found = template.resources(body, _FUNCTION)
    if len(found) > MOST_FUNCTIONS:
        raise HoldfastError(f"{len(found)} functions are too many", where=where, todo="split the template")
    functions = tuple(
        _function(logical, template.properties(resource), raw, body, resolver, path.parent, files, elsewhere)
        for logical, resource in found.items()
    )
    return Service(root, where, body, resolver, functions)


def _function(
    logical: str,
    properties: Mapping[str, Any],
    raw: Mapping[str, Any],
    body: Mapping[str, Any],
    resolver: Resolver,
    folder: Path,
    files: Files,
    elsewhere: _Elsewhere,
) -> Function:
    uri, inline = _code(logical, raw)
    handler = resolver.text(properties.get("Handler", ""))
    problem = _problem(properties, resolver, uri, inline, handler)
    folders: tuple[Path, ...] = ()
    if not problem and not inline:
        folders = (folder / uri, *_layers(properties, raw, folder))
        if not files.folder(folders[0]):
            problem = f"its code {uri!r} is no folder of the project"
    return Function(
        logical=logical,
        name=logical,
        handler=handler,
        folders=folders,
        inline=inline,
        environment=_environment(properties, resolver),
        role=_role(properties.get("Role"), body, resolver, elsewhere),
        problem=problem,
        properties=properties,
    )


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


def _code(logical: str, raw: Mapping[str, Any]) -> tuple[str, str]:
    """Where a function's code lies, as written; or the code itself."""
    resource = template.resources(raw).get(logical, {})
    properties = template.properties(resource)
    given = properties.get("CodeUri", properties.get("Code"))
    if given is None and "InlineCode" not in properties:
        given = template.globals_of(raw).get("CodeUri")
    if isinstance(given, dict) and isinstance(given.get("ZipFile"), str):
        return "", given["ZipFile"]
    inline = properties.get("InlineCode")
    return (given if isinstance(given, str) else ""), inline if isinstance(inline, str) else ""


def _layers(properties: Mapping[str, Any], raw: Mapping[str, Any], folder: Path) -> Iterator[Path]:
    """The folders of layers whose code is in the project too."""
    kinds = ("AWS::Serverless::LayerVersion", "AWS::Lambda::LayerVersion")
    known = template.resources(raw, *kinds)
    layers = properties.get("Layers")
    for layer in layers if isinstance(layers, list) else []:
        named = str(layer.get("Ref", "")) if isinstance(layer, dict) else ""
        # SAM hashes a layer's content into its logical id.
        own = next((known[name] for name in known if named == name or named.startswith(name)), {})
        uri = template.properties(own).get("ContentUri", template.properties(own).get("Content"))
        if isinstance(uri, str) and "://" not in uri and not Path(uri).is_absolute():
            yield folder / uri / "python"
            yield folder / uri


def _environment(properties: Mapping[str, Any], resolver: Resolver) -> dict[str, str]:
    given = properties.get("Environment")
    variables = given.get("Variables") if isinstance(given, dict) else None
    found = variables.items() if isinstance(variables, dict) else ()
    texts = {str(name): resolver.text(value) for name, value in found}
    return {name: text for name, text in texts.items() if text != ANY}


def _role(value: object, body: Mapping[str, Any], resolver: Resolver, elsewhere: _Elsewhere) -> Role | None:
    """The role in this template that the function has; one of another template of the project's by its name."""
    for name in template.resources(body, "AWS::IAM::Role"):
        if value in ({"Fn::GetAtt": [name, "Arn"]}, {"Fn::GetAtt": f"{name}.Arn"}, {"Fn::Sub": f"${{{name}.Arn}}"}):
            return roles.read(name, body, resolver)
    text = resolver.text(value)
    found = _DYNAMIC.search(text)
    return elsewhere.find(found[1] if found else text.rpartition("/")[2], exact=not found)


class _Elsewhere:
    """The roles of platform/*.yaml, read when a function's role is none of its own template's."""

    def __init__(self, root: Path, files: Files) -> None:
        self.root = root
        self.files = files
        self._roles: list[tuple[str, str, dict[str, Any], Resolver]] | None = None

    def find(self, name: str, *, exact: bool) -> Role | None:
        """The role of that name; or, by what functions call it, the one named `<service>-<stage>-<name>-<region>`."""
        for physical, logical, body, resolver in self._all():
            middle = re.search(rf"-{re.escape(name)}-\$\{{AWS::Region\}}$", physical) if name else None
            if physical == name if exact else middle:
                return roles.read(logical, body, resolver)
        return None

    def _all(self) -> list[tuple[str, str, dict[str, Any], Resolver]]:
        if self._roles is None:
            self._roles = []
            for path in sorted((self.root / "platform").glob("*.y*ml")):
                body = self._read(path)
                resolver = Resolver(body)
                for logical, resource in template.resources(body, "AWS::IAM::Role").items():
                    physical = resolver.text(template.properties(resource).get("RoleName", logical))
                    self._roles.append((physical, logical, body, resolver))
        return self._roles

    def _read(self, path: Path) -> dict[str, Any]:
        body = template.read(path, self.files)
        return template.translated(body, self.files.name(path))
