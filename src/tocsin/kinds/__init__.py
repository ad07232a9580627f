"""The registry of kinds: which module reads which AWS event, and what happens when none does or one trips.

Adding a kind is one module with ``read(envelope)`` and ``WORDS``, one line in ``KINDS``, event files and snapshots.
"""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module

from tocsin.envelope import Envelope
from tocsin.model import Fact, Phrase, Signal
from tocsin.reading.bounds import bounded
from tocsin.reading.content import cut
from tocsin.reading.entries import Attributes, Entry, Keys, KeyStart, Source, Text, index
from tocsin.reading.fields import clean

KINDS = (
    Entry("access_analyzer", "access_analyzer", (
        Source("", "Access Analyzer Finding"),
        Source("", "Unused Access Finding for IAM entities"),
        Source("", "Internal Access Finding"),
        Source("", "Access Preview State Change"),
        Keys("analyzedAt", "resourceType", "isDeleted"),
    )),
    Entry("acm", "acm", (Source("aws.acm"),)),
    Entry("alertmanager", "alertmanager", (
        Keys("alerts"),
        Keys("ruleName", "state"),
        Text(body=r"(?im)^[^\w\n]{0,8}(alerts )?(firing|resolved)[^\w\n]{0,8}$\s{0,8}(^value:.*\s{1,8})?^labels:"),
        Text(subject=r"(?i)\A\[(FIRING|RESOLVED|ALERTING|OK|NO DATA)(:\d+|,|\])"),
    )),
    Entry("amplify", "amplify", (
        Source("aws.amplify"),
        Text(body=r"\A\s*\"?Build notification from the AWS Amplify Console for app: "),
    )),
    Entry("autoscaling", "autoscaling", (
        Source("aws.autoscaling"),
        Source("aws.application-autoscaling"),
        Keys("AutoScalingGroupName", "Event"),
        Keys("AutoScalingGroupName", "LifecycleTransition"),
    )),
    Entry("backup", "backup", (
        Source("aws.backup"),
        Text(subject=r"(?i)\ANotification from AWS Backup"),
        Text(body=r"\AAn AWS Backup "),
    )),
    Entry("batch", "batch", (Source("aws.batch"),)),
    Entry("beanstalk", "beanstalk", (
        Source("aws.elasticbeanstalk"),
        Text(subject=r"\AAWS Elastic Beanstalk Notification"),
        Text(body=r"\A\s*Timestamp: [^\n]*\nMessage: |(?m:^Environment: .+\n+Application: )"),
    )),
    Entry("budget", "budget", (
        Text(subject=r"(?i)\AAWS Budgets?\b"),
        Text(body=r"(?i)\A\s*AWS Budgets?( Action)? Notification\b"),
    )),
    Entry("cloudformation", "cloudformation", (Source("aws.cloudformation"), Text(body=r"(?m)^StackId='"))),
    Entry("cloudtrail", "cloudtrail", (
        Source("", "AWS API Call via CloudTrail"),
        Source("", "AWS Console Sign In via CloudTrail"),
        Source("", "AWS Console Signin via CloudTrail"),
        Source("", "AWS Console Action via CloudTrail"),
        Source("", "AWS Service Event via CloudTrail"),
        Source("", "AWS Network Activity Event via CloudTrail"),
        Source("", "AWS Insight via CloudTrail"),
        Keys("eventName", "sourceIPAddress"),
        Keys("eventName", "userAgent"),
        Keys("eventName", "eventType", "eventSource"),
        Keys("insightDetails"),
        Keys("CloudTrailEvent"),
    )),
    Entry("cloudtrail_delivery", "cloudtrail_delivery", (
        Keys("s3Bucket", "s3ObjectKey", without="messageType"),
        Text(body=r"^CloudTrail validation message"),
    )),
    Entry("cloudwatch_alarm", "cloudwatch_alarm", (
        Keys("AlarmName", "NewStateValue"),
        Keys("alarmData"),
        Source("aws.cloudwatch", "CloudWatch Alarm State Change"),
        Source("aws.cloudwatch", "CloudWatch Alarm Contributor State Change"),
    )),
    Entry("cloudwatch_alarm_change", "cloudwatch_alarm_change", (
        Source("aws.cloudwatch", "CloudWatch Alarm Configuration Change"),
    )),
    Entry("codebuild", "codebuild", (
        Source("aws.codebuild"),
        Source("", "CodeBuild Build State Change"),
        Source("", "CodeBuild Build Phase Change"),
    )),
    Entry("codecommit", "codecommit", (Source("aws.codecommit"), Keys("codecommit", "eventSourceARN"))),
    Entry("codedeploy", "codedeploy", (Source("aws.codedeploy"), Keys("deploymentId", without="jobId"))),
    Entry("codepipeline", "codepipeline", (
        Source("aws.codepipeline"),
        Source("", "CodePipeline Pipeline Execution State Change"),
        Source("", "CodePipeline Stage Execution State Change"),
        Source("", "CodePipeline Action Execution State Change"),
        Keys("approval", "consoleLink"),
    )),
    Entry("codestar_notification", "codestar_notification", (Keys("detailType", "detail"),)),
    Entry("config", "config", (
        Source("", "Config Rules Compliance Change"),
        Source("", "Config Configuration Item Change"),
        Source("", "Config Rules Re-evaluation Status"),
        Source("", "Config Configuration Snapshot Delivery Status"),
        Source("", "Config Configuration History Delivery Status"),
        Keys("messageType", "notificationCreationTime"),
        Keys("newEvaluationResult", "configRuleName"),
        Keys("configurationItem", "configurationItemDiff"),
        Text(body=r"^\s*View the Timeline for this Resource in[\s\S]*\{"),
    )),
    Entry("cost_anomaly", "cost_anomaly", (Keys("anomalyId", "impact"), Source("aws.ce", "Anomaly Detected"))),
    Entry("custom_notification", "custom_notification", (Keys("source", "content"),)),
    Entry("database_notice", "database_notice", (
        Keys("Event Source", "Event Message"),
        Text(body=r"\A\s*This is a message to notify that .{1,40} will attempt to send you event notifications"),
    )),
    Entry("dead_letter", "dead_letter", (
        Attributes("ERROR_CODE", "TARGET_ARN"),
        Attributes("ERROR_CODE", "SCHEDULE_ARN"),
        Attributes("ErrorCode", "RequestID"),
    )),
    Entry("dms", "dms", (Source("aws.dms"),)),
    Entry("ebs", "ebs", (
        Source("aws.ec2", "EBS Volume Notification"),
        Source("aws.ec2", "EBS Snapshot Notification"),
        Source("aws.ec2", "EBS Multi-Volume Snapshots Completion Status"),
        Source("aws.ec2", "EBS Fast Snapshot Restore State-change Notification"),
    )),
    Entry("ec2", "ec2", (
        Source("aws.ec2"),
        Source("aws.ec2fleet"),
        Source("aws.ec2spotfleet"),
        Source("", "EC2 Instance State-change Notification"),
        Source("", "EC2 Spot Instance Interruption Warning"),
    )),
    Entry("ecr", "ecr", (Source("aws.ecr"),)),
    Entry("ecs", "ecs", (
        Source("aws.ecs"),
        Source("", "ECS Task State Change"),
        Source("", "ECS Container Instance State Change"),
        Source("", "ECS Service Action"),
        Source("", "ECS Deployment State Change"),
    )),
    Entry("elasticache", "elasticache", (KeyStart("ElastiCache:"), Source("aws.elasticache"))),
    Entry("free_tier", "free_tier", (
        Text(subject=r"(?i)\AAWS Free Tier\b"),
        Text(body=r"(?i)\A\s*AWS Free Tier usage limit|\bfor one or more AWS Free Tier-eligible services\b"),
    )),
    Entry("glue", "glue", (Source("aws.glue"), Source("aws.glue-dataquality"))),
    Entry("guardduty", "guardduty", (
        Source("", "GuardDuty Finding"),
        Keys("accountId", "severity", "type", "service", "resource"),
        Keys("AccountId", "Severity", "Type", "Service", "Resource"),
    )),
    Entry("guardduty_coverage", "guardduty_coverage", (
        Source("", "GuardDuty Runtime Protection Healthy"),
        Source("", "GuardDuty Runtime Protection Unhealthy"),
        Keys("resourceAccountId", "resourceDetails", "currentStatus"),
    )),
    Entry("guardduty_malware", "guardduty_malware", (
        Source("", "GuardDuty Malware Protection Object Scan Result"),
        Source("", "GuardDuty Malware Protection Post Scan Action Failed"),
        Source("", "GuardDuty Malware Protection Resource Status Active"),
        Source("", "GuardDuty Malware Protection Resource Status Warning"),
        Source("", "GuardDuty Malware Protection Resource Status warning"),
        Source("", "GuardDuty Malware Protection Resource Status Error"),
        Keys("s3ObjectDetails", "schemaVersion"),
        Keys("s3BucketDetails", "resourceStatus"),
    )),
    Entry("health", "health", (
        Source("", "AWS Health Event"),
        Source("", "AWS Health Abuse Event"),
        Keys("eventArn", "eventTypeCode"),
        Keys("eventTypeCode", "eventTypeCategory"),
    )),
    Entry("inspector", "inspector", (Keys("template", "event", "time"), Keys("run", "event", "template"))),
    Entry("inspector2", "inspector2", (
        Source("", "Inspector2 Finding"),
        Source("", "Inspector Finding"),
        Keys("findingArn", "awsAccountId"),
    )),
    Entry("inspector2_scan", "inspector2_scan", (
        Source("", "Inspector2 Scan"),
        Source("", "Inspector Scan"),
        Source("", "Inspector2 Coverage"),
        Source("", "Inspector2 AutoEnable"),
    )),
    Entry("lambda_destination", "lambda_destination", (
        Keys("requestContext", "timestamp"),
        Source("", "Lambda Function Invocation Result - Failure"),
        Source("", "Lambda Function Invocation Result - Success"),
    )),
    Entry("macie", "macie", (
        Source("", "Macie Finding"),
        Source("", "Macie Alert"),
        Keys("resourcesAffected", "severity", "type"),
    )),
    Entry("managed_cluster", "managed_cluster", (Source("aws.eks"), Source("aws.kafka"))),
    Entry("opensearch", "opensearch", (Source("aws.es"), Source("aws.aoss"), Source("aws.opensearch"))),
    Entry("rds", "rds", (
        Source("aws.rds"),
        Source("", "RDS DB Instance Event"),
        Source("", "RDS DB Cluster Event"),
        Source("", "RDS DB Snapshot Event"),
    )),
    Entry("redshift", "redshift", (
        Source("aws.redshift"),
        Source("aws.redshift-data"),
        Source("aws.redshift-serverless"),
    )),
    Entry("s3_event", "s3_event", (Source("aws.s3"), Keys("s3", "eventName"), Keys("Bucket", "Event", "Service"))),
    Entry("securityhub", "securityhub", (
        Source("", "Security Hub Findings - Imported"),
        Source("", "Security Hub Findings - Custom Action"),
        Source("", "Security Hub Insight Results"),
        Source("", "Security Hub Findings"),
        Source("", "Security Hub Standard Results"),
        Source("", "Findings Imported V2"),
        Keys("findings"),
        Keys("Findings"),
        Keys("insightResults", "insightArn"),
        Keys("GeneratorId", "ProductArn"),
        Keys("finding_info", "class_uid"),
    )),
    Entry("ses", "ses", (
        Source("aws.ses"),
        Keys("notificationType", "mail"),
        Keys("eventType", "mail"),
        Keys("notificationType", "message"),
        Keys("mail", "receipt"),
        Keys("ses", "eventSource"),
        Text(body=r"\ASuccessfully validated SNS topic for Amazon SES"),
    )),
    Entry("sns_subscription", "sns_subscription", (Keys("TopicArn", "SubscribeURL"),)),
    Entry("ssm", "ssm", (Source("aws.ssm"), Keys("commandId", "documentName"))),
    Entry("step_functions", "step_functions", (Source("aws.states"),)),
    Entry("trusted_advisor", "trusted_advisor", (
        Source("", "Trusted Advisor Check Item Refresh Notification"),
        Source("", "Trusted Advisor Check Item Refresh Status"),
        Source("", "Service Quotas Utilization Notification"),
        Keys("check-item-detail", "status"),
    )),
)  # fmt: skip

