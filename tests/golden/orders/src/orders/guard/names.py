"""Names that AWS gives: objects and buckets, MQTT topics, ARNs."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator, StringConstraints
from pydantic_core import PydanticCustomError

from .rejection import UNSAFE_TEXT
from .text import FreeText, refuse_unsafe

_KEY_BYTES = 1024
_ESCAPE = re.compile("%[0-9A-Fa-f]{2}")
_SEGMENT = "[A-Za-z0-9_][A-Za-z0-9_.=-]*"
_LEVEL = "[A-Za-z0-9_][A-Za-z0-9_:.-]*"
_ACCOUNT = "[0-9]{12}|aws"
_PART = "[A-Za-z0-9_+=,@][A-Za-z0-9_+=,.@-]*"
_REFUSED_KEYS = frozenset(
    {
        "absolute-path",
        "address",
        "address-number",
        "address-userinfo",
        "entity",
        "expression",
        "formula",
        "metadata-address",
        "shell-separator",
        "traversal",
        "traversal-encoded",
        "traversal-windows",
    }
)


def decoded_key(text: str) -> str:
    """The key in an event of S3, which writes it URL-encoded with `+` for a space; decode once, and validate then.

    Keys from anywhere else (EventBridge, a message of your own) are not encoded.
    """
    from urllib.parse import unquote_plus

    if len(text) > 3 * _KEY_BYTES:
        raise PydanticCustomError(UNSAFE_TEXT, "the key is longer than S3 allows")
    try:
        return unquote_plus(text, errors="strict")
    except UnicodeDecodeError:
        raise PydanticCustomError(UNSAFE_TEXT, "the key is not UTF-8") from None


def _key(value: str) -> str:
    refuse_unsafe(value)
    if len(value.encode("utf-8")) > _KEY_BYTES:
        raise PydanticCustomError(UNSAFE_TEXT, "the key is longer than S3 allows")
    # Others may normalise what they are handed: `‥` is two dots then.
    seen = unicodedata.normalize("NFKC", value)
    if "\\" in seen or _ESCAPE.search(seen):
        raise PydanticCustomError(UNSAFE_TEXT, "the key holds a backslash or an escape")
    if any(segment.strip() in ("", ".", "..") for segment in seen.split("/")):
        raise PydanticCustomError(UNSAFE_TEXT, "the key has a segment that leads elsewhere")
    return value


def _bucket(value: str) -> str:
    if value.count(".") == 3 and value.replace(".", "").isdigit():
        raise PydanticCustomError(UNSAFE_TEXT, "a bucket is not named like an IP address")
    return value


#: The key of an object, as it is (see `decoded_key`): segments of ASCII letters, digits, `_`, `.`, `-` and `=`, each
#: starting with a letter, digit or `_`, with one `/` between them. These are the characters that AWS calls safe without
#: those that mean something to a shell, and `=`, for partitions. A name such as `Invoice (1).pdf` needs `AnyS3Key`.
S3Key = Annotated[
    str,
    StringConstraints(strict=True, max_length=_KEY_BYTES, pattern=rf"^{_SEGMENT}(?:/{_SEGMENT})*$"),
]

#: The key of an object with any printable characters, quotes and `$(…)` included: never part of a command, a query or
#: a page. Refused all the same: empty segments (a leading or trailing `/`), `.` and `..`, backslashes, percent-escapes.
AnyS3Key = Annotated[
    str,
    StringConstraints(strict=True, min_length=1, max_length=_KEY_BYTES),
    AfterValidator(_key),
    FreeText(refuses=_REFUSED_KEYS),
]

#: A bucket's name: 3 to 63 lower-case letters, digits, hyphens and single dots, and no IP address.
BucketName = Annotated[
    str,
    StringConstraints(strict=True, min_length=3, max_length=63, pattern=r"^[a-z0-9](?:\.?[a-z0-9-])*\.?[a-z0-9]$"),
    AfterValidator(_bucket),
]

#: The topic of an MQTT message, no filter: levels of ASCII letters, digits, `_`, `:`, `.` and `-`, each starting with a
#: letter, digit or `_`; as many and as long as AWS IoT takes. `$aws/` at the start is for its own.
Topic = Annotated[
    str,
    StringConstraints(strict=True, max_length=256, pattern=rf"^(?:\$aws/)?{_LEVEL}(?:/{_LEVEL})" r"{0,7}$"),
]

#: The ARN of one resource: no wildcard and no `$`, and no part of its resource starts with a dot or a hyphen.
Arn = Annotated[
    str,
    StringConstraints(
        strict=True,
        max_length=2_048,
        pattern=rf"^arn:aws(?:-[a-z]+)*:[a-z0-9-]+:[a-z0-9-]*:(?:{_ACCOUNT})?:{_PART}(?:[:/]{_PART})*$",
    ),
]
