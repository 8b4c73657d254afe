"""boto3 and botocore: sessions, clients, resources, paginators and waiters, by the libraries' own models."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from typing import Any

from holdfast.privileges import models
from holdfast.privileges.core import Core, Frame
from holdfast.privileges.findings import Call
from holdfast.privileges.trees import snapshot
from holdfast.privileges.values import (
    EMPTY,
    NOTHING,
    OPAQUE,
    UNKNOWN,
    Arguments,
    Client,
    Collection,
    Container,
    Foreign,
    Literal,
    Meta,
    Method,
    Paged,
    Session,
    Thing,
    Tree,
    Value,
    Values,
    Variable,
    join,
    only,
)

#: What makes sessions, clients and resources, by its dotted path.
SESSIONS = frozenset({
    *("boto3.Session", "boto3.session.Session", "botocore.session.get_session", "botocore.session.Session"),
    *("aioboto3.Session", "aioboto3.session.Session", "aiobotocore.session.get_session", "boto3._get_default_session"),
    *("aiobotocore.session.AioSession", "boto3.setup_default_session"),
})  # fmt: skip
#: A client's own methods that call nothing.
_SILENT = frozenset({"can_paginate", "close"})
#: boto3's own methods for S3: the operation they stand for (see data/operations.toml), and what they take.
TRANSFERS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "upload_file": ("UploadFile", ("Filename", "Bucket", "Key", "ExtraArgs")),
    "upload_fileobj": ("UploadFile", ("Fileobj", "Bucket", "Key", "ExtraArgs")),
    "download_file": ("DownloadFile", ("Bucket", "Key", "Filename", "ExtraArgs")),
    "download_fileobj": ("DownloadFile", ("Bucket", "Key", "Fileobj", "ExtraArgs")),
    "copy": ("CopyFile", ("CopySource", "Bucket", "Key", "ExtraArgs")),
}
#: Other methods that boto3 adds to resources: the operation, and which identifier is its parameter.
_ADDED: Mapping[tuple[str, str, str], tuple[str, Mapping[str, str]]] = {
    ("dynamodb", "Table", "batch_writer"): ("BatchWriteItem", {"TableName": "Name"}),
    ("s3", "ObjectSummary", "load"): ("HeadObject", {"Bucket": "BucketName", "Key": "Key"}),
    ("s3", "Bucket", "load"): ("ListBuckets", {}),
    ("ec2", "", "create_tags"): ("CreateTags", {}),
    ("ec2", "Instance", "create_tags"): ("CreateTags", {}),
    ("ec2", "Instance", "delete_tags"): ("DeleteTags", {}),
}
#: Where an answer names what the question named already.
_ANSWERS = {("sqs", "GetQueueUrl"): ("QueueUrl", "QueueName"), ("sns", "CreateTopic"): ("TopicArn", "Name")}
ANSWER: Values = only(Foreign("botocore.answer"))


class Boto(Core):
    """Calls of AWS."""

    # Sessions and clients.

    def make_session(self, given: Arguments) -> Values:
        """A session; under other credentials where keys, a profile or somebody else's session are given."""
        inner = [value for value in given.at(None, "botocore_session") if isinstance(value, Session)]
        foreign = _other(given.at(0, "aws_access_key_id")) or _other(given.at(None, "profile_name", "profile"))
        return only(Session(foreign or any(session.foreign for session in inner)))

    def make_client(self, session: Session, given: Arguments, node: ast.AST, frame: Frame, *, resource: bool) -> Values:
        """`client("s3")`; a service that cannot be told is unresolved, as long as the credentials are the role's."""
        foreign = session.foreign or _other(given.at(6, "aws_access_key_id"))
        found: set[Value] = set()
        for name in given.at(0, "service_name") or OPAQUE:
            service = name.value if isinstance(name, Literal) else None
            if isinstance(service, str) and service in models.services():
                client = Client(service, foreign)
                found.add(Thing(client) if resource else client)
            elif service is not None and not isinstance(service, str):
                continue
            elif not foreign:
                what = "which service's client is made is not known" if service is None else f"no service is {service}"
                self.unresolved(node, frame, what)
        return frozenset(found)

    def session_method(self, session: Session, name: str, given: Arguments, node: ast.AST, frame: Frame) -> Values:
        if name in ("client", "create_client", "resource"):
            return self.make_client(session, given, node, frame, resource=name == "resource")
        return OPAQUE

    # Calls.

    def record(self, client: Client, operation: str, arguments: Tree, node: ast.AST, frame: Frame) -> Values:
        """One call of an operation; under other credentials it is not this role's affair."""
        if not client.foreign:
            words = [word.arg for word in node.keywords if word.arg] if isinstance(node, ast.Call) else []
            call = Call(client.service, operation, arguments, self.place(node, frame), frozenset(words))
            self.records.calls[call] = None
        named = _ANSWERS.get((client.service, operation))
        if named:
            made = Container(node, frame.scope, "answer")
            self.put(made, named[0], arguments.get(named[1]).texts or OPAQUE)
            return only(made)
        return ANSWER

    def given(self, arguments: Arguments, names: tuple[str, ...] = ()) -> Tree:
        """What a call is given, as a tree; positional arguments by these names."""
        entries: list[tuple[str | int, Tree]] = [(name, snapshot(self, values)) for name, values in arguments.keywords]
        entries += [(name, snapshot(self, values)) for name, values in zip(names, arguments.positional, strict=False)]
        return Tree(entries=tuple(entries), known=not arguments.open and not arguments.rest)

    def client_method(self, client: Client, name: str, given: Arguments, node: ast.AST, frame: Frame) -> Values:
        operations = models.operations(client.service)
        if name in operations:
            return self.record(client, operations[name], self.given(given), node, frame)
        if name in ("get_paginator", "get_waiter"):
            known = operations if name == "get_paginator" else models.waiters(client.service)
            return self._named(client, known, given.at(0, "operation_name", "waiter_name"), node, frame)
        if name == "generate_presigned_url":
            parameters = snapshot(self, given.at(1, "Params"))
            for operation in self._named(client, operations, given.at(0, "ClientMethod"), node, frame):
                if isinstance(operation, Paged):
                    self.record(client, operation.operation, parameters or UNKNOWN, node, frame)
        elif name == "generate_presigned_post":
            self.record(client, "PutObject", self.given(given, ("Bucket", "Key")), node, frame)
        elif name in TRANSFERS and client.service == "s3":
            self._transfer(client, name, given, {}, node, frame)
        elif name not in _SILENT and name.startswith("generate_db_auth"):
            self.record(client, "connect", EMPTY, node, frame)
        return OPAQUE

    def _named(self, client: Client, known: Mapping[str, str], names: Values, node: ast.AST, frame: Frame) -> Values:
        """The operations that texts name; one that nobody knows may be any of the service's."""
        found: set[Value] = set()
        for name in names or OPAQUE:
            if isinstance(name, Literal) and isinstance(name.value, str):
                if name.value in known:
                    found.add(Paged(client, known[name.value]))
            elif not client.foreign:
                what = f"which operation of {client.service} is called is not known"
                self.unresolved(node, frame, what, client.service)
        return frozenset(found)

    def _transfer(
        self, client: Client, name: str, given: Arguments, known: Mapping[str, Values], node: ast.AST, frame: Frame
    ) -> None:
        operation, parameters = TRANSFERS[name]
        tree = self.given(given, tuple(parameter for parameter in parameters if parameter not in known))
        extra = tree.get("ExtraArgs")
        entries = (*tree.entries, *((key, snapshot(self, values)) for key, values in known.items()), *extra.entries)
        self.record(client, operation, Tree(entries=entries, known=tree.known and extra.known), node, frame)

    def paged_method(self, paged: Paged, name: str, given: Arguments, node: ast.AST, frame: Frame) -> Values:
        if name in ("paginate", "wait"):
            return self.record(paged.client, paged.operation, self.given(given), node, frame)
        return OPAQUE

    # Resources.

    def of_thing(self, value: Thing, name: str, node: ast.AST, frame: Frame) -> Values:
        service, kind = value.client.service, value.kind
        for identifier in models.resource(service, kind).get("identifiers", ()):
            if name == models.snake(identifier.get("memberName", identifier["name"])):
                return dict(value.identifiers).get(identifier["name"], OPAQUE)
        if name == "meta":
            return only(Meta(value.client))
        group, part = models.parts(service, kind).get(name, ("", ""))
        if group == "hasMany":
            return only(Collection(value, part))
        if group == "has" and name != part:
            model = models.resource(service, kind)["has"][part]["resource"]
            return only(Thing(value.client, model["type"]))
        if group or (service, kind, name) in _ADDED or (service == "s3" and name in TRANSFERS):
            return only(Method(value, name))
        if name in models.attributes(service, kind) and not value.loaded:
            return self._load(value, node, frame)
        return OPAQUE

    def _load(self, value: Thing, node: ast.AST, frame: Frame) -> Values:
        service, kind = value.client.service, value.kind
        model = models.resource(service, kind).get("load")
        added = _ADDED.get((service, kind, "load"))
        if model:
            return self._request(value, model["request"], Arguments(), node, frame)
        if added:
            return self._added(value, added, node, frame)
        return OPAQUE

    def thing_method(self, value: Thing, name: str, given: Arguments, node: ast.AST, frame: Frame) -> Values:
        service, kind = value.client.service, value.kind
        added = _ADDED.get((service, kind, name))
        if added:
            self._added(value, added, node, frame)
            return only(Foreign("boto3.batch_writer"))
        if service == "s3" and name in TRANSFERS:
            identifiers = dict(value.identifiers)
            bucket = {"Bucket": identifiers.get("Name" if kind == "Bucket" else "BucketName", OPAQUE)}
            key = {} if kind == "Bucket" else {"Key": identifiers.get("Key", OPAQUE)}
            self._transfer(value.client, name, given, bucket | key, node, frame)
            return OPAQUE
        group, part = models.parts(service, kind).get(name, ("", ""))
        model = models.resource(service, kind).get(group, {}).get(part, {})
        if group == "has":
            return only(self._part(value, model["resource"], given))
        if group == "actions":
            answer = self._request(value, model["request"], given, node, frame)
            made = model.get("resource")
            return self._made(value, made, given, answer, node, frame) if made else answer
        if group == "waiters":
            operation = models.waiters(service).get(models.snake(model["waiterName"]), "")
            return self._request(value, {**model, "operation": operation}, given, node, frame)
        return self._load(value, node, frame) if group == "load" else OPAQUE

    def _added(self, value: Thing, added: tuple[str, Mapping[str, str]], node: ast.AST, frame: Frame) -> Values:
        operation, parameters = added
        identifiers = dict(value.identifiers)
        entries = [(key, snapshot(self, identifiers.get(name, OPAQUE))) for key, name in parameters.items()]
        return self.record(value.client, operation, Tree(entries=tuple(entries)), node, frame)

    def _request(
        self, value: Thing, request: Mapping[str, Any], given: Arguments, node: ast.AST, frame: Frame
    ) -> Values:
        """The operation behind an action: the caller's parameters, and those that the resource stands for."""
        tree = self.given(given)
        identifiers = dict(value.identifiers)
        known = {
            parameter["target"]: snapshot(self, identifiers.get(parameter["name"], OPAQUE))
            for parameter in request.get("params", ())
            if parameter["source"] == "identifier" and parameter["target"].isalnum()
        }
        entries = (*tree.entries, *known.items())
        return self.record(value.client, request["operation"], Tree(entries=entries, known=tree.known), node, frame)

    def _part(self, value: Thing, model: Mapping[str, Any], given: Arguments) -> Thing:
        """`s3.Bucket("name")`: a resource by what it is given and by what its parent is."""
        own, inputs = dict(value.identifiers), 0
        identifiers: list[tuple[str, Values]] = []
        for identifier in model.get("identifiers", ()):
            target = identifier["target"]
            if identifier["source"] == "input":
                identifiers.append((target, given.at(inputs, models.snake(target)) or OPAQUE))
                inputs += 1
            else:
                identifiers.append((target, own.get(identifier.get("name", ""), OPAQUE)))
        return Thing(value.client, model["type"], tuple(identifiers))

    def _made(
        self,
        value: Thing,
        model: Mapping[str, Any],
        given: Arguments,
        answer: Values,
        node: ast.AST,
        frame: Frame,
    ) -> Values:
        """The resource that an action gives: known by what the caller asked for, where the answer repeats that."""
        own, keywords = dict(value.identifiers), dict(given.keywords)
        named = [self.get(a, key) for a in answer if isinstance(a, Container) for key in self.names(a)]
        identifiers: list[tuple[str, Values]] = []
        several = False
        for identifier in model.get("identifiers", ()):
            path = identifier.get("path", "")
            several = several or "[]" in path
            if identifier["source"] == "requestParameter":
                identifiers.append((identifier["target"], keywords.get(path, OPAQUE)))
            elif identifier["source"] == "identifier":
                identifiers.append((identifier["target"], own.get(identifier["name"], OPAQUE)))
            else:
                identifiers.append((identifier["target"], join(*named) or OPAQUE))
        made = Thing(value.client, model["type"], tuple(identifiers), loaded="path" in model)
        if not several:
            return only(made)
        held = Container(node, frame.scope, "made")
        self.add_element(held, only(made))
        return only(held)

    # Collections.

    def collection_method(
        self, collection: Collection, name: str, given: Arguments, node: ast.AST, frame: Frame
    ) -> Values:
        """`.filter()` and the like list; a batch action lists, and acts on what was listed."""
        parent = collection.parent
        model = models.resource(parent.client.service, parent.kind)["hasMany"][collection.name]
        batch = models.batch_actions(parent.client.service, model["resource"]["type"]).get(name)
        self._request(parent, model["request"], Arguments() if batch else given, node, frame)
        if batch:
            element = self.element_of(collection)
            return self._request(element, batch["request"], given, node, frame)
        if name == "pages":
            held = Container(node, frame.scope, "pages")
            self.add_element(held, only(collection))
            return only(held)
        return only(collection)

    def element_of(self, collection: Collection) -> Thing:
        """What iterating over a collection gives."""
        parent = collection.parent
        model = models.resource(parent.client.service, parent.kind)["hasMany"][collection.name]["resource"]
        own = dict(parent.identifiers)
        identifiers = tuple(
            (one["target"], own.get(one.get("name", ""), OPAQUE) if one["source"] == "identifier" else OPAQUE)
            for one in model.get("identifiers", ())
        )
        return Thing(parent.client, model["type"], identifiers, loaded="path" in model)


def _other(values: Values) -> bool:
    """Whether credentials that are given are somebody else's: neither None nor the role's own from the environment."""
    own = {Literal(None), Variable("AWS_ACCESS_KEY_ID"), Variable("AWS_PROFILE")}
    return bool(values) and not any(value in own for value in values)


_STUBS = re.compile(r"(?:mypy_boto3|types_boto3|types_aiobotocore)_(\w+?)(?:\.(\w+))?\.(\w+)")


def annotated(path: str) -> Values:
    """What a name of the type stubs stands for: `mypy_boto3_s3.client.S3Client` is a client of s3."""
    found = _STUBS.fullmatch(path)
    if not found:
        return NOTHING
    names = (found[1], found[1].replace("_", "-"))
    service = next((name for name in names if name in models.services()), "")
    if not service:
        return NOTHING
    client, kind = Client(service), found[3]
    if kind.endswith("Client"):
        return only(client)
    if kind.endswith("ServiceResource"):
        return only(Thing(client))
    if kind.endswith(("Paginator", "Waiter")):
        operation = kind.removesuffix("Paginator")
        return only(Paged(client, operation)) if operation in models.operations(service).values() else NOTHING
    return only(Thing(client, kind)) if models.resource(service, kind) else NOTHING
