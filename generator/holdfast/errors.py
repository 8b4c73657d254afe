"""The one error that users see: where, what is wrong, and what to do."""

from __future__ import annotations


class HoldfastError(Exception):
    """An error in the user's input or environment; `cli` prints it as one line and exits 2.

    `where` names a file, a key or an answer (`holdfast.toml:12 functions.fulfil.event.queue`), `what` says what is
    wrong, `todo` the next step.
    """

    def __init__(self, what: str, *, where: str = "", todo: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.todo = todo

    def __str__(self) -> str:
        line = f"{self.where}: {self.what}" if self.where else self.what
        return one_line(f"{line}; {self.todo}" if self.todo else line)


def shown(value: object) -> str:
    """`value` as a message names it: a short text itself, of anything else its type alone where it could be long."""
    if isinstance(value, str):
        return repr(value) if len(value) <= 80 else f"{value[:77]!r}…"
    if value is None or isinstance(value, bool | float) or (isinstance(value, int) and abs(value) < 10**18):
        return repr(value)
    names = {int: "that large a number", list: "a list", dict: "a table"}
    return names.get(type(value), f"a {type(value).__name__}")


def one_line(text: str) -> str:
    """`text` with everything that would break or disguise a line in a terminal written as an escape."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
