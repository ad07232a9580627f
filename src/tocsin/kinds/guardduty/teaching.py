"""Which title, meaning and advice belong to a type of finding: by the whole type where it says more, else by purpose.

Types: docs.aws.amazon.com/guardduty/latest/ug/guardduty_finding-types-active.html. Steps against each are those of
/guardduty/latest/ug/guardduty_remediate.html, in our own words.
"""

from __future__ import annotations

from tocsin.kinds.guardduty import resources
from tocsin.model import Phrase
from tocsin.reading import fields

# Purpose (the part of the type before the colon): title, meaning.
_PURPOSES = {
    "AttackSequence": ("guardduty.sequence", "guardduty.sequence_means"),
    "Backdoor": ("guardduty.backdoor", "guardduty.backdoor_means"),
    "Behavior": ("guardduty.behavior", "guardduty.behavior_means"),
    "CredentialAccess": ("guardduty.credentials", "guardduty.credentials_means"),
    "CryptoCurrency": ("guardduty.mining", "guardduty.mining_means"),
    "DefenseEvasion": ("guardduty.evasion", "guardduty.evasion_means"),
    "Discovery": ("guardduty.discovery", "guardduty.discovery_means"),
    "Execution": ("guardduty.execution", "guardduty.execution_means"),
    "Exfiltration": ("guardduty.exfiltration", "guardduty.exfiltration_means"),
    "Impact": ("guardduty.impact", "guardduty.impact_means"),
    "InitialAccess": ("guardduty.entry", "guardduty.entry_means"),
    "Object": ("guardduty.malware", "guardduty.malware_means"),
    "PenTest": ("guardduty.tool", "guardduty.tool_means"),
    "Persistence": ("guardduty.persistence", "guardduty.persistence_means"),
    "Policy": ("guardduty.policy", "guardduty.policy_means"),
    "PrivilegeEscalation": ("guardduty.escalation", "guardduty.escalation_means"),
    "Recon": ("guardduty.recon", "guardduty.recon_means"),
    "Stealth": ("guardduty.stealth", "guardduty.stealth_means"),
    "Trojan": ("guardduty.trojan", "guardduty.trojan_means"),
    "UnauthorizedAccess": ("guardduty.access_by", "guardduty.access_by_means"),
}
_OTHER = ("guardduty.other", "guardduty.other_means")
# Beginnings of types that say more than their purpose; the longest that fits counts.
_TYPES = {
    "Policy:IAMUser/RootCredentialUsage": ("guardduty.root", "guardduty.root_means"),
    "Policy:S3/": ("guardduty.s3_policy", "guardduty.s3_policy_means"),
    "Policy:Kubernetes/": ("guardduty.k8s_policy", "guardduty.k8s_policy_means"),
    "Stealth:IAMUser/CloudTrailLoggingDisabled": ("guardduty.no_trail", "guardduty.no_trail_means"),
    "Stealth:IAMUser/PasswordPolicyChange": ("guardduty.password_policy", "guardduty.password_policy_means"),
    "UnauthorizedAccess:EC2/SSHBruteForce": ("guardduty.brute", "guardduty.brute_means"),
    "UnauthorizedAccess:EC2/RDPBruteForce": ("guardduty.brute", "guardduty.brute_means"),
    "CredentialAccess:RDS/": ("guardduty.brute", "guardduty.brute_means"),
    "CredentialAccess:RDS/AnomalousBehavior.Successful": ("guardduty.guessed", "guardduty.guessed_means"),
    "UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration": ("guardduty.stolen", "guardduty.stolen_means"),
    "UnauthorizedAccess:IAMUser/ConsoleLoginSuccess": ("guardduty.sign_in", "guardduty.sign_in_means"),
    "Impact:EC2/BitcoinDomainRequest": ("guardduty.mining", "guardduty.mining_means"),
    "Impact:Runtime/CryptoMinerExecuted": ("guardduty.mining", "guardduty.mining_means"),
    "Execution:EC2/MaliciousFile": ("guardduty.malware", "guardduty.malware_means"),
    "Execution:ECS/MaliciousFile": ("guardduty.malware", "guardduty.malware_means"),
    "Execution:Container/MaliciousFile": ("guardduty.malware", "guardduty.malware_means"),
    "Execution:Kubernetes/MaliciousFile": ("guardduty.malware", "guardduty.malware_means"),
    "Recon:EC2/PortProbe": ("guardduty.probe", "guardduty.probe_means"),
}
_STEPS = {
    "Instance": ("guardduty.do_isolate", "guardduty.do_snapshot", "guardduty.do_role", "guardduty.do_rebuild"),
    "AccessKey": ("guardduty.do_ask", "guardduty.do_key", "guardduty.do_trail", "guardduty.do_leftovers"),
    "S3Bucket": ("guardduty.do_ask", "guardduty.do_bucket", "guardduty.do_key", "guardduty.do_reads"),
    "S3Object": ("guardduty.do_object", "guardduty.do_origin", "guardduty.do_reads"),
    "EKSCluster": ("guardduty.do_pod", "guardduty.do_k8s_user", "guardduty.do_rebuild"),
    "ECSCluster": ("guardduty.do_task", "guardduty.do_role", "guardduty.do_rebuild"),
    "Container": ("guardduty.do_task", "guardduty.do_role", "guardduty.do_rebuild"),
    "Lambda": ("guardduty.do_function", "guardduty.do_role", "guardduty.do_code"),
    "RDSDBInstance": ("guardduty.do_closed", "guardduty.do_password", "guardduty.do_queries"),
}
_ALIKE = {"KubernetesCluster": "EKSCluster", "RDSLimitlessDB": "RDSDBInstance"}
_OTHERS = ("guardduty.do_ask", "guardduty.do_trail", "guardduty.do_role")
_ROOT = ("guardduty.do_ask", "guardduty.do_root", "guardduty.do_trail", "guardduty.do_leftovers")
_ATTACK = ("guardduty.do_now", "guardduty.do_key", "guardduty.do_isolate", "guardduty.do_leftovers", "guardduty.do_aws")


def title(kind: str) -> str:
    """The key of a title with the brace ``what`` (and ``type`` where the type is not known)."""
    return _known(kind)[0]


def meaning(kind: str) -> tuple[Phrase, ...]:
    return (Phrase(_known(kind)[1]),)


def advice(kind: str, finding: fields.Json) -> tuple[Phrase, ...]:
    """Steps against it, the most urgent first."""
    sort = resources.sort(finding)
    steps = _STEPS.get(_ALIKE.get(sort, sort), _OTHERS)
    if kind.startswith("AttackSequence"):
        steps = _ATTACK
    elif kind.endswith("RootCredentialUsage"):
        steps = _ROOT
    return tuple(Phrase(step) for step in steps)


def _known(kind: str) -> tuple[str, str]:
    longest = max((start for start in _TYPES if kind.startswith(start)), key=len, default="")
    return _TYPES[longest] if longest else _PURPOSES.get(kind.partition(":")[0], _OTHER)
