"""holdfast.toml is checked once, at the edge: one line with the place, what is wrong and what to do."""

from __future__ import annotations

import builtins
import re
import sys

import pytest

from holdfast import lock, spec
from holdfast.catalogue import Catalogue
from holdfast.errors import HoldfastError
from holdfast.model import Grant
from holdfast.stdlib import CLASSES, MODULES
from support import goldens

MINIMAL = """\
[project]
name = "orders"
owner = "payments"

[resources.orders]
kind = "table"

[resources.inbox]
kind = "queue"

[functions.place-order]
event = { kind = "http-api", route = "POST /orders" }
grants = ["orders:put"]
"""


def test_the_smallest_spec_gets_every_default(catalogue: Catalogue) -> None:
    found = spec.parse(MINIMAL, catalogue)
    assert found.name == "orders"
    assert dict(found.tables["project"]) == {
        "name": "orders",
        "description": "A serverless service",
        "owner": "payments",
        "runtime": "python3.13",
        "region": "eu-west-1",
        "architecture": "arm64",
    }
    assert [(r.name, r.kind, r.id) for r in found.resources] == [
        ("orders", "table", "Orders"),
        ("inbox", "queue", "Inbox"),
    ]
    (function,) = found.functions
    assert function.grants == (Grant("orders", "put"),)
    assert dict(function.options) == {"memory": 256, "timeout": 10, "concurrency": 10, "environment": {}}


