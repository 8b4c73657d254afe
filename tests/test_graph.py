"""A spec becomes a graph of who may touch what."""

from __future__ import annotations

from holdfast import render, spec
from holdfast.catalogue import Catalogue
from holdfast.graph import Function, Graph, Link, Permission, Resource
from minimal import SPEC, template
from support import goldens


def graph(text: str, catalogue: Catalogue) -> Graph:
    return render.graph_of(spec.parse(text, catalogue), catalogue)


def shown(found: Graph) -> list[str]:
    """Each link in a line: what may be done, by whose wish, and who invokes whom."""
    rows = []
    for link in found.links:
        done = [f"{p.name}{'*' if p.because == 'event' else ''}={p.access}" for p in link.permissions]
        done += [f"({name})" for name in link.names]
        rows.append(f"{link.function} {'<' if link.invokes else ''}- {link.resource}: {' '.join(done)}".rstrip(": "))
    return rows


def test_the_orders(catalogue: Catalogue, orders_text: str) -> None:
    found = graph(orders_text, catalogue)
    assert found.service == "orders"
    assert found.functions == (
        Function("place-order", "http-api", ("POST /orders",)),
        Function("fulfil", "sqs", ("inbox",)),
        Function("nightly-report", "schedule", ("cron(0 4 * * ? *)",)),
    )
    assert found.resources == (Resource("orders", "table"), Resource("inbox", "queue"))
    assert shown(found) == [
        "place-order - orders: put=write",
        "place-order - inbox: send=write",
        "fulfil - orders: get=read update=write",
        "fulfil <- inbox: consume*=delete",
        "nightly-report - orders: scan=read",
    ]
    assert found.links[0].permissions[0] == Permission(
        "put", "write whole items", "write", "grant", ("dynamodb:PutItem",)
    )


def test_everything(catalogue: Catalogue) -> None:
    """What invokes, what an event source needs, and what its options name without either."""
    rows = shown(graph(goldens.specs(catalogue)["everything"], catalogue))
    assert "fulfil - orders: get=read update=write batch-write=delete" in rows
    assert "fulfil - done: remember*=delete (idempotency)" in rows
    assert "read-upload <- uploads: get=read" in rows
    assert "notify <- news" in rows
    assert "ship <- domain" in rows
    assert "admit <- members" in rows
    assert "count <- clicks: consume*=read" in rows
    assert "follow-orders <- orders: stream*=read" in rows
    assert "take-mail - mails: (bucket)" in rows
    assert "tidy - mails: (bucket)" in rows


def test_every_grant_and_need_is_in_it(catalogue: Catalogue) -> None:
    for text in goldens.specs(catalogue).values():
        parsed = spec.parse(text, catalogue)
        found = render.graph_of(parsed, catalogue)
        granted = {
            (link.function, f"{link.resource}:{p.name}")
            for link in found.links
            for p in link.permissions
            if p.because == "grant"
        }
        assert granted == {(f.name, str(grant)) for f in parsed.functions for grant in f.grants}
        assert len({(link.function, link.resource) for link in found.links}) == len(found.links)


def test_what_a_link_is_for_beside_being_invoked(catalogue: Catalogue, orders_text: str) -> None:
    text = orders_text.replace('"orders:get", "orders:update"', '"orders:get", "inbox:send"')
    (link,) = [link for link in graph(text, catalogue).links if link.invokes]
    assert [p.name for p in link.permissions] == ["consume", "send"]
    assert [p.name for p in link.asked] == ["send"]
    assert link.access == "write"


def test_an_external_resource_says_where_it_is(catalogue: Catalogue, orders_text: str) -> None:
    arn = "arn:aws:dynamodb:eu-west-1:111122223333:table/orders"
    text = orders_text.replace('kind = "table"', f'kind = "table"\nexternal = "{arn}"')
    assert graph(text, catalogue).resources == (Resource("orders", "table", arn), Resource("inbox", "queue"))


def test_a_permission_that_is_written_out_names_its_actions(catalogue: Catalogue, orders_text: str) -> None:
    arn = "arn:aws:s3:::reports/a"
    allow = f"""
[[functions.place-order.allow]]
actions = ["s3:GetObject", "s3:DeleteObject"]
resources = ["{arn}"]
reason = "old reports"
"""
    found = graph(orders_text + allow, catalogue)
    assert found.resources[-1] == Resource(arn, "", arn)
    (link,) = [link for link in found.links if link.resource == arn]
    assert link == Link(
        "place-order",
        arn,
        (
            Permission("s3:GetObject", "old reports", "read", "allow", ("s3:GetObject",)),
            Permission("s3:DeleteObject", "old reports", "delete", "allow", ("s3:DeleteObject",)),
        ),
    )


def test_a_template_that_names_no_invoker_still_has_a_graph() -> None:
    from holdfast.catalogue import load

    found = graph(SPEC, load(template()))
    assert found.functions == (Function("a", "call", ("x",)), Function("b", "call", ("yes",)))
    assert found.links == ()


def test_every_invoker_is_an_option_that_names_a_resource(catalogue: Catalogue) -> None:
    named = {kind: part.invoker for kind, part in catalogue.group("events").items() if part.invoker}
    for kind, invoker in named.items():
        asked = [q.type for q in catalogue.group("events")[kind].options if q.key == invoker]
        assert asked == ["resource"], kind
    assert named["sqs"] == "queue"
