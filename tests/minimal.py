"""The smallest template that is one, for tests that break it."""

from __future__ import annotations

from pathlib import Path

from holdfast import catalogue, render, source, spec
from holdfast.tree import Tree

ROOT = Path(__file__).resolve().parent.parent

FILES = {
    "cookiecutter.json": '{"project_name": "orders", "project_owner": "payments", "system_kind": ["plain"]}',
    "template/template.toml": 'format = 1\nname = "mini"\nversion = "1"\n[choices]\nsystem = "kind"\n',
    "template/project/part.toml": "[tables.project.name]\nrequired = true\n",
    "template/project/files/list.yaml": 'functions:\n{% slot "list.yaml/functions" %}\n  # Yours go below this line.\n',
    "template/function/part.toml": "[counts]\neach = 2\n",
    "template/function/each/slots/list.yaml/functions": "  {{ function.name }}: {{ event.word | quote }}\n",
    "template/events/call/part.toml": "[options.word]\nrequired = true\n",
    "template/resources/box/part.toml": "",
    "template/system/plain/part.toml": "",
}
SPEC = """\
[project]
name = "orders"
[functions.a]
event = { kind = "call", word = "x" }
[functions.b]
event = { kind = "call", word = "yes" }
"""


def template(changes: dict[str, str | bytes | None] | None = None, *, trusted: bool = False) -> source.Template:
    """The minimal template with some files changed (None: removed)."""
    files = {**FILES, **(changes or {})}
    encoded = {
        path: text.encode() if isinstance(text, str) else text for path, text in files.items() if text is not None
    }
    return source.from_files(encoded, where="mini", trusted=trusted)


def rendered(changes: dict[str, str | bytes | None] | None = None, text: str = SPEC, *, trusted: bool = False) -> Tree:
    """The tree that the changed template gives for a spec."""
    offered = catalogue.load(template(changes, trusted=trusted))
    return render.render(spec.parse(text, offered), offered)
