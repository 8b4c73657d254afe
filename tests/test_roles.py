"""For every grant: the role of a service with one function, translated by SAM, allows exactly what it stands for."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from holdfast import iam, render, spec
from holdfast.catalogue import Catalogue
from holdfast.tree import Tree
from support import policies
from support.policies import ACCOUNT, KEY, REGION, Statement

HERE = f"{REGION}:{ACCOUNT}"
OWN = f"svc-{policies.STAGE}"
LOGS = Statement(
    "Allow",
    frozenset({"logs:CreateLogStream", "logs:PutLogEvents"}),
    frozenset({f"arn:aws:logs:{HERE}:log-group:/aws/lambda/{OWN}-act:*"}),
)
ENVIRONMENT = Statement(
    "Allow",
    frozenset({"kms:Decrypt"}),
    frozenset({KEY}),
    json.dumps(
        {
            "StringLike": {
                "kms:EncryptionContext:aws:lambda:FunctionArn": [
                    f"arn:aws:lambda:{HERE}:function:{OWN}-act",
                    f"arn:aws:lambda:{HERE}:function:{OWN}-act:*",
                ]
            }
        }
    ),
)
#: These two actions know no resource.
TRACING = Statement("Allow", frozenset({"xray:PutTraceSegments", "xray:PutTelemetryRecords"}), frozenset({"*"}))
ALWAYS = {LOGS, ENVIRONMENT, TRACING}
PROJECT = '[project]\nname = "svc"\nowner = "me"\n'
CALLED = '[functions.act]\nevent = { kind = "http-api", route = "POST /" }\n'


@dataclass(frozen=True)
class Case:
    """A resource as holdfast.toml has it (besides its kind), a grant on it, and what that must come to."""

    kind: str
    grant: str
    actions: str
    arn: str
    key: str = ""
    via: str = ""
    options: str = ""
    condition: str = ""
    more: str = ""
    key_arn: str = KEY

    @property
    def toml(self) -> str:
        return f'{PROJECT}[resources.thing]\nkind = "{self.kind}"\n{self.options}\n{self.more}\n'

    @property
    def expected(self) -> set[Statement]:
        own = Statement("Allow", frozenset(self.actions.split()), frozenset({self.arn}), self.condition)
        via = json.dumps({"StringEquals": {"kms:ViaService": f"{self.via}.{REGION}.amazonaws.com"}})
        key = {Statement("Allow", frozenset(self.key.split()), frozenset({self.key_arn}), via)} if self.key else set()
        return {own, *key}


TABLE = f"arn:aws:dynamodb:{HERE}:table/{OWN}-thing"
BUCKET = f"arn:aws:s3:::{OWN}-thing-{ACCOUNT}-{REGION}"
INDEXES = 'indexes = { by-day = "day, at" }'
READS, WRITES = "kms:Decrypt", "kms:Decrypt kms:GenerateDataKey"
PRICE = '[functions.price]\nevent = { kind = "step-functions" }'
CASES = (
    Case("table", "get", "dynamodb:GetItem dynamodb:BatchGetItem", TABLE, READS, "dynamodb"),
    Case("table", "query", "dynamodb:Query", TABLE, READS, "dynamodb"),
    Case("table", "query(by-day)", "dynamodb:Query", f"{TABLE}/index/by-day", READS, "dynamodb", INDEXES),
    Case("table", "scan", "dynamodb:Scan", TABLE, READS, "dynamodb"),
    Case("table", "scan(by-day)", "dynamodb:Scan", f"{TABLE}/index/by-day", READS, "dynamodb", INDEXES),
    Case("table", "put", "dynamodb:PutItem", TABLE, READS, "dynamodb"),
    Case("table", "update", "dynamodb:UpdateItem", TABLE, READS, "dynamodb"),
    Case("table", "delete", "dynamodb:DeleteItem", TABLE, READS, "dynamodb"),
    Case("table", "batch-write", "dynamodb:BatchWriteItem", TABLE, READS, "dynamodb"),
    Case("table", "condition-check", "dynamodb:ConditionCheckItem", TABLE, READS, "dynamodb"),
    Case("bucket", "get", "s3:GetObject", f"{BUCKET}/*", READS, "s3"),
    Case("bucket", "get(in/)", "s3:GetObject", f"{BUCKET}/in/*", READS, "s3"),
    Case("bucket", "get(in/)", "s3:GetObject", f"{BUCKET}/all/in/*", READS, "s3", 'prefix = "all/"'),
    Case("bucket", "put", "s3:PutObject", f"{BUCKET}/*", WRITES, "s3"),
    Case("bucket", "put(out/a)", "s3:PutObject", f"{BUCKET}/out/a*", WRITES, "s3"),
    Case("bucket", "delete", "s3:DeleteObject", f"{BUCKET}/*"),
    Case("bucket", "delete(old/)", "s3:DeleteObject", f"{BUCKET}/old/*"),
    Case("bucket", "list", "s3:ListBucket", BUCKET),
    Case("bucket", "list(in/)", "s3:ListBucket", BUCKET, condition=json.dumps({"StringLike": {"s3:prefix": ["in/*"]}})),
    Case("queue", "send", "sqs:SendMessage", f"arn:aws:sqs:{HERE}:{OWN}-thing", WRITES, "sqs"),
    Case("queue", "send", "sqs:SendMessage", f"arn:aws:sqs:{HERE}:{OWN}-thing.fifo", WRITES, "sqs", "fifo = true"),
    Case("topic", "publish", "sns:Publish", f"arn:aws:sns:{HERE}:{OWN}-thing", WRITES, "sns"),
    Case("bus", "put", "events:PutEvents", f"arn:aws:events:{HERE}:event-bus/{OWN}-thing"),
    Case(
        "stream",
        "put",
        "kinesis:PutRecord kinesis:PutRecords",
        f"arn:aws:kinesis:{HERE}:stream/{OWN}-thing",
        "kms:GenerateDataKey",
        "kinesis",
    ),
    Case(
        "secret",
        "get",
        "secretsmanager:GetSecretValue",
        f"arn:aws:secretsmanager:{HERE}:secret:{OWN}-thing-??????",
        READS,
        "secretsmanager",
    ),
    Case("parameter", "get", "ssm:GetParameter", f"arn:aws:ssm:{HERE}:parameter/svc/dev/thing"),
    Case("parameter", "get(a/b)", "ssm:GetParameter", f"arn:aws:ssm:{HERE}:parameter/svc/dev/thing/a/b"),
    Case("parameter", "list", "ssm:GetParametersByPath", f"arn:aws:ssm:{HERE}:parameter/svc/dev/thing"),
    Case("parameter", "list(a)", "ssm:GetParametersByPath", f"arn:aws:ssm:{HERE}:parameter/svc/dev/thing/a"),
    Case("workflow", "start", "states:StartExecution", f"arn:aws:states:{HERE}:stateMachine:{OWN}-thing"),
    Case(
        "function",
        "invoke",
        "lambda:InvokeFunction",
        f"arn:aws:lambda:{HERE}:function:{OWN}-price:live",
        options='function = "price"',
        more=PRICE,
    ),
)
OTHERS = "arn:aws:kms:eu-west-1:999999999999:key/theirs"


def external(kind: str, arn: str, grant: str, actions: str, on: str, key: str = "", via: str = "") -> Case:
    """A case of a resource that another stack made, encrypted with a key of its own if a key is used at all."""
    options = f'external = "{arn}"\n' + (f'key = "{OTHERS}"' if key else "")
    return Case(kind, grant, actions, on, key, via, options, key_arn=OTHERS)


X = "999999999999"
EXTERNAL = (
    external("table", f"arn:aws:dynamodb:eu-west-1:{X}:table/t", "put", "dynamodb:PutItem",
             f"arn:aws:dynamodb:eu-west-1:{X}:table/t", READS, "dynamodb"),
    external("table", f"arn:aws:dynamodb:eu-west-1:{X}:table/t", "put", "dynamodb:PutItem",
             f"arn:aws:dynamodb:eu-west-1:{X}:table/t"),
    external("bucket", "arn:aws:s3:::${Stage}-b", "put(a/)", "s3:PutObject", "arn:aws:s3:::dev-b/a/*", WRITES, "s3"),
    external("queue", f"arn:aws:sqs:eu-west-1:{X}:q", "send", "sqs:SendMessage",
             f"arn:aws:sqs:eu-west-1:{X}:q", WRITES, "sqs"),
    external("topic", f"arn:aws:sns:eu-west-1:{X}:t", "publish", "sns:Publish",
             f"arn:aws:sns:eu-west-1:{X}:t", WRITES, "sns"),
    external("bus", f"arn:aws:events:eu-west-1:{X}:event-bus/b", "put", "events:PutEvents",
             f"arn:aws:events:eu-west-1:{X}:event-bus/b"),
    external("stream", f"arn:aws:kinesis:eu-west-1:{X}:stream/s", "put", "kinesis:PutRecord kinesis:PutRecords",
             f"arn:aws:kinesis:eu-west-1:{X}:stream/s", "kms:GenerateDataKey", "kinesis"),
    external("secret", f"arn:aws:secretsmanager:eu-west-1:{X}:secret:s-AbCdEf", "get", "secretsmanager:GetSecretValue",
             f"arn:aws:secretsmanager:eu-west-1:{X}:secret:s-AbCdEf", READS, "secretsmanager"),
    external("parameter", f"arn:aws:ssm:eu-west-1:{X}:parameter/p", "get(x)", "ssm:GetParameter",
             f"arn:aws:ssm:eu-west-1:{X}:parameter/p/x", READS, "ssm"),
    external("workflow", f"arn:aws:states:eu-west-1:{X}:stateMachine:w", "start", "states:StartExecution",
             f"arn:aws:states:eu-west-1:{X}:stateMachine:w"),
    external("function", f"arn:aws:lambda:eu-west-1:{X}:function:f:live", "invoke", "lambda:InvokeFunction",
             f"arn:aws:lambda:eu-west-1:{X}:function:f:live"),
    external("table", "ssm:/shared/orders", "scan", "dynamodb:Scan", "{{resolve:ssm:/shared/orders}}", READS, "dynamodb"),
    external("bucket", "ssm:/shared/b", "get(a/)", "s3:GetObject", "{{resolve:ssm:/shared/b}}/a/*", READS, "s3"),
)  # fmt: skip
ALL = (*CASES, *EXTERNAL)


def rendered(text: str, catalogue: Catalogue) -> Tree:
    return render.render(spec.parse(text, catalogue), catalogue)


@pytest.mark.parametrize("case", ALL, ids=lambda case: f"{case.kind}:{case.grant}")
def test_a_grant_is_exactly_what_its_name_says(catalogue: Catalogue, case: Case) -> None:
    files = rendered(f'{case.toml}{CALLED}grants = ["thing:{case.grant}"]\n', catalogue)
    found = policies.role(policies.translated(files)["Resources"], "Act")
    assert {*found} - ALWAYS == case.expected
    assert len(found) == len(ALWAYS) + len(case.expected)


def test_every_grant_has_a_case(catalogue: Catalogue) -> None:
    offered = {
        f"{kind}:{rule.name}"
        for kind, part in catalogue.group("resources").items()
        for rule in part.grants.rules.values()
        if not rule.event
    }
    assert {f"{case.kind}:{case.grant.partition('(')[0]}" for case in CASES} == offered
    kinds = {kind for kind, part in catalogue.group("resources").items() if part.grants.external}
    assert {case.kind for case in EXTERNAL} == kinds


@pytest.mark.parametrize("case", ALL, ids=lambda case: f"{case.kind}:{case.grant}")
def test_it_is_the_same_where_a_platform_team_owns_roles(catalogue: Catalogue, case: Case) -> None:
    """And then the service's own stack holds no IAM and no key."""
    text = f'{case.toml}[roles]\nowner = "platform"\nteam = "acme/platform"\n{CALLED}grants = ["thing:{case.grant}"]\n'
    files = rendered(text, catalogue)
    roles = policies.template(files, "platform/roles.yaml")["Resources"]
    assert {*policies.role(roles, "Act")} - ALWAYS == case.expected
    assert roles["ActRole"]["Properties"]["PermissionsBoundary"]
    kinds = {resource["Type"] for resource in policies.translated(files)["Resources"].values()}
    assert [kind for kind in kinds if kind.startswith(("AWS::IAM::", "AWS::KMS::"))] == []


