"""Comments that accept a finding: `# allow: RULE because REASON`, several rules with commas between them."""

from __future__ import annotations

import re
import tokenize
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, field
from io import StringIO

from .finding import Finding

RULE = "allow"
_MARK = re.compile(r"#\s*allow:")
#: ruff's own comments, in a line or for a file, and the codes that they name.
_NOQA = re.compile(
    r"#\s*(?:(?:ruff|flake8)\s*:\s*)?(?:noqa\s*:|(?:disable|file-ignore|ignore)\s*\[)\s*"
    r"(?P<codes>[A-Z]+[0-9]+(?:[\s,]+[A-Z]+[0-9]+)*)(?P<rest>.*)",
    re.IGNORECASE,
)
_SECURITY = re.compile(r"BLE|G0|LOG|S[0-9]|T[12][0-9]|TID251", re.IGNORECASE)
_REASON = re.compile("[A-Za-z]{2}")
_WHOLE = re.compile(r"#\s*allow:\s*(?P<rules>[a-z-]+(?:\s*,\s*[a-z-]+)*)\s+because\s+\S.*")


@dataclass
class Comment:
    """A comment that allows `rules` in its line, or in the next one where it stands alone; none without a reason."""

    line: int
    column: int
    alone: bool
    rules: frozenset[str]
    used: set[str] = field(default_factory=set)

    def covers(self, finding: Finding) -> bool:
        lines = range(finding.line, finding.last + 1)
        return finding.rule in self.rules and (self.line in lines or (self.alone and self.line + 1 == finding.line))


def in_python(text: str) -> list[Comment]:
    """Those in code; what looks like one inside a string is none."""
    if not _MARK.search(text):
        return []
    tokens = tokenize.generate_tokens(StringIO(text).readline)
    found = (token for token in tokens if token.type == tokenize.COMMENT and _MARK.match(token.string))
    return [_comment(token.string, *token.start, token.line) for token in found]


def without_reason(text: str, path: str) -> Iterator[Finding]:
    """Comments for ruff that accept what a security rule found, and do not say why."""
    if not _NOQA.search(text):
        return
    for token in tokenize.generate_tokens(StringIO(text).readline):
        found = _NOQA.search(token.string) if token.type == tokenize.COMMENT else None
        if found and _SECURITY.search(found["codes"]) and not _REASON.search(found["rest"]):
            line, column = token.start
            message = f"says no reason: write `# noqa: {found['codes'].strip()} - REASON`"
            yield Finding(path, line, column + 1, RULE, message, line)


def in_lines(text: str) -> list[Comment]:
    """Those in YAML and TOML, at the end of a line."""
    lines = enumerate(text.splitlines(), 1)
    return [_comment(line[m.start() :], number, m.start(), line) for number, line in lines if (m := _MARK.search(line))]


def apply(found: Iterable[Finding], path: str, comments: list[Comment], rules: Set[str]) -> Iterator[Finding]:
    """What no comment allows, and the comments of `path` that are wrong themselves."""
    for finding in found:
        covering = [comment for comment in comments if comment.covers(finding)]
        for comment in covering:
            comment.used.add(finding.rule)
        if not covering:
            yield finding
    for comment in comments:
        for message in _wrong(comment, rules):
            yield Finding(path, comment.line, comment.column + 1, RULE, message, comment.line)


def _wrong(comment: Comment, rules: Set[str]) -> Iterator[str]:
    if not comment.rules:
        yield "says no reason and allows nothing: write `# allow: RULE because REASON`"
    for rule in sorted(comment.rules - comment.used):
        if rule in rules:
            yield f"allows {rule} where nothing is found: take it out"
        else:
            yield f"there is no rule {rule}: {', '.join(sorted(rules))}"


def _comment(text: str, line: int, column: int, whole: str) -> Comment:
    match = _WHOLE.match(text)
    rules = frozenset(re.split(r"\s*,\s*", match["rules"])) if match else frozenset[str]()
    return Comment(line, column, not whole[:column].strip(), rules)
