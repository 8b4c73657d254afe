"""A package index on a free loopback port, with wheels made for a test: each has a name, a version, what it asks for."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import tarfile
import threading
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self


@dataclass(frozen=True)
class Wheel:
    """A wheel of pure Python, released `age` days ago, with `files` and metadata, by which its version may be `called`."""

    name: str
    version: str
    requires: Sequence[str] = ()
    age: int = 100
    files: Mapping[str, str] = field(default_factory=dict)
    yanked: bool = False
    called: str = ""

    @property
    def filename(self) -> str:
        return f"{self.name.replace('-', '_')}-{self.version}-py3-none-any.whl"

    @property
    def content(self) -> bytes:
        info = f"{self.name.replace('-', '_')}-{self.version}.dist-info"
        metadata = ["Metadata-Version: 2.1", f"Name: {self.name}", f"Version: {self.called or self.version}"]
        metadata += [f"Requires-Dist: {one}" for one in self.requires]
        files = {
            **self.files,
            f"{info}/METADATA": "\n".join((*metadata, "")),
            f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        }
        record = "".join(f"{path},{_digest(text)},{len(text)}\n" for path, text in files.items())
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            for path, text in {**files, f"{info}/RECORD": f"{record}{info}/RECORD,,\n"}.items():
                archive.writestr(zipfile.ZipInfo(path, (2026, 1, 1, 0, 0, 0)), text)
        return packed.getvalue()

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True)
class Sdist(Wheel):
    """A package without a wheel: whoever wants to know what it needs runs its build backend, and that `runs`."""

    runs: str = ""

    @property
    def filename(self) -> str:
        return f"{self.name.replace('-', '_')}-{self.version}.tar.gz"

    @property
    def content(self) -> bytes:
        files = {
            "PKG-INFO": f"Metadata-Version: 2.1\nName: {self.name}\nVersion: {self.version}\n",
            "pyproject.toml": '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n',
            "backend.py": f"{self.runs}\n",
        }
        packed = io.BytesIO()
        with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as zipped, tarfile.open(fileobj=zipped, mode="w") as tar:
            for path, text in files.items():
                entry = tarfile.TarInfo(f"{self.filename.removesuffix('.tar.gz')}/{path}")
                entry.size = len(text)
                tar.addfile(entry, io.BytesIO(text.encode()))
        return packed.getvalue()


def _digest(text: str) -> str:
    raw = hashlib.sha256(text.encode()).digest()
    return f"sha256={base64.urlsafe_b64encode(raw).decode().rstrip('=')}"


class Index(ThreadingHTTPServer):
    """Serves `wheels` as the JSON form of the simple API; they may change between two runs. To be used with `with`."""

    def __init__(self, *wheels: Wheel) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.wheels = list(wheels)
        self.thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    @property
    def environment(self) -> dict[str, str]:
        """What makes uv ask this index, and nothing that it remembers of another one."""
        return {"UV_DEFAULT_INDEX": f"http://127.0.0.1:{self.server_port}/simple", "UV_NO_CACHE": "1"}

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shutdown()
        self.thread.join()
        self.server_close()


class _Answers(BaseHTTPRequestHandler):
    server: Index

    def do_GET(self) -> None:
        _, kind, name, *_ = (*self.path.split("/"), "")
        for wheel in self.server.wheels:
            if kind == "files" and wheel.filename == name:
                return self._answer(wheel.content, "application/octet-stream")
        if kind == "simple" and (offered := [wheel for wheel in self.server.wheels if wheel.name == name]):
            page = {"meta": {"api-version": "1.1"}, "name": name, "files": [_listed(wheel) for wheel in offered]}
            return self._answer(json.dumps(page).encode(), "application/vnd.pypi.simple.v1+json")
        return self.send_error(404)

    def do_HEAD(self) -> None:
        self.send_error(405)

    def _answer(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words: object) -> None:
        """Say nothing: what pytest prints is for people."""


def _listed(wheel: Wheel) -> dict[str, object]:
    released = datetime.now(UTC) - timedelta(days=wheel.age)
    return {
        "filename": wheel.filename,
        "url": f"/files/{wheel.filename}",
        "hashes": {"sha256": wheel.sha256},
        "upload-time": released.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "yanked": wheel.yanked,
    }
