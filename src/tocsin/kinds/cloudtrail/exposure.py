"""Rules about what is opened to the world or handed to another account: ports, snapshots, images, buckets, functions.

Request shapes: what CloudTrail records of EC2's, RDS's, S3's and Lambda's calls (docs.aws.amazon.com, "Logging … API
calls with CloudTrail" of each service).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tocsin.kinds.cloudtrail import policy
from tocsin.kinds.cloudtrail.record import Record, texts
from tocsin.kinds.cloudtrail.rules import Lesson, Rule, Rules, calls
from tocsin.model import Severity, Value
from tocsin.reading import fields

_OPEN = Lesson("cloudtrail.open_means", ("cloudtrail.open_undo",))
_SHARED = Lesson("cloudtrail.shared_means", ("cloudtrail.shared_undo",))
_PUBLIC = Lesson("cloudtrail.public_means", ("cloudtrail.public_undo",))

_WORLD = {"0.0.0.0/0", "::/0"}
_HARMLESS = {"80", "443", "icmp", "icmpv6"}
_COPIES = ("snapshotId", "imageId", "dBSnapshotIdentifier", "dBClusterSnapshotIdentifier", "name")
_HOLDERS = ("bucketName", "functionName", "repositoryName", "queueUrl", "topicArn", "secretId", "keyId",
            "backupVaultName", "domainName", "layerName", "resourceArn", "name")  # fmt: skip
_ACL = ("allusers", "authenticatedusers", "public-read", "authenticated-read")


def _ingress(record: Record) -> Rule | None:
    """Ports that the whole world reaches. 80 and 443 are what web servers are for."""
    ports = list(dict.fromkeys(_open_ports(record)))
    if not ports:
        return None
    severity: Severity = "low" if set(ports) <= _HARMLESS else "high"
    shown: dict[str, Value] = {"ports": tuple(ports)}
    return Rule("cloudtrail.port_open", severity, _OPEN, ("groupId", "groupName", "*.groupId"), shown)


def _open_ports(record: Record) -> Iterator[str]:
    """Also the older form, with one rule beside the group, and the newer one of ModifySecurityGroupRules."""
    for one in _permissions(record.request):
        if _WORLD & set(
            texts(one, "ipRanges.cidrIp", "cidrIp", "cidrIpv4") + texts(one, "ipv6Ranges.cidrIpv6", "cidrIpv6")
        ):
            first, last = (texts(one, "fromPort") or [""])[0], (texts(one, "toPort") or [""])[0]
            protocol = (texts(one, "ipProtocol") or [""])[0]
            everything = first in ("", "-1", "0") and last in ("", "-1", "65535")
            yield (
                protocol
                if protocol in _HARMLESS
                else "*"
                if everything
                else first
                if first == last
                else f"{first}-{last}"
            )


def _permissions(value: object) -> Iterator[Mapping[str, object]]:
    if isinstance(value, list):
        for one in value:
            yield from _permissions(one)
    elif isinstance(value, Mapping):
        low = {str(key).lower() for key in value}
        if low & {"ipranges", "ipv6ranges", "cidrip", "cidripv4", "cidripv6"}:
            yield value
        else:
            for inner in value.values():
                yield from _permissions(inner)


def _copies(record: Record) -> Rule | None:
    """Snapshots and images: added to everybody, to other accounts, or taken back."""
    added = texts(record.request, "createVolumePermission.add.group", "launchPermission.add.group")
    accounts = texts(record.request, "createVolumePermission.add.userId", "launchPermission.add.userId", "valuesToAdd",
                     "accountIdsToAdd", "launchPermission.add.organizationArn")  # fmt: skip
    if "all" in added or "all" in accounts:
        return Rule("cloudtrail.copy_public", "critical", _PUBLIC, _COPIES)
    if accounts:
        return Rule("cloudtrail.copy_shared", "high", _SHARED, _COPIES, {"account": tuple(accounts)})
    return None


def _policy(record: Record) -> Rule | None:
    """A resource's policy: who it lets in decides."""
    found = list(policy.documents(record.request))
    foreign = [account for one in found for account in policy.strangers(one, record.account)]
    if any(policy.is_public(one) for one in found):
        return Rule("cloudtrail.resource_public", "high", _PUBLIC, _HOLDERS)
    if foreign:
        return Rule("cloudtrail.resource_shared", "medium", _SHARED, _HOLDERS, {"account": tuple(foreign)})
    return None


