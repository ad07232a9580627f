"""Rules about who may get in and what they may do: sign-ins, users, keys, passwords, MFA, policies, trust.

What to watch: docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html and, for the sign-in events,
docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html
"""

from __future__ import annotations

from dataclasses import replace

from tocsin.kinds.cloudtrail import policy
from tocsin.kinds.cloudtrail.record import Record, texts
from tocsin.kinds.cloudtrail.rules import Lesson, Rule, Rules, calls
from tocsin.reading import fields

_PERSIST = Lesson("cloudtrail.persist_means", ("cloudtrail.persist_undo",))
_POWER = Lesson("cloudtrail.power_means", ("cloudtrail.power_undo",))
_TRUST = Lesson("cloudtrail.trust_means", ("cloudtrail.trust_undo",))
_MFA = Lesson("cloudtrail.mfa_means", ("cloudtrail.mfa_undo",))
ROOT = Lesson("cloudtrail.root_means", ("cloudtrail.root_undo",))
_NO_MFA = Lesson("cloudtrail.no_mfa_means", ("cloudtrail.no_mfa_undo",))
_FAILED = Lesson("cloudtrail.failed_means")
_LEAKED = Lesson("cloudtrail.leaked_means", ("cloudtrail.leaked_undo",))


_USER, _ROLE = ("userName",), ("roleName",)
_WHOSE = ("userName", "roleName", "groupName", "name", "permissionSetArn")
_ADMIN = ("AdministratorAccess", "IAMFullAccess", "PowerUserAccess")
_QUARANTINE = "AWSCompromisedKeyQuarantine"


def _sign_in(record: Record) -> Rule:
    """Only passwords of IAM users and root are asked for a second factor by AWS: for SSO and other federated sign-ins
    the identity provider does it, and CloudTrail's "MFAUsed: No" says nothing."""
    kind = fields.text(record.identity, "type")
    if record.outcome != "done":
        if kind == "Root":
            return Rule("cloudtrail.root_failed", "high", _FAILED, firm=True)
        return Rule("cloudtrail.sign_in_failed", "low", _FAILED, firm=True)
    mfa = fields.text(record.extra, "MFAUsed").lower() == "yes"
    if kind == "Root":
        title = "cloudtrail.root_in" if mfa else "cloudtrail.root_in_no_mfa"
        return Rule(title, "high" if mfa else "critical", ROOT, firm=True)
    if kind == "IAMUser" and not mfa:
        return Rule("cloudtrail.in_no_mfa", "high", _NO_MFA, firm=True)
    return Rule("cloudtrail.in", "info")


def _attached(record: Record) -> Rule:
    named = record.asked("policyArn", "managedPolicyArn")
    name = named[0].rpartition("/")[2] if named else "?"
    if name.startswith(_QUARANTINE):
        return Rule("cloudtrail.quarantined", "critical", _LEAKED, _WHOSE, firm=True)
    if name in _ADMIN:
        return Rule("cloudtrail.admin_given", "high", _POWER, _WHOSE, {"policy": name})
    return Rule("cloudtrail.policy_given", "medium", _POWER, _WHOSE, {"policy": name})


def _written(record: Record) -> Rule:
    """A policy was written: whether it allows everything decides."""
    whose = (*_WHOSE, "policyName", "policyArn")
    name = (record.asked("policyName", "policyArn") or ["?"])[0].rpartition("/")[2]
    if any(policy.is_admin(one) for one in policy.documents(record.request)):
        return Rule("cloudtrail.admin_given", "high", _POWER, whose, {"policy": name})
    return Rule("cloudtrail.policy_written", "medium", _POWER, whose, {"policy": name})


def _trusted(record: Record) -> Rule:
    found = list(policy.documents(record.request))
    foreign = [account for one in found for account in policy.strangers(one, record.account)]
    if any(policy.is_public(one) for one in found):
        return Rule("cloudtrail.trust_all", "critical", _TRUST, _ROLE)
    if foreign:
        return Rule("cloudtrail.trust_foreign", "high", _TRUST, _ROLE, {"account": tuple(foreign)})
    if record.name == "CreateRole":
        return Rule("cloudtrail.role_created", "low", of=_ROLE)
    return Rule("cloudtrail.trust_changed", "high", _TRUST, _ROLE)


def _key_state(record: Record) -> Rule:
    if texts(record.request, "status") == ["Active"]:
        return Rule("cloudtrail.key_on", "medium", _PERSIST, _USER, own=True)
    return Rule("cloudtrail.key_off", "info", of=_USER, own=True)


