"""What AWS's APIs look like, by botocore's and boto3's own models, read through botocore's loader.

Neither library's code that talks to AWS is used, and no model of the user's or of the environment's: only those that
the libraries bring.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any


@cache
def _loader() -> Any:
    from botocore.loaders import Loader

    found = importlib.util.find_spec("boto3")
    places = [Loader.BUILTIN_DATA_PATH]
    if found and found.origin:
        places.append(str(Path(found.origin).parent / "data"))
    return Loader(extra_search_paths=places, include_default_search_paths=False)


@cache
def services() -> frozenset[str]:
    """Every service that a client can be made for."""
    return frozenset(_loader().list_available_services("service-2"))


@cache
def snake(name: str) -> str:
    """`ListObjectsV2` as botocore's method of it: `list_objects_v2`."""
    from botocore import xform_name

    return str(xform_name(name))


@cache
def _model(service: str, kind: str) -> Mapping[str, Any]:
    from botocore.exceptions import DataNotFoundError

    try:
        model: Mapping[str, Any] = _loader().load_service_model(service, kind)
    except (DataNotFoundError, ValueError):
        return {}
    return model


@cache
def operations(service: str) -> Mapping[str, str]:
    """A service's operations by the names of a client's methods."""
    if service not in services():
        return {}
    return {snake(name): name for name in _model(service, "service-2").get("operations", {})}


@cache
def paginators(service: str) -> frozenset[str]:
    """The operations that can be paginated."""
    return frozenset(_model(service, "paginators-1").get("pagination", {})) if service in services() else frozenset()


@cache
def waiters(service: str) -> Mapping[str, str]:
    """The operation that each waiter asks, by the names that `get_waiter` takes."""
    if service not in services():
        return {}
    found = _model(service, "waiters-2").get("waiters", {})
    return {snake(name): str(waiter["operation"]) for name, waiter in found.items()}


@cache
def members(service: str, operation: str) -> frozenset[str]:
    """The top-level parameters of an operation."""
    model = _model(service, "service-2")
    shape = model["operations"].get(operation, {}).get("input", {}).get("shape", "")
    return frozenset(model["shapes"].get(shape, {}).get("members", {}))


@cache
def resource(service: str, kind: str) -> Mapping[str, Any]:
    """boto3's model of a resource; of the service's own resource where `kind` is empty, which has all the others."""
    model = _model(service, "resources-1")
    kinds: Mapping[str, Any] = model.get("resources", {})
    if kind:
        found: Mapping[str, Any] = kinds.get(kind, {})
        return found
    root: dict[str, Any] = dict(model.get("service", {}))
    said = root.get("has", {})
    named = {part["resource"]["type"] for part in said.values()}
    root["has"] = said | {name: _by_identifiers(name, kinds[name]) for name in kinds if name not in named}
    return root


def _by_identifiers(name: str, model: Mapping[str, Any]) -> dict[str, Any]:
    """A resource that code makes by its identifiers, as boto3 lets it make every one."""
    inputs = [{"target": one["name"], "source": "input"} for one in model.get("identifiers", ())]
    return {"resource": {"type": name, "identifiers": inputs}}


@cache
def attributes(service: str, kind: str) -> frozenset[str]:
    """What a resource loads when it is first read: the members of its shape, as boto3 names them."""
    shape = resource(service, kind).get("shape")
    shapes = _model(service, "service-2").get("shapes", {}) if shape else {}
    return frozenset(snake(member) for member in shapes.get(shape, {}).get("members", {}))


@cache
def parts(service: str, kind: str) -> Mapping[str, tuple[str, str]]:
    """What a resource has, by the names that code uses: (`actions`, `Put`), (`hasMany`, `Objects`)."""
    model = resource(service, kind)
    found: dict[str, tuple[str, str]] = {}
    for group in ("actions", "hasMany"):
        found |= {snake(name): (group, name) for name in model.get(group, {})}
    found |= {f"wait_until_{snake(name)}": ("waiters", name) for name in model.get("waiters", {})}
    for name, part in model.get("has", {}).items():
        takes = any(one["source"] == "input" for one in part["resource"].get("identifiers", ()))
        named = part["resource"].get("identifiers", ()) and all(
            one["source"] in ("input", "identifier") for one in part["resource"]["identifiers"]
        )
        found[name if takes or named else snake(name)] = ("has", name)
    if "load" in model:
        found |= {"load": ("load", "load"), "reload": ("load", "load")}
    return found


def batch_actions(service: str, kind: str) -> Mapping[str, Any]:
    """The batch actions of a collection of such resources, by the names that code uses."""
    return {snake(name): action for name, action in resource(service, kind).get("batchActions", {}).items()}
