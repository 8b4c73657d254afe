"""Bytes that an event carries as text or compressed, of no more than a size that is known before they are read."""

from __future__ import annotations

import binascii
import zlib
from dataclasses import dataclass

from .rejection import Problem, Rejected

#: zlib's word for: gzip or zlib, whichever the data begins with.
_ANY_HEADER = 47
#: Data may be several compressed pieces in a row; each costs a copy of what follows it.
_MOST_MEMBERS = 100
#: How much larger than its compressed form a piece may be at nobody's expense.
_USUAL = 32
#: Bytes that are decompressed before anybody counts.
_STEP = 256 * 1024


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


@dataclass
class Inflation:
    """Decompresses what one invocation carries: each piece to `limit` bytes at most, and all together to 32 times what
    they are compressed, which is more than logs commonly need, and `spare` bytes. A piece that is within its own 32
    takes nothing from the others.
    """

    limit: int
    spare: int
    #: What the piece that was read last may still take of its own.
    own: int = 0

    def inflated(self, data: bytes) -> bytearray:
        """What `data` is the gzip or zlib of; no more than may be of it is ever in memory.

        Several members in a row are one text, as gzip has it; anything else after the end is refused.
        """
        self.own, found = _USUAL * len(data), bytearray()
        most = min(self.limit, self.own + self.spare)
        try:
            for _ in range(_MOST_MEMBERS):
                data = _member(data, found, most)
                if not data:
                    return found
        finally:  # What is refused took its time, too.
            self._count(min(len(found), self.own + self.spare))
        raise Rejected("envelope", Problem("gzip_invalid"))

    def weigh(self, size: int) -> None:
        """Count `size` bytes more for the piece that was read last, for what it takes to handle it."""
        if size > self.own + self.spare:
            raise Rejected("size", Problem("too_large"))
        self._count(size)

    def _count(self, size: int) -> None:
        over = max(0, size - self.own)
        self.own, self.spare = max(0, self.own - size), self.spare - over


def _member(data: bytes, found: bytearray, most: int) -> bytes:
    """Append the first member in `data` to `found`, step by step; gives what follows it."""
    member = zlib.decompressobj(_ANY_HEADER)
    while not member.eof:
        before = len(found)
        try:
            found += member.decompress(data, _STEP)
        except zlib.error:
            raise Rejected("envelope", Problem("gzip_invalid")) from None
        if len(found) > most:
            raise Rejected("size", Problem("too_large"))
        if len(found) == before and not member.eof:
            raise Rejected("envelope", Problem("gzip_invalid"))
        data = member.unconsumed_tail
    return member.unused_data