QUEUE = f"arn:aws:sqs:{HERE}:{OWN}-thing"
FAILURES = f"arn:aws:sqs:{HERE}:{OWN}-act-failures"
OWN_FAILURES = {
    Statement("Allow", frozenset({"sqs:SendMessage"}), frozenset({FAILURES})),
    Statement("Allow", frozenset(WRITES.split()), frozenset({KEY}),
              json.dumps({"StringEquals": {"kms:ViaService": f"sqs.{REGION}.amazonaws.com"}})),
}  # fmt: skip


def through(service: str, *actions: str) -> Statement:
    condition = json.dumps({"StringEquals": {"kms:ViaService": f"{service}.{REGION}.amazonaws.com"}})
    return Statement("Allow", frozenset(actions), frozenset({KEY}), condition)


CLUSTER = f"arn:aws:kafka:{HERE}:cluster/own/1"
POLLER = frozenset(f"ec2:Describe{things}" for things in ("NetworkInterfaces", "SecurityGroups", "Subnets", "Vpcs"))
#: Sources whose function keeps what it failed on for good in a queue of its own, and needs nothing else.
NOT_WAITED_FOR = (
    ("sns", 'kind = "sns", topic = "news"', '[resources.news]\nkind = "topic"\n'),
    ("s3", 'kind = "s3", bucket = "files"', '[resources.files]\nkind = "bucket"\n'),
    ("eventbridge", 'kind = "eventbridge", source = "orders"', ""),
    ("cloudwatch-logs", 'kind = "cloudwatch-logs", log_group = "/ecs/shop"', ""),
    ("iot", 'kind = "iot", topic = "devices/+/readings"', ""),
    ("ses", 'kind = "ses", recipients = "a@example.com", bucket = "mails"', '[resources.mails]\nkind = "bucket"\n'),
)
#: Sources that wait for the answer, or that have a role of their own.
WAITED_FOR = (
    ("http-api", 'kind = "http-api", route = "POST /"', ""),
    ("rest-api", 'kind = "rest-api", route = "GET /orders"', ""),
    ("function-url", 'kind = "function-url"', ""),
    ("alb", 'kind = "alb", route = "POST /quotes", priority = 10, callers = "network"', ""),
    ("step-functions", 'kind = "step-functions"', ""),
    (
        "cognito",
        'kind = "cognito", pool = "members", trigger = "pre-sign-up"',
        '[resources.members]\nkind = "user-pool"\n',
    ),
    ("firehose", 'kind = "firehose", bucket = "mails"', '[resources.mails]\nkind = "bucket"\n'),
)
EVENTS = {
    "sqs": (
        '[resources.thing]\nkind = "queue"\n[functions.act]\nevent = { kind = "sqs", queue = "thing" }\n',
        {
            Statement(
                "Allow",
                frozenset({"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"}),
                frozenset({QUEUE}),
            ),
            through("sqs", "kms:Decrypt"),
        },
    ),
    "kinesis": (
        '[resources.thing]\nkind = "stream"\n[functions.act]\nevent = { kind = "kinesis", stream = "thing" }\n',
        {
            Statement(
                "Allow",
                frozenset(f"kinesis:{verb}" for verb in
                          ("DescribeStream", "DescribeStreamSummary", "GetRecords", "GetShardIterator", "ListShards")),
                frozenset({f"arn:aws:kinesis:{HERE}:stream/{OWN}-thing"}),
            ),
            through("kinesis", "kms:Decrypt"),
            *OWN_FAILURES,
        },
    ),
    "dynamodb-stream": (
        '[resources.thing]\nkind = "table"\n[functions.act]\nevent = { kind = "dynamodb-stream", table = "thing" }\n',
        {
            Statement(
                "Allow",
                frozenset({"dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"}),
                frozenset({f"{TABLE}/stream/*"}),
            ),
            # It knows no resource.
            Statement("Allow", frozenset({"dynamodb:ListStreams"}), frozenset({"*"})),
            through("dynamodb", "kms:Decrypt"),
            *OWN_FAILURES,
        },
    ),
    "schedule": (
        '[functions.act]\nevent = { kind = "schedule", schedule = "rate(1 day)" }\n',
        OWN_FAILURES,
    ),
    "kafka": (
        '[functions.act]\nevent = { kind = "kafka", topic = "payments" }\n',
        {
            Statement(
                "Allow",
                frozenset({"kafka:DescribeClusterV2", "kafka-cluster:Connect",
                           "kafka-cluster:DescribeClusterDynamicConfiguration"}),
                frozenset({CLUSTER}),
            ),
            Statement(
                "Allow",
                frozenset({"kafka-cluster:DescribeTopic", "kafka-cluster:ReadData"}),
                frozenset({f"arn:aws:kafka:{HERE}:topic/own/1/payments"}),
            ),
            Statement(
                "Allow",
                frozenset({"kafka-cluster:AlterGroup", "kafka-cluster:DescribeGroup"}),
                frozenset({f"arn:aws:kafka:{HERE}:group/own/1/{OWN}-act"}),
            ),
            Statement(
                "Allow",
                frozenset({"ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface"}),
                frozenset(f"arn:aws:ec2:{HERE}:{thing}/*" for thing in ("network-interface", "security-group", "subnet")),
            ),
            # These know no resource.
            Statement("Allow", POLLER | {"kafka:GetBootstrapBrokers"}, frozenset({"*"})),
            Statement(
                "Deny",
                POLLER | {"ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface"},
                frozenset({"*"}),
                json.dumps({"ArnLike": {"lambda:SourceFunctionArn": [f"arn:aws:lambda:{HERE}:function:{OWN}-act", f"arn:aws:lambda:{HERE}:function:{OWN}-act:*"]}}),
            ),
            *OWN_FAILURES,
        },
    ),
    "websocket": (
        '[functions.act]\nevent = { kind = "websocket", route = "placeBid", reply = true }\n',
        {
            Statement(
                "Allow",
                frozenset({"execute-api:ManageConnections"}),
                frozenset({f"arn:aws:execute-api:{HERE}:api1234567/{OWN}/POST/@connections/*"}),
            ),
        },
    ),
    **{kind: (f"[functions.act]\nevent = {{ {event} }}\n{more}", OWN_FAILURES) for kind, event, more in NOT_WAITED_FOR},
    **{kind: (f"[functions.act]\nevent = {{ {event} }}\n{more}", set()) for kind, event, more in WAITED_FOR},
}  # fmt: skip


