"""template.yaml as SAM hands it to CloudFormation: scanners miss what SAM adds unless they read this too."""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path
from typing import Any

from samtranslator.translator.transform import transform

from tools.local_aws import load


class _NoManagedPolicies:
    """SAM looks AWS's managed policies up; this service names none."""

    def load(self) -> dict[str, str]:
        return {}


def expand(template: Path) -> dict[str, Any]:
    """The template without `AWS::Serverless`; code and workflows are said to be where deploying puts them."""
    body = load(template)
    for resource in body["Resources"].values():
        properties = resource.get("Properties", {})
        if "CodeUri" in properties:
            properties["CodeUri"] = "s3://bucket/code.zip"
        if "DefinitionS3Location" in properties:
            properties["DefinitionS3Location"] = {"Bucket": "bucket", "Key": "workflow.json"}
    expanded: dict[str, Any] = transform(body, {}, _NoManagedPolicies())
    return expanded


def main(template: str, target: str) -> None:
    logging.disable(logging.WARNING)  # Of switches that SAM has for itself.
    Path(target).write_text(json.dumps(expand(Path(template)), default=str, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