REFUSED = {
    "not TOML": (
        "[project\n",
        "holdfast.toml:1: not TOML: Expected ']' at the end of a table declaration; mend the line",
    ),
    "a key twice": (
        MINIMAL.replace('owner = "payments"', 'name = "b"'),
        "holdfast.toml:3: not TOML: Cannot overwrite a value; mend the line",
    ),
    "a number without end": (
        MINIMAL + f"memory = {'9' * 5000}\n",
        "holdfast.toml: not TOML: a number is too long; mend the file",
    ),
    "a large number": (
        MINIMAL + f"memory = {'9' * 50}\n",
        "holdfast.toml:14 functions.place-order.memory: that large a number is too large; write a whole number from 128 to "
        "10240",
    ),
    "a date": (
        MINIMAL + "memory = 2024-01-01\n",
        "holdfast.toml:14 functions.place-order.memory: a date is not a whole number; write a whole number from 128 to 10240",
    ),
    "a key without end": (
        MINIMAL + "a." * 5000 + "a = 1\n",
        "holdfast.toml:14: not TOML: nested too deeply; mend the line",
    ),
    "nothing": (
        "schema = 1\n",
        "holdfast.toml: missing: project.name, project.owner, functions (at least one, such as "
        "functions.hello.event.kind and .route); add them there, or give each with --set KEY=VALUE",
    ),
    "another schema": (
        "schema = 2\n" + MINIMAL,
        "holdfast.toml:1 schema: this holdfast reads schema = 1; write that, or update holdfast",
    ),
    "an unknown table": (
        MINIMAL + "[extra]\nx = 1\n",
        "holdfast.toml:14 extra: the key 'extra' is unknown; known here: schema, {tables}, resources, functions",
    ),
    "an unknown key": (
        MINIMAL.replace("grants =", "grant ="),
        "holdfast.toml:13 functions.place-order.grant: the key 'grant' is unknown; known here: event, grants, allow, memory, "
        "timeout, concurrency, environment",
    ),
    "a table that is none": (
        "project = 1\n",
        "holdfast.toml:1 project: it must be a table; write [project] and keys below it",
    ),
    "a name with a slash": (
        MINIMAL.replace('"orders"\nowner', '"../orders"\nowner'),
        "holdfast.toml:2 project.name: '../orders' is not a name: it may hold lower-case letters, digits and single "
        "hyphens, starting with a letter; choose another name",
    ),
    "a name that is a module of Python's": (
        MINIMAL.replace('"orders"\nowner', '"email"\nowner'),
        "holdfast.toml:2 project.name: a package 'email' would hide Python's own; choose another name",
    ),
    "a name that a dependency has": (
        MINIMAL.replace('"orders"\nowner', '"pydantic"\nowner'),
        "holdfast.toml:2 project.name: 'pydantic' is taken by a package that the service uses; choose another name",
    ),
    "a long name": (
        MINIMAL.replace('"orders"\nowner', f'"{"a" * 25}"\nowner'),
        f"holdfast.toml:2 project.name: '{'a' * 25}' has 25 characters: at most 24 fit the names that AWS allows; "
        "choose another name",
    ),
    "two long names": (
        MINIMAL.replace('"orders"\nowner', f'"{"a" * 20}"\nowner').replace("place-order", "b" * 19),
        f"holdfast.toml:11 functions.{'b' * 19}: its name and the project's have 39 characters together; shorten one: a "
        "role's name has room for 38",
    ),
    "a keyword": (
        MINIMAL.replace("place-order", "import"),
        "holdfast.toml:11 functions.import: 'import' is a Python keyword and cannot become a module; choose another name",
    ),
    "a class of Python's": (
        MINIMAL.replace("place-order", "none"),
        "holdfast.toml:11 functions.none: 'none' becomes a class 'None', which is Python's own; choose another name",
    ),
    "a class that handlers import": (
        MINIMAL.replace("place-order", "payload"),
        "holdfast.toml:11 functions.payload: 'payload' is a name that the service itself uses; choose another name",
    ),
    "a device of Windows": (
        MINIMAL.replace("place-order", "aux"),
        "holdfast.toml:11 functions.aux: 'aux' is a device name on Windows and cannot become a folder; choose another name",
    ),
    "two names with one logical id": (
        MINIMAL + '[functions.a-1]\nevent = { kind = "http-api", route = "GET /a" }\n'
        '[functions.a1]\nevent = { kind = "http-api", route = "GET /b" }\n',
        "holdfast.toml:16 functions.a1: it and 'a-1' both become the logical id 'A1'; rename one",
    ),
    "a duplicate function": (
        MINIMAL + '[functions.place-order]\nevent = { kind = "http-api", route = "GET /a" }\n',
        "holdfast.toml:14: not TOML: Cannot declare ('functions', 'place-order') twice; mend the line",
    ),
    "an unknown event": (
        MINIMAL.replace('kind = "http-api"', 'kind = "carrier-pigeon"'),
        "holdfast.toml:12 functions.place-order.event.kind: 'carrier-pigeon' is not a kind that this template knows; "
        "choose from {sources}",
    ),
    "an event without a kind": (
        MINIMAL.replace('kind = "http-api", ', ""),
        "holdfast.toml:12 functions.place-order.event.kind: no kind is given; choose from {sources}",
    ),
    "no event": (
        MINIMAL.replace('event = { kind = "http-api", route = "POST /orders" }\n', ""),
        "holdfast.toml:11 functions.place-order.event.kind: no kind is given; choose from {sources}",
    ),
    "a route without a method": (
        MINIMAL.replace("POST /orders", "/orders"),
        "holdfast.toml:12 functions.place-order.event.route: '/orders' does not fit; write a method and a path, "
        "such as POST /orders or GET /orders/{id}",
    ),
    "a route twice": (
        MINIMAL + '[functions.b]\nevent = { kind = "http-api", route = "POST /orders" }\n',
        "holdfast.toml:15 functions.b.event.route: 'POST /orders' already invokes the function 'place-order'; give each "
        "function its own",
    ),
    "a route that differs in a name alone": (
        MINIMAL.replace("POST /orders", "GET /a/{id}") + '[functions.b]\nevent = { kind = "http-api", route = "GET /a/{x}" }\n',
        "holdfast.toml:15 functions.b.event.route: 'GET /a/{x}' already invokes the function 'place-order'; give each "
        "function its own",
    ),
    "a route with one name twice": (
        MINIMAL.replace("POST /orders", "GET /a/{id}/b/{id}"),
        "holdfast.toml:12 functions.place-order.event.route: 'GET /a/{id}/b/{id}' does not fit; write a method "
        "and a path, such as POST /orders or GET /orders/{id}",
    ),
    "more time than the API waits": (
        MINIMAL + "timeout = 30\n",
        "holdfast.toml:14 functions.place-order.timeout: 30 is too large; write a whole number from 1 to 29",
    ),
    "a queue function that may run once": (
        MINIMAL + '[functions.b]\nevent = { kind = "sqs", queue = "inbox" }\nconcurrency = 1\n',
        "holdfast.toml:16 functions.b.concurrency: 1 is too small; write a whole number from 2 to 1000",
    ),
    "a day of the month and of the week": (
        MINIMAL + '[functions.b]\nevent = { kind = "schedule", schedule = "cron(0 4 * * * *)" }\n',
        "holdfast.toml:15 functions.b.event.schedule: 'cron(0 4 * * * *)' does not fit; write rate(1 day) or "
        "cron(0 6 * * ? *), in UTC; one of cron's two day fields is ?",
    ),
    "more environment than Lambda takes": (
        MINIMAL + f'environment = {{ A = "{"x" * 3000}" }}\n',
        "holdfast.toml:14 functions.place-order.environment: it holds 3001 bytes, and may hold 3000; write names in "
        "capitals, none of AWS's, Python's or a backend's own, 3,000 characters in all, and never a secret: whoever may read the function's configuration reads it",
    ),
    "more grants than a role holds": (
        MINIMAL.replace('["orders:put"]', str([f"orders:g{n}" for n in range(31)])),
        "holdfast.toml:13 functions.place-order.grants: 31 grants are more than a role holds; 30 fit: split the function",
    ),
    "a queue function without a queue": (
        MINIMAL + '[functions.b]\nevent = { kind = "sqs" }\n',
        "holdfast.toml:15 functions.b.event: queue is missing: Which queue; write the name of a resource of kind queue",
    ),
    "a queue that is not there": (
        MINIMAL + '[functions.b]\nevent = { kind = "sqs", queue = "outbox" }\n',
        "holdfast.toml:15 functions.b.event.queue: there is no resource 'outbox'; add [resources.outbox] with kind = "
        '"queue"',
    ),
    "a queue that is a table": (
        MINIMAL + '[functions.b]\nevent = { kind = "sqs", queue = "orders" }\n',
        "holdfast.toml:15 functions.b.event.queue: 'orders' is a table; name a queue",
    ),
    "a grant on nothing": (
        MINIMAL.replace("orders:put", "customers:put"),
        "holdfast.toml:13 functions.place-order.grants: the grant 'customers:put' is on a resource that does not exist; "
        "add [resources.customers] or mend it",
    ),
    "an unknown grant": (
        MINIMAL.replace("orders:put", "orders:send"),
        "holdfast.toml:13 functions.place-order.grants: a table has no grant 'send'; choose from get, query, scan, put, "
        "update, delete, batch-write, condition-check",
    ),
    "a grant of event sources": (
        MINIMAL.replace("orders:put", "inbox:consume"),
        "holdfast.toml:13 functions.place-order.grants: a queue has no grant 'consume'; choose from send",
    ),
    "a grant twice": (
        MINIMAL.replace('"orders:put"', '"orders:put", "orders:put"'),
        "holdfast.toml:13 functions.place-order.grants: the grant 'orders:put' stands twice; remove one",
    ),
    "grants that are a text": (
        MINIMAL.replace('["orders:put"]', '"orders:put"'),
        "holdfast.toml:13 functions.place-order.grants: grants are a list of texts; write them as [\"orders:get\"]",
    ),
    "too little memory": (
        MINIMAL + "memory = 64\n",
        "holdfast.toml:14 functions.place-order.memory: 64 is too small; write a whole number from 128 to 10240",
    ),
    "memory that is a text": (
        MINIMAL + 'memory = "256"\n',
        "holdfast.toml:14 functions.place-order.memory: '256' is not a whole number; write a whole number from 128 to 10240",
    ),
    "memory that is true": (
        MINIMAL + "memory = true\n",
        "holdfast.toml:14 functions.place-order.memory: True is not a whole number; write a whole number from 128 to 10240",
    ),
    "a reserved variable": (
        MINIMAL + 'environment = { STAGE = "x" }\n',
        "holdfast.toml:14 functions.place-order.environment: 'STAGE' is set by the service itself; write names in "
        "capitals, none of AWS's, Python's or a backend's own, 3,000 characters in all, and never a secret: whoever may read the function's configuration reads it",
    ),
    "a variable of AWS's": (
        MINIMAL + 'environment = { AWS_REGION = "x" }\n',
        "holdfast.toml:14 functions.place-order.environment: 'AWS_REGION' is not a key that it may hold; write names in "
        "capitals, none of AWS's, Python's or a backend's own, 3,000 characters in all, and never a secret: whoever may read the function's configuration reads it",
    ),
    "a control character": (
        MINIMAL.replace('owner = "payments"', 'owner = "payments"\ndescription = "a\\u0000b"'),
        "holdfast.toml:4 project.description: it holds a control character; write any text of at most 250 characters",
    ),
    "a region that is none": (
        MINIMAL.replace('owner = "payments"', 'owner = "payments"\nregion = "Atlantis"'),
        "holdfast.toml:4 project.region: 'Atlantis' does not fit; write an AWS region, such as eu-west-1",
    ),
    "a runtime that is none": (
        MINIMAL.replace('owner = "payments"', 'owner = "payments"\nruntime = "python2.7"'),
        "holdfast.toml:4 project.runtime: 'python2.7' is not one of its choices; choose from python3.13, python3.14, "
        "python3.12",
    ),
    "jwt without an issuer": (
        MINIMAL + '[api]\nauthorizer = "jwt"\n',
        "holdfast.toml: missing: api.issuer, api.audience; add them there, or give each with --set KEY=VALUE",
    ),
    "a bucket whose name would be too long": (
        MINIMAL.replace("orders\"\nowner", "purchases-orders\"\nowner").replace(
            "[functions", '[resources.scanned-in]\nkind = "bucket"\n[functions', 1
        ),
        "holdfast.toml:11 resources.scanned-in: its name and the project's have 26 characters together; shorten one: a bucket's "
        "name has room for 25",
    ),
    "two functions on one trigger of a pool": (
        MINIMAL.replace("[functions", '[resources.users]\nkind = "user-pool"\n[resources.staff]\nkind = "user-pool"\n[functions', 1)
        + '[functions.a]\nevent = { kind = "cognito", pool = "users", trigger = "custom-message" }\n'
        + '[functions.b]\nevent = { kind = "cognito", pool = "staff", trigger = "custom-message" }\n'
        + '[functions.c]\nevent = { kind = "cognito", pool = "users", trigger = "custom-message" }\n',
        "holdfast.toml:23 functions.c.event.trigger: 'custom-message' already invokes the function 'a'; give each function its "
        "own",
    ),
    "a name that a part keeps": (
        MINIMAL.replace("resources.inbox", "resources.inbox-dead-letters"),
        "holdfast.toml:8 resources.inbox-dead-letters: the name 'inbox-dead-letters' is kept for the queue part's own; "
        "choose another name",
    ),
    "an id that is none": (
        MINIMAL.replace('kind = "queue"', 'kind = "queue"\nid = "in box"'),
        "holdfast.toml:10 resources.inbox.id: 'in box' is not the stem of a logical id; use letters and digits",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "line"), REFUSED.values(), ids=REFUSED)
