"""`holdfast new` at a terminal: what a person sees, types and gets."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

import minimal
from holdfast import source, spec
from holdfast.catalogue import Catalogue, load
from holdfast.errors import HoldfastError
from holdfast.prompts.state import Answers

pytest.importorskip("pexpect", reason="pexpect, which plays the terminal, does not run here")
from support.terminal import CTRL_C, CTRL_D, CTRL_U, DOWN, ENTER, SPACE, UP, WIDTH, Terminal

New = Callable[..., Terminal]


def kind(name: str) -> list[str]:
    """The keys that lead to a kind of resource in the list of all."""
    return [DOWN] * list(load(source.bundled()).group("resources")).index(name)


def source_below(name: str) -> list[str]:
    """The keys that lead from where the pointer stands first, a request to the HTTP API, to another event source."""
    names = list(load(source.bundled()).group("events"))
    return [DOWN] * (names.index(name) - names.index("http-api"))


@pytest.fixture
def new(tmp_path: Path) -> New:
    """Start `holdfast new` at a terminal, in an empty folder with an empty home."""
    home = tmp_path / "home"
    home.mkdir()
    (tmp_path / "work").mkdir()
    environment = {
        "HOME": str(home),
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": str(minimal.ROOT / "generator"),
        "LANG": "C.UTF-8",
    }

    def start(*arguments: str) -> Terminal:
        command = [sys.executable, "-m", "holdfast", "new", "--no-git", *arguments]
        return Terminal(command, tmp_path / "work", environment)

    return start


@pytest.fixture
def work(tmp_path: Path) -> Path:
    return tmp_path / "work"


def test_another_function_is_chosen_among_those_that_are_there(new: New, work: Path) -> None:
    terminal = new("--set", "functions.price.event.kind=step-functions", "--set", "project.owner=me", "shop")
    for question in ("What it does, in a sentence", "» python3.13", "AWS region", "» xray", "» github", "» stack"):
        terminal.answer(question, ENTER)
    terminal.answer("Another function? (y/N)", "y")
    terminal.answer("Name of the function:", "offer", ENTER)
    terminal.answer("» http-api: A request to the HTTP API", *source_below("step-functions"), ENTER)
    terminal.answer("» nothing but write its log", DOWN, ENTER)
    terminal.answer("What kind of resource", *kind("function"), ENTER)
    terminal.answer("Name of the new function:", "pricing", ENTER)
    terminal.answer("» price", ENTER)
    terminal.answer("» ○ function pricing: call it", SPACE, ENTER)
    terminal.answer("Another function? (y/N)", ENTER)
    terminal.answer("Build this?", ENTER)
    assert terminal.end() == 0
    built = tomllib.loads((work / "shop/holdfast.toml").read_text())
    assert built["resources"]["pricing"] == {"kind": "function", "function": "price"}
    assert built["functions"]["offer"]["grants"] == ["pricing:invoke"]


def test_a_whole_conversation(new: New, work: Path) -> None:
    """Arrow keys, ticks, a resource made on the way and a refused name; the screen keeps a readable record."""
    terminal = new()
    terminal.answer("Name of the service (my-service):", "Orders")
    terminal.see(
        "'Orders' is not a name: it may hold lower-case letters, digits and single hyphens, starting with a letter; "
        "choose another name"
    )
    terminal.answer("Orders", ENTER, CTRL_U, "orders", ENTER)
    terminal.answer("What it does, in a sentence (A serverless service):", "Takes \"orders\", & ships: 'them'", ENTER)
    terminal.answer("Who owns it (a GitHub user or organisation/team) (my-team):", "acme/payments", ENTER)
    terminal.answer("» python3.13", DOWN, UP, DOWN, ENTER)
    terminal.answer("AWS region (eu-west-1):", ENTER)
    terminal.answer("» xray: Lambda's own tracing to X-Ray", ENTER)
    terminal.answer("» github: GitHub Actions", ENTER)
    terminal.answer("» stack: The service's own stack makes them", ENTER)

    terminal.answer("Name of the function:", "place-order", ENTER)
    terminal.answer("» http-api: A request to the HTTP API", ENTER)
    terminal.answer("Method and path:", "POST /orders", ENTER)
    terminal.answer("» nothing but write its log", DOWN, ENTER)
    terminal.answer("What kind of resource:", *kind("table"), ENTER)
    terminal.answer("Name of the new table:", "orders", ENTER)
    terminal.answer("» ○ table orders: read items by key", SPACE, UP, SPACE)
    terminal.see("» ● something with a new resource …")
    terminal.answer("● table orders: read items by key", ENTER)
    terminal.answer("What kind of resource:", *kind("queue"), ENTER)
    terminal.answer("Name of the new queue:", "inbox", ENTER)
    terminal.answer("» ○ queue inbox: send messages", SPACE, ENTER)
    terminal.answer("Another function? (y/N)", "y")

    terminal.answer("Name of the function:", "fulfil", ENTER)
    terminal.see("» http-api: A request to the HTTP API")
    terminal.answer("sqs: Messages of a queue", *source_below("sqs"), ENTER)
    terminal.answer("» inbox", ENTER)
    terminal.answer("» ○ table orders: read items by key", ENTER)
    terminal.answer("Another function? (y/N)", ENTER)

    shown = terminal.see("Build this? (Y/n)")
    terminal.answer("Build this?", ENTER)
    assert terminal.end() == 0
    record = shown[: shown.index("# What this service is")]
    assert record == RECORD
    assert max(len(line) for line in shown.splitlines()) <= WIDTH
    text = (work / "orders" / "holdfast.toml").read_text(encoding="utf-8")
    assert text.strip() in shown
    assert tomllib.loads(text) == CONVERSATION
    assert (work / "orders" / "src" / "orders" / "functions" / "place_order" / "handler.py").is_file()
    assert (work / "orders" / "holdfast.lock").is_file()


RECORD = """\
? Name of the service: orders
? What it does, in a sentence: Takes "orders", & ships: 'them'
? Who owns it (a GitHub user or organisation/team): acme/payments
? Runtime: python3.14
? AWS region: eu-west-1
? Where traces go: xray
? CI system: github
? Who owns the functions' roles: stack

