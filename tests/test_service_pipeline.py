"""What the jobs of a service's pipeline run, run: each target, in a service whose tools are there; and the jobs' own tools."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from holdfast import tree
from holdfast.catalogue import Catalogue
from support import goldens, tools
from test_service_audit import Vulnerabilities

RUNTIME = ("3.13", "3.12", "3.11", "3.14")
#: What runs elsewhere, for every service or with every answer, and is only seen to be run by its target here.
ELSEWHERE = {
    "audit": ".tools/pip-audit/bin/python -m tools.dependencies.audit requirements.txt requirements-dev.txt tools/",
    "locked": ".tools/uv/bin/python -m tools.dependencies.lock --uv .tools/uv/bin/uv --cooldown 7 --check",
    "types": ".venv/bin/mypy",
}


def installed(place: Path, lock: Path, versions: tuple[str, ...] = tools.FOR_TOOLS) -> None:
    """What the Makefile would install, from the environments that tests share; it finds nothing to do."""
    environment = tools.environment(lock.read_text(encoding="utf-8"), versions).parent
    place.mkdir(parents=True)
    for entry in (tools.COMMANDS, "lib", "pyvenv.cfg"):
        (place / entry).symlink_to(environment / entry)
    os.utime(lock, (1, 1))
    (place / ".done").touch()


def git(place: Path, *words: str) -> str:
    own = ("-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false")
    return tools.run(["git", *own, "-C", str(place), *words])


@pytest.fixture(scope="module")
def service(catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The README's example as a repository, all tools installed."""
    place = tmp_path_factory.mktemp("pipeline") / "orders"
    place.mkdir()
    tree.write(goldens.trees(catalogue)["orders"], place)
    for lock in sorted((place / "tools").glob("*.txt")):
        installed(place / ".tools" / lock.stem, lock)
    installed(place / ".venv", place / "requirements-dev.txt", RUNTIME)
    git(place, "init", "--quiet", "--initial-branch", "main")
    git(place, "add", "--all")
    git(place, "commit", "--quiet", "--message", "start")
    return place


def make(place: Path, *words: str, **env: str) -> CompletedProcess[str]:
    return tools.attempt(["make", f"PYTHON={sys.executable}", *words], cwd=place, env=env)


#: Each job's target and the last of what it prints; the tests of the service themselves run in test_services.
SAID = {
    "drift": r"drift: none, in \d+ files that guard the service and holdfast\.toml\n$",
    "lint": r"All checks passed!\n\d+ files already formatted\n$",
    "test": r"\d+ passed in .*\n$",
    "secrets": r"^secrets: none in \d+ files\n$",
    "validate": r"is a valid SAM Template",
    "workflows": r"^(No findings to report.*\n)?$",
    "pack": r"pack: 7 files in \.aws-sam/pack, digest [0-9a-f]{64}\n$",
}


@pytest.mark.parametrize("job", SAID)
def test_a_job_finds_nothing_in_a_new_service(service: Path, job: str) -> None:
    more = ["ARGS=-q tests/guard/test_settings.py -p no:cacheprovider"] if job == "test" else []
    done = make(service, job, *more)
    assert done.returncode == 0, done.stdout
    assert re.search(SAID[job], done.stdout), done.stdout
    assert "Feature Toggle" not in done.stdout


