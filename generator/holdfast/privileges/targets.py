"""Which resource a call is for, in the words of ARNs: what stands behind the account, such as `table/orders`.

A text may hold tokens: `${AWS::Region}` and the like are open (nobody knows their value here), `${=Orders}` stands for
the name that CloudFormation makes up for one resource of the template, and equals nothing but itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import TypeAlias

from holdfast.privileges.values import Foreign, Joined, Literal, Tree, Value, Variable

#: The environment variables of a function, as the template sets them.
Texts: TypeAlias = Mapping[str, str]
ANY = "${?}"
_TOKEN = re.compile(r"\$\{[^}]*\}")
_PIECE = re.compile(r"\$\{[^}]*\}|.", re.DOTALL)
#: By service, the parameters that name a resource, and how its ARN has that name.
_PARAMETERS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "cognito-idp": (("UserPoolId", "userpool/{}"),),
    "dynamodb": (("TableName", "table/{}"), ("StreamArn", "{}")),
    "events": (("Entries.[].EventBusName", "event-bus/{}"),),
    "firehose": (("DeliveryStreamName", "deliverystream/{}"),),
    "iam": (("RoleArn", "role/{}"),),
    "kinesis": (("StreamName", "stream/{}"), ("StreamARN", "{}")),
    "lambda": (("FunctionName", "function:{}"),),
    "secretsmanager": (("SecretId", "secret:{}"),),
    "sns": (("TopicArn", "{}"), ("TargetArn", "{}")),
    "sqs": (("QueueUrl", "{}"), ("QueueName", "{}")),
    "ssm": (("Name", "parameter/{}"), ("Names.[]", "parameter/{}"), ("Path", "parameter/{}")),
    "states": (("stateMachineArn", "stateMachine:{}"),),
    "sts": (("RoleArn", "role/{}"),),
}
#: What else an ARN may have behind a name: a secret's six characters, a function's version.
_ENDINGS = {"secretsmanager": ("", f"-{ANY}"), "lambda": ("", f":{ANY}")}
_OBJECT = re.compile(r"(?!.*Bucket).*Object|AbortMultipartUpload|ListMultipartUploadParts")


def of(action: str, arguments: Tree, environment: Texts) -> tuple[str, ...]:
    """The resources that an action is for, of a call with these arguments; none where they cannot be told."""
    service, _, name = action.partition(":")
    if service == "s3":
        return _of_s3(name, arguments, environment)
    for parameter, form in _PARAMETERS.get(service, ()):
        given = arguments.get(*parameter.split("."))
        if given.texts:
            found = _formed(service, form, given, environment)
            if parameter == "Path":
                # IAM is asked for the path, policies are written for what is below it.
                found += tuple(f"{one.rstrip('/')}/{ANY}" for one in found)
            index = arguments.get("IndexName")
            if service == "dynamodb" and index:
                found = tuple(f"{one}/index/{end}" for one in found for end in resolved(index, environment) or (ANY,))
            return found
    return ()


def named(action: str, on: Tree, environment: Texts) -> tuple[str, ...]:
    """The resources that an argument names."""
    service = action.partition(":")[0]
    if service == "s3":
        return tuple(_object(text) for text in _texts_or_parts(on, environment))
    forms = _PARAMETERS.get(service, ())
    return _formed(service, forms[0][1], on, environment) if forms and on.texts else ()


def _of_s3(name: str, arguments: Tree, environment: Texts) -> tuple[str, ...]:
    buckets = [_last(text) for text in resolved(arguments.get("Bucket"), environment)]
    if any(bucket.startswith("accesspoint/") for bucket in buckets):
        return ()
    if not _OBJECT.fullmatch(name):
        return tuple(buckets)
    keys = resolved(arguments.get("Key"), environment) or (ANY,)
    return tuple(f"{bucket}/{key}" for bucket in buckets for key in keys)


def _texts_or_parts(on: Tree, environment: Texts) -> tuple[str, ...]:
    """`bucket/key`, `s3://bucket/key`, a bucket's name, or both in a dictionary."""
    if on.entries:
        return _of_s3("GetObject", on, environment)
    return resolved(on, environment)