def _acl(record: Record) -> Rule | None:
    found = texts(record.request, "x-amz-acl", "acl", "accessControlPolicy.accessControlList.grant.grantee.uri",
                  "accessControlPolicy.grants.grantee.uri", "x-amz-grant-read", "x-amz-grant-full-control")  # fmt: skip
    if any(word in one.lower() for one in found for word in _ACL):
        return Rule("cloudtrail.resource_public", "high", _PUBLIC, _HOLDERS)
    return None


def _block(record: Record) -> Rule | None:
    """Block Public Access is four switches; one that is off is a door."""
    asked = fields.mapping(record.request, "PublicAccessBlockConfiguration", "publicAccessBlockConfiguration")
    if any(texts(asked, name) == ["false"] for name in asked):
        return Rule("cloudtrail.block_off", "high", _PUBLIC, (*_HOLDERS, "accountId"))
    return None


def _function(record: Record) -> Rule | None:
    everybody = "*" in record.asked("principal") or "NONE" in record.asked("authType", "functionUrlAuthType")
    return Rule("cloudtrail.resource_public", "high", _PUBLIC, _HOLDERS) if everybody else None


def _database(record: Record) -> Rule | None:
    if texts(record.request, "publiclyAccessible") == ["true"]:
        of = ("dBInstanceIdentifier", "clusterIdentifier", "replicationInstanceIdentifier")
        return Rule("cloudtrail.database_public", "high", _OPEN, of)
    return None


def _network_acl(record: Record) -> Rule | None:
    allowed = record.asked("ruleAction") == ["allow"] and texts(record.request, "egress") == ["false"]
    if allowed and _WORLD & set(record.asked("cidrBlock", "ipv6CidrBlock")):
        return Rule("cloudtrail.network_acl", "medium", _OPEN, ("networkAclId",))
    return None


def _metadata(record: Record) -> Rule | None:
    if "optional" in record.asked("ModifyInstanceMetadataOptionsRequest.HttpTokens", "httpTokens"):
        of = ("instanceId", "ModifyInstanceMetadataOptionsRequest.InstanceId")
        return Rule("cloudtrail.metadata", "medium", _OPEN, of)
    return None


def _resource_share(record: Record) -> Rule | None:
    outside = texts(record.request, "allowExternalPrincipals") != ["false"]
    return Rule("cloudtrail.share_out", "medium", _SHARED, ("name", "resourceShareArn")) if outside else None


RULES: Rules = {
    **calls("ec2", "AuthorizeSecurityGroupIngress ModifySecurityGroupRules", _ingress),
    **calls("ec2", "ModifySnapshotAttribute ModifyImageAttribute", _copies),
    **calls("rds", "ModifyDBSnapshotAttribute ModifyDBClusterSnapshotAttribute", _copies),
    **calls("ssm", "ModifyDocumentPermission", _copies),
    **calls("ec2", "SharedSnapshotVolumeCreated SharedSnapshotCopyInitiated",
            Rule("cloudtrail.copy_taken", "high", _SHARED, _COPIES, firm=True)),
    **calls("ec2", "DisableSnapshotBlockPublicAccess DisableImageBlockPublicAccess",
            Rule("cloudtrail.block_off", "high", _PUBLIC)),
    **calls("ec2", "DisableEbsEncryptionByDefault", Rule("cloudtrail.encryption_off", "medium")),
    **calls("ec2", "CreateNetworkAclEntry ReplaceNetworkAclEntry", _network_acl),
    **calls("ec2", "ModifyInstanceMetadataOptions", _metadata),
    **calls("ec2", "CreateVpcPeeringConnection AcceptVpcPeeringConnection",
            Rule("cloudtrail.peering", "medium", None, ("vpcPeeringConnectionId", "peerVpcId"))),
    **calls("rds", "CreateDBInstance ModifyDBInstance RestoreDBInstanceFromDBSnapshot", _database),
    **calls("redshift", "CreateCluster ModifyCluster", _database),
    **calls("dms", "CreateReplicationInstance", _database),
    **calls("s3", "PutBucketPolicy", _policy),
    **calls("s3", "PutBucketAcl PutObjectAcl CreateBucket", _acl),
    **calls("s3", "PutBucketPublicAccessBlock PutAccountPublicAccessBlock PutPublicAccessBlock", _block),
    **calls("s3", "DeleteBucketPublicAccessBlock DeleteAccountPublicAccessBlock DeletePublicAccessBlock",
            Rule("cloudtrail.block_off", "high", _PUBLIC, (*_HOLDERS, "accountId"))),
    **calls("s3-control", "PutPublicAccessBlock PutAccountPublicAccessBlock", _block),
    **calls("s3", "PutBucketReplication", Rule("cloudtrail.replication", "high", _SHARED, _HOLDERS)),
    **calls("s3", "PutBucketWebsite", Rule("cloudtrail.website", "medium", _PUBLIC, _HOLDERS)),
    **calls("s3", "DeleteBucketEncryption", Rule("cloudtrail.encryption_off", "medium", None, _HOLDERS)),
    **calls("lambda", "AddPermission AddLayerVersionPermission CreateFunctionUrlConfig UpdateFunctionUrlConfig",
            _function),
    **calls("ecr", "SetRepositoryPolicy", _policy),
    **calls("sqs", "SetQueueAttributes AddPermission", _policy),
    **calls("sns", "SetTopicAttributes AddPermission", _policy),
    **calls("secretsmanager", "PutResourcePolicy", _policy),
    **calls("kms", "PutKeyPolicy", _policy),
    **calls("backup", "PutBackupVaultAccessPolicy", _policy),
    **calls("es", "UpdateDomainConfig UpdateElasticsearchDomainConfig", _policy),
    **calls("ram", "CreateResourceShare UpdateResourceShare", _resource_share),
}  # fmt: skip

