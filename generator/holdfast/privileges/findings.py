"""What is found: calls and what they need, what cannot be told, and the answer for each function."""

from __future__ import annotations

from dataclasses import dataclass, field

from holdfast.privileges.values import Tree


@dataclass(frozen=True, order=True)
class Place:
    """A line of a file of the project's; printed as `src/orders/app.py:12`."""

    file: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True)
class Call:
    """One call of an AWS API in the code, under the function's own role.

    `written` are the arguments that stand in it by name: any other, such as one out of a dictionary, may be missing.
    """

    service: str
    operation: str
    arguments: Tree
    place: Place
    written: frozenset[str] = frozenset()


@dataclass(frozen=True, order=True)
class Unresolved:
    """What cannot be told without running the code. `services` are IAM's prefixes of what may be called; none: any."""

    place: Place
    what: str
    services: tuple[str, ...] = ()


@dataclass(frozen=True)
class Need:
    """An action that a call needs, and the texts of what it is for: none where that cannot be told.

    `optional`: it is used where it is granted, and its absence breaks nothing that is sure.
    """

    action: str
    resources: tuple[str, ...]
    place: Place
    optional: bool = False


@dataclass(frozen=True)
class Missing:
    """An action that the code needs and the role has not.

    `elsewhere`: it has it, for other resources. `grants`: what would give it, where holdfast.toml has such a resource.
    """

    action: str
    resources: tuple[str, ...]
    places: tuple[Place, ...]
    elsewhere: tuple[str, ...] = ()
    grants: tuple[str, ...] = ()


@dataclass(frozen=True)
class Unused:
    """What is granted and never called. `used` are the actions that a wildcard's grant should be cut down to.

    `unless`: places where something that cannot be told may be what uses it. `partial`: other ARNs of the same
    statement are used.
    """

    grant: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    source: str
    unless: tuple[Place, ...] = ()
    broad: bool = False
    used: tuple[str, ...] = ()
    partial: bool = False


@dataclass(frozen=True)
class Verdict:
    """The answer for one function."""

    function: str
    used: tuple[str, ...] = ()
    missing: tuple[Missing, ...] = ()
    unused: tuple[Unused, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()

    @property
    def clean(self) -> bool:
        """Nothing is missing, and nothing is certainly unused."""
        return not self.missing and all(unused.unless for unused in self.unused)


@dataclass
class Records:
    """What an evaluation found, in order."""

    calls: dict[Call, None] = field(default_factory=dict)
    unresolved: dict[Unresolved, None] = field(default_factory=dict)

    def add(self, other: Records) -> None:
        self.calls.update(other.calls)
        self.unresolved.update(other.unresolved)
