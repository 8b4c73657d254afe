"""Spans, metrics and logs of each backend that sends its own, out of handlers inside AWS's runtime interface client."""

from __future__ import annotations

import functools
import json
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from holdfast import project, render, spec, tree
from holdfast.catalogue import Catalogue
from support import goldens, policies, receivers, runtime_api
from support.policies import ACCOUNT, KEY, REGION, Statement
from support.receivers import Received, Seen
from support.runtime_api import Session, request_id

linux = pytest.mark.skipif(sys.platform != "linux", reason="Lambda's client is built for Linux alone")
BACKENDS = {"xray": "defaults", "otlp": "observability-otlp"}
each_backend = pytest.mark.parametrize("backend", BACKENDS)
CANARY = runtime_api.CANARY

#: Says all it can about its event; the third invocation fails.
HANDLER = '''\
"""A handler that traces, counts and logs."""

from ...guard import Context, annotate, guarded, log, metric, span
from ...guard.sources.http_api import http_api
from .event import Hello


@guarded(http_api(Hello))
def handler(event: Hello, context: Context) -> dict[str, str]:
    annotate(whole=event, text=event.id)
    with span("outer"):
        annotate(number=3, text=event.id)
        with span("inner"):
            annotate(text=event.id)
            log.info("within", text=event.id)
            if context.aws_request_id.endswith("2"):
                raise ValueError(event.id)
    metric("hellos", 1)
    return {}
'''


@dataclass(frozen=True)
class Ran:
    """What came of a session: the client's side, the receiver's, and its spans."""

    session: Session
    received: Received
    spans: list[Seen]

    @property
    def lines(self) -> list[dict[str, object]]:
        return [json.loads(frame.text) for frame in self.session.frames] + [
            json.loads(line) for line in self.session.stdout.splitlines()
        ]

    def of(self, number: int) -> dict[str, Seen]:
        """The spans of one invocation, by name; its own is called root."""
        root = next(one for one in self.spans if one.attributes.get("correlation_id") == request_id(number))
        outer = next((one for one in self.spans if (one.name, one.parent) == ("outer", root.id)), None)
        inner = next((one for one in self.spans if outer and one.parent == outer.id), None)
        return {"root": root, **({"outer": outer} if outer else {}), **({"inner": inner} if inner else {})}


@pytest.fixture(scope="module")
def ran(catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Ran]:
    """One process for each backend: the sample four times, then with a canary in each of its places."""

    @functools.cache
    def made(backend: str) -> Ran:
        place = tmp_path_factory.mktemp("observability") / backend
        place.mkdir()
        text = goldens.specs(catalogue)[BACKENDS[backend]]
        tree.write(project.files(spec.parse(text, catalogue), text, catalogue), place)
        (handler,) = place.glob("src/*/functions/hello/handler.py")
        handler.write_text(HANDLER, encoding="utf-8")
        python = str(runtime_api.commands((place / "requirements-dev.txt").read_text(encoding="utf-8")) / "python")
        sample = (place / "events/hello.json").read_text(encoding="utf-8").replace("a1b2c3", CANARY)
        env = {
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
            "AWS_LAMBDA_FUNCTION_NAME": "svc-dev-hello",
            "AWS_LAMBDA_LOG_FORMAT": "JSON",
            "LAMBDA_TASK_ROOT": "/var/task",
            "POWERTOOLS_SERVICE_NAME": "svc",
            "STAGE": "dev",
        }
        name = f"{handler.parents[2].name}.guard.entry.hello"
        with receivers.daemon() as daemon, receivers.receiver() as receiver:
            env |= {
                "AWS_XRAY_DAEMON_ADDRESS": daemon.address,
                "OTEL_EXPORTER_OTLP_ENDPOINT": receiver.address,
                "OTLP_SECRET_ID": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:key-AbCdEf",
            }
            session = runtime_api.invoke(python, place / "src", name, _events(sample), env, framed=True)
        if backend == "xray":
            assert not receiver.raw
            return Ran(session, daemon, receivers.subsegments(daemon))
        assert not daemon.raw
        return Ran(session, receiver, receivers.otlp(receiver, python, place))

    return made


def _events(sample: str) -> list[str]:
    event = json.loads(sample)
    body = json.dumps({"id": CANARY})
    plain = json.dumps(event | {"body": body})
    texts = [json.dumps({**event, "body": body, key: CANARY}) for key in event if key != "body"]
    return [plain] * 4 + texts + [json.dumps(event | {"body": json.dumps({"id": f"{CANARY}\x00"})})]


@linux
@each_backend
def test_spans_are_parents_and_children(backend: str, ran: Callable[[str], Ran]) -> None:
    found = ran(backend)
    assert len(found.session.posted) == len({one.id for one in found.spans if "correlation_id" in one.attributes})
    first = found.of(0)
    assert first.keys() == {"root", "outer", "inner"}
    assert len({one.trace for one in first.values()}) == 1
    assert first["root"].parent == ({"xray": runtime_api.ABOVE}.get(backend, ""))
    assert (first["root"].trace == runtime_api.TRACE) == (backend == "xray")
    assert {one.kind for one in first.values()} == (
        {"SPAN_KIND_SERVER", "SPAN_KIND_INTERNAL"} if backend == "otlp" else {""}
    )


