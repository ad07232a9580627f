"""Rules about those who watch: trails, detectors, recorders, logs, alarms and budgets that are switched off or bent.

The calls: CIS AWS Foundations (Security Hub controls CloudWatch.5 and CloudWatch.9), and what attackers do.
"""

from __future__ import annotations

from tocsin.kinds.cloudtrail.record import Record, texts
from tocsin.kinds.cloudtrail.rules import Lesson, Rule, Rules, calls

_BLIND = Lesson("cloudtrail.blind_means", ("cloudtrail.blind_undo",))
_MONEY = Lesson("cloudtrail.unwatched_means", ("cloudtrail.blind_undo",))

_TRAIL = ("name", "trailName", "trailARN", "eventDataStore")


def _detector(record: Record) -> Rule:
    """GuardDuty's UpdateDetector switches off, changes how often findings are repeated, or touches single features."""
    if texts(record.request, "enable") == ["false"]:
        return Rule("cloudtrail.guardduty_off", "critical", _BLIND, ("detectorId",))
    return Rule("cloudtrail.guardduty_bent", "medium", _BLIND, ("detectorId",))


def _filter(record: Record) -> Rule | None:
    if texts(record.request, "action") == ["ARCHIVE"]:
        return Rule("cloudtrail.findings_hidden", "high", _BLIND, ("name", "filterName"))
    return None


def _trail(record: Record) -> Rule:
    """UpdateTrail: fewer regions or no global services is blindness; the rest may be housekeeping."""
    narrowed = texts(record.request, "isMultiRegionTrail", "includeGlobalServiceEvents") == ["false"]
    return Rule("cloudtrail.trail_changed", "high" if narrowed else "medium", _BLIND, _TRAIL)


def _logging(record: Record) -> Rule | None:
    if "LoggingEnabled" in str(record.request):
        return None
    return Rule("cloudtrail.logs_off", "medium", _BLIND, ("bucketName",))


_GUARDDUTY = Rule("cloudtrail.guardduty_bent", "high", _BLIND, ("detectorId",))
_LOGS = Rule("cloudtrail.logs_off", "medium", _BLIND,
             ("logGroupName", "flowLogId", "*.flowLogId", "bucketName", "resourceArn", "name"))  # fmt: skip
_CONFIG = Rule("cloudtrail.config_off", "high", _BLIND, ("configurationRecorderName", "deliveryChannelName"))
_OFF = Rule("cloudtrail.scanner_off", "high", _BLIND, ("analyzerName", "graphArn", "productSubscriptionArn"))
_ALARM = Rule("cloudtrail.alarms_off", "high", _BLIND, ("alarmNames",))
_RULE = Rule("cloudtrail.alarms_off", "medium", _BLIND, ("name", "rule", "topicArn", "subscriptionArn"))
_BUDGET = Rule("cloudtrail.budget_off", "high", _MONEY, ("budgetName", "monitorArn", "subscriptionArn"))