# Asked last and in this order; each reads what is left to it, the last one anything.
FALLBACKS = (
    Entry("generic_event", "generic_event"),
    Entry("generic_json", "generic_json"),
    Entry("text", "text"),
    Entry("unknown", "unknown"),
)

INDEX = index(KINDS)


def read(envelope: Envelope) -> tuple[Signal, ...]:
    """What the record says: one signal per finding, alarm or record. Never empty, never raises.

    A kind that cannot make sense of its event, or trips over it, hands it on to the fallbacks, with the reason.
    """
    trips: list[Fact] = []
    for entry in (*INDEX.find(envelope), *FALLBACKS[:-1]):
        try:
            signals = _ask(entry, envelope)
        except Exception as error:
            trips.append(_trip(entry, error))
            continue
        if signals:
            return _finished(signals, entry, envelope, trips)
    return _finished(_ask(FALLBACKS[-1], envelope), FALLBACKS[-1], envelope, trips)


def _ask(entry: Entry, envelope: Envelope) -> tuple[Signal, ...]:
    signals: tuple[Signal, ...] = import_module(f"tocsin.kinds.{entry.module}").read(envelope)
    return signals


def _trip(entry: Entry, error: Exception) -> Fact:
    why = cut(clean(f"{type(error).__name__}: {error}"), 200)[0]
    return Fact(Phrase("unknown.note"), Phrase("unknown.tripped", {"kind": entry.name, "error": why}))


def _finished(signals: tuple[Signal, ...], entry: Entry, envelope: Envelope, trips: list[Fact]) -> tuple[Signal, ...]:
    """The signals with what holds for every kind alike: its name, the test mark, an id, the labels of all, a size."""
    return tuple(
        bounded(
            replace(
                signal,
                kind=entry.name,
                test=envelope.test,
                event_id=signal.event_id or envelope.event_id,
                facts=(*_where(signal), *signal.facts, *trips),
                labels={**signal.labels, "kind": entry.name, "account": signal.account, "region": signal.region},
            )
        )
        for signal in signals
    )


def _where(signal: Signal) -> tuple[Fact, ...]:
    """Account and region, understood of every kind; as details, since a message shows them anyway."""
    said = {fact.label.key for fact in signal.facts}
    known = (("words.account", signal.account), ("words.region", signal.region))
    return tuple(Fact(Phrase(key), value, detail=True) for key, value in known if value and key not in said)