def test_refused_in_one_line(catalogue: Catalogue, text: str, line: str) -> None:
    with pytest.raises(HoldfastError) as error:
        spec.parse(text, catalogue)
    line = line.replace("{sources}", ", ".join(catalogue.group("events")))
    assert str(error.value) == line.replace("{tables}", ", ".join(catalogue.tables))


def test_what_is_pythons_own_is_known_for_every_version() -> None:
    mine = {name for name in sys.stdlib_module_names if re.fullmatch("[a-z][a-z0-9]*(_[a-z0-9]+)*", name)}
    assert mine <= MODULES
    assert {name for name in dir(builtins) if name[0].isupper()} <= CLASSES
    assert {"compression", "annotationlib", "distutils", "email"} <= MODULES


@pytest.mark.parametrize("text", ["MINIMAL", "orders"])
def test_dump_gives_the_same_spec_again(catalogue: Catalogue, orders_text: str, text: str) -> None:
    found = spec.parse(orders_text if text == "orders" else MINIMAL, catalogue)
    assert spec.parse(spec.dump(found, catalogue), catalogue) == found


def test_the_lock_gives_the_same_spec_again(catalogue: Catalogue, orders_text: str) -> None:
    found = spec.parse(orders_text, catalogue)
    record = lock.parse(lock.dump(lock.make(found, catalogue.template.ref, {})))
    assert record.resolved(catalogue) == found
    assert record.templates == (catalogue.template.ref,)


