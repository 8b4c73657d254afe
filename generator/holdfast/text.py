"""Text as it lands in generated files: exactly itself, whatever it holds."""

from __future__ import annotations

import json
import re

#: Legal inside a JSON string, and yet broken, lost or refused by some reader of YAML, TOML or Python.
_FRAGILE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
#: What Markdown would take for markup; at a text's start, also what would begin a list, a heading or a rule.
_MARKDOWN = re.compile(r"[\\`*_{}\[\]<>|$]|~(?=~)|&(?=#?\w+;)|:(?=\w+:)|@(?=\w)|\A[-+=#~]|(?<=\d)[.)](?=\s|\Z)")


def quote(value: object) -> str:
    """`value` as a JSON string, which is also a string in YAML, TOML and Python with the same content."""
    return _FRAGILE.sub(lambda c: f"\\u{ord(c[0]):04x}", json.dumps(str(value), ensure_ascii=False))


def markdown(value: object) -> str:
    """`value` as Markdown text on one line that shows exactly it, in a paragraph or a table's cell."""
    text = str(value)
    body = text.lstrip(" \t")
    # Four blanks or a tab at the start would be a block of code.
    lead = "".join(f"&#{ord(blank)};" for blank in text[: len(text) - len(body)])
    escaped = lead + _MARKDOWN.sub(lambda found: f"\\{found[0]}", body)
    return re.sub(r"\r\n|[\n\r\u2028\u2029]", "<br>", escaped)