def _object(text: str) -> str:
    text = _last(text.removeprefix("s3://"))
    return text if "/" in text else f"{text}/{ANY}"


def _formed(service: str, form: str, given: Tree, environment: Texts) -> tuple[str, ...]:
    found: list[str] = []
    for text in resolved(given, environment):
        if text.startswith("arn:"):
            # One of a secret may be without its six characters; one of a function says which version it means.
            endings = _ENDINGS[service] if service == "secretsmanager" else ("",)
            found += [_last(text) + ending for ending in endings]
            continue
        # A queue's address ends in its name; a parameter's ARN has no second slash.
        name = text.rpartition("/")[2] if service == "sqs" else text.lstrip("/") if service == "ssm" else text
        found += [form.replace("{}", name) + ending for ending in _ENDINGS.get(service, ("",))]
    return tuple(found)


def _last(text: str) -> str:
    """What stands behind the account in an ARN; any other text is what it is."""
    return split(text)[1] if text.startswith("arn:") else text


def resolved(tree: Tree, environment: Texts) -> tuple[str, ...]:
    """The texts that a value may be; none where one of them cannot be told."""
    found: list[str] = []
    # A variable that the template sets is what counts, and what is made of it: a text beside it is its default.
    set_here = [value for value in tree.texts if _is_set(value, environment)]
    candidates = set_here or sorted(tree.texts, key=repr)
    for value in candidates:
        text = _text(value, environment)
        if text is None:
            return ()
        found.append(text)
    return tuple(sorted(set(found)))


def _is_set(value: Value, environment: Texts) -> bool:
    parts = value.parts if isinstance(value, Joined) else (value,)
    return any(isinstance(part, Variable) and part.name in environment for part in parts)


def _text(value: Value, environment: Texts) -> str | None:
    if isinstance(value, Literal):
        return str(value.value)
    if isinstance(value, Variable):
        return environment.get(value.name)
    if isinstance(value, Joined):
        parts = [ANY if isinstance(part, Foreign) else _text(part, environment) or ANY for part in value.parts]
        return "".join(parts)
    return None


def split(arn: str) -> tuple[str, str]:
    """An ARN's service and what stands behind the account."""
    pieces = re.split(r":(?![^{]*\})", arn, maxsplit=5)
    return (pieces[2], pieces[5]) if len(pieces) == 6 else ("", arn)


@cache
def may_match(pattern: str, text: str) -> bool:
    """Whether a policy's pattern may be about a text, where both may have tokens."""
    if _compiled(pattern).fullmatch(text):
        return True
    mine, theirs = _open(pattern), _open(text)
    if mine == theirs and ANY not in mine:
        return False
    return _meet(*map(_starred, _behind(pattern, text)))


def _behind(pattern: str, text: str) -> tuple[str, str]:
    """Both without what they begin with alike: a token is the same in both, whatever it is."""
    one, other = _PIECE.findall(pattern), _PIECE.findall(text)
    alike = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs or mine in ("*", "?", ANY):
            break
        alike += 1
    return "".join(one[alike:]), "".join(other[alike:])


def _open(text: str) -> frozenset[str]:
    return frozenset(token for token in _TOKEN.findall(text) if not token.startswith("${="))


def _starred(text: str) -> str:
    """A text with its open tokens as wildcards."""
    return re.sub(r"\*+", "*", _TOKEN.sub(lambda t: t[0] if t[0].startswith("${=") else "*", text))


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    body = "".join(".*" if c == "*" else "." if c == "?" else re.escape(c) for c in pattern)
    return re.compile(re.sub(r"(?:\.\*)+", ".*", body), re.DOTALL)


@cache
def _meet(one: str, other: str) -> bool:
    """Whether two patterns with wildcards have a text in common."""
    row = [True, *(other[:column] == "*" * column for column in range(1, len(other) + 1))]
    for character in one:
        above, row = row, [row[0] and character == "*"]
        for column, there in enumerate(other, start=1):
            if "*" in (character, there):
                row.append(above[column] or row[column - 1] or above[column - 1])
            else:
                row.append(above[column - 1] and (character == there or "?" in (character, there)))
    return row[-1]
