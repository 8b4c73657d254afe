"""What each function's artefact holds, as CycloneDX: `make sbom` writes .build/sbom/<function>.cdx.json after a build.

It is read from what was built, not from what was asked for; each package has the hash of the wheel that it came from,
and the artefact a hash of its own (see built.sha256). The same artefact gives the same bytes: no clock and no random
number is in it.
"""

from __future__ import annotations

import argparse
import json
import sys
import tomllib
import uuid
from collections.abc import Iterator
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.dependencies import built
from tools.dependencies.built import Distribution
from tools.dependencies.wheels import Wheels

LOCK, PROJECT = Path("requirements.txt"), Path("pyproject.toml")
BUILT, WRITTEN = Path(".aws-sam/build"), Path(".build/sbom")


def component(held: Distribution, wheels: Wheels) -> Component:
    """A package, with the wheel that it came from where that can be told."""
    if (held.name, held.version) not in wheels.versions:
        sys.exit(f"{held.name} {held.version} was built and is not in {LOCK}; build again")
    wheel = wheels.of(held.name, held.version, held.tags)
    return Component(
        type=ComponentType.LIBRARY,
        name=held.name,
        version=held.version,
        bom_ref=f"{held.name}=={held.version}",
        purl=PackageURL("pypi", None, held.name, held.version),
        licenses=[LicenseFactory().make_from_string(held.license)] if held.license else [],
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=wheel[1])] if wheel else [],
        properties=[Property(name="holdfast:wheel", value=wheel[0])] if wheel else [],
    )


def edges(asked: list[str], held: dict[str, Distribution], machine: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Who needs whom, by name, from the service itself (`""`) on; only what is there."""
    waiting, seen = [("", frozenset[str](), tuple(asked))], set[tuple[str, frozenset[str]]]()
    while waiting:
        name, extras, requires = waiting.pop()
        for requirement in map(Requirement, requires):
            needed = canonicalize_name(requirement.name)
            wanted = not requirement.marker or any(
                requirement.marker.evaluate(machine | {"extra": extra}) for extra in (*extras, "")
            )
            if wanted and needed in held:
                yield name, needed
                step = (needed, frozenset(requirement.extras))
                if step not in seen:
                    seen.add(step)
                    waiting.append((*step, held[needed].requires))


def bom(function: Path, service: str, asked: list[str], wheels: Wheels, machine: dict[str, str]) -> Bom:
    """The bill of materials of one artefact."""
    held = {one.name: one for one in built.distributions(function)}
    components = {name: component(one, wheels) for name, one in held.items()}
    root = Component(
        type=ComponentType.APPLICATION,
        group=service,
        name=function.name,
        bom_ref=function.name,
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=built.sha256(function))],
        properties=[
            Property(name="holdfast:python", value=machine["python_version"]),
            Property(name="holdfast:machine", value=machine["platform_machine"]),
        ],
    )
    made = Bom(components=components.values())
    made.metadata.component = root
    needs: dict[str, list[Component]] = {name: [] for name in ("", *held)}
    for name, needed in edges(asked, held, machine):
        needs[name].append(components[needed])
    for name, needed_ones in needs.items():
        made.register_dependency(components.get(name, root), needed_ones)
    return made


def text(made: Bom) -> str:
    """It as JSON; its number is made of what it says, and the time of writing is left out."""
    content = json.loads(JsonV1Dot6(made).output_as_string())
    del content["metadata"]["timestamp"]
    del content["serialNumber"]
    content["serialNumber"] = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(content, sort_keys=True)).urn
    return json.dumps(content, indent=2, sort_keys=True) + "\n"


def main() -> int:
    words = argparse.ArgumentParser(description="Write what each built function holds, as CycloneDX.")
    words.add_argument("--uv", default=".tools/uv/bin/uv")
    words.add_argument("--python", required=True, help="the runtime's version, such as 3.13")
    words.add_argument("--machine", required=True, help="aarch64 or x86_64")
    given = words.parse_args()
    functions = sorted(path for path in BUILT.glob("*") if path.is_dir())
    if not functions:
        sys.exit(f"{BUILT}: nothing is built; `make build`")
    project = tomllib.loads(PROJECT.read_text("utf-8"))["project"]
    machine = {"python_version": given.python, "python_full_version": f"{given.python}.0", "sys_platform": "linux"}
    machine |= {"platform_system": "Linux", "os_name": "posix", "platform_machine": given.machine}
    machine |= {"implementation_name": "cpython", "platform_python_implementation": "CPython"}
    wheels = Wheels(given.uv, LOCK)
    WRITTEN.mkdir(parents=True, exist_ok=True)
    for function in functions:
        made = bom(function, project["name"], project["dependencies"], wheels, machine)
        path = WRITTEN / f"{function.name}.cdx.json"
        path.write_text(text(made), "utf-8")
        print(f"{path}: {len(made.components)} packages")
        for one in made.components:
            if not one.hashes:
                print(f"{path}: {one.name} {one.version} has no hash: it is not told which wheel it came from")
    return 0


if __name__ == "__main__":
    sys.exit(main())
