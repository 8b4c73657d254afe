"""`holdfast privileges`: what the code of a service uses against what it was granted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from holdfast import placing, pruning
from holdfast.catalogue import Catalogue
from holdfast.errors import HoldfastError
from holdfast.privileges import grants, offers
from holdfast.privileges.findings import Verdict
from holdfast.privileges.inspection import inspect
from holdfast.privileges.sources import Files


@dataclass(frozen=True)
class Outcome:
    """The answer for each function; `removed` are the grants that were taken out of holdfast.toml."""

    directory: Path
    verdicts: tuple[Verdict, ...]
    removed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def clean(self) -> bool:
        return all(verdict.clean for verdict in self.verdicts)


def privileges(directory: Path, catalogue: Catalogue, *, fix: bool) -> Outcome:
    """Inspect the service in a folder; with `fix`, take the grants out that are certainly unused.

    What is deployed is template.yaml: its roles stay as they are, so the answer does too.
    """
    if not directory.is_dir():
        raise HoldfastError("it is no folder", where=str(directory), todo="give the folder of a service")
    spec = grants.read(directory, catalogue)
    if fix and spec is None:
        raise HoldfastError(
            "--fix takes grants out of holdfast.toml, and there is none", where=str(directory), todo="edit the policies"
        )
    found = inspect(directory, spec.units if spec else frozenset()).verdicts
    if spec:
        found = tuple(replace(one, function=spec.functions.get(one.function, one.function)) for one in found)
        found = offers.offered(spec, found, catalogue)
    if not fix or spec is None:
        return Outcome(directory, found)
    removed = grants.unused(spec, found, catalogue)
    if removed:
        text = pruning.without_grants(spec.text, removed, name=grants.FILE)
        target = Files(directory).inside(directory / grants.FILE) or directory / grants.FILE  # Through a link.
        placing.overwrite(target, text.encode("utf-8"))
    return Outcome(directory, found, removed)
