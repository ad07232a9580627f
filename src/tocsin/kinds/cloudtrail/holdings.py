"""Rules about what the account holds: keys, secrets, data, backups, machines, and the account itself.

Sources: CIS AWS Foundations (Security Hub control CloudWatch.7 and CIS 4.15), and what attackers are known to do.
"""

from __future__ import annotations

from dataclasses import replace

from tocsin.kinds.cloudtrail.record import Record, texts
from tocsin.kinds.cloudtrail.rules import Lesson, Rule, Rules, calls

_LOSS = Lesson("cloudtrail.loss_means", ("cloudtrail.loss_undo",))
_KEY = Lesson("cloudtrail.kms_means", ("cloudtrail.kms_undo",))
_SECRET = Lesson("cloudtrail.secret_means", ("cloudtrail.secret_undo",))
_REMOTE = Lesson("cloudtrail.remote_means", ("cloudtrail.remote_undo",))
_ACCOUNT = Lesson("cloudtrail.account_means", ("cloudtrail.account_undo",))
_REGION = Lesson("cloudtrail.region_means", ("cloudtrail.region_undo",))
_DOMAIN = Lesson("cloudtrail.domain_means", ("cloudtrail.domain_undo",))

_NAMES = ("dBInstanceIdentifier", "dBClusterIdentifier", "dBSnapshotIdentifier", "dBClusterSnapshotIdentifier",
          "tableName", "bucketName", "recoveryPointArn", "backupVaultName", "backupPlanId", "fileSystemId",
          "snapshotId", "volumeId", "imageId", "clusterIdentifier", "cacheClusterId", "replicationGroupId",
          "domainName", "stackName", "name", "id")  # fmt: skip


def _database(record: Record) -> Rule:
    last = texts(record.request, "skipFinalSnapshot") == ["true"]
    return Rule("cloudtrail.deleted", "high" if last else "medium", _LOSS, _NAMES)


def _secret(record: Record) -> Rule:
    now = texts(record.request, "forceDeleteWithoutRecovery") == ["true"]
    return Rule("cloudtrail.secret_deleted", "high" if now else "medium", _LOSS, ("secretId",))


def _user_data(record: Record) -> Rule | None:
    """An instance's start script: whoever writes it runs as root at the next start."""
    if "userData" in record.request or record.asked("attribute") == ["userData"]:
        return Rule("cloudtrail.start_script", "high", _REMOTE, ("instanceId",))
    return None


_GONE = Rule("cloudtrail.deleted", "medium", _LOSS, _NAMES)
_BACKUP = Rule("cloudtrail.backup_deleted", "high", _LOSS, _NAMES)
_KMS = Rule("cloudtrail.kms_deletion", "high", _KEY, ("keyId",))
_READ = Rule("cloudtrail.secret_read", "low", None, ("secretId", "name", "names", "path"))
_SHELL = Rule("cloudtrail.remote", "medium", _REMOTE, ("target", "instanceIds", "instanceId", "targets.values",
              "container", "cluster"))  # fmt: skip
_ORG = Rule("cloudtrail.org", "medium", _ACCOUNT, ("accountId", "account.id", "policyId", "email", "handshakeId",
            "accountName", "servicePrincipal"))  # fmt: skip
_OWNER = Rule("cloudtrail.contact", "high", _ACCOUNT, ("alternateContactType", "accountId"))
_NAME_SERVER = Rule("cloudtrail.domain", "high", _DOMAIN, ("domainName", "id"))