_KEY = Rule("cloudtrail.key_created", "high", _PERSIST, _USER, own=True)
_LOGIN = Rule("cloudtrail.login_created", "high", _PERSIST, _USER, own=True)
_PROVIDER = Rule("cloudtrail.provider", "high", _TRUST, ("name", "url", "sAMLProviderArn", "openIDConnectProviderArn"))
_GROUP = Rule("cloudtrail.grouped", "medium", _POWER, _USER)
_RECOVERY = Rule("cloudtrail.root_password", "critical", ROOT)

RULES: Rules = {
    **calls("signin", "ConsoleLogin", _sign_in),
    **calls("signin", "PasswordRecoveryCompleted PasswordUpdated EmailUpdated", _RECOVERY),
    **calls("signin", "PasswordRecoveryRequested",
            replace(_RECOVERY, title="cloudtrail.root_recovery", severity="high")),
    **calls("signin", "SwitchRole", Rule("cloudtrail.switched", "info")),
    **calls("iam", "CreateUser", Rule("cloudtrail.user_created", "high", _PERSIST, _USER)),
    **calls("iam", "CreateAccessKey", _KEY),
    **calls("iam", "UpdateAccessKey", _key_state),
    **calls("iam", "DeleteAccessKey", Rule("cloudtrail.key_deleted", "low", of=_USER, own=True)),
    **calls("iam", "CreateLoginProfile", _LOGIN),
    **calls("iam", "UpdateLoginProfile", replace(_LOGIN, title="cloudtrail.login_changed")),
    **calls("iam", "ChangePassword", Rule("cloudtrail.own_password", "low", of=_USER)),
    **calls("iam", "CreateServiceSpecificCredential ResetServiceSpecificCredential UploadSSHPublicKey "
            "UploadSigningCertificate", replace(_KEY, title="cloudtrail.other_key", severity="medium")),
    **calls("iam", "CreateRole UpdateAssumeRolePolicy", _trusted),
    **calls("iam", "CreateSAMLProvider UpdateSAMLProvider CreateOpenIDConnectProvider "
            "AddClientIDToOpenIDConnectProvider UpdateOpenIDConnectProviderThumbprint", _PROVIDER),
    **calls("rolesanywhere", "CreateTrustAnchor CreateProfile UpdateTrustAnchor", _PROVIDER),
    **calls("iam", "AttachUserPolicy AttachRolePolicy AttachGroupPolicy", _attached),
    **calls("sso", "AttachManagedPolicyToPermissionSet", _attached),
    **calls("iam", "PutUserPolicy PutRolePolicy PutGroupPolicy CreatePolicy CreatePolicyVersion", _written),
    **calls("sso", "PutInlinePolicyToPermissionSet", _written),
    **calls("iam", "SetDefaultPolicyVersion", Rule("cloudtrail.policy_version", "medium", _POWER, ("policyArn",))),
    **calls("iam", "AddUserToGroup", _GROUP),
    **calls("sso", "CreateAccountAssignment", replace(_GROUP, title="cloudtrail.assigned", of=("principalId",))),
    **calls("sso-directory", "CreateUser AddMemberToGroup", Rule("cloudtrail.sso_user", "medium", _PERSIST)),
    **calls("identitystore", "CreateUser CreateGroupMembership", Rule("cloudtrail.sso_user", "medium", _PERSIST)),
    **calls("iam", "DeleteUserPermissionsBoundary DeleteRolePermissionsBoundary",
            Rule("cloudtrail.unbounded", "high", _POWER, _WHOSE)),
    **calls("ec2", "AssociateIamInstanceProfile ReplaceIamInstanceProfileAssociation",
            Rule("cloudtrail.instance_role", "medium", _POWER, ("instanceId", "*.InstanceId", "associationId"))),
    **calls("iam", "DeactivateMFADevice DeleteVirtualMFADevice",
            Rule("cloudtrail.mfa_off", "high", _MFA, ("userName", "serialNumber"), own=True)),
    **calls("iam", "EnableMFADevice CreateVirtualMFADevice",
            Rule("cloudtrail.mfa_on", "low", of=("userName", "virtualMFADeviceName"))),
    **calls("iam", "DeleteAccountPasswordPolicy", Rule("cloudtrail.password_policy_off", "high", _MFA)),
    **calls("iam", "UpdateAccountPasswordPolicy", Rule("cloudtrail.password_policy", "medium", _MFA)),
    **calls("sts", "GetFederationToken", Rule("cloudtrail.federation", "high", _PERSIST, ("name",))),
    **calls("sts", "AssumeRoot", Rule("cloudtrail.assume_root", "high", ROOT, ("targetPrincipal",))),
    **calls("sts", "AssumeRole AssumeRoleWithSAML AssumeRoleWithWebIdentity",
            Rule("cloudtrail.assumed", "info", of=("roleArn",))),
}  # fmt: skip

