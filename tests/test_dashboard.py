"""Alarms and the dashboard: one place for thresholds, and nothing is shown or watched that the stack does not have."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any

import pytest

from holdfast import render, source, spec
from holdfast.catalogue import Catalogue, load
from holdfast.tree import Tree
from support import goldens, policies

NAMES = list(goldens.specs(load(source.bundled())))
COLUMNS = 24
#: What may stand in a widget, and in how many of them one alarm: CloudWatch's own limits.
MOST_METRICS, MOST_ALARMS, MOST_WIDGETS = 500, 100, 500
#: What AWS's own metrics are about: by namespace and dimension, the types of resources.
SUBJECTS = {
    ("AWS/Lambda", "FunctionName"): {"AWS::Serverless::Function"},
    ("LambdaInsights", "function_name"): {"AWS::Serverless::Function"},
    ("AWS/SQS", "QueueName"): {"AWS::SQS::Queue"},
    ("AWS/ApiGateway", "ApiId"): {"AWS::Serverless::HttpApi", "AWS::ApiGatewayV2::Api"},
    ("AWS/ApiGateway", "Stage"): {"AWS::Serverless::Api"},
    ("AWS/ApplicationELB", "TargetGroup"): {"AWS::ElasticLoadBalancingV2::TargetGroup"},
    ("AWS/Firehose", "DeliveryStreamName"): {"AWS::KinesisFirehose::DeliveryStream"},
    ("AWS/States", "StateMachineArn"): {"AWS::StepFunctions::StateMachine"},
}
#: As AWS's documentation has them.
METRICS = {
    "AWS/Lambda": {"ConcurrentExecutions", "Duration", "Invocations", "IteratorAge", "OffsetLag", "Throttles"},
    "LambdaInsights": {"memory_utilization"},
    "AWS/SQS": {"ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesVisible"},
    "AWS/ApiGateway": {"4xx", "5xx", "4XXError", "5XXError", "ClientError", "ExecutionError"},
    "AWS/ApplicationELB": {"LambdaUserError"},
    "AWS/Firehose": {"DeliveryToS3.DataFreshness"},
    "AWS/States": {"ExecutionsFailed", "ExecutionsTimedOut"},
}
#: The end of an invocation that began with a cold start, as Lambda logs it in JSON.
REPORT = {
    "time": "2026-11-27T12:00:00.000Z",
    "type": "platform.report",
    "record": {
        "requestId": "6f7f0961-0000-0000-0000-000000000000",
        "metrics": {
            "durationMs": 82.4,
            "billedDurationMs": 500,
            "memorySizeMB": 256,
            "maxMemoryUsedMB": 79,
            "initDurationMs": 416.3,
        },
        "status": "success",
    },
}


@pytest.fixture(scope="module")
def trees(catalogue: Catalogue) -> Mapping[str, Tree]:
    return goldens.trees(catalogue)


@pytest.fixture(scope="module")
def templates(trees: Mapping[str, Tree]) -> dict[str, dict[str, Any]]:
    return {name: policies.template(files) for name, files in trees.items()}


def _body(template: Mapping[str, Any]) -> dict[str, Any]:
    """The dashboard as CloudWatch gets it; what refers to a resource stands as `<LogicalId.Attribute>`."""
    text, more = template["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    numbers = {name: str(_threshold(template, value)) for name, value in more.items()}
    body: dict[str, Any] = json.loads(
        re.sub(r"\$\{([^}]+)\}", lambda found: numbers.get(found[1], f"<{found[1]}>"), text)
    )
    assert all(f"${{{name}}}" in text for name in numbers), "a threshold is handed over that no widget shows"
    return body


def _threshold(template: Mapping[str, Any], value: Any) -> int:
    table, row, column = value["Fn::FindInMap"]
    found = template["Mappings"][table][row][column]
    assert type(found) is int
    return found


def _alarms(template: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    resources = template["Resources"].items()
    return {name: each["Properties"] for name, each in resources if each["Type"] == "AWS::CloudWatch::Alarm"}


def _metrics(widget: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, str]]]:
    """The metrics of a widget: namespace, name, dimensions. CloudWatch lets no two lines be short for one another here."""
    for line in widget["properties"]["metrics"]:
        words = [word for word in line if isinstance(word, str)]
        if words:
            yield words[0], words[1], dict(zip(words[2::2], words[3::2], strict=True))


def _own(template: Mapping[str, Any]) -> set[tuple[str, str]]:
    """The metrics that filters make of logs, as `_body` writes them."""
    found = set()
    for resource in template["Resources"].values():
        for made in resource["Properties"].get("MetricTransformations", []):
            name = made["MetricName"]["Fn::Sub"].replace("${Stage}", "<Stage>")
            found.add((made["MetricNamespace"], name))
    return found


@pytest.mark.parametrize("name", NAMES)
def test_a_dashboard_shows_what_the_stack_has(name: str, templates: dict[str, Any], catalogue: Catalogue) -> None:
    template = templates[name]
    resources = template["Resources"]
    shown = set()
    for widget in _body(template)["widgets"]:
        metrics = list(_metrics(widget)) if widget["type"] == "metric" else []
        assert (widget["type"] == "alarm") == (not metrics), widget
        assert len(metrics) <= MOST_METRICS
        for namespace, metric, dimensions in metrics:
            if namespace not in METRICS:
                assert (namespace, metric) in _own(template)
                assert dimensions == {}
                shown.add((namespace, metric))
                continue
            assert metric in METRICS[namespace]
            assert dimensions
            for dimension, value in dimensions.items():
                if (namespace, dimension) == ("AWS/ApiGateway", "ApiName"):
                    assert value == _joined(resources["RestApi"]["Properties"]["Name"])
                    continue
                subject = re.fullmatch(r"<(\w+)(?:\.\w+)?>", value)
                assert subject, value
                assert resources[subject[1]]["Type"] in SUBJECTS[namespace, dimension]
                shown.add((metric, subject[1]))
    assert shown >= _own(template), "a metric is made, and nobody sees it"
    for function in (spec.parse(goldens.specs(catalogue)[name], catalogue)).functions:
        identity = "".join(word.capitalize() for word in function.name.split("-"))
        assert {(metric, f"{identity}Function") for metric in ("Invocations", "Duration", "Throttles")} <= shown


def _joined(value: Any) -> str:
    return str(value["Fn::Sub"]).replace("${", "<").replace("}", ">")


@pytest.mark.parametrize("name", NAMES)
def test_its_widgets_have_room(name: str, templates: dict[str, Any]) -> None:
    """They fill rows from the left, lie inside of the columns, and no two overlap."""
    widgets = _body(templates[name])["widgets"]
    assert 8 < len(widgets) <= MOST_WIDGETS
    for widget in widgets:
        assert widget["x"] >= 0
        assert widget["x"] + widget["width"] <= COLUMNS
        assert widget["height"] > 0
    for one, other in combinations(widgets, 2):
        aside = one["x"] + one["width"] <= other["x"] or other["x"] + other["width"] <= one["x"]
        above = one["y"] + one["height"] <= other["y"] or other["y"] + other["height"] <= one["y"]
        assert aside or above, (one, other)
    titles = [widget["properties"]["title"] for widget in widgets if widget["type"] == "metric"]
    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize("name", NAMES)
def test_every_alarm_is_on_it_and_tells_somebody(name: str, templates: dict[str, Any]) -> None:
    template = templates[name]
    listed = [w["properties"]["alarms"] for w in _body(template)["widgets"] if w["type"] == "alarm"]
    assert all(len(some) <= MOST_ALARMS for some in listed)
    assert sorted(arn for some in listed for arn in some) == sorted(f"<{alarm}.Arn>" for alarm in _alarms(template))
    for alarm, properties in _alarms(template).items():
        assert properties["AlarmActions"] == [{"Ref": "Alarms"}], alarm


@pytest.mark.parametrize("name", NAMES)
def test_thresholds_stand_in_one_place(name: str, templates: dict[str, Any]) -> None:
    """And none stands there that no alarm looks up."""
    template = templates[name]
    looked_up = set()
    for properties in _alarms(template).values():
        _threshold(template, properties["Threshold"])
        looked_up.add(tuple(properties["Threshold"]["Fn::FindInMap"]))
    table = template["Mappings"]["Thresholds"]
    assert looked_up == {("Thresholds", row, column) for row, columns in table.items() for column in columns}


@pytest.mark.parametrize("name", NAMES)
def test_who_reads_a_stream_or_a_topic_is_seen_to_be_behind(
    name: str, templates: dict[str, Any], catalogue: Catalogue
) -> None:
    """By the metric that Lambda has of it: an age of what is in shards, a number of records in a topic."""
    told = {"dynamodb-stream": "IteratorAge", "kinesis": "IteratorAge", "kafka": "OffsetLag"}
    given = spec.parse(goldens.specs(catalogue)[name], catalogue)
    readers = {each.name: told[each.event.kind] for each in given.functions if each.event.kind in told}
    found = {
        properties["AlarmName"]["Fn::Sub"]: properties["MetricName"]
        for alarm, properties in _alarms(templates[name]).items()
        if alarm.endswith("BehindAlarm")
    }
    assert found == {f"{given.name}-${{Stage}}-{reader}-behind": metric for reader, metric in readers.items()}


@pytest.mark.parametrize("name", NAMES)
def test_a_workflow_that_fails_or_takes_too_long_is_seen(name: str, templates: dict[str, Any]) -> None:
    """Step Functions counts an execution that took too long, as a long one of an express workflow, as no failed one."""
    found: dict[str, set[str]] = {}
    for properties in _alarms(templates[name]).values():
        if properties.get("Namespace") == "AWS/States":
            (about,) = properties["Dimensions"]
            found.setdefault(about["Value"]["Ref"], set()).add(properties["MetricName"])
    resources = templates[name]["Resources"].items()
    workflows = {one for one, each in resources if each["Type"] == "AWS::StepFunctions::StateMachine"}
    assert found == {workflow: {"ExecutionsFailed", "ExecutionsTimedOut"} for workflow in workflows}


def test_the_spec_says_when_alarms_go_off(catalogue: Catalogue) -> None:
    """Each threshold of a service that has all alarms is that of holdfast.toml, in the unit of its metric."""
    given = {question.key: number for number, question in enumerate(catalogue.tables["alarms"], start=100)}
    given |= {"duration": 66, "memory": 77}
    text = goldens.specs(catalogue)["everything"] + "\n[alarms]\n"
    text += "".join(f"{key} = {value}\n" for key, value in given.items())
    table = policies.template(render.render(spec.parse(text, catalogue), catalogue))["Mappings"]["Thresholds"]
    found = {(row, unit): value for row, columns in table.items() for unit, value in columns.items()}
    assert found[("Duration", "PercentOfTimeout")] == 66
    assert found[("IteratorAge", "Milliseconds")] == 1000 * given["iterator_age"]
    own = {value for (_, unit), value in found.items() if (_, unit) != ("IteratorAge", "Milliseconds")}
    assert own <= {*given.values()}
    assert len(found) == len(own) + 1


@pytest.mark.parametrize("name", NAMES)
def test_refused_events_stop_no_deployment(name: str, templates: dict[str, Any]) -> None:
    """Whoever sends such events could undo one."""
    resources = templates[name]["Resources"]
    others = {identity: each for identity, each in resources.items() if identity != "Dashboard"}
    assert "RejectedAlarm" not in json.dumps(list(others.values()), default=str)
    assert any(identity.endswith("RejectedAlarm") for identity in others)


def _matches(pattern: str, line: Mapping[str, Any]) -> bool:
    """Whether CloudWatch's filter takes a line, for the patterns that are compared and joined by `&&` alone."""
    terms = pattern.strip("{} ").split(" && ")
    found = [re.fullmatch(r"\$\.([\w.]+) (=|>) (\S+)", term) for term in terms]
    assert all(found), pattern
    return all(_holds(term[1].split("."), term[2], json.loads(term[3]), line) for term in found if term)


