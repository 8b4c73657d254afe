"""How a text is written, apart from what it says: line ends, byte order mark, the end of its last line.

Two texts that differ in these alone are the same text to a merge; what comes out is written as the user's was.
"""

from __future__ import annotations

from dataclasses import dataclass

_MARK = b"\xef\xbb\xbf"
#: A link leads where it leads, and this is no text at all.
_BINARY = b"\0"


@dataclass(frozen=True)
class Style:
    """What `plain` took from a text: CRLF line ends throughout, a UTF-8 byte order mark, an unfinished last line."""

    crlf: bool = False
    mark: bool = False
    open_end: bool = False

    def written(self, content: bytes, last: bytes = b"") -> bytes:
        """`content` in this style; the last line stays unfinished only as long as it is still `last`."""
        if _BINARY in content:
            return content
        if self.open_end and content.endswith(b"\n") and content[:-1].rpartition(b"\n")[2] == last:
            content = content[:-1]
        if self.crlf:
            content = content.replace(b"\n", b"\r\n")
        return _MARK + content if self.mark and not content.startswith(_MARK) else content


PLAIN = Style()


def plain(content: bytes) -> tuple[bytes, Style]:
    """A text as templates render it, and how to write it as it was; anything else as it is.

    A text with line ends of both kinds is left alone: it could not be given back.
    """
    if not content or _BINARY in content:
        return content, PLAIN
    mark = content.startswith(_MARK)
    text = content.removeprefix(_MARK)
    lines, crlf = text.count(b"\n"), text.count(b"\r\n")
    if crlf and crlf == lines:
        text = text.replace(b"\r\n", b"\n")
    open_end = bool(text) and not text.endswith(b"\n")
    if open_end:
        text += b"\n"
    return text, Style(bool(crlf) and crlf == lines, mark, open_end)
