"""A payload of two hands: what the sender wrote, and what others vouch for."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import TypeVar

from pydantic import BaseModel

from .limits import Limits
from .rejection import Problem, Rejected
from .strict_json import parse, validated

M = TypeVar("M", bound=BaseModel)


def bound(model: type[M], own: Collection[str], text: str, vouched: Mapping[str, object], limits: Limits) -> M:
    """`text`, the JSON that the sender wrote, and `vouched`, by the model's keys, as `model`; raises `Rejected`.

    The sender may speak for none of the keys in `own`, whether something is vouched for them or not.
    """
    body = parse(text, limits)
    if not isinstance(body, dict):
        raise Rejected("payload", Problem("model_type"))
    forged = [Problem("extra_forbidden", (key,)) for key in own if key in body]
    if forged:
        raise Rejected("payload", *forged)
    if not vouched:
        return validated(model, text)
    outside = json.dumps(vouched)
    return validated(model, text.rstrip(" \t\r\n")[:-1] + "," + outside[1:] if body else outside)