RULES: Rules = {
    **calls("kms", "ScheduleKeyDeletion", _KMS),
    **calls("kms", "DisableKey DeleteImportedKeyMaterial", replace(_KMS, title="cloudtrail.kms_off")),
    **calls("kms", "CancelKeyDeletion EnableKey", Rule("cloudtrail.kms_kept", "info", of=("keyId",))),
    **calls("secretsmanager", "GetSecretValue", _READ),
    **calls("secretsmanager", "BatchGetSecretValue", replace(_READ, title="cloudtrail.secrets_bulk", severity="high",
            lesson=_SECRET, of=("secretIdList", "filters.values"))),
    **calls("ssm", "GetParameter GetParameters", _READ),
    **calls("ssm", "GetParametersByPath", replace(_READ, title="cloudtrail.secrets_bulk", severity="medium",
            lesson=_SECRET)),
    **calls("ec2", "GetPasswordData", replace(_READ, title="cloudtrail.windows_password", severity="high",
            lesson=_SECRET, of=("instanceId",))),
    **calls("secretsmanager", "DeleteSecret", _secret),
    **calls("ssm", "SendCommand StartSession CreateAssociation", _SHELL),
    **calls("ecs", "ExecuteCommand", _SHELL),
    **calls("ec2-instance-connect", "SendSSHPublicKey SendSerialConsoleSSHPublicKey", _SHELL),
    **calls("ec2", "ModifyInstanceAttribute", _user_data),
    **calls("ec2", "CreateInstanceExportTask CreateStoreImageTask", replace(_SHELL, title="cloudtrail.exported",
            severity="high", lesson=_SECRET)),
    **calls("rds", "StartExportTask", replace(_GONE, title="cloudtrail.exported", lesson=_SECRET)),
    **calls("dynamodb", "ExportTableToPointInTime", replace(_GONE, title="cloudtrail.exported", lesson=_SECRET,
            of=("tableArn",))),
    **calls("rds", "DeleteDBInstance DeleteDBCluster", _database),
    **calls("rds", "DeleteDBSnapshot DeleteDBClusterSnapshot DeleteDBInstanceAutomatedBackup", _BACKUP),
    **calls("backup", "DeleteRecoveryPoint DeleteBackupVault DeleteBackupPlan DeleteBackupSelection "
            "DeleteBackupVaultLockConfiguration", _BACKUP),
    **calls("ec2", "DeleteSnapshot DeregisterImage", replace(_BACKUP, severity="low", lesson=None)),
    **calls("ec2", "DeleteVolume", replace(_GONE, severity="low", lesson=None)),
    **calls("ec2", "TerminateInstances", Rule("cloudtrail.terminated", "low", None, ("instancesSet.instanceId",))),
    **calls("dynamodb", "DeleteTable", replace(_GONE, severity="high")),
    **calls("s3", "DeleteBucket", _GONE),
    **calls("s3", "PutBucketLifecycle PutBucketLifecycleConfiguration",
            Rule("cloudtrail.expiry", "low", _LOSS, _NAMES)),
    **calls("s3", "PutBucketVersioning", Rule("cloudtrail.versioning", "low", None, _NAMES)),
    **calls("elasticfilesystem", "DeleteFileSystem", replace(_GONE, severity="high")),
    **calls("redshift", "DeleteCluster", _database),
    **calls("elasticache", "DeleteCacheCluster DeleteReplicationGroup", _GONE),
    **calls("es", "DeleteDomain DeleteElasticsearchDomain", _GONE),
    **calls("eks", "DeleteCluster", _GONE),
    **calls("cloudformation", "DeleteStack", _GONE),
    **calls("organizations", "LeaveOrganization DeleteOrganization CloseAccount",
            replace(_ORG, title="cloudtrail.org_left", severity="critical")),
    **calls("organizations", "RemoveAccountFromOrganization AcceptHandshake",
            replace(_ORG, title="cloudtrail.org_members", severity="high")),
    **calls("organizations", "InviteAccountToOrganization CreateAccount CreateAccountResult MoveAccount",
            replace(_ORG, title="cloudtrail.org_members")),
    **calls("organizations", "DetachPolicy DeletePolicy UpdatePolicy DisablePolicyType",
            replace(_ORG, title="cloudtrail.org_policy", severity="high")),
    **calls("organizations", "AttachPolicy CreatePolicy EnablePolicyType RegisterDelegatedAdministrator "
            "DeregisterDelegatedAdministrator EnableAWSServiceAccess DisableAWSServiceAccess", _ORG),
    **calls("account", "EnableRegion", Rule("cloudtrail.region_on", "high", _REGION, ("regionName",))),
    **calls("account", "DisableRegion", Rule("cloudtrail.region_off", "low", None, ("regionName",))),
    **calls("account", "PutContactInformation PutAlternateContact DeleteAlternateContact", _OWNER),
    **calls("account", "StartPrimaryEmailUpdate AcceptPrimaryEmailUpdate",
            replace(_OWNER, title="cloudtrail.owner", severity="critical")),
    **calls("account", "CloseAccount", replace(_ORG, title="cloudtrail.org_left", severity="critical")),
    **calls("route53domains", "DisableDomainTransferLock UpdateDomainNameservers RetrieveDomainAuthCode", _NAME_SERVER),
    **calls("route53", "DeleteHostedZone", _NAME_SERVER),
}  # fmt: skip

