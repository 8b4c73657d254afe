"""Where templates come from: the bundled one, a folder, a released archive, a git repository.

All of them become a `Template`: its files in memory. Nothing of a foreign template is checked out or linked to, so its
symlinks, attributes, filters and file modes have no power here.
"""

from __future__ import annotations

import hashlib
import os
import re
import tomllib
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from holdfast import git
from holdfast.errors import HoldfastError, shown
from holdfast.model import TemplateRef

FORMAT = 1
MANIFEST = "template/template.toml"
QUESTIONS = "cookiecutter.json"
CHANGELOG = "CHANGELOG.md"
_REFERENCE = re.compile(r"(?P<source>.+)@(?P<ref>[^@:]+)\Z")
_USER_ONLY = re.compile(r"(?:[a-z][a-z0-9+.-]*://)?[^/@]*\Z")
#: Far above any template's size; a bound on what a hostile one can make us read.
MOST_BYTES = 64 * 1024 * 1024
MOST_FILES = 10_000
#: What tools leave beside a template's files; never a part of it.
_LITTER = frozenset(
    {"__pycache__", ".DS_Store", "Thumbs.db", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis"}
)


@dataclass(frozen=True)
class Template:
    """A template's declared files: `cookiecutter.json` and everything under `template/`, by path in its repository.

    Its changelog, if it has one, is no part of what its digest covers.
    """

    ref: TemplateRef
    files: Mapping[str, bytes]
    manifest: Mapping[str, object]
    trusted: bool = False
    changelog: str = ""


def declared(paths: Iterable[str]) -> list[str]:
    """Of `paths`, those that belong to a template, sorted."""
    return sorted(path for path in paths if _is_declared(path))


def _is_declared(path: str) -> bool:
    if path == QUESTIONS:
        return True
    return path.startswith("template/") and not (
        _LITTER.intersection(path.split("/")) or path.endswith((".pyc", ".pyo"))
    )


def normalised(content: bytes) -> bytes:
    """`content` with Unix line ends where it is text: what a checkout on Windows does to it does not count."""
    return content.replace(b"\r\n", b"\n") if b"\0" not in content else content


def digest(files: Mapping[str, bytes]) -> str:
    """The sha256 of a template's declared files: path, length and content of each, in order of path."""
    total = hashlib.sha256()
    for path in sorted(files):
        content = files[path]
        total.update(f"{path}\0{len(content)}\0".encode())
        total.update(content)
    return total.hexdigest()


def toml(content: bytes, *, where: str) -> dict[str, object]:
    """One of a template's TOML files."""
    try:
        return tomllib.loads(content.decode("utf-8"))
    except ValueError as error:
        raise HoldfastError(f"not TOML: {str(error)[:200]}", where=where, todo="mend the template's file") from None
    except RecursionError:
        raise HoldfastError("it nests too deep", where=where, todo="mend the template's file") from None


def from_files(files: Mapping[str, bytes], *, where: str, location: str = "", trusted: bool = False) -> Template:
    """A template out of its files. Refused where it does not speak this engine's format."""
    if MANIFEST not in files or QUESTIONS not in files:
        missing = QUESTIONS if MANIFEST in files else MANIFEST
        raise HoldfastError(
            f"there is no {missing} in it, so it is not a holdfast template",
            where=where,
            todo="name a repository or folder that holds cookiecutter.json and template/template.toml",
        )
    declared_files = {path: normalised(files[path]) for path in declared(files)}
    for path in declared_files:
        if not path.isprintable():
            raise HoldfastError(f"it holds a file named {shown(path)}", where=where, todo="rename the template's file")
    manifest = toml(declared_files[MANIFEST], where=f"{where}/{MANIFEST}")
    name, version, spoken = (manifest.get(key) for key in ("name", "version", "format"))
    if spoken != FORMAT or not isinstance(name, str) or not isinstance(version, str):
        raise HoldfastError(
            f"it needs format = {FORMAT}, a name and a version, and has format = {shown(spoken)}, "
            f"name = {shown(name)}, version = {shown(version)}",
            where=f"{where}/{MANIFEST}",
            todo="use a template of this format, or a holdfast that speaks its format",
        )
    for each in (name, version, location):  # They stand in holdfast.lock, which holds nothing else.
        if not each.isprintable():
            raise HoldfastError(f"{shown(each)} is more than a line can show", where=where, todo="rename it")
    ref = TemplateRef(name, version, digest(declared_files), location)
    changelog = normalised(files.get(CHANGELOG, b"")).decode("utf-8", "replace")
    return Template(ref, declared_files, manifest, trusted, changelog)


def bundled() -> Template:
    """The template that came with this installation."""
    root = bundled_root()
    return from_files(
        _folder_files(root, where="holdfast's own template"), where="holdfast's own template", trusted=True
    )


def bundled_root() -> Path:
    """The folder that holds the bundled template: the checkout's own, or the copy inside the wheel."""
    package = Path(__file__).parent
    checkout = package.parent.parent
    return checkout if (checkout / MANIFEST).is_file() else package / "bundled"


def folder(path: Path, *, location: str = "", trusted: bool = False) -> Template:
    """The template in a folder, as it lies there."""
    files = _folder_files(path, where=str(path))
    return from_files(files, where=str(path), location=location or path.as_posix(), trusted=trusted)


def archive(path: Path, *, location: str = "", trusted: bool = False) -> Template:
    """A released template out of its archive."""
    try:
        with zipfile.ZipFile(path) as stored:
            entries = [entry for entry in stored.infolist() if not entry.is_dir()]
            _bounded(sum(entry.file_size for entry in entries), len(entries), where=path.name)
            files = {entry.filename: stored.read(entry) for entry in entries}
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError) as error:
        raise HoldfastError(f"cannot be read: {error}", where=path.name, todo="install holdfast again") from None
    return from_files(files, where=path.name, location=location, trusted=trusted)