@linux
@each_backend
def test_an_error_fails_the_spans_that_it_leaves(backend: str, ran: Callable[[str], Ran]) -> None:
    assert [one.failed for one in ran(backend).of(1).values()] == [False] * 3
    assert [one.failed for one in ran(backend).of(2).values()] == [True] * 3


@linux
@each_backend
def test_the_log_and_the_trace_lead_to_each_other(backend: str, ran: Callable[[str], Ran]) -> None:
    """By the correlation id, which the answer has too, and by the ids of trace and span."""
    found = ran(backend)
    (line,) = [line for line in found.lines if (line["message"], line["correlation_id"]) == ("within", request_id(0))]
    inner = found.of(0)["inner"]
    assert line["span_id"] == inner.id
    assert (line["xray_trace_id"] if backend == "xray" else line["trace_id"]) == inner.trace
    (failed,) = [line for line in found.lines if line["message"] == "function_failed"]
    root = found.of(2)["root"]
    assert (failed["correlation_id"], failed["span_id"]) == (root.attributes["correlation_id"], root.id)
    assert request_id(2) in found.session.posted[2].everything


@linux
@each_backend
def test_metrics_are_lines_of_the_log(backend: str, ran: Callable[[str], Ran]) -> None:
    (line,) = [
        line for line in ran(backend).lines if (line["message"], line["correlation_id"]) == ("metric", request_id(0))
    ]
    assert (line["hellos"], line["stage"], line["function_name"]) == (1, "dev", "svc-dev-hello")
    assert line["_aws"]


@linux
@each_backend
def test_no_value_of_an_event_is_sent(backend: str, ran: Callable[[str], Ran]) -> None:
    """Whatever the handler hands over, in whatever part of the event it was."""
    found = ran(backend)
    attributes = found.of(0)["outer"].attributes
    assert {key: str(value) for key, value in attributes.items()} == {
        "number": "<int>",
        "text": f"<str, {len(CANARY)}>",
    }
    assert found.received.raw
    assert not [body for body in found.received.raw if CANARY.encode() in body]
    assert CANARY not in found.session.printed


@linux
def test_the_key_is_read_once_and_stays_in_its_header(ran: Callable[[str], Ran]) -> None:
    found = ran("otlp")
    assert found.session.secrets_read == ["arn:aws:secretsmanager:eu-west-1:111122223333:secret:key-AbCdEf"]
    assert {headers["x-honeycomb-team"] for headers in found.received.headers} == {runtime_api.KEY}
    assert runtime_api.KEY not in found.session.everything
    assert not [body for body in found.received.raw if runtime_api.KEY.encode() in body]


def _text(more: str) -> str:
    return (
        '[project]\nname = "svc"\nowner = "me"\n[functions.act]\nevent = { kind = "http-api", route = "POST /" }\n'
        f'[observability]\nbackend = "otlp"\n{more}'
    )


def _rendered(catalogue: Catalogue, more: str) -> tree.Tree:
    return render.render(spec.parse(_text(more), catalogue), catalogue)


OWN = 'preset = "honeycomb"\nsecret = "key"\n[resources.key]\nkind = "secret"\n'
ELSEWHERE = "arn:aws:secretsmanager:eu-west-1:444455556666:secret:k-AbCdEf"
THEIR_KEY = "arn:aws:kms:eu-west-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab"
FOREIGN = f'{OWN}external = "{ELSEWHERE}"\nkey = "{THEIR_KEY}"\n'
ALONE = 'preset = "collector"\nendpoint = "https://collector.example.com:4318"\n'