def _holds(path: list[str], operator: str, wanted: Any, value: Any) -> bool:
    for key in path:
        if not isinstance(value, dict) or key not in value:
            return False
        value = value[key]
    return bool(value == wanted if operator == "=" else value > wanted)


def test_a_cold_start_is_counted_and_a_warm_one_is_not(templates: dict[str, Any]) -> None:
    template = templates["orders"]
    made = template["Resources"]["FulfilColdStarts"]["Properties"]
    warm = {**REPORT, "record": {**REPORT["record"], "metrics": {"durationMs": 1.5}}}  # type: ignore[dict-item]
    assert _matches(made["FilterPattern"], REPORT)
    assert not _matches(made["FilterPattern"], warm)
    assert not _matches(made["FilterPattern"], {"message": "function_failed"})
    (transformation,) = made["MetricTransformations"]
    assert _holds(transformation["MetricValue"].removeprefix("$.").split("."), "=", 416.3, REPORT)
    assert "DefaultValue" not in transformation, "a line without a cold start would be a sample"
    logging = template["Resources"]["FulfilFunction"]["Properties"]["LoggingConfig"]
    assert (logging["LogFormat"], logging["SystemLogLevel"]) == ("JSON", "INFO"), "Lambda would not write the line"


@pytest.mark.parametrize("name", NAMES)
def test_logs_are_kept_for_as_long_as_the_stage_says(
    name: str, trees: Mapping[str, Tree], templates: dict[str, Any]
) -> None:
    template = templates[name]
    stages = tomllib.loads(trees[name]["samconfig.toml"].content.decode())
    allowed = template["Parameters"]["LogRetention"]["AllowedValues"]
    kept = {}
    for stage, given in stages.items():
        if stage != "version":
            told = dict(each.split("=", 1) for each in given["deploy"]["parameters"]["parameter_overrides"])
            kept[stage] = int(told["LogRetention"])
    assert kept == {"dev": 30, "prod": 365}
    assert set(kept.values()) <= set(allowed)
    groups = [each for each in template["Resources"].values() if each["Type"] == "AWS::Logs::LogGroup"]
    assert groups
    assert all(group["Properties"]["RetentionInDays"] == {"Ref": "LogRetention"} for group in groups)