? Name of the function: place-order
? What invokes it: http-api
? Method and path: POST /orders
? What it may do: something with a new resource …
? What kind of resource: table
? Name of the new table: orders
? What it may do: orders:get, something with a new resource …
? What kind of resource: queue
? Name of the new queue: inbox
? What it may do: orders:get, inbox:send
? Another function? Yes

? Name of the function: fulfil
? What invokes it: sqs
? Which queue: inbox
? What it may do: nothing
? Another function? No

"""
CONVERSATION = {
    "schema": 1,
    "project": {
        "name": "orders",
        "description": "Takes \"orders\", & ships: 'them'",
        "owner": "acme/payments",
        "runtime": "python3.14",
        "region": "eu-west-1",
        "architecture": "arm64",
    },
    "observability": {"backend": "xray"},
    "ci": {"system": "github"},
    "roles": {"owner": "stack"},
    "resources": {"orders": {"kind": "table"}, "inbox": {"kind": "queue"}},
    "functions": {
        "place-order": {
            "event": {"kind": "http-api", "route": "POST /orders"},
            "grants": ["orders:get", "inbox:send"],
        },
        "fulfil": {"event": {"kind": "sqs", "queue": "inbox"}},
    },
}


def test_enter_takes_every_default_and_what_is_known_is_not_asked(new: New, work: Path, catalogue: Catalogue) -> None:
    """The folder names the service; --set answers a question and brings a function; the rest is Enter."""
    terminal = new(
        "orders", "--set", "project.owner=payments", "--set", "functions.hello.event.kind=http-api",
        "--set", "functions.hello.event.route=GET /",
    )  # fmt: skip
    for question in (
        "What it does, in a sentence (A serverless service):", "» python3.13", "AWS region (eu-west-1):",
        "» xray", "» github", "» stack", "Another function? (y/N)", "Build this? (Y/n)",
    ):  # fmt: skip
        terminal.answer(question, ENTER)
    assert terminal.end() == 0
    assert "Name of the service" not in terminal.screen()
    assert "Who owns it" not in terminal.screen()
    built = spec.parse((work / "orders" / "holdfast.toml").read_text(encoding="utf-8"), catalogue)
    defaults = {
        "project": {"name": "orders", "owner": "payments"},
        "functions": {"hello": {"event": {"kind": "http-api", "route": "GET /"}}},
    }
    assert built == spec.from_data(defaults, catalogue)


def test_what_a_preset_leaves_open_is_asked(new: New, work: Path) -> None:
    """A function without its queue, a resource without its kind, and what is required beside another's value."""
    terminal = new(
        "orders", "--set", "functions.fulfil.event.kind=sqs", "--set", "resources.orders.partition_key=order_id",
        "--set", "api.authorizer=jwt", "--set", "project.owner=payments", "--set", "project.description=x",
        "--set", "project.runtime=python3.12", "--set", "project.region=eu-west-1", "--set", "roles.owner=stack",
        "--set", "observability.backend=xray", "--set", "ci.system=github",
    )  # fmt: skip
    terminal.answer("The tokens' issuer:", "http", ENTER)
    terminal.see("'http' does not fit; write an https address, as the token's iss has it")
    terminal.answer("http", "s://example.com", ENTER)
    terminal.answer("The tokens' audience:", ENTER)
    terminal.answer("it is empty; write the client id or address that the token's aud holds", "abc", ENTER)
    terminal.answer("What kind of resource is orders:", *kind("table"), ENTER)
    terminal.answer("Name of the new queue:", "inbox", ENTER)
    terminal.answer("Another function? (y/N)", "n")
    terminal.answer("Build this? (Y/n)", "y")
    assert terminal.end() == 0
    data = tomllib.loads((work / "orders" / "holdfast.toml").read_text(encoding="utf-8"))
    assert data["api"] == {"authorizer": "jwt", "issuer": "https://example.com", "audience": "abc"}
    assert data["resources"] == {"orders": {"kind": "table", "partition_key": "order_id"}, "inbox": {"kind": "queue"}}
    assert data["functions"] == {"fulfil": {"event": {"kind": "sqs", "queue": "inbox"}}}


