"""The corpus: samples of how services call AWS, with what should be found; and how well it is found.

A sample is a block of a file of tests/privileges/corpus: `=== name: title`, what is expected, then code. `--- file` begins
another file. `calls` are the actions that the code surely needs; the role is made of them where no `role` stands, of
`action` or `action@resource,resource`; `missing` and `unused` are findings, `maybe` what is unused unless something
unresolved uses it. A line that ends in `#?` is unresolved, and no other is; `#?0` means the file.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from holdfast.privileges import actions, compare
from holdfast.privileges.findings import Need, Place, Unresolved
from holdfast.privileges.inspection import calls as reached
from holdfast.privileges.machine import CodeBase
from holdfast.privileges.roles import Statement
from holdfast.privileges.sources import Files, Modules

HERE = Path(__file__).parent
ENVIRONMENT = {
    "TABLE": "orders",
    "ARCHIVE_TABLE": "archive",
    "BUCKET": "uploads",
    "QUEUE": "https://sqs.eu-west-1.amazonaws.com/1/inbox",
    "TOPIC": "arn:aws:sns:eu-west-1:1:alerts",
    "ROLE": "arn:aws:iam::1:role/worker",
}
_KEYS = ("handler", "calls", "role", "missing", "unused", "maybe")


@dataclass(frozen=True)
class Found:
    """What a sample should give, or gives."""

    calls: frozenset[str]
    missing: frozenset[str]
    unused: frozenset[str]
    maybe: frozenset[str]
    unresolved: frozenset[Place]


@dataclass(frozen=True)
class Sample:
    """One sample of the corpus."""

    name: str
    handler: str
    role: tuple[Statement, ...]
    expected: Found
    files: dict[str, str] = field(hash=False)


def samples(folder: Path = HERE / "corpus") -> list[Sample]:
    """All samples of a folder."""
    return [sample for path in sorted(folder.glob("*.txt")) for sample in _read(path.read_text(encoding="utf-8"))]


def _read(text: str) -> Iterator[Sample]:
    for block in re.split(r"^=== ", text, flags=re.MULTILINE)[1:]:
        title, _, rest = block.partition("\n")
        said: dict[str, str] = {}
        while (line := rest.partition("\n")[0]).partition(":")[0] in _KEYS:
            key, _, value = line.partition(":")
            said[key] = value.strip()
            rest = rest.partition("\n")[2]
        files = _files(rest)
        yield Sample(
            title.partition(":")[0], said.get("handler", "handler.handler"), _role(said), _expected(said, files), files
        )


def _files(text: str) -> dict[str, str]:
    first, *others = re.split(r"^--- (\S+)\n", text, flags=re.MULTILINE)
    files = dict(zip(others[::2], others[1::2], strict=True))
    return ({"handler.py": first} if first.strip() else {}) | files


def _role(said: dict[str, str]) -> tuple[Statement, ...]:
    statements = []
    for token in said.get("role", said["calls"]).split():
        action, _, resources = token.partition("@")
        service = action.partition(":")[0]
        pairs = tuple((service, one) for one in resources.split(",")) if resources else (("", "*"),)
        statements.append(Statement("", (action,), pairs, "role"))
    return tuple(statements)


def _expected(said: dict[str, str], files: dict[str, str]) -> Found:
    sets = {key: frozenset(said.get(key, "").split()) for key in ("calls", "missing", "unused", "maybe")}
    places = frozenset(
        Place(file, 0 if "#?0" in line else number)
        for file, text in files.items()
        for number, line in enumerate(text.splitlines(), start=1)
        if "#?" in line
    )
    return Found(sets["calls"], sets["missing"], sets["unused"], sets["maybe"], places)


def find(sample: Sample) -> Found:
    """What is found in a sample."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, text in sample.files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text, encoding="utf-8")
        base = CodeBase(Modules(Files(root), (root,)))
        records = reached(base, sample.handler, Place("template.yaml"))
    needs: list[Need] = []
    doubts: list[Unresolved] = list(records.unresolved)
    for call in records.calls:
        for one in actions.needs(call, ENVIRONMENT):
            (needs if isinstance(one, Need) else doubts).append(one)  # type: ignore[arg-type]
    missing = compare.missing(needs, sample.role)
    unused = compare.unused(needs, sample.role, doubts, frozenset())
    return Found(
        frozenset(need.action for need in needs if not need.optional),
        frozenset(gap.action for gap in missing),
        frozenset(action for idle in unused if not idle.unless for action in idle.actions),
        frozenset(action for idle in unused if idle.unless for action in idle.actions),
        frozenset(doubt.place for doubt in doubts),
    )


@dataclass(frozen=True)
class Score:
    """How many of the expected actions were found, and how many that were found were expected."""

    samples: int
    expected: int
    found: int
    right: int
    exact: int

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.expected if self.expected else 1.0


def score(corpus: Sequence[Sample]) -> Score:
    """Precision and recall of the actions over a corpus; `exact` are the samples of which everything is right."""
    pairs = [(sample.expected, find(sample)) for sample in corpus]
    return Score(
        len(corpus),
        sum(len(expected.calls) for expected, _ in pairs),
        sum(len(found.calls) for _, found in pairs),
        sum(len(expected.calls & found.calls) for expected, found in pairs),
        sum(expected == found for expected, found in pairs),
    )