WORDS = {
    "en": {
        "port_open": "Open to the whole internet: port {ports} of {target}",
        "copy_public": "Made public for every AWS account{on}",
        "copy_shared": "{target} shared with another account: {account}",
        "copy_taken": "Another account copied a shared snapshot{on}",
        "resource_public": "Open to everybody{on}",
        "resource_shared": "{target} opened to another account: {account}",
        "block_off": "Protection against public access switched off{on}",
        "encryption_off": "Encryption by default switched off{on}",
        "network_acl": "Network ACL lets in the whole internet{on}",
        "metadata": "Instance answers old metadata requests (IMDSv1){on}",
        "peering": "Network connected to another one (VPC peering){on}",
        "database_public": "Database reachable from the internet{on}",
        "replication": "Bucket is copied to another one{on}",
        "website": "Bucket serves a website{on}",
        "share_out": "Resources may be shared outside the organization{on}",
        "open_means": "Everybody on the internet can knock here now, and scanners find it within minutes.",
        "open_undo": "Limit it to the addresses that need it, or reach it through Session Manager or a VPN.",
        "shared_means": "Somebody else's account can read, copy or use it. Copies that were made cannot be taken back.",
        "shared_undo": "Do you know that account? If not, take the permission back and treat what is in it as stolen.",
        "public_means": "Anybody in the world can read or use it without a password.",
        "public_undo": "Close it again unless it is meant to be public, and look in the access logs for who came.",
    },
    "ko": {
        "port_open": "인터넷 전체에 열림: {target} 포트 {ports}",
        "copy_public": "모든 AWS 계정에 공개됨{on}",
        "copy_shared": "다른 계정에 공유됨: {target} → {account}",
        "copy_taken": "다른 계정이 공유된 스냅샷을 복사함{on}",
        "resource_public": "누구에게나 열림{on}",
        "resource_shared": "다른 계정에 열림: {target} → {account}",
        "block_off": "퍼블릭 액세스 차단 해제{on}",
        "encryption_off": "기본 암호화 해제{on}",
        "network_acl": "네트워크 ACL이 인터넷 전체를 허용{on}",
        "metadata": "인스턴스가 IMDSv1 메타데이터 요청에 응답{on}",
        "peering": "다른 네트워크와 연결(VPC 피어링){on}",
        "database_public": "인터넷에서 접근 가능한 데이터베이스{on}",
        "replication": "버킷이 다른 버킷으로 복제됨{on}",
        "website": "버킷을 웹 사이트로 공개{on}",
        "share_out": "조직 외부로 리소스 공유 가능{on}",
        "open_means": "인터넷의 누구나 접속을 시도할 수 있고, 스캐너는 몇 분이면 찾아냅니다.",
        "open_undo": "필요한 주소로만 제한하거나 Session Manager 또는 VPN으로 접속하세요.",
        "shared_means": "다른 계정이 읽거나 복사하거나 사용할 수 있습니다. 이미 복사된 것은 되돌릴 수 없습니다.",
        "shared_undo": "아는 계정인가요? 아니라면 권한을 회수하고 그 안의 데이터는 유출된 것으로 보세요.",
        "public_means": "전 세계 누구나 비밀번호 없이 읽거나 사용할 수 있습니다.",
        "public_undo": "공개할 것이 아니라면 다시 닫고, 접근 로그에서 누가 다녀갔는지 확인하세요.",
    },
}  # fmt: skip
