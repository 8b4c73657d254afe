"""The commands at a terminal: questions to answers, each checked while it is typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from holdfast.catalogue import Catalogue
from holdfast.model import Question


def ask(
    catalogue: Catalogue, preset: dict[str, object], *, check_name: Callable[[str], None] | None = None
) -> dict[str, object]:
    """Ask for what `preset` (TOML data) does not answer yet; TOML data that `spec.from_data` accepts.

    What is wrong in `preset` is refused before the first question. `check_name` may refuse a project's name with a
    `HoldfastError`, for a folder that is there already. Ctrl-C raises `KeyboardInterrupt`, ctrl-D `EOFError`, and a no
    at the end `click.Abort`; nothing was written then.
    """
    from holdfast.prompts.conversation import Conversation

    return Conversation(catalogue, preset, check_name).run()


def add(catalogue: Catalogue, data: dict[str, object], group: str, name: str) -> dict[str, object]:
    """Ask for a new function or resource, or for what `data` lacks of the one called `name`. It ends as `ask` does."""
    from holdfast.prompts.conversation import Conversation

    return Conversation(catalogue, data).add(group, name)


def grants(
    catalogue: Catalogue, data: dict[str, object], function: str
) -> tuple[dict[str, object], str, tuple[str, ...]]:
    """Ask for grants of a function, which is asked for if it has no name. It ends as `ask` does."""
    from holdfast.prompts.conversation import Conversation

    return Conversation(catalogue, data).grants(function)


def answer(
    catalogue: Catalogue, data: dict[str, object], asked: Mapping[str, tuple[Question, ...]]
) -> dict[str, object]:
    """Ask these questions, by table, and whatever else `data` lacks to be a spec. It ends as `ask` does."""
    from holdfast.prompts.conversation import Conversation

    return Conversation(catalogue, data).answer(asked)