#: A template that asks one question of every type.
EVERY_TYPE = {
    "template/events/call/part.toml": """
        title = "A call"
        [options.word]
        required = true
        hint = "a word"
        [options.times]
        type = "integer"
        minimum = 1
        maximum = 9
        default = 3
        [options.loud]
        type = "boolean"
        [options.tone]
        type = "choice"
        choices = ["low", "high"]
        default = "high"
        when = { loud = "yes" }
        [options.box]
        type = "resource"
        resource = "box"
        unique = true
        [options.labels]
        type = "map"
        pattern = "[a-z]+"
        hint = "small letters"
        [options.note]
        type = "text"
        """,
    "template/resources/box/part.toml": "title = 'A box'\n[options.size]\ntype = 'integer'\nminimum = 1\nmaximum = 5\n",
}


def test_every_type_of_question_of_a_foreign_template(new: New, work: Path, tmp_path: Path) -> None:
    """Nothing is known of kinds: a part of which this engine never heard asks for its options."""
    for path, text in {**minimal.FILES, **EVERY_TYPE}.items():
        (tmp_path / "mini" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "mini" / path).write_text(text, encoding="utf-8")
    terminal = new("svc", "--template", str(tmp_path / "mini"))
    terminal.answer("owner (payments):", ENTER)
    terminal.answer("» plain", ENTER)
    for name in ("one", "two"):
        terminal.answer("Name of the function:", name, ENTER)
        terminal.answer("» call: A call", ENTER)
        terminal.answer("word:", "hey", ENTER)
        terminal.answer("times (3): write a whole number from 1 to 9", "x")
        terminal.see("'x' is not a whole number; write a whole number from 1 to 9")
        terminal.answer("x", CTRL_U, "10")
        terminal.answer("10 is too large; write a whole number from 1 to 9", CTRL_U, ENTER)
        terminal.answer("loud? (y/N)", "y")
        terminal.answer("Name of the new box:", f"box-{name}", ENTER)
        terminal.answer("size: write a whole number from 1 to 5; enter alone leaves it out", ENTER)
        terminal.answer("labels: KEY=VALUE, one at a time; enter alone goes on; small letters", "A=1")
        terminal.see("'A' is not a key that it may hold")
        terminal.answer("A=1", CTRL_U, "a=1=2", ENTER)
        terminal.answer("labels: KEY=VALUE", ENTER)
        terminal.answer("note:", "🦀 ok", ENTER)
        terminal.answer("What it may do:", ENTER)
        terminal.answer("Another function? (y/N)", "y" if name == "one" else "n")
    terminal.answer("Build this? (Y/n)", ENTER)
    assert terminal.end() == 0
    data = tomllib.loads((work / "svc" / "holdfast.toml").read_text(encoding="utf-8"))
    assert data["functions"]["one"]["event"] == {
        "kind": "call", "word": "hey", "loud": True, "box": "box-one", "labels": {"a": "1=2"}, "note": "🦀 ok",
    }  # fmt: skip


#: Answers that lead to a question of each sort.
LEADING = [("Name of the service", "orders\r"), ("What it does", ENTER), ("Who owns it", ENTER), ("» python3.13", ENTER),
           ("AWS region", ENTER), ("» xray", ENTER), ("» github", ENTER), ("» stack", ENTER), ("Name of the function:", "a\r"),
           ("» http-api: A request", ENTER), ("Method and path:", "GET /\r"), ("What it may do:", DOWN + ENTER), ("What kind", "".join(kind("queue")) + ENTER),
           ("Name of the new queue:", "b\r"), ("» ○ queue b: send messages", SPACE + ENTER), ("Another function?", "n")]  # fmt: skip