def test_every_job_is_run_here_or_where_its_answers_are(service: Path) -> None:
    (checks,) = re.findall(r"^check: (.*) ##", (service / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(checks.split()) == {*SAID, *ELSEWHERE}


@pytest.mark.parametrize("job", ELSEWHERE)
def test_a_job_that_is_tried_elsewhere_runs_what_is_tried(service: Path, job: str) -> None:
    done = make(service, "--dry-run", job)
    assert done.returncode == 0, done.stdout
    assert done.stdout.startswith(ELSEWHERE[job]), done.stdout


def test_the_audit_job_fails_where_something_is_vulnerable(service: Path) -> None:
    with Vulnerabilities() as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        server.mood = "vulnerable"
        done = make(service, "audit", PIP_AUDIT_VULNERABILITY_SERVICE="osv", PIP_AUDIT_OSV_URL=server.address)
        server.shutdown()
    assert (done.returncode, "audit: vulnerable" in done.stdout) == (2, True), done.stdout


@pytest.fixture(scope="module")
def pack(service: Path) -> Path:
    """What is uploaded, with its digest beside it."""
    place = service / ".aws-sam/pack"
    if not place.exists():
        assert make(service, "pack").returncode == 0
    return place


FUNCTIONS = ("FulfilFunction", "NightlyReportFunction", "PlaceOrderFunction")


def test_a_pack_holds_code_for_the_services_own_runtime_and_processor(pack: Path) -> None:
    assert sorted(path.name for path in pack.iterdir()) == sorted(
        [f"{name}{end}" for name in FUNCTIONS for end in (".zip", ".cdx.json")]
        + ["DIGEST", "SHA256SUMS", "template.json"]
    )
    resources = json.loads((pack / "template.json").read_text(encoding="utf-8"))["Resources"]
    for function in FUNCTIONS:
        assert resources[function]["Properties"]["CodeUri"] == f"{function}.zip"
        with zipfile.ZipFile(pack / f"{function}.zip") as packed:
            files = packed.namelist()
        assert "orders/functions/place_order/handler.py" in files
        assert any(re.search(r"_pydantic_core\.cpython-313-aarch64-linux-gnu\.so$", path) for path in files)
        assert not any(path.endswith((".pth", ".pyc")) or path.startswith(("tests", "boto3")) for path in files)


def test_the_same_build_packs_the_same_bytes(service: Path, pack: Path) -> None:
    digest = (pack / "DIGEST").read_text(encoding="utf-8")
    for path in (service / ".aws-sam/build").rglob("*.py"):
        os.utime(path, (2_000_000_000, 2_000_000_000))
    tools.run([str(service / ".tools/sam/bin/python"), "-m", "tools.deployment.pack"], cwd=service)
    assert (pack / "DIGEST").read_text(encoding="utf-8") == digest


def packed(service: Path, digest: str) -> CompletedProcess[str]:
    return tools.attempt([sys.executable, "-m", "tools.deployment.packed", digest], cwd=service)


def test_what_was_packed_is_taken_for_that(service: Path, pack: Path) -> None:
    done = packed(service, (pack / "DIGEST").read_text(encoding="utf-8").strip())
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("FulfilFunction.zip", b"other code", "pack: FulfilFunction.zip is not what was packed\n"),
        ("template.json", None, "pack: template.json is missing\n"),
        ("SHA256SUMS", b"", "pack: .aws-sam/pack/SHA256SUMS is not there, or not the one with that digest\n"),
    ],
)
def test_what_is_not_what_was_packed_is_refused(
    service: Path, pack: Path, tmp_path: Path, file: str, content: bytes | None, said: str
) -> None:
    """All that stands between the build and the account, when somebody changed the artefact in between."""
    copy = tmp_path / ".aws-sam/pack"
    copy.mkdir(parents=True)
    for path in pack.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    digest = (copy / "DIGEST").read_text(encoding="utf-8").strip()
    if content is None:
        (copy / file).unlink()
    else:
        (copy / file).write_bytes(content)
    script = service / "tools/deployment/packed.py"
    done = tools.attempt([sys.executable, str(script), digest], cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, said)


@pytest.mark.parametrize("digest", ["", "0" * 63, "../pack"])
def test_a_deployment_says_which_pack_it_means(service: Path, pack: Path, digest: str) -> None:
    done = packed(service, digest)
    assert (done.returncode, done.stdout) == (1, "pack: say which: DIGEST=..., as `make pack` prints it\n")


