"""Where something may be sent: addresses of the web on hosts that a model names, and of mail."""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar

from pydantic import GetCoreSchemaHandler, StringConstraints
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from .rejection import UNSAFE_TEXT

#: Two labels at least, and a last one that starts with a letter: so it is no IP address in any notation.
_DOMAIN = r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]"
_PORT = "[1-9][0-9]{0,4}"
#: What RFC 3986 has in a path; escapes stand for anything but control characters.
_CHAR = r"[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[2-689A-Fa-f][0-9A-Fa-f]|%7[0-9A-Ea-e]"
_HOST = re.compile(rf"(?:\*\.)?{_DOMAIN}(?::{_PORT})?")
#: An escape that is one again once it is decoded, and the start of an overlong one.
_TWICE = re.compile("%25[0-9a-f]{2}|%c[01]")


class HttpsUrl:
    """An https address on one of the hosts that the model names: `Annotated[str, HttpsUrl("hooks.example.com")]`.

    `"*.example.com"` stands for all hosts below example.com, `"example.com:8443"` for that port; else it is 443. A host
    counts as it goes over the wire (`xn--…`), in any case. Refused are userinfo, IP addresses, fragments, backslashes,
    escaped controls of ASCII, and all that is not ASCII. In its path `.` and `..` are refused as segments, written out,
    escaped or with parameters behind them (`..;`), and so are escapes of escapes (`%252e`) and those that no UTF-8 has
    (`%C0`). The text stays as it came: its path may hold `'`, `$` and brackets, its query may name any other address.

    The hosts are trusted, their redirects are not: do not let the client follow them.
    """

    pattern: ClassVar[str] = rf"^https://{_DOMAIN}(?::{_PORT})?(?:/(?:{_CHAR})*)?(?:\?(?:{_CHAR}|\?)*)?$"

    def __init__(self, *hosts: str, max_length: int = 2_000) -> None:
        if not hosts:
            raise TypeError("HttpsUrl needs the hosts that it may name")
        for host in hosts:
            if not _HOST.fullmatch(host):
                raise TypeError(f"HttpsUrl: {host!r} is no host: write example.com, *.example.com or example.com:8443")
        self.hosts = frozenset(host.lower().removesuffix(":443") for host in hosts)
        self.max_length = max_length

    def __get_pydantic_core_schema__(self, source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        if source is not str:
            raise TypeError("HttpsUrl belongs on str: Annotated[str, HttpsUrl(…)]")
        text = core_schema.str_schema(strict=True, max_length=self.max_length, pattern=self.pattern)
        return core_schema.no_info_after_validator_function(self._checked, text)

    def _checked(self, value: str) -> str:
        address = value.removeprefix("https://").partition("?")[0].lower()
        host, *segments = address.split("/")
        if not self._allowed(host.removesuffix(":443")):
            raise PydanticCustomError(UNSAFE_TEXT, "the address is on a host that the model does not name")
        path = "/".join(segments)
        if _TWICE.search(path):
            raise PydanticCustomError(UNSAFE_TEXT, "the address has an escape that parsers read differently")
        # Whoever decodes it before looking finds segments behind escaped slashes, too.
        seen = path.replace("%2e", ".").replace("%2f", "/").replace("%5c", "/").replace("%3b", ";")
        if any(segment.partition(";")[0] in (".", "..") for segment in seen.split("/")):
            raise PydanticCustomError(UNSAFE_TEXT, "the address has a segment that leads elsewhere")
        return value

    def _allowed(self, host: str) -> bool:
        return host in self.hosts or any(known[0] == "*" and host.endswith(known[1:]) for known in self.hosts)


#: One address of mail, to 254 characters, as people have them: ASCII letters, digits and `_` `.` `+` `-` `=` before the
#: `@`, a domain behind it. Nothing that a shell, SQL or a spreadsheet would read as its own, so no apostrophe either.
Email = Annotated[
    str,
    StringConstraints(
        strict=True,
        max_length=254,
        pattern=rf"^[A-Za-z0-9_][A-Za-z0-9_+=-]*(?:\.[A-Za-z0-9_+=-]+)*@{_DOMAIN}$",
    ),
]