def test_an_event_source_sets_other_defaults(catalogue: Catalogue) -> None:
    found = spec.parse(MINIMAL + '[functions.b]\nevent = { kind = "schedule", schedule = "rate(1 day)" }\n', catalogue)
    assert [function.options["concurrency"] for function in found.functions] == [10, 1]
    assert "concurrency" not in spec.dump(found, catalogue)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "holdfast.lock: it is not a lock (JSONDecodeError: Expecting value: line 1 column 1 (char 0)); bring it back from git"),
        ("[]", "holdfast.lock: it is not a lock (TypeError: list indices must be integers or slices, not str); bring it back from git"),
        ('{"format": 2}', "holdfast.lock: it has format 2; update holdfast"),
    ],
)  # fmt: skip
def test_a_broken_lock_is_refused(text: str, line: str) -> None:
    with pytest.raises(HoldfastError) as error:
        lock.parse(text)
    assert str(error.value) == line


def test_choices_stand_beside_an_answer_or_above_it(catalogue: Catalogue) -> None:
    """What `holdfast new` shows has to fit a terminal, however many backends there are."""
    text = spec.dump(spec.parse(goldens.specs(catalogue)["observability-datadog"], catalogue), catalogue)
    lines = text.splitlines()
    assert max(map(len, lines)) <= spec.WIDEST
    assert 'owner = "stack"                   # or platform' in lines
    place = lines.index('site = "datadoghq.eu"')
    assert [line[:30] for line in lines[place - 2 : place]] == [
        "# datadoghq.com, datadoghq.eu,",
        "# ap1.datadoghq.com, ap2.datad",
    ]


def test_a_service_wide_key_that_does_not_matter_has_no_default(catalogue: Catalogue) -> None:
    """A lock would hold the answers of backends that nobody chose."""
    tables = spec.parse(goldens.specs(catalogue)["orders"], catalogue).tables
    assert tables["observability"] == {"backend": "xray", "insights": False}
