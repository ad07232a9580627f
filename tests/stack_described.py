"""What the stack is in one region, as the services themselves describe it, without ids, times and the region's name."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

Clients = Callable[[str], Any]  # name of a service -> its client in the region

_ALARM = (
    "AlarmName AlarmDescription ActionsEnabled OKActions AlarmActions InsufficientDataActions MetricName Namespace "
    "Statistic Dimensions Period Unit EvaluationPeriods DatapointsToAlarm Threshold ComparisonOperator TreatMissingData"
)
_FUNCTION = "FunctionName Description Runtime Handler CodeSha256 Timeout MemorySize Architectures Environment"
_MAPPING = (
    "EventSourceArn FunctionArn BatchSize MaximumBatchingWindowInSeconds ScalingConfig FunctionResponseTypes State"
)
_QUEUE = (  # but for MaximumMessageSize, which Terraform's provider sets where the template leaves it to AWS
    "QueueArn VisibilityTimeout MessageRetentionPeriod SqsManagedSseEnabled RedrivePolicy Policy DelaySeconds "
    "ReceiveMessageWaitTimeSeconds"
)
_SUBSCRIPTION = "TopicArn Protocol Endpoint RawMessageDelivery RedrivePolicy FilterPolicy"
_TOPIC = "TopicArn DisplayName Policy KmsMasterKeyId"


def described(client: Clients, region: str) -> dict[str, Any]:
    """Part -> what it is. A part that is not there is empty."""
    parts = {
        "alarms": _alarms(client),
        "function": _function(client),
        "logs": _logs(client),
        "queues": _queues(client),
        "role": _role(client, region),
        "rules": _rules(client),
        "table": _table(client),
        "topics": _topics(client),
    }
    found: dict[str, Any] = json.loads(json.dumps(parts, sort_keys=True).replace(region, "REGION"))
    return found


def _of(what: dict[str, Any], names: str) -> dict[str, Any]:
    """Those of its fields; policies in it are read, since white space and order mean nothing there."""
    read = {"Policy", "RedrivePolicy"}
    return {name: json.loads(what[name]) if name in read else what[name] for name in names.split() if name in what}


def _sorted(many: Iterable[Any]) -> list[Any]:
    return sorted(many, key=lambda each: json.dumps(each, sort_keys=True))


def _alarms(client: Clients) -> list[Any]:
    found = client("cloudwatch").describe_alarms(AlarmNamePrefix="tocsin-")["MetricAlarms"]
    return _sorted(_of(each, _ALARM) for each in found)


def _function(client: Clients) -> dict[str, Any]:
    calls, name = client("lambda"), "tocsin"
    if not calls.list_functions()["Functions"]:
        return {}
    settings = "MaximumRetryAttempts MaximumEventAgeInSeconds DestinationConfig"
    statements = json.loads(calls.get_policy(FunctionName=name)["Policy"])["Statement"]
    doors = calls.list_function_url_configs(FunctionName=name)["FunctionUrlConfigs"]
    mappings = calls.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]
    return {
        "itself": _of(calls.get_function_configuration(FunctionName=name), _FUNCTION),
        "recursion": calls.get_function_recursion_config(FunctionName=name)["RecursiveLoop"],
        "asynchronous": _of(calls.get_function_event_invoke_config(FunctionName=name), settings),
        "who may invoke it": _sorted({**each, "Sid": ""} for each in statements),
        "doors": [each["AuthType"] for each in doors],
        "mappings": [_of(each, _MAPPING) for each in mappings],
    }


def _logs(client: Clients) -> list[Any]:
    found = client("logs").describe_log_groups(logGroupNamePrefix="/aws/lambda/tocsin")["logGroups"]
    return [_of(each, "logGroupName retentionInDays") for each in found]


def _queues(client: Clients) -> list[Any]:
    calls = client("sqs")
    urls = calls.list_queues().get("QueueUrls", [])
    return _sorted(
        _of(calls.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"], _QUEUE) for url in urls
    )


def _role(client: Clients, region: str) -> list[Any]:
    """That of the function in this region; roles themselves belong to none."""
    calls, found = client("iam"), []
    for role in calls.list_roles()["Roles"]:
        for policy in calls.list_role_policies(RoleName=role["RoleName"])["PolicyNames"]:
            document = calls.get_role_policy(RoleName=role["RoleName"], PolicyName=policy)["PolicyDocument"]
            if region in json.dumps(document):
                found.append([role["Description"], role["AssumeRolePolicyDocument"], policy, document])
    return found


def _rules(client: Clients) -> list[Any]:
    calls = client("events")
    return _sorted(
        {
            **_of(rule, "Name Description State ScheduleExpression"),
            "EventPattern": json.loads(rule.get("EventPattern", "null")),
            "Targets": calls.list_targets_by_rule(Rule=rule["Name"])["Targets"],
        }
        for rule in calls.list_rules()["Rules"]
    )


def _table(client: Clients) -> dict[str, Any]:
    calls = client("dynamodb")
    if not calls.list_tables()["TableNames"]:
        return {}
    table = calls.describe_table(TableName="tocsin")["Table"]
    backups = calls.describe_continuous_backups(TableName="tocsin")["ContinuousBackupsDescription"]
    indexes = [_of(each, "IndexName KeySchema Projection") for each in table["GlobalSecondaryIndexes"]]
    return {
        **_of(table, "TableName KeySchema"),
        "AttributeDefinitions": _sorted(table["AttributeDefinitions"]),
        "BillingMode": table["BillingModeSummary"]["BillingMode"],
        "GlobalSecondaryIndexes": _sorted(indexes),
        "TimeToLive": calls.describe_time_to_live(TableName="tocsin")["TimeToLiveDescription"],
        "Backups": backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"],
    }


def _topics(client: Clients) -> list[Any]:
    calls = client("sns")
    topics = [each["TopicArn"] for each in calls.list_topics()["Topics"]]
    return [
        *_sorted(_of(calls.get_topic_attributes(TopicArn=each)["Attributes"], _TOPIC) for each in topics),
        *_sorted(_subscription(calls, each) for each in calls.list_subscriptions()["Subscriptions"]),
    ]


def _subscription(calls: Any, listed: dict[str, Any]) -> dict[str, Any]:
    """One that nobody has confirmed yet has no attributes, and no ARN."""
    if not listed["SubscriptionArn"].startswith("arn:"):
        return _of(listed, _SUBSCRIPTION)
    return _of(
        calls.get_subscription_attributes(SubscriptionArn=listed["SubscriptionArn"])["Attributes"], _SUBSCRIPTION
    )