def test_a_digest_runs_nothing(service: Path, tmp_path: Path) -> None:
    """It comes from the job that packs, and is looked at where the identity is."""
    trace = tmp_path / "trace"
    env = {"DIGEST": f'"; touch {trace}; $(touch {trace}) `touch {trace}` "$(shell touch {trace})'}
    done = tools.attempt(["make", "ship", "STAGE=dev"], cwd=service, env=env)
    assert (done.returncode, trace.exists()) == (2, False), done.stdout
    assert "pack: say which: DIGEST=..., as `make pack` prints it\n" in done.stdout


MOTO = """
import sys
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
server.stop()
"""
STORED = """
import boto3, hashlib, sys
s3 = boto3.client("s3")
if sys.argv[1] == "make":
    s3.create_bucket(Bucket="packs", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
else:
    for found in s3.list_objects_v2(Bucket="packs")["Contents"]:
        print(hashlib.sha256(s3.get_object(Bucket="packs", Key=found["Key"])["Body"].read()).hexdigest())
"""


def test_what_is_uploaded_is_what_was_packed(service: Path, pack: Path, tmp_path: Path) -> None:
    """SAM hands the zips on as they are: what was attested is what Lambda gets."""
    python = str(service / ".venv/bin/python")
    sums = dict(line.split()[::-1] for line in (pack / "SHA256SUMS").read_text(encoding="utf-8").splitlines())
    with subprocess.Popen([python, "-c", MOTO], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        env = {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.stdout.readline().strip()}"}
        env |= {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_DEFAULT_REGION": "eu-west-1"}
        tools.run([python, "-c", STORED, "make"], env=env)
        sam = [str(service / ".tools/sam/bin/sam"), "package", "--template-file", ".aws-sam/pack/template.json"]
        sam += ["--s3-bucket", "packs", "--output-template-file", str(tmp_path / "packaged.yaml")]
        tools.run(sam, cwd=service, env=env)
        stored = set(tools.run([python, "-c", STORED, "list"], env=env).split())
        server.communicate()
    assert stored == {sums[f"{name}.zip"] for name in FUNCTIONS}


PLANTED = {
    "src/orders/functions/fulfil/keys.py": 'KEY = "AKIA' + "Z7QX3LMNB2VWKE5R" + '"\n',
    "deploy.pem.md": "-----BEGIN RSA PRIVATE " + "KEY-----\nMIIEow\n",
    "events/hook.json": '{"url": "https://hooks.slack.com/services/T01ABCDEFG/B01ABCDEFG/abcdefghijklmnopqrstuvwx"}\n',
    "samconfig.local.toml": 'db_password = "Zk3' + 'vPq9LmT2x"\n',
    ".github/workflows/more.yml": "env:\n  TOKEN: ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a\n",
    "notes.md": "aws_secret_access_key = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCY" + "zzQ9kLpW3x'\n",
}


def test_planted_secrets_are_found_and_not_shown(service: Path, tmp_path: Path) -> None:
    """In files that git does not know yet, and none that it ignores."""
    copy = tmp_path / "orders"
    git(tmp_path, "clone", "--quiet", str(service), str(copy))
    for path, content in {**PLANTED, ".env": 'TOKEN = "ghp_16C7e42F292c6912E7710c838347Ae178B4b"\n'}.items():
        (copy / path).write_text(content, encoding="utf-8")
    python = str(service / ".tools/detect-secrets/bin/python")
    done = tools.attempt([python, "tools/find_secrets.py"], cwd=copy)
    assert done.returncode == 1
    assert set(re.findall(r"^Location: +(.+):\d+$", done.stdout, re.MULTILINE)) == set(PLANTED)
    for content in PLANTED.values():
        assert content.split("=")[-1].strip(" '\"\n") not in done.stdout
    named = tools.attempt([python, "tools/find_secrets.py", "README.md"], cwd=copy)
    assert (named.returncode, named.stdout) == (0, "secrets: none in 1 files\n")


def test_secrets_of_no_repository_are_no_pass(service: Path, tmp_path: Path) -> None:
    python = str(service / ".tools/detect-secrets/bin/python")
    done = tools.attempt([python, str(service / "tools/find_secrets.py")], cwd=tmp_path)
    assert (done.returncode, "git knows no files here" in done.stdout) == (1, True), done.stdout


def test_the_hooks_find_nothing_in_a_new_service(service: Path) -> None:
    """All but mypy, which takes long, and the locks, which ask an index."""
    done = tools.attempt(
        [str(service / ".venv/bin/pre-commit"), "run", "--all-files"], cwd=service, env={"SKIP": "mypy,locked"}
    )
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("Passed") >= 10, done.stdout


class _Identity(BaseHTTPRequestHandler):
    """GitHub, as a job's runner sees it: who asks with the job's bearer gets a token for the audience."""

    def do_GET(self) -> None:
        fine = self.path.endswith("?job=1&audience=sts.amazonaws.com")
        fine &= self.headers["authorization"] == "Bearer own"
        self.send_response(200 if fine else 403)
        self.end_headers()
        self.wfile.write(b'{"value": "a.b.c"}' if fine else b"")

    def log_message(self, *words: object) -> None:
        """Say nothing: what pytest prints is for people."""


@pytest.fixture
def issuer() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Identity) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/token?job=1"
        server.shutdown()


@pytest.mark.parametrize(
    ("bearer", "role", "said"),
    [
        ("own", "arn:aws:iam::123456789012:role/deploy", ""),
        ("stolen", "arn:aws:iam::123456789012:role/deploy", "signin: GitHub gave no token: HTTPError\n"),
        ("own", "", "signin: no AWS_ROLE_ARN: the stage's environment names the role of platform/deploy.yaml\n"),
        ("", "arn:aws:iam::123456789012:role/deploy", "signin: this is no job on GitHub that may ask who it is "),
    ],
)
def test_a_job_takes_its_identity_from_github(
    service: Path, issuer: str, tmp_path: Path, bearer: str, role: str, said: str
) -> None:
    file = tmp_path / "identity"
    file.write_text("older", encoding="utf-8")
    env = {"ACTIONS_ID_TOKEN_REQUEST_URL": issuer, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": bearer, "AWS_ROLE_ARN": role}
    done = tools.attempt(
        [sys.executable, "-m", "tools.deployment.signin"],
        cwd=service,
        env={**env, "AWS_WEB_IDENTITY_TOKEN_FILE": str(file)},
    )
    assert done.returncode == (1 if said else 0), done.stdout
    assert done.stdout.startswith(said)
    if not said:
        assert file.read_text(encoding="utf-8") == "a.b.c"
        assert file.stat().st_mode & 0o777 == 0o600


def test_an_update_without_a_locked_holdfast_says_what_it_takes(service: Path) -> None:
    """Nor does a lock do where pyproject.toml does not say whose it is: PyPI's holdfast is somebody else's."""
    said = (
        "update: say in pyproject.toml which index has your holdfast (PyPI has a stranger of that name), and make lock"
    )
    lock = service / "tools/holdfast.txt"
    for text in ("", "holdfast==0.5.1\n"):
        lock.write_text(text, encoding="utf-8")
        done = make(service, "update")
        assert (done.returncode, done.stdout.startswith(said)) == (2, True), done.stdout
    lock.unlink()


def test_signing_a_pack_is_looked_at_before_it_is_deployed(service: Path, tmp_path: Path) -> None:
    """By commit and workflow; a fake `gh` stands for the one that runners have."""
    fake = tmp_path / "gh"
    fake.write_text('#!/bin/sh\necho "$@" >&2\n', encoding="utf-8")
    fake.chmod(0o755)
    env = {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "GITHUB_REPOSITORY": "acme/orders"}
    done = make(service, "attested", **env, GITHUB_SHA="c" * 40)
    assert done.stdout.split() == [
        *("attestation", "verify", ".aws-sam/pack/SHA256SUMS", "--repo", "acme/orders", "--source-digest", "c" * 40),
        *("--signer-workflow", "acme/orders/.github/workflows/ci.yml", "--deny-self-hosted-runners"),
    ]