WORDS = {
    "en": {
        "deleted": "Deleted{on}",
        "backup_deleted": "Backup deleted or left unprotected{on}",
        "terminated": "Instances terminated{on}",
        "expiry": "A bucket deletes or moves its objects by another rule{on}",
        "versioning": "Versioning of a bucket was changed{on}",
        "kms_deletion": "Encryption key will be deleted{on}",
        "kms_off": "Encryption key switched off{on}",
        "kms_kept": "Encryption key is kept or on again{on}",
        "secret_read": "Secret read{on}",
        "secrets_bulk": "Secrets read in bulk{on}",
        "secret_deleted": "Secret deleted{on}",
        "windows_password": "Windows administrator password read of {target}",
        "exported": "Data exported to a bucket{on}",
        "remote": "Commands or a shell on {target}",
        "start_script": "Start script (user data) of an instance was changed{on}",
        "org": "The organization was changed ({target})",
        "org_left": "The account leaves its organization or is closed",
        "org_members": "Members of the organization changed{on}",
        "org_policy": "A rule for all accounts (organization policy) was loosened or changed{on}",
        "region_on": "A new region was switched on{on}",
        "region_off": "A region was switched off{on}",
        "contact": "The account's contact was changed{on}",
        "owner": "The root user's e-mail address is being changed",
        "domain": "Control over a domain was changed{on}",
        "loss_means": "What is deleted this way is gone, or will be. Extortion begins with the backups.",
        "loss_undo": "Nobody expects it? Stop further deletions by this identity, then see what can be restored.",
        "kms_means": "Everything encrypted with this key becomes unreadable, for ever once the key is deleted.",
        "kms_undo": "Cancel the deletion, or enable the key, while there is time: at least 7 days after it was "
        "scheduled.",
        "secret_means": "Whoever read this can use what is in it: passwords, keys, data.",
        "secret_undo": "Nobody expects it? Change every password and key that was in it.",
        "remote_means": "Somebody can run programs on a machine of yours, with the rights of that machine.",
        "remote_undo": "Nobody expects it? Cut the machine off from the network and keep its disk for the search.",
        "account_means": "Rules and people that protect the account may not reach it any more.",
        "account_undo": "Sign in with the management account and put it back; if you cannot, call AWS Support at once.",
        "region_means": "Nobody looks at a new region yet: no alarms, maybe no GuardDuty. Attackers like that.",
        "region_undo": "Nobody expects it? Disable the region again and look at what runs in it.",
        "domain_means": "Whoever controls the domain receives its mail and its visitors.",
        "domain_undo": "Nobody expects it? Lock the domain again and call AWS Support.",
    },
    "ko": {
        "deleted": "삭제{on}",
        "backup_deleted": "백업 삭제 또는 보호 해제{on}",
        "terminated": "인스턴스 종료{on}",
        "expiry": "버킷 수명 주기 규칙 변경{on}",
        "versioning": "버킷 버전 관리 변경{on}",
        "kms_deletion": "암호화 키 삭제 예약{on}",
        "kms_off": "암호화 키 비활성화{on}",
        "kms_kept": "암호화 키 유지 또는 재활성화{on}",
        "secret_read": "보안 암호 조회{on}",
        "secrets_bulk": "보안 암호 대량 조회{on}",
        "secret_deleted": "보안 암호 삭제{on}",
        "windows_password": "Windows 관리자 비밀번호 조회: {target}",
        "exported": "데이터를 버킷으로 내보냄{on}",
        "remote": "명령 실행 또는 셸 접속: {target}",
        "start_script": "인스턴스 시작 스크립트(user data) 변경{on}",
        "org": "조직 설정 변경: {target}",
        "org_left": "계정이 조직에서 나가거나 해지됨",
        "org_members": "조직 구성원 변경{on}",
        "org_policy": "조직 전체 정책 완화 또는 변경{on}",
        "region_on": "새 리전 활성화{on}",
        "region_off": "리전 비활성화{on}",
        "contact": "계정 연락처 변경{on}",
        "owner": "루트 사용자 이메일 변경 진행 중",
        "domain": "도메인 제어 변경{on}",
        "loss_means": "이렇게 삭제된 것은 되살릴 수 없거나 곧 그렇게 됩니다. 데이터 협박은 백업 삭제부터 시작합니다.",
        "loss_undo": "예상한 사람이 없다면 이 주체의 추가 삭제를 막고, 복구할 수 있는 것을 확인하세요.",
        "kms_means": "이 키로 암호화한 모든 데이터를 읽을 수 없게 되고, 키가 삭제되면 영원히 그렇습니다.",
        "kms_undo": "시간이 있을 때(예약 후 최소 7일) 삭제를 취소하거나 키를 다시 활성화하세요.",
        "secret_means": "조회한 사람은 그 안의 비밀번호, 키, 데이터를 그대로 쓸 수 있습니다.",
        "secret_undo": "예상한 사람이 없다면 그 안에 있던 비밀번호와 키를 모두 바꾸세요.",
        "remote_means": "누군가 우리 서버에서 그 서버의 권한으로 프로그램을 실행할 수 있습니다.",
        "remote_undo": "예상한 사람이 없다면 서버를 네트워크에서 분리하고 조사를 위해 디스크를 보존하세요.",
        "account_means": "계정을 보호하던 규칙과 담당자가 더 이상 닿지 않을 수 있습니다.",
        "account_undo": "관리 계정으로 로그인해 되돌리고, 할 수 없으면 바로 AWS Support에 연락하세요.",
        "region_means": "새 리전은 아직 아무도 보지 않습니다. 경보도 없고 GuardDuty도 꺼져 있을 수 있어 공격자가 "
        "좋아합니다.",
        "region_undo": "예상한 사람이 없다면 리전을 다시 비활성화하고 그 안에서 실행 중인 것을 확인하세요.",
        "domain_means": "도메인을 쥔 사람이 그 메일과 방문자를 받습니다.",
        "domain_undo": "예상한 사람이 없다면 도메인을 다시 잠그고 AWS Support에 연락하세요.",
    },
}  # fmt: skip
