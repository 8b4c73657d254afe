"""Write docs/spec.md: each key of holdfast.toml, from the questions that the template asks. `make docs` runs it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from holdfast import source
from holdfast.catalogue import Catalogue, load
from holdfast.grants import GrantRule
from holdfast.model import Question
from holdfast.parts import Part

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/spec.md"
HEAD = ["| key | what it is | what it may hold | default |", "|---|---|---|---|"]


def page(catalogue: Catalogue) -> str:
    """The whole page."""
    lines = [
        "# holdfast.toml",
        "",
        "Every key that the bundled template knows; `make docs` writes this page from the template's questions. Any",
        "can be given as `--set table.key=value`, and `holdfast schema` prints the same as a JSON Schema.",
        "",
        "`schema = 1` names the format, and is what a file without it has.",
        "",
    ]
    for table, questions in catalogue.tables.items():
        lines += [f"## `[{table}]`", "", *_table(questions), ""]
    lines += [
        "## `[resources.NAME]`",
        "",
        "A thing that functions use. `kind` says which, and the kind's own keys stand beside it. `id` is the stem of",
        "its logical id, `physical_name` its name in AWS after service and stage; both are made from its name here by",
        "default. `holdfast rename` writes them down, so that a renamed resource keeps its data.",
        "",
        "Where another stack made it, `external` says where it is: its ARN, in which `${Stage}`, `${AWS::Region}`,",
        "`${AWS::AccountId}` and `${AWS::Partition}` may stand, or `ssm:` and the name of the parameter that holds the",
        "ARN (`ssm:/shared/reports`). `key` names the KMS key that it is encrypted with, likewise. Grants mean the",
        "same.",
        "",
    ]
    for kind, part in catalogue.group("resources").items():
        lines += [f'### `kind = "{kind}"`', "", f"{part.title}. {_elsewhere(part)}", ""]
        lines += [*_table(part.options), "", *_grants(part), ""]
    lines += [
        "## `[functions.NAME]`",
        "",
        "A function. `event` says what invokes it, `grants` what it may do: `NAME:GRANT`, each on a resource above, or",
        "`NAME:GRANT(PART)` on a part of it.",
        "",
        "What no grant says is written out, with IAM's own names, exact ARNs and a reason; `*` stands only for an",
        "action that knows no resource:",
        "",
        "```toml",
        "[[functions.place-order.allow]]",
        'actions = ["rekognition:DetectLabels"]',
        'resources = ["*"]',
        'reason = "Pictures of parcels are looked at"',
        "```",
        "",
        *_table(catalogue.function.options),
        "",
    ]
    for kind, part in catalogue.group("events").items():
        lines += [f'### `event = {{ kind = "{kind}", … }}`', "", f"{part.title}.", "", *_table(part.options), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def _table(questions: Iterable[Question]) -> list[str]:
    rows = [f"| `{q.key}` | {_what(q)} | {_accepted(q)} | {_default(q)} |" for q in questions]
    return [*HEAD, *rows] if rows else ["It has no keys of its own."]


def _what(question: Question) -> str:
    only = _beside(question.when)
    return (question.prompt or question.key) + (f" (with {only})" if only else "")


def _beside(values: Mapping[str, tuple[str, ...]]) -> str:
    return " and ".join(" or ".join(f'`{key} = "{value}"`' for value in each) for key, each in values.items())


def _accepted(question: Question) -> str:
    if question.choices:
        return " or ".join(f"`{choice}`" for choice in question.choices)
    if question.type == "integer":
        return f"a whole number from {question.minimum} to {question.maximum}"
    if question.type == "boolean":
        return "`true` or `false`"
    text = question.hint or "any text"
    if question.reserved:
        text += f"; not {', '.join(f'`{name}`' for name in question.reserved)}"
    return text.replace("|", "\\|")


def _default(question: Question) -> str:
    default = f"`{question.default}`" if question.default is not None else ""
    if question.needed:
        return f"{default}; must be given with {_beside(question.needed)}".removeprefix("; ")
    if not question.required:
        return default
    return f"must be given; {default} with `--defaults`" if default else "must be given"


def _grants(part: Part) -> list[str]:
    rows = [
        f"| `{rule.name}`{_argument(rule)} | {rule.title} | {', '.join(f'`{action}`' for action in rule.actions)} |"
        for rule in part.grants.rules.values()
        if not rule.event
    ]
    return ["| grant | what it allows | IAM actions |", "|---|---|---|", *rows] if rows else []


def _argument(rule: GrantRule) -> str:
    return f", `{rule.name}({rule.argument.name.upper()})`" if rule.argument else ""


def _elsewhere(part: Part) -> str:
    """Whether another stack may have made it, and what its own alone has."""
    if not part.grants.external:
        return "It is always the service's own."
    own = ", ".join(f"`{question.key}`" for question in part.options if question.own)
    return "It may be `external`" + (f", and then has no {own}." if own else ".")


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(load(source.bundled())), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
