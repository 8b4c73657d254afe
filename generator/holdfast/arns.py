"""What names a thing of AWS in holdfast.toml: an ARN, or the parameter of SSM that holds one."""

from __future__ import annotations

import re
from collections.abc import Mapping

#: What may stand in an ARN for what only a deployment knows, and an example of each.
REFERENCES: Mapping[str, str] = {
    "${AWS::Partition}": "aws",
    "${AWS::Region}": "eu-west-1",
    "${AWS::AccountId}": "123456789012",
    "${Stage}": "dev",
}
HINT = f"write it whole; {', '.join(REFERENCES)} may stand in it"
PREFIX = "ssm:"
_PARAMETER = re.compile(r"ssm:(?:/[A-Za-z0-9_.-]+){1,15}")
_ARN = re.compile(r"arn:aws(?:-[a-z]+)*:[a-z0-9-]+:[a-z0-9-]*:(?:[0-9]{12}|aws)?:[A-Za-z0-9_.:/@=+,~$-]+")
KEY = r"arn:aws(?:-[a-z]+)*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+"


def is_arn(text: str) -> bool:
    """Whether `text` is one exact ARN of any service."""
    return bool(_ARN.fullmatch(_filled(text))) and _is_fixed(text)


def names(text: object, pattern: str) -> bool:
    """Whether `text` is an ARN that `pattern` matches, or a parameter's name behind `ssm:`."""
    if not isinstance(text, str):
        return False
    return bool(_PARAMETER.fullmatch(text) or (re.fullmatch(pattern, _filled(text)) and _is_fixed(text)))


def reference(text: str) -> str:
    """The ARN as CloudFormation's `!Sub` takes it: itself, or a dynamic reference to the parameter that holds it."""
    if text.startswith(PREFIX):
        return f"{{{{resolve:{text}}}}}"
    return text.replace("arn:aws:", "arn:${AWS::Partition}:", 1)


def region(text: str) -> str:
    """The region that an ARN names; nothing where it names none, or whichever the service is in."""
    pieces = text.replace("${AWS::", "${").split(":")
    return pieces[3] if text.startswith("arn:") and "$" not in pieces[3] else ""


def _is_fixed(text: str) -> bool:
    """Whether an ARN's resource has something to it but the stage: the boundary is one for all stages."""
    resource = _filled(text.replace("${Stage}", "*")).split(":", 5)[-1]
    return re.search(r"[A-Za-z0-9]", re.split(r"[/:]", resource, maxsplit=1)[-1]) is not None


def _filled(text: str) -> str:
    for name, example in REFERENCES.items():
        text = text.replace(name, example)
    return text
