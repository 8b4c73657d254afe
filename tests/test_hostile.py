"""Any answer may hold anything: it lands as exactly that text, or is refused in one line that names it."""

from __future__ import annotations

import ast
import json
import tomllib
from functools import cache
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from holdfast import project, source, spec
from holdfast.catalogue import load
from holdfast.errors import HoldfastError
from holdfast.tree import Tree
from test_text import FREE, NASTY, shown

#: A render an example: few of them, and no shrinking, which would take minutes to shorten what is short enough.
SLOW = settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
CATALOGUE = load(source.bundled())


class Loader(yaml.SafeLoader):
    """Reads CloudFormation's short forms as `[tag, value]`; no code is made of a tag."""


def _short_form(loader: Loader, suffix: str, node: yaml.Node) -> list[Any]:
    if isinstance(node, yaml.ScalarNode):
        return [suffix, loader.construct_scalar(node)]
    if isinstance(node, yaml.SequenceNode):
        return [suffix, loader.construct_sequence(node, deep=True)]
    raise TypeError(suffix)


Loader.add_multi_constructor("!", _short_form)


def data(text: str = "A service", value: str = "slow", **changes: Any) -> dict[str, Any]:
    """A spec as TOML data with hostile places."""
    found: dict[str, Any] = {
        "project": {"name": "orders", "owner": "payments", "description": text},
        "resources": {"orders": {"kind": "table"}, "inbox": {"kind": "queue"}},
        "functions": {
            "place": {
                "event": {"kind": "http-api", "route": "POST /orders"},
                "grants": ["orders:put", "inbox:send"],
                "environment": {"MODE": value},
            },
            "fulfil": {"event": {"kind": "sqs", "queue": "inbox"}},
            "sweep": {"event": {"kind": "schedule", "schedule": "rate(1 day)"}},
        },
    }
    for path, change in changes.items():
        table = found
        *parents, last = path.split("__")
        for key in parents:
            table = table.setdefault(key, {})
        table[last] = change
    return found


def built(found: dict[str, Any]) -> Tree:
    wanted = spec.from_data(found, CATALOGUE)
    return project.files(wanted, spec.dump(wanted, CATALOGUE), CATALOGUE)


def parsed(tree: Tree) -> dict[str, Any]:
    """Every file, read by its own format's reader; each content once."""
    return {path: read(path.rpartition(".")[2], file.content) for path, file in tree.items()}


@cache
def read(suffix: str, content: bytes) -> Any:
    text = content.decode("utf-8")
    match suffix:
        case "yaml" | "yml":
            return yaml.load(text, Loader=Loader)  # noqa: S506 - a safe loader with CloudFormation's tags
        case "toml":
            return tomllib.loads(text)
        case "json" | "lock":
            return json.loads(text)
        case "py":
            return ast.parse(text)
    return text


@SLOW
@given(text=FREE.map(str.strip).filter(lambda text: 0 < len(text) <= 250), value=FREE)
@example(text="x", value="{{ 7*7 }}")
def test_free_text_is_exactly_itself_everywhere(text: str, value: str) -> None:
    files = parsed(built(data(text, value)))
    assert files["template.yaml"]["Description"] == text
    variables = files["template.yaml"]["Resources"]["PlaceFunction"]["Properties"]["Environment"]["Variables"]
    assert variables["MODE"] == value
    assert files["holdfast.toml"]["project"]["description"] == text
    assert files["holdfast.toml"]["functions"]["place"]["environment"] == {"MODE": value}
    assert files["holdfast.lock"]["spec"]["project"]["description"] == text
    assert files["pyproject.toml"]["project"]["description"] == text


@pytest.mark.parametrize("text", [text for text in NASTY if text != "\u0085"])
def test_the_nasty_ones_everywhere_and_in_the_readme(text: str) -> None:
    tree = built(data(text, text))
    assert parsed(tree)["template.yaml"]["Description"] == text
    paragraph = tree["README.md"].content.decode("utf-8").split("\n\n")[1]
    assert shown(paragraph) == " ".join(text.replace("\u2028", "\n").split())


