"""Bytes that an event carries as text or compressed, of no more than a size that is known before they are read."""

from __future__ import annotations

import binascii
import zlib

from .rejection import Problem, Rejected

#: zlib's word for: gzip or zlib, whichever the data begins with.
_ANY_HEADER = 47
#: Data may be several compressed pieces in a row; each costs a copy of what follows it.
_MOST_MEMBERS = 100


def from_base64(text: str, limit: int) -> bytes:
    """The bytes, `limit` at most, that `text` is the base64 of: padded, without line ends or anything else in it."""
    if len(text) > 4 * -(-limit // 3):
        raise Rejected("size", Problem("too_large"))
    try:
        data = binascii.a2b_base64(text, strict_mode=True)
    except ValueError:
        raise Rejected("envelope", Problem("base64_invalid")) from None
    if len(data) > limit:
        raise Rejected("size", Problem("too_large"))
    return data


def inflated(data: bytes, limit: int) -> bytes:
    """The bytes, `limit` at most, that `data` is the gzip or zlib of; no more than that is ever in memory.

    Several members in a row are one text, as gzip has it; anything else after the end is refused.
    """
    found = b""
    for _ in range(_MOST_MEMBERS):
        member = zlib.decompressobj(_ANY_HEADER)
        try:
            found += member.decompress(data, limit - len(found) + 1)
        except zlib.error:
            break
        if len(found) > limit:
            raise Rejected("size", Problem("too_large"))
        if not member.eof:
            break
        if not member.unused_data:
            return found
        data = member.unused_data
    raise Rejected("envelope", Problem("gzip_invalid"))