@pytest.mark.parametrize("kind", EVENTS)
def test_an_event_source_brings_what_it_needs(catalogue: Catalogue, kind: str) -> None:
    """Because of the event, not because somebody asked for it."""
    text, expected = EVENTS[kind]
    found = policies.role(policies.translated(rendered(PROJECT + text, catalogue))["Resources"], "Act")
    assert {*found} - ALWAYS == expected


def network(security_group: str) -> set[Statement]:
    """What a function's role has for Lambda, where functions are in a VPC; the function's own code gets none of it."""
    moves = frozenset(f"ec2:{verb}" for verb in (
        "AssignPrivateIpAddresses", "CreateNetworkInterface", "DeleteNetworkInterface", "UnassignPrivateIpAddresses",
    ))  # fmt: skip
    looks = frozenset({"ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"})
    makes = frozenset({"ec2:CreateNetworkInterface"})
    own = json.dumps({"StringEquals": {"ec2:SubnetID": ["subnet-1", "subnet-2"]}})
    code = json.dumps({"ArnEquals": {"lambda:SourceFunctionArn": f"arn:aws:lambda:{HERE}:function:{OWN}-act"}})
    return {
        Statement("Allow", moves, frozenset({f"arn:aws:ec2:{HERE}:network-interface/*"})),
        Statement("Allow", makes, frozenset({f"arn:aws:ec2:{HERE}:security-group/{security_group}"})),
        Statement("Allow", makes, frozenset({f"arn:aws:ec2:{HERE}:subnet/*"}), own),
        # These know no resource.
        Statement("Allow", looks, frozenset({"*"})),
        Statement("Deny", moves | looks, frozenset({"*"}), code),
    }


