"""`holdfast privileges`: how much of a corpus it finds, and how long a large service takes."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks import engine
from benchmarks.measure import Figures, interleaved
from holdfast import catalogue, project, render, source, spec, tree
from privileges.corpus import HERE, Score, samples, score

FUNCTIONS = 100
ROUNDS = 7
#: Seconds that nobody minds waiting for.
LONGEST = 5.0


@dataclass(frozen=True)
class Measured:
    """Scores by corpus, and the whole command over a service of `FUNCTIONS` functions."""

    scores: dict[str, Score]
    large: Figures


def measure(ours: Path, place: Path) -> Measured:
    """Score the corpora; run the installed command over a service that the engine makes."""
    render.MOST_RESOURCES = sys.maxsize
    offered = catalogue.load(source.bundled())
    text = engine.text(FUNCTIONS)
    (place / "large").mkdir()
    tree.write(project.files(spec.parse(text, offered), text, offered), place / "large")
    words = [str(ours / "holdfast"), "privileges", str(place / "large")]
    scores = {
        "corpus": score(samples()),
        "held out: written when the tool was done, scored before it was changed again": score(
            samples(HERE / "heldout")
        ),
    }
    return Measured(scores, interleaved({"large": lambda: words}, ROUNDS)["large"])


def tables(measured: Measured) -> list[str]:
    """What was measured, as Markdown."""
    rows = [
        f"| {name} | {one.samples} | {one.exact} | {one.expected} | {one.precision:.3f} | {one.recall:.3f} |"
        for name, one in measured.scores.items()
    ]
    large = measured.large
    return [
        "## Privileges: what is found",
        "",
        "Actions that a sample's code needs, against those that `holdfast privileges` finds; `all right` are the",
        "samples of which every action, finding and line is as it was said beforehand. The samples are our own.",
        "",
        "| | samples | all right | actions | precision | recall |",
        "|---|---|---|---|---|---|",
        *rows,
        "",
        f"{FUNCTIONS} functions, the whole command ({ROUNDS} runs): {large.seconds:.1f} s, {large.mebibytes:.0f} MiB.",
        "",
    ]


def targets(measured: Measured) -> dict[str, bool]:
    """The targets, and whether they are held."""
    return {
        f"privileges: {FUNCTIONS} functions in under {LONGEST:.0f} s": measured.large.seconds < LONGEST,
        "privileges: precision and recall of at least 0.95": all(
            min(one.precision, one.recall) >= 0.95 for one in measured.scores.values()
        ),
    }