WORDS = {
    "en": {
        "root_in": "Root user signed in to the console",
        "root_in_no_mfa": "Root user signed in to the console WITHOUT MFA",
        "root_failed": "Failed sign-in as the root user",
        "root_password": "Root user's password or e-mail address changed",
        "root_recovery": "Root user's password is being reset",
        "in": "Console sign-in: {who}",
        "in_no_mfa": "Console sign-in without MFA: {who}",
        "sign_in_failed": "Failed console sign-in: {who}",
        "switched": "Role switched in the console by {who}",
        "user_created": "New IAM user {target}",
        "key_created": "New access key for {target}",
        "key_on": "Access key switched on again for {target}",
        "key_off": "Access key switched off for {target}",
        "key_deleted": "Access key deleted of {target}",
        "login_created": "New console password for IAM user {target}",
        "login_changed": "Console password of IAM user {target} was changed",
        "own_password": "IAM user changed its own password: {who}",
        "other_key": "New credential (not an access key) for {target}",
        "role_created": "New role {target}",
        "trust_changed": "Who may use role {target} was changed",
        "trust_foreign": "Role {target} may now be used by another account: {account}",
        "trust_all": "Role {target} may now be used by ANYBODY",
        "provider": "New or changed identity provider{on}",
        "quarantined": "AWS says that an access key of {target} has leaked",
        "admin_given": "Wide rights given to {target}: {policy}",
        "policy_given": "Policy {policy} attached to {target}",
        "policy_written": "Policy {policy} written for {target}",
        "policy_version": "Another version of policy {target} is in force",
        "grouped": "IAM user {target} added to a group",
        "assigned": "Access to an account given to {target} (IAM Identity Center)",
        "sso_user": "New user or group member in IAM Identity Center",
        "unbounded": "Permissions boundary removed from {target}",
        "instance_role": "Role of an instance changed{on}",
        "mfa_off": "MFA removed from {target}",
        "mfa_on": "MFA device added{on}",
        "password_policy_off": "The account's password policy was deleted",
        "password_policy": "The account's password policy was changed",
        "federation": "Federation token made for {target}",
        "assume_root": "Root session opened in member account {target}",
        "assumed": "Role used{on}",
        "persist_means": "This is a way into the account that stays. Attackers make one first, to come back after the "
        "first leak is closed.",
        "persist_undo": "If nobody asked for it, delete or deactivate it, and look for others made at "
        "that time.",
        "power_means": "This gives rights. With enough of them somebody can do anything here, and pay for it with "
        "your money.",
        "power_undo": "Take the rights away again until somebody explains them.",
        "trust_means": "This decides who from outside can act in the account without a password of yours.",
        "trust_undo": "Put the former trust back and check every account number and provider in it: do you know each "
        "one?",
        "mfa_means": "A stolen password is enough again: the second factor, or the rule about passwords, is weaker "
        "now.",
        "mfa_undo": "Set it up again, by its owner, and look at the sign-ins since.",
        "root_means": "The root user can do everything and nothing can limit it. It is needed a few times a year at "
        "most.",
        "root_undo": "Use an administrator role for daily work; give root an MFA device and no access keys.",
        "no_mfa_means": "A password alone opened the console. Whoever learns the password gets in too.",
        "no_mfa_undo": "Give this user an MFA device, or move to IAM Identity Center.",
        "failed_means": "Once is a typing mistake. Many in a row, or from a place that nobody is in, is somebody "
        "guessing.",
        "leaked_means": "AWS found the key in public (often in a repository) and limits what it can do. That does not "
        "stop "
        "everything: attackers use such keys within minutes.",
        "leaked_undo": "Deactivate the key now, then look for what it did in every region: instances, users, keys. "
        "Answer "
        "AWS's support case.",
    },
    "ko": {
        "root_in": "루트 사용자가 콘솔에 로그인",
        "root_in_no_mfa": "루트 사용자가 MFA 없이 콘솔에 로그인",
        "root_failed": "루트 사용자 로그인 실패",
        "root_password": "루트 사용자의 비밀번호 또는 이메일 변경",
        "root_recovery": "루트 사용자 비밀번호 재설정 요청",
        "in": "콘솔 로그인: {who}",
        "in_no_mfa": "MFA 없는 콘솔 로그인: {who}",
        "sign_in_failed": "콘솔 로그인 실패: {who}",
        "switched": "콘솔에서 역할 전환: {who}",
        "user_created": "새 IAM 사용자: {target}",
        "key_created": "새 액세스 키 생성: {target}",
        "key_on": "액세스 키 다시 활성화: {target}",
        "key_off": "액세스 키 비활성화: {target}",
        "key_deleted": "액세스 키 삭제: {target}",
        "login_created": "IAM 사용자 콘솔 비밀번호 생성: {target}",
        "login_changed": "IAM 사용자 콘솔 비밀번호 변경: {target}",
        "own_password": "IAM 사용자가 자기 비밀번호 변경: {who}",
        "other_key": "새 자격 증명 생성(액세스 키 외): {target}",
        "role_created": "새 역할: {target}",
        "trust_changed": "역할 신뢰 정책 변경: {target}",
        "trust_foreign": "역할 {target}을(를) 다른 계정이 사용할 수 있게 됨: {account}",
        "trust_all": "역할 {target}을(를) 누구나 사용할 수 있게 됨",
        "provider": "자격 증명 공급자 추가 또는 변경{on}",
        "quarantined": "AWS가 액세스 키 유출을 알림: {target}",
        "admin_given": "광범위한 권한 부여: {target} ({policy})",
        "policy_given": "정책 연결: {target} ({policy})",
        "policy_written": "정책 작성: {target} ({policy})",
        "policy_version": "정책의 기본 버전 변경: {target}",
        "grouped": "IAM 사용자를 그룹에 추가: {target}",
        "assigned": "계정 접근 권한 부여(IAM Identity Center): {target}",
        "sso_user": "IAM Identity Center에 사용자 또는 그룹 구성원 추가",
        "unbounded": "권한 경계 제거: {target}",
        "instance_role": "인스턴스의 역할 변경{on}",
        "mfa_off": "MFA 해제: {target}",
        "mfa_on": "MFA 디바이스 추가{on}",
        "password_policy_off": "계정 암호 정책 삭제",
        "password_policy": "계정 암호 정책 변경",
        "federation": "페더레이션 토큰 발급: {target}",
        "assume_root": "멤버 계정에서 루트 세션 시작: {target}",
        "assumed": "역할 사용{on}",
        "persist_means": "계속 남는 출입 수단입니다. 공격자는 처음 유출된 키가 막혀도 다시 들어오려고 이것부터 "
        "만듭니다.",
        "persist_undo": "아무도 요청하지 않았다면 삭제하거나 비활성화하고, 같은 시간대에 만들어진 다른 "
        "것도 찾으세요.",
        "power_means": "권한이 늘어났습니다. 권한이 충분하면 이 계정에서 무엇이든 할 수 있고 비용은 우리가 냅니다.",
        "power_undo": "이유가 확인될 때까지 권한을 회수하세요.",
        "trust_means": "우리 쪽 비밀번호 없이 외부에서 이 계정을 쓸 수 있는 대상을 정하는 설정입니다.",
        "trust_undo": "이전 신뢰 정책으로 되돌리고, 정책에 있는 계정 번호와 공급자를 하나씩 확인하세요.",
        "mfa_means": "2차 인증이나 암호 규칙이 약해져, 이제 비밀번호만 훔쳐도 들어올 수 있습니다.",
        "mfa_undo": "본인이 다시 설정하게 하고, 그 사이의 로그인 기록을 확인하세요.",
        "root_means": "루트 사용자는 모든 것을 할 수 있고 제한할 방법도 없습니다. 쓸 일은 1년에 몇 번뿐입니다.",
        "root_undo": "평소 작업은 관리자 역할로 하고, 루트에는 MFA를 걸고 액세스 키를 두지 마세요.",
        "no_mfa_means": "비밀번호만으로 콘솔이 열렸습니다. 비밀번호를 아는 사람은 누구나 들어올 수 있습니다.",
        "no_mfa_undo": "이 사용자에게 MFA를 설정하거나 IAM Identity Center로 옮기세요.",
        "failed_means": "한 번은 오타입니다. 여러 번 이어지거나 아무도 없는 곳에서 왔다면 누군가 비밀번호를 추측하는 "
        "중입니다.",
        "leaked_means": "AWS가 공개된 곳(주로 코드 저장소)에서 키를 찾아 사용을 제한했습니다. 제한이 전부를 막지는 "
        "못하며, "
        "공격자는 이런 키를 몇 분 안에 씁니다.",
        "leaked_undo": "지금 키를 비활성화하고, 모든 리전에서 그 키가 한 일(인스턴스, 사용자, 키)을 찾으세요. AWS "
        "지원 사례에도 "
        "답하세요.",
    },
}  # fmt: skip
