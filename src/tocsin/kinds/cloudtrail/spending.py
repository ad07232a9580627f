"""Rules about what costs money fast: big and GPU instances, mail, models, quotas, others' computing on your bill.

Instance families: docs.aws.amazon.com/ec2/latest/instancetypes/ac.html (accelerated computing).
"""

from __future__ import annotations

import re
from dataclasses import replace

from tocsin.kinds.cloudtrail.record import Record, texts
from tocsin.kinds.cloudtrail.rules import Lesson, Rule, Rules, calls
from tocsin.model import Value
from tocsin.reading import fields

_MINING = Lesson("cloudtrail.mining_means", ("cloudtrail.mining_undo",))
_MAIL = Lesson("cloudtrail.mail_means", ("cloudtrail.mail_undo",))
_MODELS = Lesson("cloudtrail.models_means", ("cloudtrail.models_undo",))
_QUOTA = Lesson("cloudtrail.quota_means", ("cloudtrail.quota_undo",))
_NEAR = Lesson("cloudtrail.near_means", ("cloudtrail.near_undo",))
_BOUGHT = Lesson("cloudtrail.bought_means", ("cloudtrail.bought_undo",))

# Families with GPUs or AI chips, and sizes that cost dollars an hour ("ml." before a type is SageMaker's).
_BIG = re.compile(
    r"(ml\.)?((p|g)\d\w*\.|(inf|trn|dl|vt|f)\d\w*\.|\w+\.(metal\S*|(8|9|10|12|16|18|24|32|48|56|96|112)xlarge))"
)
_MANY = 10


def _instances(record: Record) -> Rule | None:
    """Launch templates hide the type: then the answer has it."""
    types = [*record.asked("**.instanceType"), *texts(record.response, "instancesSet.instanceType")]
    counts = record.asked("**.maxCount", "instanceCount", "**.totalTargetCapacity", "**.targetCapacity")
    asked = fields.as_number((counts or ["1"])[0]) or 1
    number = len(texts(record.response, "instancesSet.instanceId")) or int(asked)
    known: dict[str, Value] = {"type": tuple(dict.fromkeys(types)) or "?", "n": number}
    of = ("**.instanceType",)
    if any(_BIG.match(one.lower()) for one in types):
        return Rule("cloudtrail.big_instance", "high", _MINING, of, known, firm=True)
    if number >= _MANY:
        return Rule("cloudtrail.many_instances", "high", _MINING, of, known)
    return Rule("cloudtrail.instance", "low", None, of, known)


def _machine(record: Record) -> Rule:
    """SageMaker: what is started, and on how big a machine."""
    rule = Rule("cloudtrail.ml", "medium", _MINING, ("notebookInstanceName", "trainingJobName", "processingJobName",
                "endpointName", "endpointConfigName", "domainId", "appName"))  # fmt: skip
    types = record.asked("instanceType", "resourceConfig.instanceType", "productionVariants.instanceType",
                         "processingResources.clusterConfig.instanceType", "resourceSpec.instanceType")  # fmt: skip
    return replace(rule, severity="high") if any(_BIG.match(one) for one in types) else rule


_FLEET = Rule(
    "cloudtrail.fleet", "medium", _MINING, ("autoScalingGroupName", "spotFleetRequestId", "launchTemplateName")
)
_CONTAINERS = Rule("cloudtrail.containers", "low", None, ("serviceName", "cluster", "clusterName", "family", "name",
                   "taskDefinition", "nodegroupName", "computeEnvironmentName", "jobName"))  # fmt: skip
_OTHER = Rule("cloudtrail.computing", "medium", _MINING, ("name", "instanceNames", "serviceName", "clusterName",
              "projectName", "endpointName", "relationalDatabaseName", "fleetName"))  # fmt: skip
_SENDER = Rule("cloudtrail.mail", "high", _MAIL, ("emailIdentity", "emailAddress", "domain", "identity"))
_LOOK = Rule("cloudtrail.mail_look", "low", _MAIL)
_MODEL = Rule("cloudtrail.model_access", "high", _MODELS, ("modelId", "provisionedModelName"))
_PURCHASE = Rule("cloudtrail.bought", "high", _BOUGHT, ("domainName", "savingsPlanOfferingId",
                 "reservedInstancesOfferingId", "offeringId", "productId", "instanceType"))  # fmt: skip

