"""A project is hostile until proven otherwise: nothing of it runs, nothing outside of it is read, everything ends."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from holdfast.catalogue import Catalogue
from holdfast.commands.privileges import privileges
from holdfast.errors import HoldfastError
from holdfast.privileges import sources
from holdfast.privileges.findings import Verdict
from holdfast.privileges.inspection import inspect
from holdfast.reports import privileges as report

TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  App:
    Type: AWS::Serverless::Function
    Properties: {Runtime: python3.13, Handler: app.handler, CodeUri: src/}
"""
CALL = """\
import os, boto3
def handler(event, context):
    boto3.client("dynamodb").get_item(TableName=os.environ["T"], Key={})
"""


def verdict(root: Path, code: str | bytes) -> Verdict:
    (root / "src").mkdir(parents=True, exist_ok=True)
    (root / "template.yaml").write_text(TEMPLATE, encoding="utf-8")
    (root / "src/app.py").write_bytes(code.encode() if isinstance(code, str) else code)
    (found,) = inspect(root).verdicts
    return found


def test_nothing_of_a_project_is_run(tmp_path: Path) -> None:
    """Not its handlers, and not what its folder offers as a module of ours or of a library's."""
    bomb = f"import pathlib\npathlib.Path({str(tmp_path / 'ran')!r}).touch()\n"
    for name in ("app", "boto3", "botocore", "samtranslator", "yaml", "sitecustomize", "conftest"):
        (tmp_path / "src").mkdir(exist_ok=True)
        (tmp_path / f"src/{name}.py").write_text(bomb, encoding="utf-8")
        (tmp_path / f"{name}.py").write_text(bomb, encoding="utf-8")
    verdict(tmp_path, bomb + "def handler(event, context): pass\n")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    "code",
    [
        b"\x00",
        b"\xff\xfe",
        b"def handler(:\n",
        b"# -*- coding: nonsense -*-\n",
        b"x = " + b"(" * 5000 + b")" * 5000,
        b"x = " + b"-" * 30_000 + b"1",
        b"x = " + b"[" * 180 + b"]" * 180,
        b"handler = 1",
        b"match = 3\nmatch match:\n    case _:\n        pass\n",
        b"x = " + b" + ".join([b"'a'"] * 3000),
        b"class A(A): pass\nhandler = A()\n",
        b"class A(B): pass\nclass B(A): pass\ndef handler(e, c): return A().x\n",
        b"from app import handler\n",
        b"from . import x\nfrom ... import y\nfrom .....z import *\ndef handler(e, c): pass\n",
        b"import a..b\n",
        b"def handler(e, c): return handler(handler, handler)\n",
        b"handler = lambda e, c: (lambda f: f(f))(lambda f: f(f))\n",
        b"def handler(e, c):\n    x = []\n    x.append(x)\n    return x[0][0].y\n",
        b"import boto3\nclass A:\n    def __getattr__(self, n): return getattr(self, n)\ndef handler(e, c): A().x.y.z\n",
        b"def handler(e, c):\n    s = 'x'\n    while e:\n        s = s + s\n    return s\n",
        b"def handler(e, c):\n    return 'a'.replace('a', 'b' * 10 ** 9).zfill(10 ** 12)\n",
        b"def handler(e, c):\n" + b"".join(b"    for a%d in e:\n" % n if not n else b"    " * (n + 1) + b"for a%d in e:\n" % n for n in range(15)) + b"    " * 17 + b"pass\n",
        b"def handler(e, c):\n    d = {}\n    for k in e:\n        d = {'d': d, 'e': d}\n    import boto3\n    boto3.client('s3').put_object(**d)\n",
    ],
)  # fmt: skip
def test_any_code_gives_an_answer(tmp_path: Path, code: bytes) -> None:
    verdict(tmp_path, code)