INSIGHTS = Statement(
    "Allow",
    frozenset({"logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"}),
    frozenset({f"arn:aws:logs:{HERE}:log-group:/aws/lambda-insights:*"}),
)
#: What a boolean of holdfast.toml brings to every role: where the stack has the roles, and where a platform team has,
#: which does not know the stack's security group.
SWITCHES = {
    "vpc": ("[network]\nvpc = true\n", network("sg-own"), network("*")),
    "insights": ("[observability]\ninsights = true\n", {INSIGHTS}, {INSIGHTS}),
    "signing": ("[deploy]\nsigning = true\n", set(), set()),
}


@pytest.mark.parametrize("name", SWITCHES)
def test_an_optional_part_brings_what_it_needs(catalogue: Catalogue, name: str) -> None:
    answer, own, others = SWITCHES[name]
    files = rendered(PROJECT + answer + CALLED, catalogue)
    found = policies.role(policies.translated(files)["Resources"], "Act")
    assert {*found} - ALWAYS == own
    files = rendered(f'{PROJECT}[roles]\nowner = "platform"\n{answer}{CALLED}', catalogue)
    found = policies.role(policies.template(files, "platform/roles.yaml")["Resources"], "Act")
    assert {*found} - ALWAYS == others


def test_every_optional_part_has_a_case(catalogue: Catalogue) -> None:
    assert SWITCHES.keys() == catalogue.group("optional").keys()