RULES: Rules = {
    **calls("ec2", "RunInstances RequestSpotInstances CreateFleet RequestSpotFleet", _instances),
    **calls("ec2", "ImportKeyPair CreateKeyPair", Rule("cloudtrail.ssh_key", "medium", None, ("keyName",))),
    **calls("ec2", "ModifySpotFleetRequest CreateCapacityReservation AllocateHosts", replace(_FLEET, severity="high")),
    **calls("ec2", "PurchaseReservedInstancesOffering PurchaseHostReservation PurchaseCapacityBlock", _PURCHASE),
    **calls("savingsplans", "CreateSavingsPlan", _PURCHASE),
    **calls("rds", "PurchaseReservedDBInstancesOffering", _PURCHASE),
    **calls("route53domains", "RegisterDomain TransferDomain", _PURCHASE),
    **calls("aws-marketplace", "Subscribe AcceptAgreementRequest", _PURCHASE),
    **calls("autoscaling", "CreateAutoScalingGroup UpdateAutoScalingGroup",
            replace(_FLEET, severity="low", lesson=None)),
    **calls("ecs", "CreateCluster CreateService RegisterTaskDefinition RunTask", _CONTAINERS),
    **calls("eks", "CreateCluster CreateNodegroup", _CONTAINERS),
    **calls("batch", "CreateComputeEnvironment SubmitJob", _CONTAINERS),
    **calls("lightsail", "CreateInstances CreateInstancesFromSnapshot CreateContainerService CreateRelationalDatabase",
            replace(_OTHER, severity="high")),
    **calls("apprunner", "CreateService", _OTHER),
    **calls("amplify", "CreateApp", _OTHER),
    **calls("codebuild", "CreateProject", _OTHER),
    **calls("elasticmapreduce", "RunJobFlow", _OTHER),
    **calls("gamelift", "CreateFleet", _OTHER),
    **calls("glue", "CreateDevEndpoint", _OTHER),
    **calls("sagemaker", "CreateNotebookInstance CreateTrainingJob CreateProcessingJob CreateEndpoint "
            "CreateEndpointConfig CreateApp CreateDomain", _machine),
    **calls("ses", "PutAccountDetails CreateEmailIdentity VerifyEmailIdentity VerifyDomainIdentity VerifyDomainDkim "
            "UpdateAccountSendingEnabled PutAccountSendingAttributes DeleteIdentity DeleteEmailIdentity", _SENDER),
    **calls("ses", "GetSendQuota GetAccount ListIdentities ListEmailIdentities GetAccountSendingEnabled", _LOOK),
    **calls("sns", "SetSMSAttributes GetSMSAttributes GetSMSSandboxAccountStatus CreateSMSSandboxPhoneNumber",
            replace(_SENDER, title="cloudtrail.sms", severity="medium", of=())),
    **calls("bedrock", "PutFoundationModelEntitlement PutUseCaseForModelAccess CreateFoundationModelAgreement "
            "CreateProvisionedModelThroughput", _MODEL),
    **calls("bedrock", "InvokeModel InvokeModelWithResponseStream Converse ConverseStream",
            replace(_MODEL, title="cloudtrail.model_used", severity="low")),
    **calls("servicequotas", "RequestServiceQuotaIncrease",
            Rule("cloudtrail.quota", "high", _QUOTA, ("quotaCode", "serviceCode"))),
    **calls("servicequotas", "ServiceQuotasUtilizationBreachingThreshold",
            Rule("cloudtrail.quota_near", "medium", _NEAR, ("quotaName", "quotaCode"), firm=True)),
    **calls("support", "CreateCase", Rule("cloudtrail.support_case", "low", None, ("subject", "serviceCode"))),
}  # fmt: skip

