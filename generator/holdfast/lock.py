"""holdfast.lock: what was applied last. Written by the tool alone, and last of all files."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from holdfast.catalogue import Catalogue
from holdfast.errors import HoldfastError, shown
from holdfast.model import FileKind, Permission, ProjectSpec, TemplateRef, Value
from holdfast.spec import SCHEMA, from_data
from holdfast.tree import Tree

FILE = "holdfast.lock"
FORMAT = 1


class NewerError(HoldfastError):
    """A lock that is one, of a format that this holdfast does not know."""


@dataclass(frozen=True)
class Entry:
    """One file as it was rendered: who owns it, and the sha256 of its bytes."""

    kind: FileKind
    sha256: str


@dataclass(frozen=True)
class Lock:
    """The templates applied, the spec with every default resolved (as TOML data), and each file as it was rendered."""

    templates: tuple[TemplateRef, ...]
    spec: Mapping[str, object]
    files: Mapping[str, Entry]

    @property
    def functions(self) -> tuple[str, ...]:
        """The names of the functions that there were."""
        found = self.spec.get("functions", {})
        return tuple(found) if isinstance(found, Mapping) else ()

    def rendered(self, path: str, content: bytes) -> bool:
        """Whether `content` is what was rendered at `path`, byte by byte."""
        return path in self.files and hashlib.sha256(content).hexdigest() == self.files[path].sha256

    def resolved(self, catalogue: Catalogue) -> ProjectSpec:
        """The spec that was applied, read against the template that it was applied with."""
        return from_data(self.spec, catalogue, name=FILE)


def make(spec: ProjectSpec, template: TemplateRef, tree: Tree) -> Lock:
    """The lock of a project that was just rendered."""
    return Lock(
        (template,), spec_data(spec), {path: Entry(tree[path].kind, tree[path].sha256) for path in sorted(tree)}
    )


def spec_data(spec: ProjectSpec) -> dict[str, object]:
    """`spec` as the TOML data that gives it again."""
    return {
        "schema": SCHEMA,
        **{table: _plain(options) for table, options in spec.tables.items()},
        "resources": {
            r.name: {
                "kind": r.kind,
                "id": r.id,
                **_given(physical_name=r.physical_name if r.physical_name != r.name else ""),
                **_given(external=r.external, key=r.key),
                **_plain(r.options),
            }
            for r in spec.resources
        },
        "functions": {
            f.name: {
                "event": {"kind": f.event.kind, **_plain(f.event.options)},
                "grants": [str(grant) for grant in f.grants],
                **_given(allow=[_written(permission) for permission in f.allow]),
                **_plain(f.options),
            }
            for f in spec.functions
        },
    }


def _given(**values: object) -> dict[str, object]:
    """What is not empty."""
    return {key: value for key, value in values.items() if value}


def _written(permission: Permission) -> dict[str, object]:
    return {
        "actions": list(permission.actions),
        "resources": list(permission.resources),
        "reason": permission.reason,
    }


def _plain(options: Mapping[str, Value]) -> dict[str, object]:
    return {key: dict(value) if isinstance(value, Mapping) else value for key, value in options.items()}


def dump(lock: Lock) -> str:
    """The text of holdfast.lock: JSON, one key a line, so that it merges and diffs by line."""
    data = {
        "format": FORMAT,
        "templates": [
            {
                "name": ref.name,
                "version": ref.version,
                "digest": ref.digest,
                **({"location": ref.location} if ref.location else {}),
            }
            for ref in lock.templates
        ],
        "spec": lock.spec,
        "files": {path: {"kind": entry.kind, "sha256": entry.sha256} for path, entry in lock.files.items()},
    }
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def parse(text: str) -> Lock:
    """The lock in `text`. Refused where it is not one, or from a newer holdfast."""
    try:
        data = json.loads(text)
        if data["format"] != FORMAT:
            raise NewerError(f"it has format {shown(data['format'])}", where=FILE, todo="update holdfast")
        templates = tuple(
            TemplateRef(str(t["name"]), str(t["version"]), str(t["digest"]), str(t.get("location", "")))
            for t in data["templates"]
        )
        _check(templates)
        files = {path: Entry(_kind(entry["kind"]), str(entry["sha256"])) for path, entry in data["files"].items()}
        spec = dict(data["spec"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise HoldfastError(
            f"it is not a lock ({type(error).__name__}: {str(error)[:200]})", where=FILE, todo="bring it back from git"
        ) from None
    return Lock(templates, spec, files)


def _check(templates: tuple[TemplateRef, ...]) -> None:
    """Whether templates are named as `make` names them: digests that are such, and nothing that no line can hold."""
    for ref in templates:
        if not re.fullmatch("[0-9a-f]{64}", ref.digest) or not f"{ref.name}{ref.version}{ref.location}".isprintable():
            raise ValueError(f"a template that is none: {shown(ref.name)}")
    if not templates:
        raise ValueError("no template")


def _kind(value: object) -> FileKind:
    kinds: dict[object, FileKind] = {"managed": "managed", "seeded": "seeded", "derived": "derived"}
    return kinds[value]
