"""The template that a project was made with, found again: the very same one, by its digest."""

from __future__ import annotations

import hashlib
import re
import zipfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from holdfast import caches, git, source, versions
from holdfast.errors import HoldfastError, shown
from holdfast.model import TemplateRef
from holdfast.source import Template

#: A location that says by its commit what it holds.
_COMMIT = re.compile(r"@[0-9a-f]{40,64}\Z")
_BASE = "name a folder or archive that holds it with --base"


def releases() -> list[Path]:
    """The archive of every released template of ours."""
    return sorted((source.bundled_root() / "releases").glob("*.zip"))


def is_ours(ref: TemplateRef) -> bool:
    """Whether it is a template that travels with holdfast, wherever it was found."""
    released = {path.stem for path in releases()}
    return source.bundled().ref.digest == ref.digest or f"{ref.name}-{ref.version}-{ref.digest[:12]}" in released


def find(ref: TemplateRef, root: Path, *, base: Path | None = None, trusted: bool = False) -> Template:
    """The template that `ref` of the project in `root` names, in `base` where that is given.

    Refused where it is not to be had, or is another one. What came from elsewhere is kept in the user's cache: the next
    time needs neither the network nor the old state.
    """
    if base is not None:
        found = _same(given(base, trusted=trusted), ref, str(base), "name the folder that holds the old one")
        return replace(found, ref=ref)
    if not ref.location:
        return _released(ref)
    cached = _cached(ref.digest)
    if cached is not None:
        with suppress(HoldfastError):
            found = source.archive(cached, location=ref.location, trusted=trusted)
            if found.ref.digest == ref.digest:
                return found
    try:
        found = located(ref.location, root, trusted=trusted)
    except HoldfastError as error:
        what = f"{_named(ref)} is needed and cannot be had from {ref.location}: {error.what}"
        raise HoldfastError(what, where=error.where, todo=_BASE) from None
    found = _same(found, ref, ref.location, f"it was changed or its tag moved; {_BASE}")
    keep(found)
    return found


def given(base: Path, *, trusted: bool = False) -> Template:
    """The template in a folder or archive that a user names."""
    if base.suffix == ".zip" and base.is_file():
        return source.archive(base, trusted=trusted)
    return source.folder(base, trusted=trusted)


def located(location: str, root: Path, *, trusted: bool = False) -> Template:
    """The template at `location`, as the lock of the project in `root` has it: a folder may be named from beside it."""
    name, ref = source.split(location)
    for above in (Path(), root, root.parent):
        for place, rest in ((location, ""), (name, f"@{ref}")):
            there = above / place
            if there.is_dir() and (not rest or ref):
                found = source.find(f"{there.as_posix()}{rest}", trusted=trusted)
                return replace(found, ref=replace(found.ref, location=_renamed(found.ref.location, place, there)))
    return source.find(location, trusted=trusted)


def _renamed(location: str, place: str, there: Path) -> str:
    """The location that a template was found at, with the name that its user gives it."""
    return place + location.removeprefix(there.as_posix())


def target(ref: TemplateRef, to: str, root: Path, *, trusted: bool = False) -> tuple[Template, str]:
    """The template that a project of `ref` is brought up to, and the tag of a version that names it, if one does.

    Without `to` that is the newest: ours in this holdfast, a folder as it is, of a repository the newest version's tag
    or else its default branch.
    """
    if not ref.location:
        return _ours(to), ""
    name, _ = source.split(ref.location)
    folder = next((place for above in (Path(), root, root.parent) if (place := above / ref.location).is_dir()), None)
    if folder and not (to and source.is_repository(folder)):
        return _alone(located(ref.location, root, trusted=trusted), to), ""
    tag, commit = _tag(name if not folder else ref.location, to, root)
    known = _known(f"{git.without_password(name)}@{commit}", trusted=trusted) if commit else None
    found = known or located(f"{name}@{tag}" if tag else name, root, trusted=trusted)
    return found, tag if versions.is_version(tag) else ""