def test_code_that_explodes_is_unresolved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each function calls the next one in many ways: there is an end to what is followed."""
    monkeypatch.setattr("holdfast.privileges.core.MOST_STEPS", 500)
    parts = ["import boto3\ndef f0(*a): boto3.client('s3').list_buckets()\n"]
    parts += [
        f"def f{n}(*a):\n" + "".join(f"    f{n - 1}(*a, {k}, f{n - 1})\n" for k in range(6)) for n in range(1, 12)
    ]
    started = time.perf_counter()
    found = verdict(tmp_path, "".join(parts) + "def handler(e, c): f11(1)\n")
    assert time.perf_counter() - started < 20
    assert "there is too much to follow" in [doubt.what for doubt in found.unresolved]


def test_a_link_that_leads_outside_is_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.py"
    secret.write_text("import boto3\ndef go(): boto3.client('s3').list_buckets()\n", encoding="utf-8")
    project = tmp_path / "project"
    (project / "src").mkdir(parents=True)
    (project / "src/helper.py").symlink_to(secret)
    (project / "src/more").symlink_to(tmp_path)
    code = "import helper\nfrom more import secret\ndef handler(e, c):\n    helper.go()\n    secret.go()\n"
    assert verdict(project, code).used == ()
    (project / "template.yaml").unlink()
    (project / "template.yaml").symlink_to(tmp_path / "elsewhere.yaml")
    (tmp_path / "elsewhere.yaml").write_text(TEMPLATE, encoding="utf-8")
    with pytest.raises(HoldfastError, match="it is no file of the project"):
        inspect(project)


def test_a_link_inside_is_followed(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib/helper.py").write_text(
        "import boto3\ndef go(): boto3.client('s3').list_buckets()\n", encoding="utf-8"
    )
    (tmp_path / "src").mkdir()
    (tmp_path / "src/helper.py").symlink_to(tmp_path / "lib/helper.py")
    assert verdict(tmp_path, "import helper\ndef handler(e, c): helper.go()\n").used == ("s3:ListAllMyBuckets",)


def test_a_source_file_beyond_all_measure_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "LONGEST", 1000)
    found = verdict(tmp_path, "#" * 5000)
    assert [doubt.what for doubt in found.unresolved] == ["it is longer than 0 KiB, and is not read"]


def test_syntax_warnings_stay_silent(tmp_path: Path, recwarn: pytest.WarningsRecorder) -> None:
    assert verdict(tmp_path, "def handler(e, c):\n    return '\\d' is 1\n").unresolved == ()
    assert recwarn.list == []


@pytest.mark.parametrize("count", [900, 9000])
@pytest.mark.parametrize(
    "shape", ["e{.a}", "e{()}", "e{[0]}", "e{.a()}", "{a if b else }c", "{not }c", "a{ | a}", "{lambda: }0"]
)
def test_depth_has_an_end(tmp_path: Path, shape: str, count: int) -> None:
    start, _, rest = shape.partition("{")
    repeated, _, end = rest.partition("}")
    verdict(tmp_path, f"import boto3\ndef handler(e, c):\n    return {start}{repeated * count}{end}\n")


def test_names_of_a_project_steer_no_terminal_and_no_shell(tmp_path: Path, catalogue: Catalogue) -> None:
    """What it calls its things is shown in a line each, and put into no command that somebody types."""
    verdict(tmp_path, CALL)
    evil = '"a\\u001b[2J\\nb $(touch x)"'
    named = f"{{Variables: {{T: {evil}}}}}"
    template = TEMPLATE.replace("App:", "AppFunction:").replace("src/}", f"src/, Environment: {named}}}")
    (tmp_path / "template.yaml").write_text(template, encoding="utf-8")
    (tmp_path / "holdfast.toml").write_text(f'[functions.app]\n[resources.{evil}]\nkind = "table"\n', encoding="utf-8")
    outcome = privileges(tmp_path, catalogue, fix=False)
    assert [gap.grants for one in outcome.verdicts for gap in one.missing] == [()]
    assert report.text(outcome) == (
        "app\n  missing    dynamodb:GetItem on table/a\\x1b[2J\\nb $(touch x), called at src/app.py:3\n"
        "1 function: 1 missing, 0 unused, 0 unresolved.\n"
    )


def test_json_names_every_file_whatever_a_pipe_can_hold(tmp_path: Path, catalogue: Catalogue) -> None:
    verdict(tmp_path, "")
    (tmp_path / "src/ü.py").write_text(CALL, encoding="utf-8")
    (tmp_path / "template.yaml").write_text(TEMPLATE.replace("app.handler", "ü.handler"), encoding="utf-8")
    said = report.as_json(privileges(tmp_path, catalogue, fix=False))
    assert said.isascii()
    assert json.loads(said)["functions"][0]["missing"][0]["places"] == [{"file": "src/ü.py", "line": 3}]
