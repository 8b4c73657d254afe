"""Text for spreadsheets."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from .rejection import UNSAFE_TEXT
from .text import FreeText, Line

#: Where a cell could start, and what makes a formula of it there; a plain number may have a sign.
_FORMULA = re.compile(r"""(?:^|[,;])[\s'"`]*+(?:[=@]|[-+\u2212](?![0-9]++(?:\.[0-9]++)?%?[\s'"`]*+(?:[,;]|$)))""")
_REFUSED = frozenset({"formula", "formula-sign", "formula-split", "formula-wide", "shell-option"})


def _cell(value: str) -> str:
    if _FORMULA.search(unicodedata.normalize("NFKC", value)):
        raise PydanticCustomError(UNSAFE_TEXT, "text starts like a formula")
    return value


#: A `Line` that no spreadsheet takes for a formula: it does not start with `=`, `+`, `-` or `@`, behind spaces and
#: quotes, in another width, or after a `,` or `;` at which a spreadsheet could split it. A number may have its sign; a
#: telephone number may not, for it is a sum.
Cell = Annotated[Line, AfterValidator(_cell), FreeText(refuses=_REFUSED)]