@pytest.mark.parametrize(
    ("answered", "question", "keys"),
    [
        pytest.param(0, "Name of the service", f"orders{CTRL_C}", id="a line"),
        pytest.param(0, "Name of the service", CTRL_D, id="the end of input"),
        pytest.param(3, "» python3.13", CTRL_C, id="a list"),
        pytest.param(14, "» ○ queue b: send messages", f"{SPACE}{CTRL_C}", id="ticks"),
        pytest.param(15, "Another function?", CTRL_C, id="yes or no"),
        pytest.param(16, "Build this?", "n", id="a no"),
    ],
)
def test_leaving_leaves_nothing_behind(answered: int, question: str, keys: str, new: New, work: Path) -> None:
    terminal = new()
    for before, given in LEADING[:answered]:
        terminal.answer(before, given)
    terminal.answer(question, keys)
    assert terminal.end() == 130
    why = "not built" if keys == "n" else "interrupted"
    last = "".join(terminal.screen().splitlines()[-2:])
    assert f"holdfast: {why}, nothing was written" in last
    assert ("give it with --spec" in last) == (keys == "n")
    assert list(work.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["Orders"], "holdfast: answers project.name: 'Orders' is not a name: it may hold lower-case letters, digits and single hyphens, starting with a letter; choose another name"),
        (["orders", "--set", "functions.a.grants=b:get"], "holdfast: answers functions.a.grants: the grant 'b:get' is on a resource that does not exist; add [resources.b] or mend it"),
        (["orders", "--set", "functions=1"], "holdfast: answers functions: it must be a table; write [functions] and keys below it"),
    ],
)  # fmt: skip
def test_a_wrong_preset_is_refused_before_the_first_question(
    arguments: list[str], told: str, new: New, work: Path
) -> None:
    terminal = new(*arguments)
    assert terminal.end() == 2
    assert " ".join(terminal.screen().split()) == told
    assert list(work.iterdir()) == []


PRESET = {
    "project": {"name": "orders"},
    "resources": {"orders": {"kind": "table"}, "inbox": {"kind": "queue"}},
    "functions": {
        "fulfil": {"event": {"kind": "sqs", "queue": "inbox"}},
        "list-1": {"event": {"kind": "http-api", "route": "GET /orders"}},
    },
}


@pytest.mark.parametrize(
    ("group", "name", "told"),
    [
        ("functions", "orders", ""),
        ("functions", "fulfil", "'fulfil' is there already; choose another name"),
        (
            "functions",
            "",
            "a name is needed; write lower-case letters, digits and single hyphens, starting with a letter",
        ),
        ("functions", "list1", "it and 'list-1' both become the logical id 'List1'; rename one"),
        ("functions", "import", "'import' is a Python keyword and cannot become a module; choose another name"),
        (
            "functions",
            "a" * 33,
            f"'{'a' * 33}' has 33 characters: at most 32 fit the names that AWS allows; choose another name",
        ),
        ("resources", "fulfil", ""),
        ("resources", "inbox", "'inbox' is there already; choose another name"),
        ("resources", "x-failures", "the name 'x-failures' is kept for the queue part's own; choose another name"),
    ],
)
def test_names_are_checked_as_they_are_typed(group: str, name: str, told: str, catalogue: Catalogue) -> None:
    value: dict[str, object] = {"kind": "queue"} if group == "resources" else {}
    assert Answers(catalogue, PRESET).new_name(group, name, value) == told


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("project.name", "json", "a package 'json' would hide Python's own; choose another name"),
        ("project.name", "moto", "'moto' is taken by a package that the service uses; choose another name"),
        ("project.region", "moon", "'moon' does not fit; write an AWS region, such as eu-west-1"),
        ("functions.new.event", {"kind": "sqs", "queue": "inbox"}, "'inbox' already invokes the function 'fulfil'; give each function its own"),
        ("functions.new.event", {"kind": "http-api", "route": "GET /orders"}, "'GET /orders' already invokes the function 'list-1'; give each function its own"),
        ("functions.new.event", {"kind": "http-api", "route": "GET /orders/{id}"}, ""),
    ],
)  # fmt: skip
def test_answers_are_checked_in_the_words_of_the_spec(
    path: str, value: object, told: str, catalogue: Catalogue
) -> None:
    """The sentence below a line is the one that ends `--spec`, but for the place that the line itself is."""
    answers = Answers(catalogue, PRESET)
    keys = tuple(path.split("."))
    assert answers.problem(keys, value) == told
    answers.put(("project", "owner"), "payments")
    answers.put(keys, value)
    if told:
        with pytest.raises(HoldfastError, match=re.escape(told)):
            spec.from_data(answers.data, catalogue)
    else:
        spec.from_data(answers.data, catalogue)


def test_a_name_can_be_refused_from_outside(catalogue: Catalogue) -> None:
    """The command line knows which folders are there."""

    def taken(name: str) -> None:
        raise HoldfastError("the folder is not empty", where=name, todo="name a new one")

    answers = Answers(catalogue, {}, taken)
    assert answers.problem(("project", "name"), "orders") == "the folder is not empty; name a new one"
    assert answers.problem(("project", "owner"), "orders") == ""
