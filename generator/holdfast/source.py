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
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from holdfast import git
from holdfast.errors import HoldfastError
from holdfast.model import TemplateRef

FORMAT = 1
MANIFEST = "template/template.toml"
QUESTIONS = "cookiecutter.json"
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
    """A template's declared files: `cookiecutter.json` and everything under `template/`, by path in its repository."""

    ref: TemplateRef
    files: Mapping[str, bytes]
    manifest: Mapping[str, object]
    trusted: bool = False


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
    try:
        manifest = tomllib.loads(declared_files[MANIFEST].decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise HoldfastError(f"not TOML: {error}", where=f"{where}/{MANIFEST}", todo="mend the file") from None
    name, version, spoken = (manifest.get(key) for key in ("name", "version", "format"))
    if spoken != FORMAT or not isinstance(name, str) or not isinstance(version, str):
        raise HoldfastError(
            f"it needs format = {FORMAT}, a name and a version, and has format = {spoken!r}, name = {name!r}, "
            f"version = {version!r}",
            where=f"{where}/{MANIFEST}",
            todo="use a template of this format, or a holdfast that speaks its format",
        )
    ref = TemplateRef(name, version, digest(declared_files), location)
    return Template(ref, declared_files, manifest, trusted)


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


def folder(path: Path, *, trusted: bool = False) -> Template:
    """The template in a folder, as it lies there."""
    if not path.is_dir():
        raise HoldfastError("there is no such folder", where=str(path), todo="name a template's folder or git URL")
    return from_files(
        _folder_files(path, where=str(path)), where=str(path), location=path.resolve().as_posix(), trusted=trusted
    )


def archive(path: Path) -> Template:
    """A released template out of its archive."""
    try:
        with zipfile.ZipFile(path) as stored:
            entries = [entry for entry in stored.infolist() if not entry.is_dir()]
            _bounded(sum(entry.file_size for entry in entries), len(entries), where=path.name)
            files = {entry.filename: stored.read(entry) for entry in entries}
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError) as error:
        raise HoldfastError(f"cannot be read: {error}", where=path.name, todo="install holdfast again") from None
    return from_files(files, where=path.name)


def _folder_files(root: Path, *, where: str) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    size = 0
    for path in _walk(root, where=where):
        content = path.read_bytes()
        size += len(content)
        files[path.relative_to(root).as_posix()] = content
        _bounded(size, len(files), where=where)
    return files


def _walk(root: Path, *, where: str) -> Iterable[Path]:
    if (root / QUESTIONS).is_file():
        yield _plain(root / QUESTIONS, where=where)
    for parent, folders, names in os.walk(root / "template"):
        folders[:] = sorted(name for name in folders if name not in _LITTER)
        for name in (*folders, *names):
            _plain(Path(parent, name), where=where)
        for name in sorted(names):
            if name not in _LITTER:
                yield Path(parent, name)


def _plain(path: Path, *, where: str) -> Path:
    if path.is_symlink():
        raise HoldfastError(
            f"{path.name!r} is a symbolic link, which a template may not hold",
            where=where,
            todo="put the file itself there",
        )
    return path


def _bounded(size: int, count: int, *, where: str) -> None:
    if size > MOST_BYTES or count > MOST_FILES:
        raise HoldfastError(
            f"it holds more than {MOST_FILES} files or {MOST_BYTES // 1024 // 1024} MiB",
            where=where,
            todo="a template holds source files only",
        )


def find(name: str, *, trusted: bool = False) -> Template:
    """The template that `SOURCE[@REF]` names: a folder as it lies there, or a commit of a git repository."""
    path = _path(name)
    if path.is_dir() and not _is_bare(path):
        return folder(path, trusted=trusted)
    source, ref = split(name)
    path = _path(source)
    if path.exists():
        source = path.resolve().as_posix()
    elif not re.match(r"[a-z][a-z0-9+.-]*://|[^/\\]+:", source):
        raise HoldfastError(
            "there is no such folder", where=git.without_password(source), todo="name a template's folder or git URL"
        )
    commit, files = git.read_commit(source, ref, (QUESTIONS, "template"), MOST_BYTES, MOST_FILES)
    return from_files(
        files, where=git.without_password(name), location=f"{git.without_password(source)}@{commit}", trusted=trusted
    )


def _path(name: str) -> Path:
    try:
        return Path(name).expanduser()
    except RuntimeError:  # `~nobody`
        return Path(name)


def split(name: str) -> tuple[str, str]:
    """`SOURCE@REF` in two; the `@` of `git@host:path` and of `https://user@host/path` begins no reference."""
    found = _REFERENCE.match(name)
    if not found or (_USER_ONLY.match(found["source"]) and not Path(found["source"]).exists()):
        return name, ""
    return found["source"], found["ref"]


def _is_bare(path: Path) -> bool:
    return (path / "HEAD").is_file() and (path / "objects").is_dir()
