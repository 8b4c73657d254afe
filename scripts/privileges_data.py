"""The tables of generator/holdfast/privileges/data that libraries have; read the difference after a run.

`make iam` runs it, after scripts/iam_data.py, with moto (AWS's managed policies) and botocore beside it.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from holdfast import iam

DATA = Path(__file__).resolve().parent.parent / "generator/holdfast/privileges/data"
#: Services of botocore whose IAM prefix neither their name nor what they sign with says.
PREFIXES = {
    "cloudcontrol": "cloudformation",
    "codecatalyst": "codecatalyst",
    "connectparticipant": "connect",
    "iot-data": "iot",
    "iot-jobs-data": "iotjobsdata",
    "iotevents-data": "iotevents",
    "iotsecuretunneling": "iot",
    "mturk": "mechanicalturk",
    "opensearch": "es",
    "partnercentral-account": "partnercentral",
    "partnercentral-benefits": "partnercentral",
    "partnercentral-channel": "partnercentral",
    "partnercentral-selling": "partnercentral",
    "resourcegroupstaggingapi": "tag",
}
#: The managed policies that functions have: those for Lambda itself, and those that name a service and how much of it.
MANAGED = re.compile(
    r"AWSLambda(Basic|DynamoDB|ENI|Execute|Kinesis|MSK|Role|SQS|VPC|_)\w*|AWSLambdaInvocation-DynamoDB"
    r"|AWSX[Rr]ay\w+|CloudWatchLambda\w+|AmazonS3ObjectLambdaExecutionRolePolicy|AWSCodeDeployRoleForLambda\w*"
    r"|(Amazon|AWS|CloudWatch)(APIGateway|AppConfig|AppSync|Athena|Bedrock|CognitoPowerUser|Cognito|Comprehend|DynamoDB"
    r"|ElasticFileSystem|ElasticFileSystemClient|EventBridge|Events|KinesisFirehose|Kinesis|Logs|Polly|RDSData|Redshift"
    r"|Rekognition|S3|SES|SNS|SQS|SSM|StepFunctions|Textract|Transcribe|Translate|KeyManagementServicePowerUser|IoTData"
    r"|IoT)?(Full|ReadOnly|ReadWrite|FullAccessV2|ReadOnlyAccessV2)(Access)?|SecretsManagerReadWrite|ReadOnlyAccess"
    r"|AdministratorAccess|PowerUserAccess|AmazonAPIGatewayInvokeFullAccess|ComprehendReadOnly|TranslateFullAccess"
    r"|TranslateReadOnly|AmazonSSMManagedInstanceCore|AmazonElasticFileSystemClient\w+"
)
LONGEST = 12_000


def services(known: set[str]) -> str:
    """A line for each service of botocore that IAM calls otherwise: its name, and IAM's prefix."""
    from botocore.loaders import Loader

    loader = Loader()
    rows = []
    for name in loader.list_available_services("service-2"):
        metadata = loader.load_service_model(name, "service-2")["metadata"]
        said = (name, metadata.get("signingName"), metadata.get("endpointPrefix"))
        prefix = PREFIXES.get(name) or next((each for each in said if each in known), metadata["endpointPrefix"])
        if prefix != name:
            rows.append(f"{name} {prefix}\n")
    return "".join(rows)


def managed() -> str:
    """A line of JSON for each of AWS's managed policies that functions are likely to have."""
    import moto.iam.aws_managed_policies as source

    data: dict[str, Any] = json.loads(source.aws_managed_policies_data)
    lines = []
    for name, policy in sorted(data.items()):
        statements = [
            {key: value for key, value in statement.items() if key not in ("Sid", "Condition")}
            for statement in _listed(policy["Document"]["Statement"])
        ]
        path = (policy["Path"] + name).lstrip("/")
        line = f"{json.dumps(path)}: {json.dumps(statements, sort_keys=True)}"
        if MANAGED.fullmatch(name) and len(line) < LONGEST:
            lines.append(line)
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def main() -> None:
    """Write the tables."""
    for name, text in (("services.txt", services({*iam.actions()})), ("managed.json", managed())):
        (DATA / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
