"""What the Makefile of a service calls, run for real: the audit never passes without an answer, invoke shows the effect."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from holdfast import project, spec, tree
from holdfast.catalogue import Catalogue
from minimal import ROOT
from support import tools


@pytest.fixture(scope="module")
def service(catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The README's example on disk."""
    text = (ROOT / "examples/orders.toml").read_text(encoding="utf-8")
    place = tmp_path_factory.mktemp("tools") / "orders"
    place.mkdir()
    tree.write(project.files(spec.parse(text, catalogue), text, catalogue), place)
    return place


class Vulnerabilities(ThreadingHTTPServer):
    """A vulnerability service on a free loopback port that answers as `mood` says; `asked` are the packages it saw."""

    mood = "clean"

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.asked: set[str] = set()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"


class _Answers(BaseHTTPRequestHandler):
    server: Vulnerabilities

    def do_POST(self) -> None:
        package = json.loads(self.rfile.read(int(self.headers["content-length"])))["package"]["name"]
        self.server.asked.add(package)
        found = {"vulnerable": "pydantic", "windows": "colorama"}.get(self.server.mood) == package
        known = {"id": "PYSEC-1", "summary": "bad", "published": "2026-01-01T00:00:00Z"}
        affected = [{"package": {"name": package, "ecosystem": "PyPI"}, "ranges": []}]
        body = json.dumps({"vulns": [{**known, "affected": affected}]} if found else {}).encode()
        self.send_response(500 if self.server.mood == "500" else 200)
        self.end_headers()
        self.wfile.write(b"<html>" if self.server.mood == "garbage" else body)

    def log_message(self, *words: object) -> None:
        """Say nothing: what pytest prints is for people."""


@pytest.fixture(scope="module")
def vulnerabilities() -> Iterator[Vulnerabilities]:
    with Vulnerabilities() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def audit(service: Path, address: str, *locks: str) -> CompletedProcess[str]:
    commands = tools.environment((service / "tools/pip-audit.txt").read_text(encoding="utf-8"))
    env = {"PIP_AUDIT_VULNERABILITY_SERVICE": "osv", "PIP_AUDIT_OSV_URL": address}
    return tools.attempt([str(commands / "python"), "tools/audit.py", *locks], cwd=service, env=env)


MOODS = {
    "clean": (0, r"audit: no known vulnerability in \d+ locked versions"),
    "vulnerable": (1, r"audit: vulnerable; raise the version in pyproject\.toml and `make lock`"),
    "windows": (1, r"audit: vulnerable; raise the version"),
    "500": (2, r"audit: not known, the vulnerability service gave no answer; this is no pass"),
    "garbage": (2, r"audit: not known, the vulnerability service gave no answer; this is no pass"),
}


@pytest.mark.parametrize("mood", MOODS)
def test_the_audit_tells_clean_from_vulnerable_from_unknown(
    service: Path, vulnerabilities: Vulnerabilities, mood: str
) -> None:
    """`windows` is a package that is locked for Windows alone, seen from wherever this runs."""
    vulnerabilities.mood = mood
    done = audit(service, vulnerabilities.address, "requirements.txt", "requirements-dev.txt")
    code, said = MOODS[mood]
    assert done.returncode == code, done.stdout
    assert re.search(said, done.stdout), done.stdout
    if mood == "clean":
        locked = re.findall(r"^([A-Za-z0-9._-]+)==", (service / "requirements-dev.txt").read_text(), re.MULTILINE)
        assert {name.lower() for name in vulnerabilities.asked} >= {name.lower() for name in locked}


def test_an_audit_without_a_service_is_no_pass(service: Path) -> None:
    done = audit(service, "http://127.0.0.1:1/", "requirements.txt")
    assert (done.returncode, "this is no pass" in done.stdout) == (2, True), done.stdout


HASH = f"--hash=sha256:{'0' * 64}"
NO_PIN = {
    "no hash": "requests==2.32.0",
    "a short hash": "requests==2.32.0 --hash=sha256:00",
    "a weak hash": f"requests==2.32.0 --hash=md5:{'0' * 32}",
    "another index": f"requests==2.32.0 --extra-index-url https://example.com/simple {HASH}",
    "another index, after": f"requests==2.32.0 {HASH} --extra-index-url https://example.com/simple",
    "an index in a marker": f"requests==2.32.0 ; sys_platform == 'x' --index-url https://example.com {HASH}",
    "an address": f"requests @ https://example.com/requests.whl {HASH}",
    "an address in a version": f"requests==2.32.0@https://example.com/requests.whl {HASH}",
    "a range": f"requests>=2.32.0 {HASH}",
    "any version": f"requests==2.* {HASH}",
    "a folder": f"-e ./requests {HASH}",
    "an option": "--extra-index-url https://example.com/simple",
    "another lock": "-r other.txt",
}


@pytest.mark.parametrize("name", NO_PIN)
def test_a_line_that_is_not_a_version_with_its_hash_is_refused(service: Path, tmp_path: Path, name: str) -> None:
    """Even beside one that is."""
    (tmp_path / "lock.txt").write_text(f"pydantic==2.12.0 \\\n    {HASH}\n{NO_PIN[name]}\n")
    done = audit(service, "http://127.0.0.1:1/", str(tmp_path / "lock.txt"))
    assert done.returncode == 1
    said = NO_PIN[name].split("--hash")[0].strip()
    assert f"not a version with its hash, make the lock again: {said}" in done.stdout


@pytest.mark.parametrize("text", ["", "# This file was autogenerated\n", "\n"])
def test_a_lock_that_locks_nothing_is_no_pass(service: Path, tmp_path: Path, text: str) -> None:
    (tmp_path / "lock.txt").write_text(text)
    done = audit(service, "http://127.0.0.1:1/", "requirements.txt", str(tmp_path / "lock.txt"))
    assert done.returncode == 1
    assert done.stdout.count("\n") == 1, done.stdout


def test_an_audit_of_nothing_is_no_pass(service: Path) -> None:
    done = audit(service, "http://127.0.0.1:1/")
    assert (done.returncode, done.stdout) == (1, "audit.py LOCK …: say which locks\n")


def invoke(service: Path, function: str, event: str) -> CompletedProcess[str]:
    lock = (service / "requirements-dev.txt").read_text(encoding="utf-8")
    commands = tools.environment(lock, ("3.13", "3.12", "3.11", "3.14"))
    return tools.attempt([str(commands / "python"), "tools/invoke.py", function, event], cwd=service)


def test_invoke_runs_a_function_and_shows_what_it_did(service: Path) -> None:
    done = invoke(service, "place-order", "events/place_order.json")
    assert done.returncode == 0, done.stdout
    assert '"statusCode": 200' in done.stdout
    assert '"message":"place-order done"' in done.stdout
    identity = json.loads(json.loads((service / "events/place_order.json").read_text())["body"])["id"]
    assert f'table orders-local-orders: {{"id": "{identity}"}}' in done.stdout
    assert f'queue orders-local-inbox: {{"id":"{identity}"}}' in done.stdout


WRONG = {
    ("ship", "events/place_order.json"): "ship",
    ("place-order", "events/nothing.json"): "events/nothing.json",
    ("", ""): "FUNCTION",
}


@pytest.mark.parametrize("words", WRONG)
def test_invoke_says_in_one_line_what_is_wrong(service: Path, words: tuple[str, str]) -> None:
    done = invoke(service, *words)
    assert done.returncode != 0
    assert done.stdout.count("\n") == 1, done.stdout
    assert WRONG[words] in done.stdout