NAMED = {
    "project.name": "project__name",
    "project.owner": "project__owner",
    "project.region": "project__region",
    "project.runtime": "project__runtime",
    "project.architecture": "project__architecture",
    "observability.backend": "observability__backend",
    "ci.system": "ci__system",
    "roles.owner": "roles__owner",
    "api.authorizer": "api__authorizer",
    "functions.place.event.route": "functions__place__event__route",
    "functions.sweep.event.schedule": "functions__sweep__event__schedule",
    "functions.fulfil.event.queue": "functions__fulfil__event__queue",
    "functions.place.grants": "functions__place__grants",
    "resources.orders.partition_key": "resources__orders__partition_key",
    "resources.orders.sort_key": "resources__orders__sort_key",
    "resources.orders.expires": "resources__orders__expires",
    "resources.orders.id": "resources__orders__id",
}


@pytest.mark.parametrize("text", [*NASTY, "", " ", "a\n", "-rf", "../x", "a" * 300, "\x00", "\ud800"])
@pytest.mark.parametrize("key", NAMED)
def test_a_name_is_refused_by_its_key(key: str, text: str) -> None:
    hostile: Any = [text] if key.endswith("grants") else text
    try:
        tree = built(data(**{NAMED[key]: hostile}))
    except HoldfastError as error:
        assert error.where.startswith("holdfast.toml ")
        assert key.startswith(error.where.removeprefix("holdfast.toml "))
        assert "\n" not in str(error)
        assert error.todo
    else:
        assert text in ("yes", "null", "a_b_c"), "only these are names of their kind"
        assert_text_stays_text(parsed(tree)["template.yaml"])


def assert_text_stays_text(node: Any) -> None:
    """Nothing in a CloudFormation template is a YAML null, and no key of it is anything but text."""
    assert node is not None
    if isinstance(node, dict):
        assert all(isinstance(key, str) for key in node)
        node = list(node.values())
    if isinstance(node, list):
        for item in node:
            assert_text_stays_text(item)


@pytest.mark.parametrize("name", ["yes", "no", "on", "off", "null", "y", "n"])
def test_names_that_yaml_takes_for_other_things(name: str) -> None:
    found = data(project__name=name, functions__place__environment={name.upper(): name})
    found["functions"][name] = {"event": {"kind": "http-api", "route": "GET /x"}, "grants": [f"{name}:send"]}
    found["resources"][name] = {"kind": "queue"}
    template = parsed(built(found))["template.yaml"]
    assert_text_stays_text(template)
    resources = template["Resources"]
    function = resources[f"{name.capitalize()}Function"]["Properties"]
    assert function["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"] == name
    assert resources["PlaceFunction"]["Properties"]["Environment"]["Variables"][name.upper()] == name
    assert resources[f"{name.capitalize()}Role"]["Properties"]["Policies"][0]["PolicyName"] == name
    assert resources["PlaceRejectedAlarm"]["Properties"]["Namespace"] == name


@SLOW
@given(key=st.sampled_from(sorted(NAMED)), text=st.text())
def test_any_name_is_refused_or_valid(key: str, text: str) -> None:
    hostile: Any = [text] if key.endswith("grants") else text
    try:
        tree = built(data(**{NAMED[key]: hostile}))
    except HoldfastError as error:
        assert error.where.startswith("holdfast.toml ")
        assert error.todo
    else:
        parsed(tree)


@SLOW
@given(name=st.text())
def test_any_name_of_a_function_or_resource_is_refused_or_valid(name: str) -> None:
    found = data()
    found["functions"][name] = {"event": {"kind": "http-api", "route": "GET /x"}}
    found["resources"][name] = {"kind": "queue"}
    try:
        tree = built(found)
    except HoldfastError as error:
        assert "\n" not in str(error)
    else:
        parsed(tree)


@pytest.mark.parametrize("value", [None, 1, 1.5, True, [], {}, [[]], {"a": 1}, "x"])
@pytest.mark.parametrize(
    "path", ["project", "project__name", "resources", "resources__orders", "functions", "functions__place", "functions__place__event",
             "functions__place__grants", "functions__place__memory", "functions__place__environment", "api", "api__rate", "ci"],
)  # fmt: skip
def test_any_type_in_any_place_is_refused_or_valid(path: str, value: Any) -> None:
    try:
        built(data(**{path: value}))
    except HoldfastError as error:
        assert error.todo or "missing" in error.what