def test_every_event_source_has_a_case(catalogue: Catalogue) -> None:
    assert EVENTS.keys() == catalogue.group("events").keys()


OFFERED = [
    ("orders", "table", ["get", "query", "query(by-day)", "scan", "put", "update", "delete", "batch-write"]),
    ("files", "bucket", ["get", "get(in/)", "put(out/)", "delete", "list", "list(in/)"]),
    ("inbox", "queue", ["send"]),
    ("news", "topic", ["publish"]),
    ("domain", "bus", ["put"]),
    ("clicks", "stream", ["put"]),
    ("flags", "parameter", ["get", "get(a)", "list"]),
    ("token", "secret", ["get"]),
]


#: Event sources that need something of their own, and one that needs nothing.
SOURCES = {
    "http-api": 'kind = "http-api", route = "GET /{name}"',
    "sqs": 'kind = "sqs", queue = "in-{name}"',
    "kinesis": 'kind = "kinesis", stream = "on-{name}"',
    "dynamodb-stream": 'kind = "dynamodb-stream", table = "of-{name}"',
    "schedule": 'kind = "schedule", schedule = "rate(1 day)"',
}


@st.composite
def services(draw: st.DrawFn) -> dict[str, tuple[str, list[str]]]:
    """Functions, each with its event source and its grants, some of none at all."""
    choices = [f"{name}:{grant}" for name, _, grants in OFFERED for grant in grants]
    return {
        f"f{number}": (
            draw(st.sampled_from(sorted(SOURCES))),
            draw(st.lists(st.sampled_from(choices), unique=True, max_size=5)),
        )
        for number in range(draw(st.integers(1, 2)))
    }


