"""What templates see of a function, a resource, a grant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from holdfast.model import Options


@dataclass(frozen=True)
class ResourceView:
    """A resource as templates see it; `variable` is where functions find its name or address.

    `physical_name` is what AWS calls it, after service and stage. `value` is what that variable holds, `reference` its
    ARN, as CloudFormation's expressions in the service's own template. `external` says that somebody else made it,
    `key` is then the ARN of the KMS key that it is encrypted with, or empty.
    """

    name: str
    physical_name: str
    id: str
    module: str
    kind: str
    options: Options
    variable: str
    arn: str
    value: str = ""
    reference: str = ""
    external: bool = False
    key: str = ""


@dataclass(frozen=True)
class GrantView:
    """A grant of a function; `text` is what holdfast.toml calls it, `example` one line of starter code, or empty."""

    resource: ResourceView
    name: str
    argument: str
    text: str
    example: str


@dataclass(frozen=True)
class Statement:
    """An IAM statement: exact actions on exact ARNs, these with `${AWS::…}` and `${Stage}` for `!Sub`.

    `condition` has IAM's operators, their keys and values; `reason` says why, where the user wrote it out.
    """

    sid: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    condition: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True)
class KeyUse:
    """What a function does through one AWS service with a key: the service's own, or that of an external resource."""

    sid: str
    via: str
    actions: tuple[str, ...]
    key: str = ""


@dataclass(frozen=True)
class FunctionView:
    """A function as templates see it; `resources` are those that it was granted something on.

    `foreign` is what of its statements is about things that are not the service's own, the keys of those included.
    """

    name: str
    id: str
    module: str
    event: Mapping[str, object]
    options: Options
    grants: tuple[GrantView, ...]
    statements: tuple[Statement, ...]
    key_uses: tuple[KeyUse, ...]
    resources: tuple[ResourceView, ...]
    foreign: tuple[Statement, ...]