def _folder_files(root: Path, *, where: str) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    size = 0
    try:
        for path, length in _walk(root, where=where):
            size += length
            _bounded(size, len(files) + 1, where=where)
            files[path] = (root / path).read_bytes()
    except OSError as error:
        raise HoldfastError(
            f"it cannot be read: {error.strerror or error}",
            where=str(error.filename or where),
            todo="mend that and try again",
        ) from None
    return files


def _walk(root: Path, *, where: str) -> Iterator[tuple[str, int]]:
    """A template's files by path, with their size. Refused where there is anything but plain files and folders.

    A pipe would be read for ever. os.scandir, because pathlib takes four times as long for a template's folders.
    """
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        with os.scandir(f"{root}/{folder}") as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                path = f"{folder}{entry.name}"
                if entry.name in _LITTER or not _wanted(path, entry):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(f"{path}/")
                elif entry.is_file(follow_symlinks=False):
                    yield path, entry.stat(follow_symlinks=False).st_size
                else:
                    kind = "a symbolic link" if entry.is_symlink() else "neither a file nor a folder"
                    raise HoldfastError(
                        f"{shown(entry.name)} is {kind}, which a template may not hold",
                        where=where,
                        todo="put the file itself there",
                    )


def _wanted(path: str, entry: os.DirEntry[str]) -> bool:
    """Whether a template's folder is read for it: its own files, and a changelog where that is a plain file."""
    if path == CHANGELOG:
        return entry.is_file(follow_symlinks=False)
    return path in (QUESTIONS, "template") or path.startswith("template/")


def _bounded(size: int, count: int, *, where: str) -> None:
    if size > MOST_BYTES or count > MOST_FILES:
        raise HoldfastError(
            f"it holds more than {MOST_FILES} files or {MOST_BYTES // 1024 // 1024} MiB",
            where=where,
            todo="a template holds source files only",
        )


def find(name: str, *, trusted: bool = False) -> Template:
    """The template that `SOURCE[@REF]` names: a folder as it lies there, or a commit of a git repository.

    Its location is what was given, not what that is called on this machine: it ends up in a file that people share.
    """
    if not name.strip():
        raise HoldfastError("no template is named", where="--template", todo="name a folder or a git URL")
    path = _local(name)
    if path and path.is_dir() and not _is_bare(path):
        return folder(path, location=Path(name).as_posix(), trusted=trusted)
    if path and path.is_file() and zipfile.is_zipfile(path):
        raise HoldfastError("it is an archive", where=name, todo="unpack it and name its folder")
    source, ref = split(name)
    address, path = source, _local(source)
    if path:
        source, address = Path(source).as_posix(), path.resolve().as_posix()
    elif not re.match(r"[a-z][a-z0-9+.-]*://|[^/\\]+:", source):
        raise HoldfastError(
            "there is no such folder", where=git.without_password(source), todo="name a template's folder or git URL"
        )
    commit, files = git.read_commit(address, ref, (QUESTIONS, "template"), MOST_BYTES, MOST_FILES, spare=(CHANGELOG,))
    return from_files(
        files, where=git.without_password(name), location=f"{git.without_password(source)}@{commit}", trusted=trusted
    )


def split(name: str) -> tuple[str, str]:
    """`SOURCE@REF` in two; the `@` of `git@host:path` and of `https://user@host/path` begins no reference."""
    found = _REFERENCE.match(name)
    if not found or (_USER_ONLY.match(found["source"]) and not _local(found["source"])):
        return name, ""
    return found["source"], found["ref"]


def _local(name: str) -> Path | None:
    """The file or folder that `name` names here, if there is one."""
    try:
        path = Path(name).expanduser()
        return path if path.exists() else None
    except (OSError, RuntimeError):  # too long, not ours to read, `~nobody`
        return None


def is_repository(path: Path) -> bool:
    """Whether a folder is a repository itself, bare or with a work tree."""
    return bool(_local(f"{path}/.git")) or _is_bare(path)


def _is_bare(path: Path) -> bool:
    return bool(_local(f"{path}/HEAD") and _local(f"{path}/objects"))