WORDS = {
    "en": {
        "big_instance": "Expensive instances started: {n} × {type}",
        "many_instances": "Many instances started at once: {n} × {type}",
        "instance": "Instances started: {n} × {type}",
        "ssh_key": "New SSH key for instances{on}",
        "fleet": "A fleet of instances was started or changed{on}",
        "bought": "Something was bought or reserved{on}",
        "containers": "Containers set up or started{on}",
        "computing": "Computing started in {service}{on}",
        "ml": "SageMaker machine started{on}",
        "mail": "Sending of e-mail was set up or changed (SES){on}",
        "mail_look": "Somebody looks at how much e-mail can be sent (SES)",
        "sms": "Settings of text messages were read or changed (SNS)",
        "model_access": "Access to AI models was switched on{on}",
        "model_used": "AI model used{on}",
        "quota": "A higher quota was requested{on}",
        "quota_near": "A quota is nearly used up{on}",
        "support_case": "Support case opened{on}",
        "mining_means": "This costs money from the first minute. Stolen accounts are mostly used to mine "
        "cryptocurrency, in "
        "regions that nobody looks at.",
        "mining_undo": "Nobody expects it? Stop or delete it now, and look in every region for more.",
        "mail_means": "Stolen accounts send spam and phishing in your name; looking at the limits comes before.",
        "mail_undo": "Nobody expects it? Pause sending in SES and remove identities that you do not know.",
        "models_means": "Access to models is sold on: others then run up your bill, thousands of dollars a day.",
        "models_undo": "Nobody expects it? Deny bedrock:InvokeModel for this identity and look at what was used.",
        "quota_means": "Higher limits are asked for before much is started. Attackers do it on the first day.",
        "quota_undo": "Nobody expects it? Withdraw the request through AWS Support.",
        "near_means": "When it is used up, new ones of it fail.",
        "near_undo": "Remove what is not needed, or ask for a higher quota in Service Quotas: that can take days.",
        "bought_means": "This is paid for even if it is never used, and hard to give back.",
        "bought_undo": "A mistake or not yours? Open a case with AWS Support (billing) today.",
    },
    "ko": {
        "big_instance": "비싼 인스턴스 시작: {type} {n}개",
        "many_instances": "인스턴스를 한꺼번에 시작: {type} {n}개",
        "instance": "인스턴스 시작: {type} {n}개",
        "ssh_key": "인스턴스용 새 SSH 키{on}",
        "fleet": "인스턴스 집합 시작 또는 변경{on}",
        "bought": "구매 또는 예약 발생{on}",
        "containers": "컨테이너 구성 또는 시작{on}",
        "computing": "{service}에서 컴퓨팅 시작{on}",
        "ml": "SageMaker 머신 시작{on}",
        "mail": "이메일 발송 설정 또는 변경(SES){on}",
        "mail_look": "이메일 발송 한도 조회(SES)",
        "sms": "문자 메시지 설정 조회 또는 변경(SNS)",
        "model_access": "AI 모델 접근 활성화{on}",
        "model_used": "AI 모델 사용{on}",
        "quota": "할당량 증가 요청{on}",
        "quota_near": "할당량이 거의 소진됨{on}",
        "support_case": "지원 사례 생성{on}",
        "mining_means": "시작하는 순간부터 비용이 나갑니다. 탈취된 계정은 대개 아무도 보지 않는 리전에서 암호화폐 "
        "채굴에 쓰입니다.",
        "mining_undo": "예상한 사람이 없다면 지금 중지하거나 삭제하고, 모든 리전에서 더 있는지 찾으세요.",
        "mail_means": "탈취된 계정은 우리 이름으로 스팸과 피싱 메일을 보냅니다. 한도 조회는 그 준비 단계입니다.",
        "mail_undo": "예상한 사람이 없다면 SES 발송을 일시 중지하고 모르는 자격 증명을 삭제하세요.",
        "models_means": "모델 접근 권한은 되팔립니다. 다른 사람이 쓰고 하루 수천 달러가 우리에게 청구될 수 있습니다.",
        "models_undo": "예상한 사람이 없다면 이 주체의 bedrock:InvokeModel을 거부하고 사용 내역을 확인하세요.",
        "quota_means": "대량으로 시작하기 전에 한도부터 늘립니다. 공격자는 첫날에 이렇게 합니다.",
        "quota_undo": "예상한 사람이 없다면 AWS Support를 통해 요청을 철회하세요.",
        "near_means": "모두 소진되면 새로 만드는 요청이 실패합니다.",
        "near_undo": "쓰지 않는 것을 정리하거나 Service Quotas에서 증가를 요청하세요. 며칠 걸릴 수 있습니다.",
        "bought_means": "쓰지 않아도 비용을 내야 하고, 되돌리기 어렵습니다.",
        "bought_undo": "실수거나 모르는 구매라면 오늘 AWS Support(결제)에 문의하세요.",
    },
}  # fmt: skip
