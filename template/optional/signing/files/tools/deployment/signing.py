"""What `sam deploy` is told so that it has AWS Signer sign each function's code."""

from __future__ import annotations

from tools.deployment.stage import Stage, explained
from tools.local_aws import Node


def signed(stage: Stage, body: Node) -> list[str]:
    """The functions of a template, each with the profile that platform/signing.yaml made for the stage."""
    told = dict(text.split("=", 1) for text in stage.overrides)
    place = told["CodeSigning"].removesuffix("/config") + "/profile"
    with explained("deploy"):
        found = stage.aws.client("ssm").get_parameters(Names=[place])
    if not found["Parameters"]:
        raise SystemExit(f"deploy: there is no parameter {place}: make bootstrap STAGE={stage.name} makes it")
    profile = found["Parameters"][0]["Value"]
    functions = (name for name, each in body["Resources"].items() if each["Type"] == "AWS::Serverless::Function")
    return ["--signing-profiles", *(f"{name}={profile}" for name in functions)]
