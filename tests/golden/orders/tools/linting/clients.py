"""Which calls ask a server for something, where they take its address, and whether they follow where it sends them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from .code import Module, annotated, argument, behind, is_literal, keyword, last_name
from .scope import Bound, Scope

_VERBS = frozenset({"delete", "get", "head", "options", "patch", "post", "put", "ws_connect"})
#: The method comes first, then the address.
_SECOND = frozenset({"Request", "request", "request_encode_body", "request_encode_url", "stream", "urlopen"})
_CLIENTS = frozenset(
    {"aiohttp.ClientSession", "httpx.AsyncClient", "httpx.Client", "requests.Session", "requests.session"}
    | {"urllib.request.OpenerDirector", "urllib.request.build_opener", "urllib3.PoolManager"}
)
#: What can be told later where to go, by `connect`.
_CONNECTING = frozenset(
    {"ftplib.FTP", "ftplib.FTP_TLS", "paramiko.SSHClient", "paramiko.client.SSHClient", "smtplib.SMTP"}
    | {"smtplib.LMTP", "smtplib.SMTP_SSL", "socket.socket"}
)
#: What takes an address first: other functions than those of the libraries above, an opener's `open`, a `connect`.
_FIRST = frozenset(
    {"asyncio.open_connection", "ftplib.connect", "http.client.HTTPConnection", "http.client.HTTPSConnection"}
    | {"imaplib.IMAP4", "imaplib.IMAP4_SSL", "paramiko.Transport", "paramiko.connect", "poplib.POP3", "poplib.POP3_SSL"}
    | {"paramiko.transport.Transport", "smtplib.connect", "socket.connect", "socket.connect_ex"}
    | {"socket.create_connection", "telnetlib.Telnet", "urllib.open", "urllib.request.Request"}
    | {"urllib.request.urlopen", "urllib.request.urlretrieve", "websocket.create_connection", "websockets.connect"}
    | {"websockets.asyncio.client.connect", "websockets.client.connect", "websockets.sync.client.connect"}
    | (_CONNECTING - {"paramiko.SSHClient", "paramiko.client.SSHClient", "socket.socket"})
)
#: The option of a call that keeps each library where it was sent. httpx stays without one, http.client has none.
_STAYS = {"aiohttp": "allow_redirects", "requests": "allow_redirects", "urllib3": "redirect"}


@dataclass(frozen=True)
class Asking:
    """A call that opens a connection: `library` is requests, httpx, …, `client` the call that made its session."""

    call: ast.Call
    library: str
    address: ast.expr
    client: ast.Call | None = None

    def must_stay(self) -> str:
        """What to change so that no answer sends the request elsewhere; nothing where it stays."""
        if self.library == "urllib":
            return "urllib follows redirects: use httpx, or requests with allow_redirects=False"
        if self.library == "httpx":
            calls = [self.call, *([self.client] if self.client else [])]
            given = filter(None, (keyword(call, "follow_redirects") for call in calls))
            return "" if all(is_literal(value, False) for value in given) else "take follow_redirects out"
        option = _STAYS.get(self.library)
        stays = not option or is_literal(keyword(self.call, option), False)
        return "" if stays else f"write {option}=False"


def asking(module: Module, call: ast.Call, scope: Scope) -> Asking | None:
    """`call` as a request; None where it is none."""
    full, client = _full(module, call, scope)
    library, _, method = full.partition(".")
    address = None
    if full in _FIRST:
        address = argument(call, 0, "url", "uri", "host", "hostname", "address", "sock")
    elif full == "socket.sendto":
        address = call.args[-1] if call.args else None
    elif full in _CLIENTS:
        address = keyword(call, "base_url")
    elif last_name(call.func) in ("client", "resource"):
        address = keyword(call, "endpoint_url")
    elif library in ("aiohttp", "httpx", "requests", "urllib3") and method in _VERBS | _SECOND:
        address = argument(call, 1 if method in _SECOND else 0, "url")
    return Asking(call, library, address, client) if address else None


def _full(module: Module, call: ast.Call, scope: Scope) -> tuple[str, ast.Call | None]:
    """`requests.post`, whether it is called so or on a session, and the call that made the session, if it is seen."""
    function, where = behind(call.func, scope)
    if isinstance(function, ast.Attribute):
        for library, made in _clients(module, function.value, where):
            return f"{library}.{function.attr}", made
    return module.dotted(function, where), None


def _clients(module: Module, node: ast.expr, scope: Scope, depth: int = 0) -> Iterator[tuple[str, ast.Call | None]]:
    """The libraries whose client `node` may be: by the call that makes it, a function that returns it, or its type."""
    found: list[Bound] = []
    match node:
        case ast.Call(func=function):
            if module.dotted(function, scope) in _CLIENTS | _CONNECTING:
                yield module.dotted(function, scope).partition(".")[0], node
            found = module.returned.get(function.id, []) if isinstance(function, ast.Name) else []
        case ast.Name(id=name):
            found = scope.find(name)
        case ast.Attribute(attr=name):
            found = module.names.attributes.get(name, [])
    for each in found if depth < 4 else ():
        if each.role == "unknown" and each.node:
            kind = module.dotted(annotated(each.node), each.scope)
            yield from [(kind.partition(".")[0], None)] if kind in _CLIENTS | _CONNECTING else []
        elif each.role == "value" and each.node:
            yield from _clients(module, each.node, each.scope, depth + 1)
