"""The answers so far, as TOML data, and whether one more would fit them."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping

from holdfast import spec
from holdfast.catalogue import Catalogue
from holdfast.errors import HoldfastError

NAME = "answers"
Path = tuple[str, ...]


class Answers:
    """TOML data that grows by one answer at a time, and is checked by the same code as a whole holdfast.toml."""

    def __init__(
        self, catalogue: Catalogue, preset: Mapping[str, object], check_name: Callable[[str], None] | None = None
    ) -> None:
        self.catalogue = catalogue
        self.data: dict[str, object] = copy.deepcopy(dict(preset))
        self._check_name = check_name
        spec.check(self.data, catalogue, name=NAME)

    def table(self, *path: str) -> dict[str, object]:
        """The table at `path`, made where it is not there yet."""
        return _table(self.data, path)

    def put(self, path: Path, value: object) -> None:
        _table(self.data, path[:-1])[path[-1]] = value

    def refused(self, path: Path, value: object) -> HoldfastError | None:
        """Why `value` cannot stand at `path`."""
        data = copy.deepcopy(self.data)
        _table(data, path[:-1])[path[-1]] = value
        try:
            spec.check(data, self.catalogue, name=NAME)
            if self._check_name and path == ("project", "name"):
                self._check_name(str(value))
        except HoldfastError as error:
            return error
        return None

    def problem(self, path: Path, value: object) -> str:
        """The same as a sentence for whoever sees the question; empty where the value can stand there."""
        error = self.refused(path, value)
        return str(HoldfastError(error.what, todo=error.todo)) if error else ""

    def new_name(self, group: str, name: str, value: object) -> str:
        """Why a function or resource cannot be called `name`; empty where it can."""
        if name in self.table(group):
            return f"{name!r} is there already; choose another name"
        return self.problem((group, name), value)


def _table(data: dict[str, object], path: Path) -> dict[str, object]:
    for key in path:
        found = data.setdefault(key, {})
        assert isinstance(found, dict)  # noqa: S101 - spec.check refused a preset in which it is not
        data = found
    return data
