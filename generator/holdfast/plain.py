"""Plain cookiecutter: its flat answers become the project that `holdfast new --defaults` builds from the same ones.

Runs in cookiecutter's own environment, so nothing below here needs more than what cookiecutter brings.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path

from holdfast import source, spec
from holdfast.catalogue import Catalogue, load
from holdfast.errors import HoldfastError
from holdfast.model import ProjectSpec


def check(answers: Mapping[str, object]) -> None:
    """Refuse answers that no project can be built from, and a folder that holds something already."""
    from holdfast.commands.new import check_target

    wanted = _spec(answers, load(source.bundled()))
    check_target(Path(str(answers["_output_dir"]), wanted.name))


def build(answers: Mapping[str, object], directory: Path) -> None:
    """Write the project into `directory`, which is there and empty."""
    from holdfast import project, tree

    catalogue = load(source.bundled())
    wanted = _spec(answers, catalogue)
    try:
        tree.write(project.files(wanted, spec.dump(wanted, catalogue), catalogue), directory)
    except OSError as error:
        raise HoldfastError(f"it cannot be written: {error.strerror or error}", where=str(directory)) from None


def _spec(answers: Mapping[str, object], catalogue: Catalogue) -> ProjectSpec:
    """`project_name` is `[project] name`; the functions are the template's own defaults."""
    data: dict[str, object] = copy.deepcopy(dict(catalogue.defaults))
    for table, questions in catalogue.tables.items():
        given = {q.key: str(answers[f"{table}_{q.key}"]) for q in questions if f"{table}_{q.key}" in answers}
        if given:
            data[table] = {**_table(data, table), **given}
    return spec.from_data(data, catalogue, name="answers")


def _table(data: Mapping[str, object], name: str) -> Mapping[str, object]:
    found = data.get(name, {})
    return found if isinstance(found, dict) else {}
