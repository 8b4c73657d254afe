"""Templates once compiled, kept for the next run: compiling takes four fifths of a render's time.

What is kept is what Jinja makes of a text of the template, before any answer is known; it is not what comes out.
"""

from __future__ import annotations

import hashlib
import importlib.util
import marshal
from contextlib import suppress
from pathlib import Path
from types import CodeType

import jinja2

from holdfast import __version__, caches

#: Far above what any template's code takes, in bytes.
_LARGEST = 64 * 1024 * 1024


class Store:
    """The compiled texts of one template, by text and name; what is not there yet is kept by `save`."""

    def __init__(self, digest: str) -> None:
        engine = Path(__file__).with_name("jinja.py").stat()
        made_by = (__version__, jinja2.__version__, importlib.util.MAGIC_NUMBER, engine.st_mtime_ns, engine.st_size)
        place = caches.folder()
        name = f"{digest[:32]}-{hashlib.sha256(repr(made_by).encode()).hexdigest()[:16]}"
        self._file = place / "compiled" / name if place else None
        self._known = self._read()
        self._new = False

    def get(self, key: str) -> CodeType | None:
        """What was kept under `key`."""
        return self._known.get(key)

    def add(self, key: str, code: CodeType) -> None:
        """Keep `code`."""
        self._known[key] = code
        self._new = True

    def save(self) -> None:
        """Write down what is new, if that can be done."""
        if self._new and self._file:
            content = marshal.dumps(self._known)
            caches.put(self._file, lambda beside: beside.write_bytes(content))
        self._new = False

    def _read(self) -> dict[str, CodeType]:
        with suppress(OSError, ValueError, EOFError, TypeError):
            if self._file and caches.own(self._file) and self._file.stat().st_size < _LARGEST:
                found = marshal.loads(self._file.read_bytes())  # noqa: S302 - the user's own file, as Python's bytecode is
                if isinstance(found, dict) and all(isinstance(code, CodeType) for code in found.values()):
                    return found
        return {}


def key(source: str, name: str | None, filename: str | None) -> str:
    """What tells a compiled text from all others."""
    return hashlib.sha256(repr((name, filename, source)).encode("utf-8", "surrogatepass")).hexdigest()