RULES: Rules = {
    **calls("cloudtrail", "StopLogging", Rule("cloudtrail.trail_stopped", "critical", _BLIND, _TRAIL)),
    **calls("cloudtrail", "DeleteTrail", Rule("cloudtrail.trail_deleted", "critical", _BLIND, _TRAIL)),
    **calls("cloudtrail", "DeleteEventDataStore StopEventDataStoreIngestion",
            Rule("cloudtrail.trail_stopped", "high", _BLIND, _TRAIL)),
    **calls("cloudtrail", "UpdateTrail", _trail),
    **calls("cloudtrail", "PutEventSelectors", Rule("cloudtrail.trail_changed", "high", _BLIND, _TRAIL)),
    **calls("cloudtrail", "PutInsightSelectors UpdateEventDataStore DeregisterOrganizationDelegatedAdmin",
            Rule("cloudtrail.trail_changed", "medium", _BLIND, _TRAIL)),
    **calls("cloudtrail", "StartLogging CreateTrail", Rule("cloudtrail.trail_started", "low", of=_TRAIL)),
    **calls("guardduty", "DeleteDetector", Rule("cloudtrail.guardduty_off", "critical", _BLIND, ("detectorId",))),
    **calls("guardduty", "UpdateDetector", _detector),
    **calls("guardduty", "CreateFilter UpdateFilter", _filter),
    **calls("guardduty", "CreateIPSet UpdateIPSet CreateTrustedEntitySet UpdateTrustedEntitySet",
            Rule("cloudtrail.trusted_list", "high", _BLIND, ("name", "ipSetId"))),
    **calls("guardduty", "StopMonitoringMembers DisassociateFromAdministratorAccount DisassociateFromMasterAccount "
            "DisassociateMembers DeleteMembers DisableOrganizationAdminAccount DeletePublishingDestination "
            "UpdateMemberDetectors DeleteThreatIntelSet DeleteMalwareProtectionPlan", _GUARDDUTY),
    **calls("guardduty", "ArchiveFindings", Rule("cloudtrail.findings_archived", "medium", _BLIND)),
    **calls("config", "StopConfigurationRecorder DeleteConfigurationRecorder DeleteDeliveryChannel", _CONFIG),
    **calls("config", "PutConfigurationRecorder DeleteConfigRule DeleteConformancePack DeleteOrganizationConfigRule",
            Rule("cloudtrail.config_bent", "medium", _BLIND, ("configRuleName", "conformancePackName"))),
    **calls("securityhub", "DisableSecurityHub BatchDisableStandards DisableImportFindingsForProduct "
            "DisassociateFromAdministratorAccount DisableOrganizationAdminAccount DeleteMembers "
            "DisassociateMembers", _OFF),
    **calls("inspector2", "Disable DisassociateMember DisableDelegatedAdminAccount", _OFF),
    **calls("macie2", "DisableMacie DisassociateFromAdministratorAccount DisableOrganizationAdminAccount", _OFF),
    **calls("access-analyzer", "DeleteAnalyzer", _OFF),
    **calls("detective", "DeleteGraph", _OFF),
    **calls("logs", "DeleteLogGroup DeleteLogStream DeleteSubscriptionFilter DeleteMetricFilter DeleteDestination",
            _LOGS),
    **calls("ec2", "DeleteFlowLogs", _LOGS),
    **calls("s3", "PutBucketLogging", _logging),
    **calls("wafv2", "DeleteLoggingConfiguration DisassociateWebACL DeleteWebACL", _LOGS),
    **calls("route53resolver", "DeleteResolverQueryLogConfig DisassociateResolverQueryLogConfig", _LOGS),
    **calls("bedrock", "DeleteModelInvocationLoggingConfiguration", _LOGS),
    **calls("monitoring", "DeleteAlarms DisableAlarmActions", _ALARM),
    **calls("events", "DeleteRule DisableRule RemoveTargets", _RULE),
    **calls("sns", "DeleteTopic Unsubscribe", _RULE),
    **calls("budgets", "DeleteBudget DeleteNotification DeleteSubscriber", _BUDGET),
    **calls("ce", "DeleteAnomalyMonitor DeleteAnomalySubscription", _BUDGET),
}  # fmt: skip

WORDS = {
    "en": {
        "trail_stopped": "CloudTrail logging stopped{on}",
        "trail_deleted": "CloudTrail trail deleted{on}",
        "trail_changed": "What CloudTrail records was changed{on}",
        "trail_started": "CloudTrail logging started{on}",
        "guardduty_off": "GuardDuty switched off{on}",
        "guardduty_bent": "GuardDuty sees or tells less: its settings were changed",
        "findings_hidden": "GuardDuty findings are hidden by a filter{on}",
        "findings_archived": "GuardDuty findings archived",
        "trusted_list": "GuardDuty will ignore the addresses in a list{on}",
        "config_off": "AWS Config stopped recording{on}",
        "config_bent": "What AWS Config checks was changed{on}",
        "scanner_off": "A security service was switched off: {service}",
        "logs_off": "Logs deleted or no longer written{on}",
        "alarms_off": "Alarms or their notifications switched off{on}",
        "budget_off": "A budget or cost alert was removed{on}",
        "blind_means": "From now on less, or nothing, is seen of what happens here. Attackers switch off the lights "
        "first.",
        "blind_undo": "Switch it on again now, then ask. What happened in between is in no log.",
        "unwatched_means": "Nobody will be told when the bill grows.",
    },
    "ko": {
        "trail_stopped": "CloudTrail 로깅 중지{on}",
        "trail_deleted": "CloudTrail 추적 삭제{on}",
        "trail_changed": "CloudTrail 기록 범위 변경{on}",
        "trail_started": "CloudTrail 로깅 시작{on}",
        "guardduty_off": "GuardDuty 꺼짐{on}",
        "guardduty_bent": "GuardDuty 감지 범위 축소 또는 설정 변경",
        "findings_hidden": "GuardDuty 결과를 숨기는 필터 추가{on}",
        "findings_archived": "GuardDuty 결과 보관 처리",
        "trusted_list": "GuardDuty가 무시할 IP 목록 추가{on}",
        "config_off": "AWS Config 기록 중지{on}",
        "config_bent": "AWS Config 검사 항목 변경{on}",
        "scanner_off": "보안 서비스 꺼짐: {service}",
        "logs_off": "로그 삭제 또는 기록 중단{on}",
        "alarms_off": "경보 또는 알림 꺼짐{on}",
        "budget_off": "예산 또는 비용 알림 삭제{on}",
        "blind_means": "이제부터 이 계정에서 일어나는 일이 일부 또는 전부 보이지 않습니다. 공격자는 감시부터 끕니다.",
        "blind_undo": "먼저 다시 켜고 나서 물어보세요. 그 사이의 일은 어디에도 기록되지 않습니다.",
        "unwatched_means": "요금이 늘어도 아무에게도 알림이 가지 않습니다.",
    },
}  # fmt: skip
