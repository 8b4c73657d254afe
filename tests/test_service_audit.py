"""The audit of a service never passes without an answer; what is accepted in waivers.toml it says, and until when."""

from __future__ import annotations

import json
import os
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from holdfast import project, spec, tree
from holdfast.catalogue import Catalogue
from support import service_tools, tools


@pytest.fixture(scope="module")
def service(catalogue: Catalogue, orders_text: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The README's example on disk."""
    place = tmp_path_factory.mktemp("audit") / "orders"
    place.mkdir()
    tree.write(project.files(spec.parse(orders_text, catalogue), orders_text, catalogue), place)
    return place


class Vulnerabilities(ThreadingHTTPServer):
    """A vulnerability service on a free loopback port that answers as `mood` says; `asked` are the packages it saw."""

    mood = "clean"

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.asked: set[str] = set()
        self.over = threading.Event()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"


class _Answers(BaseHTTPRequestHandler):
    server: Vulnerabilities

    def do_POST(self) -> None:
        package = json.loads(self.rfile.read(int(self.headers["content-length"])))["package"]["name"]
        self.server.asked.add(package)
        if self.server.mood == "silent":
            self.server.over.wait()
            return
        self.send_response(500 if self.server.mood == "500" else 200)
        self.end_headers()
        while self.server.mood == "drip" and not self.server.over.wait(0.2):
            self.wfile.write(b" ")
        self.wfile.write(self._body(package))

    def _body(self, package: str) -> bytes:
        mood = self.server.mood
        if mood in ("garbage", "null"):
            return {"garbage": b"<html>", "null": b"null"}[mood]
        # django is what the audit asks for to see whether vulnerabilities are known at all.
        vulnerable = {"vulnerable": ("pydantic",), "windows": ("colorama",), "two": ("pydantic", "jmespath")}
        if mood == "ignorant" or package not in ("django", *vulnerable.get(mood, ())):
            return b"{}"
        affected = [{"package": {"name": package, "ecosystem": "PyPI"}, "ranges": []}]
        known = {"id": "PYSEC-1", "aliases": ["CVE-2026-1"], "summary": "bad", "published": "2026-01-01T00:00:00Z"}
        return json.dumps({"vulns": [{**known, "affected": affected}]}).encode()

    def log_message(self, *words: object) -> None:
        """Say nothing: what pytest prints is for people."""


@pytest.fixture
def vulnerabilities() -> Iterator[Vulnerabilities]:
    with Vulnerabilities() as server:
        server.handle_error = lambda *_: None  # type: ignore[method-assign]  # who is dripped upon hangs up
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield server
        server.over.set()
        server.shutdown()
        thread.join()


def audit(service: Path, address: str, *words: str) -> CompletedProcess[str]:
    commands = tools.environment((service / "tools/pip-audit.txt").read_text(encoding="utf-8"))
    env = {"PIP_AUDIT_VULNERABILITY_SERVICE": "osv", "PIP_AUDIT_OSV_URL": address}
    return tools.attempt([str(commands / "python"), "-m", "tools.dependencies.audit", *words], cwd=service, env=env)


CLEAN = r"audit: no known vulnerability in \d+ locked versions$"
VULNERABLE = r"audit: vulnerable; `make upgrade PACKAGE=…`, with COOLDOWN=0 where the mend is younger than a week$"
NO_ANSWER = r"audit: not known, the vulnerability service gave no answer; this is no pass$"
MOODS = {
    "clean": (0, CLEAN),
    "vulnerable": (1, rf"pydantic [\d.]+: PYSEC-1, CVE-2026-1, not mended yet\n{VULNERABLE}"),
    "windows": (1, rf"colorama [\d.]+: PYSEC-1, CVE-2026-1, not mended yet\n{VULNERABLE}"),
    "500": (2, NO_ANSWER),
    "garbage": (2, NO_ANSWER),
    "null": (2, rf"the service calls django 2.2 clean, which it is not\n{NO_ANSWER}"),
    "ignorant": (2, rf"the service calls django 2.2 clean, which it is not\n{NO_ANSWER}"),
}


@pytest.mark.parametrize("mood", MOODS)
def test_the_audit_tells_clean_from_vulnerable_from_unknown(
    service: Path, vulnerabilities: Vulnerabilities, mood: str
) -> None:
    """`windows` is a package that is locked for Windows alone, seen from wherever this runs; `ignorant` has no data."""
    vulnerabilities.mood = mood
    done = audit(service, vulnerabilities.address, "requirements.txt", "requirements-dev.txt")
    code, said = MOODS[mood]
    assert done.returncode == code, done.stdout
    assert re.search(said, done.stdout.strip()), done.stdout
    if mood == "clean":
        locked = re.findall(r"^([A-Za-z0-9._-]+)==", (service / "requirements-dev.txt").read_text(), re.MULTILINE)
        assert vulnerabilities.asked == {*locked, "django"}
        assert "colorama" in locked


def test_a_silent_service_is_no_pass(service: Path, vulnerabilities: Vulnerabilities) -> None:
    vulnerabilities.mood = "silent"
    done = audit(service, vulnerabilities.address, "--answer", "1", "requirements.txt")
    assert vulnerabilities.asked
    assert (done.returncode, "Read timed out" in done.stdout) == (2, True), done.stdout
    assert re.search(NO_ANSWER, done.stdout.strip())


def test_a_service_that_never_comes_to_an_end_is_no_pass(service: Path, vulnerabilities: Vulnerabilities) -> None:
    """Each byte comes in time."""
    vulnerabilities.mood = "drip"
    done = audit(service, vulnerabilities.address, "--limit", "3", "requirements.txt")
    assert (done.returncode, done.stdout.startswith("no end of it within the time limit\n")) == (2, True), done.stdout
    assert re.search(NO_ANSWER, done.stdout.strip())


def test_an_audit_without_a_service_is_no_pass(service: Path) -> None:
    done = audit(service, "http://127.0.0.1:1/", "requirements.txt")
    assert (done.returncode, "this is no pass" in done.stdout) == (2, True), done.stdout


def waiver(until: str, *more: str) -> str:
    return "\n".join(("[[waivers]]", 'rule = "audit"', 'id = "CVE-2026-1"', 'reason = "So"', f"until = {until}", *more))


@pytest.fixture
def far() -> str:
    """A day that a waiver may last to, whenever this runs."""
    from datetime import UTC, datetime, timedelta

    return str((datetime.now(UTC) + timedelta(days=300)).date())


def test_what_is_waived_is_said_and_passes(
    service: Path, vulnerabilities: Vulnerabilities, far: str, tmp_path: Path
) -> None:
    """One package's vulnerability, while the other's of the same name is not accepted; then both; and a day too late."""
    vulnerabilities.mood = "two"
    accepted = service / "waivers.toml"
    before = accepted.read_text(encoding="utf-8")
    try:
        accepted.write_text(waiver(far, 'package = "pydantic"'), encoding="utf-8")
        one = audit(service, vulnerabilities.address, "requirements.txt")
        accepted.write_text(waiver(far), encoding="utf-8")
        both = audit(service, vulnerabilities.address, "requirements.txt")
        accepted.write_text(waiver("2026-01-01"), encoding="utf-8")
        late = audit(service, vulnerabilities.address, "requirements.txt")
        vulnerabilities.mood = "clean"
        accepted.write_text(waiver(far), encoding="utf-8")
        none = audit(service, vulnerabilities.address, "requirements.txt")
    finally:
        accepted.write_text(before, encoding="utf-8")
    assert (one.returncode, one.stdout.splitlines()[1]) == (
        1,
        f"waived until {far}: audit CVE-2026-1 of pydantic: So",
    )
    assert one.stdout.startswith("jmespath ")
    assert (both.returncode, both.stdout.splitlines()[0]) == (0, f"waived until {far}: audit CVE-2026-1: So")
    assert "no known vulnerability in 7 locked versions but what is waived" in both.stdout
    said = "waivers.toml: audit CVE-2026-1 was accepted until 2026-01-01: mend what it is about, or decide again\n"
    assert (late.returncode, late.stdout) == (1, said)
    assert (none.returncode, none.stdout.splitlines()[0]) == (
        0,
        "waivers.toml: audit CVE-2026-1 is accepted but not found: take the waiver out",
    )


def test_a_waiver_is_not_called_idle_where_nobody_answered(
    service: Path, vulnerabilities: Vulnerabilities, far: str
) -> None:
    vulnerabilities.mood = "500"
    accepted = service / "waivers.toml"
    before = accepted.read_text(encoding="utf-8")
    try:
        accepted.write_text(waiver(far), encoding="utf-8")
        done = audit(service, vulnerabilities.address, "requirements.txt")
    finally:
        accepted.write_text(before, encoding="utf-8")
    assert (done.returncode, "not found" in done.stdout) == (2, False), done.stdout


#: Leads pip-audit, which knows PyPI by one address, to a server of the test's own.
ASTRAY = """
import os
from urllib.parse import urlsplit
import requests

def request(session, method, url, ask=requests.Session.request, **words):
    return ask(session, method, os.environ["PYPI"] + urlsplit(url).path, **words)

requests.Session.request = request
"""


class _PyPI(BaseHTTPRequestHandler):
    """PyPI as pip-audit asks it: 404 for each name in the server's `strangers`."""

    def do_GET(self) -> None:
        _, _, name, version, _ = self.path.split("/")
        known = [{"id": "PYSEC-1", "aliases": [], "fixed_in": [], "summary": "bad"}] if name == "django" else []
        self.send_response(404 if name in self.server.strangers else 200)  # type: ignore[attr-defined]
        self.end_headers()
        self.wfile.write(json.dumps({"info": {"version": version}, "vulnerabilities": known}).encode())

    def log_message(self, *words: object) -> None:
        """Say nothing: what pytest prints is for people."""


@pytest.mark.parametrize(
    ("strangers", "accepted", "code", "said"),
    [
        ("ours", "", 2, "ours 1.0: the service does not know it; one of your own stands in waivers.toml, with id = "),
        ("ours", 'package = "Ours"', 0, "waived until {far}: audit unknown of Ours: So"),
        ("ours", 'package = "django"', 2, "waivers.toml: audit unknown of django is accepted but not found"),
        ("ours", "# of whatever package", 2, "ours 1.0: the service does not know it; "),
        ("django ours", 'package = "ours"', 2, "the service does not know django 2.2, which PyPI has"),
    ],
)
def test_a_package_that_the_service_does_not_know_is_accepted_by_name_alone(
    service: Path, tmp_path: Path, far: str, strangers: str, accepted: str, code: int, said: str
) -> None:
    """holdfast of a team's own index is such a package: nobody could deploy who locked it for `make update`."""
    (tmp_path / "sitecustomize.py").write_text(ASTRAY, encoding="utf-8")
    (tmp_path / "lock.txt").write_text(f"ours==1.0 {HASH}\npydantic==2.12.0 {HASH}\n", encoding="utf-8")
    text = waiver(far, accepted).replace("CVE-2026-1", "unknown") if accepted else ""
    (tmp_path / "waivers.toml").write_text(text, encoding="utf-8")
    commands = tools.environment((service / "tools/pip-audit.txt").read_text(encoding="utf-8"))
    with ThreadingHTTPServer(("127.0.0.1", 0), _PyPI) as server:
        server.strangers = strangers.split()  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        env = {"PYTHONPATH": f"{tmp_path}{os.pathsep}{service}", "PYPI": f"http://127.0.0.1:{server.server_port}"}
        command = [str(commands / "python"), "-m", "tools.dependencies.audit", "lock.txt"]
        done = tools.attempt(command, cwd=tmp_path, env=env)
        server.shutdown()
    assert done.returncode == code, done.stdout
    assert said.format(far=far) in done.stdout, done.stdout
    why = "gave no answer" if "django" in strangers else "does not know every package"
    ends = {
        0: "audit: no known vulnerability in 2 locked versions but what is waived\n",
        2: f"audit: not known, the vulnerability service {why}; this is no pass\n",
    }
    assert done.stdout.endswith(ends[code])


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
    "no version": f"requests==2.x {HASH}",
    "any version": f"requests==2.* {HASH}",
    "a folder": f"-e ./requests {HASH}",
    "an option": "--extra-index-url https://example.com/simple",
    "another lock": "-r other.txt",
}