def service_of(functions: dict[str, tuple[str, list[str]]]) -> str:
    text = PROJECT
    for name, kind, _ in OFFERED:
        text += f'[resources.{name}]\nkind = "{kind}"\n' + (f"{INDEXES}\n" if kind == "table" else "")
    for name in functions:
        for prefix, kind in (("in", "queue"), ("on", "stream"), ("of", "table")):
            text += f'[resources.{prefix}-{name}]\nkind = "{kind}"\n'
    for name, (source, grants) in functions.items():
        event = SOURCES[source].replace("{name}", name)
        text += f"[functions.{name}]\nevent = {{ {event} }}\ngrants = {json.dumps(grants)}\n"
    return text


def calls(found: Iterable[Statement]) -> set[tuple[str, str, str]]:
    """Every call that statements are for: an action, a resource, and what must be so; prefixes one by one."""
    single = set()
    for each in found:
        prefixes = json.loads(each.condition).get("StringLike", {}).get("s3:prefix") if each.condition else None
        for action in each.actions:
            for arn in each.resources:
                single |= {(action, arn, context) for context in prefixes or [each.condition]}
    return single


def allowed(statements: Iterable[Statement], call: tuple[str, str, str]) -> bool:
    """Whether a role allows a call."""
    return call in calls(statements)