@pytest.mark.parametrize(
    ("more", "secret", "key"),
    [
        (OWN, f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:svc-{policies.STAGE}-key-??????", KEY),
        (FOREIGN, ELSEWHERE, THEIR_KEY),
        (ALONE, "", ""),
    ],
)
def test_a_function_may_read_that_secret_and_no_trace_of_x_ray(
    more: str, secret: str, key: str, catalogue: Catalogue
) -> None:
    files = _rendered(catalogue, more)
    found = policies.role(policies.translated(files)["Resources"], "Act")
    platform = _rendered(catalogue, f'{more}[roles]\nowner = "platform"\nteam = "acme/platform"\n')
    assert {*policies.role(policies.template(platform, "platform/roles.yaml")["Resources"], "Act")} == {*found}
    own = {
        one for one in found if not {*one.actions} & {"logs:PutLogEvents"} and "EncryptionContext" not in one.condition
    }
    via = json.dumps({"StringEquals": {"kms:ViaService": f"secretsmanager.{REGION}.amazonaws.com"}})
    reads = Statement("Allow", frozenset({"secretsmanager:GetSecretValue"}), frozenset({secret}))
    assert own == ({reads, Statement("Allow", frozenset({"kms:Decrypt"}), frozenset({key}), via)} if secret else set())
    boundary = files["platform/boundary.yaml"].content.decode()
    named = [arn.removeprefix("arn:aws") in boundary for arn in (ELSEWHERE, THEIR_KEY)]
    assert named == [more == FOREIGN] * 2


def test_a_function_may_read_a_secret_called_otlp(catalogue: Catalogue) -> None:
    """Its variable is not the one of the exporter's key."""
    more = OWN.replace("[resources.key]", '[resources.otlp]\nkind = "secret"\n[resources.key]')
    text = _text(more).replace('route = "POST /" }', 'route = "POST /" }\ngrants = ["otlp:get"]')
    function = policies.template(render.render(spec.parse(text, catalogue), catalogue), "template.yaml")["Resources"]
    variables = function["ActFunction"]["Properties"]["Environment"]["Variables"]
    assert variables["OTLP_SECRET"] == {"Ref": "OtlpSecret"}
    assert variables["OTLP_SECRET_ID"] == {"Ref": "KeySecret"}


def test_no_key_stands_in_the_template(catalogue: Catalogue) -> None:
    """Only where it is to be read; of the preset, the address."""
    function = policies.template(_rendered(catalogue, OWN), "template.yaml")["Resources"]["ActFunction"]
    variables = function["Properties"]["Environment"]["Variables"]
    assert variables["OTLP_SECRET_ID"] == {"Ref": "KeySecret"}
    assert variables["OTEL_EXPORTER_OTLP_ENDPOINT"] == "https://api.honeycomb.io"
    assert not [name for name in variables if "HEADERS" in name]


@pytest.mark.parametrize(
    ("preset", "endpoint", "header"),
    [
        ("honeycomb", "https://api.honeycomb.io", "x-honeycomb-team"),
        ("newrelic", "https://otlp.nr-data.net", "api-key"),
        ("grafana", "https://otlp-gateway-prod-eu-west-2.grafana.net/otlp", "authorization"),
        ("collector", "http://localhost:4318", "authorization"),
    ],
)
def test_a_preset_is_an_address_and_a_header(preset: str, endpoint: str, header: str, catalogue: Catalogue) -> None:
    given = f'endpoint = "{endpoint}"\n' if preset in ("grafana", "collector") else ""
    files = _rendered(catalogue, f'preset = "{preset}"\n{given}{OWN.partition(chr(10))[2]}')
    assert f'OTEL_EXPORTER_OTLP_ENDPOINT: "{endpoint}"' in files["template.yaml"].content.decode()
    assert f'_HEADER = "{header}"' in files["src/svc/guard/observability/export.py"].content.decode()


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ('preset = "honeycomb"\n', "secret is missing"),
        ('preset = "grafana"\nsecret = "key"\n[resources.key]\nkind = "secret"\n', "endpoint is missing"),
        ('preset = "collector"\n', "endpoint is missing"),
        (ALONE.replace("https", "http"), "write an https address"),
        (ALONE.replace("https://", "https://user:word@"), "write an https address"),
        (ALONE.replace("4318", "65536"), "write an https address"),
        (ALONE.replace("4318", "0"), "write an https address"),
        (ALONE.replace("4318", "4318/v1/traces"), "write an https address without v1/traces"),
        (OWN.replace('"secret"', '"queue"'), "'key' is a queue; name a secret"),
    ],
)
def test_what_would_send_nothing_or_in_the_clear_is_refused(more: str, told: str, catalogue: Catalogue) -> None:
    with pytest.raises(Exception, match=told):
        _rendered(catalogue, more)


#: How to know what a backend brings: its packages, variables, layers and files.
MARKS = {
    "application-signals": re.compile(r"AWSOpenTelemetryDistro|application-signals|aws_calls|OTEL_SERVICE_NAME"),
    "dashbird": re.compile(r"dashbird"),
    "datadog": re.compile(r"datadog|ddtrace|\bDD_"),
    "newrelic": re.compile(r"newrelic|NEW_RELIC"),
    "otlp": re.compile(r"opentelemetry-|OTLP|OTEL_TRACES_SAMPLER\b"),
    "xray": re.compile(r"AWS_XRAY_DAEMON_ADDRESS"),
}


@pytest.mark.parametrize("backend", MARKS)
def test_a_backend_that_is_not_chosen_costs_nothing(backend: str, catalogue: Catalogue) -> None:
    """No package, no file, no variable, no layer and no right of another one."""
    assert {*MARKS} == {*catalogue.group("observability")}
    text = goldens.specs(catalogue)["defaults" if backend == "xray" else f"observability-{backend}"]
    files = project.files(spec.parse(text, catalogue), text, catalogue)
    kept = ("src/", "platform/", "template.yaml", "requirements.txt", "samconfig.toml")
    shipped = "\n".join(
        f"{path}\n{file.content.decode()}" for path, file in files.items() if path.startswith(kept)
    ).replace(f"observability-{backend}", "svc")
    shares = {backend, "xray"} if backend == "dashbird" else {backend}
    assert {name for name, mark in MARKS.items() if mark.search(shipped)} == shares