@pytest.mark.parametrize("name", NO_PIN)
def test_a_line_that_is_not_a_version_with_its_hash_is_refused(tmp_path: Path, name: str) -> None:
    """Even beside one that is."""
    (tmp_path / "lock.txt").write_text(f"pydantic==2.12.0 \\\n    {HASH}\n{NO_PIN[name]}\n")
    with pytest.raises(SystemExit) as refused:
        service_tools.module("tools.dependencies.pins").read(tmp_path / "lock.txt")
    said = NO_PIN[name].split("--hash")[0].strip()
    assert str(refused.value) == f"{tmp_path}/lock.txt: not a version with its hash, make the lock again: {said}"


@pytest.mark.parametrize("end", ["\f", "\v", "\x1c", "\x85", "\u2028"])
def test_a_comment_hides_nothing_that_pip_would_install(tmp_path: Path, end: str) -> None:
    """To pip, a line ends there."""
    (tmp_path / "lock.txt").write_text(f"# make lock{end}stray==1.0 {HASH}\npydantic==2.12.0 {HASH}\n", "utf-8")
    assert [str(pin) for pin in service_tools.module("tools.dependencies.pins").read(tmp_path / "lock.txt")] == [
        "stray==1.0",
        "pydantic==2.12.0",
    ]


@pytest.mark.parametrize("content", [b"", b"# This file was autogenerated\n", b"\n", b"# caf\xe9\n"])
def test_a_lock_that_locks_nothing_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "lock.txt").write_bytes(content)
    with pytest.raises(SystemExit, match=r"lock\.txt: "):
        service_tools.module("tools.dependencies.pins").read(tmp_path / "lock.txt")


def test_an_audit_reads_every_lock_before_it_asks(
    service: Path, vulnerabilities: Vulnerabilities, tmp_path: Path
) -> None:
    (tmp_path / "lock.txt").write_text("\n")
    done = audit(service, vulnerabilities.address, "requirements.txt", str(tmp_path / "lock.txt"))
    assert (done.returncode, vulnerabilities.asked) == (1, set())
    assert "lock.txt: locks nothing, make it again" in done.stdout


def test_an_audit_of_nothing_is_no_pass(service: Path) -> None:
    done = audit(service, "http://127.0.0.1:1/")
    assert (done.returncode, done.stdout) == (1, "audit.py LOCK …: say which locks\n")
