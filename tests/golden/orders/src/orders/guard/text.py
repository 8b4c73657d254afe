"""Safe text types for models: what a string from outside may hold, by what it is for.

More of them: names.py (S3 keys, buckets, topics, ARNs), addresses.py (URLs, mail), cells.py (spreadsheets), binary.py.
None of them makes SQL, a shell command or a template safe: pass values as parameters there, never as text.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, StringConstraints
from pydantic_core import PydanticCustomError

from .rejection import UNSAFE_TEXT

_BREAKS = frozenset("\n\t")
#: As many marks on one character as Unicode's stream-safe text has; sorting more takes time by their number's square.
_MOST_MARKS = 30
#: Controls, format characters (bidirectional, zero-width), lone surrogates, private use, line and paragraph separators.
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
#: What shows nothing and has another category: joiners, fillers and blanks, selectors of variants (bytes can be written
#: with those), and what Unicode keeps for more of the kind. An emoji may have one selector behind it.
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u2800\u3164\ufe00-\ufe0d\uffa0\ufff0-\ufff8"
    "\U0001d159\U000e0000-\U000e0fff]"
    "|(?<![#*0-9\u00a9\u00ae\u2010-\u27ff\u2900-\u2bff\u3030-\u32ff\U0001f000-\U0001faff])[\ufe0e\ufe0f]"
)


@dataclass(frozen=True)
class FreeText:
    """Marks a type that takes any printable text on purpose, quotes and brackets included.

    `refuses` names what it does not take, as tests/guard/attacks.py calls it: a type made of another one adds its own.
    """

    breaks: bool = False
    refuses: frozenset[str] = frozenset()


def refuse_unsafe(value: str, allowed: frozenset[str] = frozenset()) -> None:
    """Refuse controls, what cannot be seen, and characters under so many marks that normalising them takes long."""
    if _stacked(value):
        raise PydanticCustomError(UNSAFE_TEXT, "text holds a character with too many marks")
    unsafe = not value.isprintable() and any(_unsafe(char) for char in set(value) - allowed)
    if unsafe or (not value.isascii() and _INVISIBLE.search(value)):
        raise PydanticCustomError(UNSAFE_TEXT, "text holds a control or invisible character")


def _visible(value: str) -> str:
    refuse_unsafe(value)
    return value


def _line(value: str) -> str:
    if value.isascii() and value.isprintable():
        return value
    refuse_unsafe(value)
    return unicodedata.normalize("NFC", value)


def _text(value: str) -> str:
    value = value.replace("\r\n", "\n")
    refuse_unsafe(value, _BREAKS)
    return unicodedata.normalize("NFC", value)


def _stacked(value: str) -> bool:
    marks = 0
    for char in "" if value.isascii() else value:
        marks = marks + 1 if unicodedata.combining(char) else 0
        if marks > _MOST_MARKS:
            return True
    return False


def _unsafe(char: str) -> bool:
    code = ord(char)
    return unicodedata.category(char) in _UNSAFE or code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF


_LINE = StringConstraints(strict=True, min_length=1, max_length=1_000)
_TEXT = StringConstraints(strict=True, min_length=1, max_length=20_000)
_IDENT = StringConstraints(strict=True, pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")

#: One line of text for people to read: 1 to 1,000 characters, NFC, nothing invisible in it.
Line = Annotated[str, _LINE, AfterValidator(_line), FreeText()]

#: Text of several lines: as `Line`, with line breaks (as \n) and tabs, to 20,000 characters.
Text = Annotated[str, _TEXT, AfterValidator(_text), FreeText(breaks=True)]

#: An identifier: ASCII letters, digits, `_` and `-`, starting with a letter or digit, to 64 characters.
Ident = Annotated[str, _IDENT]

#: For envelopes, which hand a text on as it came: nothing invisible in it. A field says how long it may be.
Visible = Annotated[str, AfterValidator(_visible)]