def _alone(found: Template, to: str) -> Template:
    """The one version that a folder holds. Refused where another is asked for."""
    if to not in ("", found.ref.version):
        todo = "leave out --to, or name a git repository with --template"
        raise HoldfastError(
            f"there is no version {shown(to)}: that folder holds {found.ref.version} alone",
            where=found.ref.location,
            todo=todo,
        )
    return found


def _tag(address: str, to: str, root: Path) -> tuple[str, str]:
    """The tag that `to` means, or the newest one, and its commit; or `to` itself, which may be a branch or commit."""
    there = next((above / address for above in (Path(), root, root.parent) if (above / address).exists()), None)
    tags = git.tags(there.resolve().as_posix() if there else address)
    if to:
        tag = next((tag for tag in (to, f"v{to}") if tag in tags), to)
    else:
        tag = max((tag for tag in tags if versions.is_release(tag)), key=versions.order, default="")
    return tag, tags.get(tag, "")


def _known(location: str, *, trusted: bool) -> Template | None:
    """The template of a commit, if it was fetched before: a commit never holds anything else."""
    place = caches.folder()
    with suppress(OSError, HoldfastError, UnicodeDecodeError):
        if place and caches.own(noted := place / "commits" / _hashed(location)):
            digest = noted.read_text(encoding="utf-8")
            found = source.archive(place / "templates" / f"{digest}.zip", location=location, trusted=trusted)
            return found if found.ref.digest == digest else None
    return None


def _hashed(location: str) -> str:
    return hashlib.sha256(location.encode("utf-8", "surrogateescape")).hexdigest()


def _ours(to: str) -> Template:
    bundled = source.bundled()
    if to in ("", bundled.ref.version):
        return bundled
    found = [path for path in releases() if path.stem.startswith(f"{bundled.ref.name}-{to}-")]
    if not found:
        known = ", ".join([*(path.stem.split("-")[1] for path in releases()), bundled.ref.version])
        raise HoldfastError(f"there is no version {shown(to)}", where="--to", todo=f"this holdfast knows {known}")
    return replace(source.archive(found[0], trusted=True), changelog=bundled.changelog)


def keep(template: Template) -> None:
    """Put a template from elsewhere into the user's cache, if that can be written."""
    place, folder = _cached(template.ref.digest), caches.folder()
    if not template.ref.location or place is None or folder is None:
        return
    if _COMMIT.search(template.ref.location):
        noted = folder / "commits" / _hashed(template.ref.location)
        caches.put(noted, lambda beside: beside.write_text(template.ref.digest, encoding="utf-8"))
    if place.exists():
        return

    def write(beside: Path) -> None:
        with zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED) as stored:
            for path, content in {**template.files, source.CHANGELOG: template.changelog.encode("utf-8")}.items():
                stored.writestr(path, content)

    caches.put(place, write)


def _released(ref: TemplateRef) -> Template:
    bundled = source.bundled()
    if bundled.ref.digest == ref.digest:
        return bundled
    if (bundled.ref.name, bundled.ref.version) == (ref.name, ref.version):
        return _same(bundled, ref, "holdfast's own template", f"it was another before it was released; {_BASE}")
    known = [path for path in releases() if path.stem.startswith(f"{ref.name}-{ref.version}-")]
    if not known:
        raise HoldfastError(
            f"{_named(ref)} is not among the templates that this holdfast knows",
            where=str(source.bundled_root() / "releases"),
            todo=f"use the holdfast that made the project, or a newer one, or {_BASE}",
        )
    return _same(source.archive(known[0], trusted=True), ref, known[0].name, _BASE)


def _same(found: Template, ref: TemplateRef, where: str, todo: str) -> Template:
    if found.ref.digest != ref.digest:
        raise HoldfastError(
            f"{ref.name} {ref.version} has digest {ref.digest} in holdfast.lock, and what is there is "
            f"{found.ref.name} {found.ref.version} with digest {found.ref.digest}",
            where=where,
            todo=todo,
        )
    return found


def _named(ref: TemplateRef) -> str:
    return f"the template {ref.name} {ref.version} with digest {ref.digest[:12]}"


def _cached(digest: str) -> Path | None:
    place = caches.folder()
    return place / "templates" / f"{digest}.zip" if place else None
