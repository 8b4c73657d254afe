"""`make sbom` of a service: CycloneDX by its own schema, out of what was really built, and the same bytes each time."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import jsonschema
import pytest
import referencing
from referencing.jsonschema import DRAFT7

from holdfast import project, spec, tree
from holdfast.catalogue import Catalogue
from support import tools
from support.local_index import Index, Wheel

BILL = Path(".build/sbom/FulfilFunction.cdx.json")
ARTEFACT = Path(".aws-sam/build/FulfilFunction")


@pytest.fixture(scope="module")
def new(catalogue: Catalogue, orders_text: str, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    """Makes the README's example, with uv at hand."""

    def made() -> Path:
        place = tmp_path_factory.mktemp("sbom") / "orders"
        place.mkdir()
        tree.write(project.files(spec.parse(orders_text, catalogue), orders_text, catalogue), place)
        (place / ".tools").mkdir()
        lock = (place / "tools/uv.txt").read_text(encoding="utf-8")
        (place / ".tools/uv").symlink_to(tools.environment(lock).parent)
        return place

    return made


def build(service: Path, env: dict[str, str]) -> None:
    """What `sam build` runs for one function."""
    (service / ARTEFACT).mkdir(parents=True)
    command = ["make", "--makefile", str(service / "src/Makefile"), "build-FulfilFunction"]
    tools.run([*command, f"ARTIFACTS_DIR={service / ARTEFACT}"], cwd=service / "src", env=env)


def sbom(service: Path, env: dict[str, str]) -> CompletedProcess[str]:
    """What `make sbom` runs, but for the installation of its tool."""
    printed = tools.run(["make", "--dry-run", "--old-file", ".tools/sbom/.done", "sbom"], cwd=service)
    words = printed.replace("\\\n", " ").split()
    commands = tools.environment((service / "tools/sbom.txt").read_text(encoding="utf-8"))
    assert words[0] == ".tools/sbom/bin/python"
    return tools.attempt([str(commands / "python"), *words[1:]], cwd=service, env=env)


@pytest.fixture(scope="module")
def built(new: Callable[[], Path]) -> Path:
    """A service with what it locks itself, as it comes."""
    service = new()
    build(service, {})
    done = sbom(service, {})
    assert (done.returncode, done.stdout) == (0, f"{BILL}: 7 packages\n")
    return service


