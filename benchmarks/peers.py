"""Templates for cookiecutter and copier that render the same files, byte for byte, as holdfast does."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

#: Answers that stand in the rendered files; the templates ask for them.
Answers = Mapping[str, str]
#: What holds one of Jinja's delimiters, with all around it that could become part of one.
_JINJA = re.compile(r"[{}%#]{2,}")


def cookiecutter(files: Mapping[str, bytes], answers: Answers, place: Path) -> Path:
    """A cookiecutter template of `files`; its project is made in a folder of the first answer's name."""
    first = next(iter(answers))
    (place / "cookiecutter").mkdir(parents=True)
    (place / "cookiecutter/cookiecutter.json").write_text(json.dumps(answers), encoding="utf-8")
    for path, content in files.items():
        target = place / "cookiecutter" / f"{{{{ cookiecutter.{first} }}}}" / _path(path, answers, "cookiecutter.")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(_templated(content, answers, "cookiecutter.")[0])
    return place / "cookiecutter"


def copier(files: Mapping[str, bytes], answers: Answers, place: Path) -> Path:
    """A copier template of `files`; those without a variable are copied as they are, which suits copier best."""
    root = place / "copier"
    (root / "template").mkdir(parents=True)
    questions = {key: {"type": "str", "default": value} for key, value in answers.items()}
    settings = {"_subdirectory": "template", "_envops": {"keep_trailing_newline": True}, **questions}
    (root / "copier.yml").write_text(json.dumps(settings), encoding="utf-8")
    for path, content in files.items():
        templated, variables = _templated(content, answers, "")
        target = root / "template" / (_path(path, answers, "") + (".jinja" if variables else ""))
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(templated if variables else content)
    return root


def _path(path: str, answers: Answers, prefix: str) -> str:
    names = {value: key for key, value in answers.items()}
    return "/".join(f"{{{{ {prefix}{names[part]} }}}}" if part in names else part for part in path.split("/"))


def _templated(content: bytes, answers: Answers, prefix: str) -> tuple[bytes, int]:
    """`content` as a Jinja template, and how many variables it has."""
    text = _JINJA.sub(lambda found: f"{{{{ '{found[0]}' }}}}", content.decode("utf-8"))
    count = 0
    for key, value in answers.items():
        text, found = re.subn(rf"\b{re.escape(value)}\b", lambda _, key=key: f"{{{{ {prefix}{key} }}}}", text)  # type: ignore[misc]
        count += found
    return text.encode("utf-8"), count