def without(statements: Iterable[Statement], action: str, of: Statement) -> list[Statement]:
    """The role with one action taken out of a statement, and of those that say the same of the same resources."""
    return [
        each._replace(actions=each.actions - {action})
        if (each.resources, each.condition) == (of.resources, of.condition)
        else each
        for each in statements
    ]


def test_a_role_is_the_sum_of_its_grants_and_its_events_needs(catalogue: Catalogue) -> None:
    """No more than the sum; and each action of it is needed: without it, a call that was granted is denied."""

    @cache
    def alone(name: str, source: str, grant: str) -> frozenset[tuple[str, str, str]]:
        text = service_of({name: (source, [grant] if grant else [])})
        resources = policies.template(rendered(text, catalogue))["Resources"]
        return frozenset(calls(policies.role(resources, name.capitalize())))

    @given(functions=services())
    @settings(max_examples=5, deadline=None, phases=[Phase.generate])
    def holds(functions: dict[str, tuple[str, list[str]]]) -> None:
        resources = policies.template(rendered(service_of(functions), catalogue))["Resources"]
        for name, (source, grants) in functions.items():
            role = policies.role(resources, name.capitalize())
            expected = alone(name, source, "").union(*(alone(name, source, grant) for grant in grants))
            assert calls(role) == expected
            for statement in role:
                for action in statement.actions:
                    left = without(role, action, statement)
                    assert not all(allowed(left, call) for call in expected), f"{action} is not needed"

    holds()


def test_every_action_in_a_role_is_a_real_one(catalogue: Catalogue) -> None:
    from support import goldens

    for name, files in goldens.trees(catalogue).items():
        for path in ("template.yaml", *(path for path in files if path.startswith("platform/"))):
            for document in policies.documents(policies.template(files, path)["Resources"]).values():
                for statement in document["Statement"]:
                    actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
                    for action in actions:
                        known = iam.find(action)
                        # API Gateway asks for it where a stage is made, and AWS's own list lacks it.
                        if action == "apigateway:TagResource":
                            continue
                        assert "*" in action or (known and known.name == action), f"{name} {path}: {action}"