def bill(service: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((service / BILL).read_text(encoding="utf-8"))
    return found


def test_it_is_cyclonedx_by_its_published_schema(built: Path) -> None:
    """The schemas are those in the library's wheel; one that is broken on purpose shows that they are applied."""
    commands = tools.environment((built / "tools/sbom.txt").read_text(encoding="utf-8"))
    (folder,) = commands.parent.glob("lib/python*/site-packages/cyclonedx/schema/_res")
    schemas = {
        f"http://cyclonedx.org/schema/{path.name}": DRAFT7.create_resource(json.loads(path.read_text(encoding="utf-8")))
        for path in folder.glob("*.SNAPSHOT.schema.json")
    }
    schema = schemas["http://cyclonedx.org/schema/bom-1.6.SNAPSHOT.schema.json"].contents
    registry: referencing.Registry[Any] = referencing.Registry().with_resources(schemas.items())
    checker = jsonschema.Draft7Validator.FORMAT_CHECKER
    validator = jsonschema.Draft7Validator(schema, registry=registry, format_checker=checker)
    assert list(validator.iter_errors(bill(built))) == []
    broken = bill(built)
    broken["components"][0]["hashes"][0]["alg"] = "SHA-0"
    broken["components"][1]["licenses"][0]["license"]["id"] = "NO-SUCH-LICENCE"
    assert len(list(validator.iter_errors(broken))) == 2


def test_every_package_has_the_hash_of_the_wheel_that_was_taken(built: Path) -> None:
    found = {one["name"]: one for one in bill(built)["components"]}
    lock = (built / "requirements.txt").read_text(encoding="utf-8")
    assert sorted(found) == re.findall(r"^([a-z-]+)==", lock, re.MULTILINE)
    for name, one in found.items():
        entry = re.search(rf"^{name}=={re.escape(one['version'])} .*?(?=^[a-z]|\Z)", lock, re.MULTILINE | re.DOTALL)
        assert entry
        assert f"--hash=sha256:{one['hashes'][0]['content']}" in entry[0]
        assert one["purl"] == f"pkg:pypi/{name}@{one['version']}"
        assert one["licenses"]
    wheel = found["pydantic-core"]["properties"][0]["value"]
    assert re.fullmatch(r"pydantic_core-[\d.]+-cp313-cp313-manylinux.*_aarch64\.whl", wheel)


def test_the_artefact_has_a_hash_that_anybody_can_work_out(built: Path) -> None:
    """By the command that tools/dependencies/built.py documents."""
    root = bill(built)["metadata"]["component"]
    assert (root["group"], root["name"]) == ("orders", "FulfilFunction")
    documented = re.search(r"`(find .*)`", (built / "tools/dependencies/built.py").read_text(encoding="utf-8"))
    assert documented
    command = documented[1].replace("\\\\", "\\")
    said = tools.run(["sh", "-c", command], cwd=built / ARTEFACT)
    assert root["hashes"] == [{"alg": "SHA-256", "content": said.split()[0]}]


def test_it_is_small_and_holds_nothing_that_the_runtime_has(built: Path) -> None:
    """What is loaded when a function starts cold; the benchmarks have the figures."""
    files = [path for path in (built / ARTEFACT).rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 13_000_000
    assert not {"boto3", "botocore", "s3transfer"} & {one["name"] for one in bill(built)["components"]}


def test_it_says_what_needs_what(built: Path) -> None:
    needs = {one["ref"].partition("==")[0]: one.get("dependsOn", []) for one in bill(built)["dependencies"]}
    plain = {name: {other.partition("==")[0] for other in others} for name, others in needs.items()}
    assert plain["FulfilFunction"] == {"aws-lambda-powertools", "pydantic"}
    assert plain["pydantic"] == {"annotated-types", "pydantic-core", "typing-extensions", "typing-inspection"}
    assert plain["annotated-types"] == set()


def test_the_same_artefact_gives_the_same_bytes_and_another_one_does_not(built: Path) -> None:
    before = (built / BILL).read_bytes()
    sbom(built, {})
    assert (built / BILL).read_bytes() == before
    handler = built / ARTEFACT / "orders/functions/fulfil/handler.py"
    text = handler.read_bytes()
    try:
        handler.write_bytes(text + b"#")
        sbom(built, {})
        numbers = {json.loads(before)["serialNumber"], bill(built)["serialNumber"]}
    finally:
        handler.write_bytes(text)
    assert len(numbers) == 2


@pytest.fixture
def index() -> Iterator[Index]:
    with Index(Wheel("one", "1.0", ("two[more]>=1",)), Wheel("two", "1.0", ("three; extra == 'more'",))) as served:
        # As its author writes it, and as indexes do.
        served.wheels += [Wheel("three", "1.0", files={"three.py": ""}, called="1.00")]
        yield served


@pytest.fixture
def small(new: Callable[[], Path], index: Index) -> Path:
    """A service with other dependencies, built."""
    service = new()
    text = (service / "pyproject.toml").read_text(encoding="utf-8")
    asked = re.sub(r"^dependencies = \[.*?^\]", 'dependencies = ["one"]', text, flags=re.MULTILINE | re.DOTALL)
    (service / "pyproject.toml").write_text(asked, encoding="utf-8")
    lines = (f"{wheel.name}==1.0 --hash=sha256:{wheel.sha256}\n" for wheel in index.wheels)
    (service / "requirements.txt").write_text("".join(lines), encoding="utf-8")
    build(service, index.environment)
    return service


def test_extras_are_followed(small: Path, index: Index) -> None:
    assert sbom(small, index.environment).returncode == 0
    needs = {one["ref"]: one.get("dependsOn", []) for one in bill(small)["dependencies"]}
    assert needs == {
        "FulfilFunction": ["one==1.0"],
        "one==1.0": ["two==1.0"],
        "two==1.0": ["three==1.0"],
        "three==1.0": [],
    }


def test_a_file_that_its_wheel_did_not_bring_is_refused(small: Path, index: Index) -> None:
    (small / ARTEFACT / "three.py").write_text("import evil")
    done = sbom(small, index.environment)
    assert done.returncode == 1
    assert done.stdout.endswith("three.py: is not the file that three 1.00 brought; build again\n")


def test_a_package_that_is_not_locked_is_refused(small: Path, index: Index) -> None:
    lock = small / "requirements.txt"
    lock.write_text(lock.read_text(encoding="utf-8").replace("three==1.0", "three==1.1"), encoding="utf-8")
    index.wheels += [Wheel("three", "1.1")]
    done = sbom(small, index.environment)
    assert (done.returncode, done.stdout) == (1, "three 1.0 was built and is not in requirements.txt; build again\n")


def test_a_wheel_that_cannot_be_told_is_said_and_no_hash_is_made_up(small: Path, index: Index) -> None:
    """The index has no file of that hash any more."""
    index.wheels[2] = Wheel("three", "1.0", files={"three.py": "#"})
    done = sbom(small, index.environment)
    assert f"{BILL}: three 1.0 has no hash: it is not told which wheel it came from\n" in done.stdout
    assert ["hashes" in one for one in bill(small)["components"]] == [True, False, True]


def test_without_an_index_or_a_build_there_is_no_bill(small: Path) -> None:
    done = sbom(small, {"UV_DEFAULT_INDEX": "http://127.0.0.1:1/simple", "UV_NO_CACHE": "1", "UV_HTTP_RETRIES": "0"})
    assert done.returncode == 1
    assert done.stdout.startswith("The index does not say which wheels there are: ")
    assert not (small / BILL).exists()
    (small / ".aws-sam").rename(small / "gone")
    done = sbom(small, {})
    assert (done.returncode, done.stdout) == (1, ".aws-sam/build: nothing is built; `make build`\n")
