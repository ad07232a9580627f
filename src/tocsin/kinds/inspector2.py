"""An Inspector finding: a vulnerable package, a port open to the internet, or risky code.

Shape: docs.aws.amazon.com/inspector/latest/user/eventbridge-integration.html
"""

from __future__ import annotations

from tocsin.envelope import Envelope
from tocsin.model import At, Link, Phrase, Signal, State, Value
from tocsin.reading import arns, console, fields, instants, plainly, severities

WORDS = {
    "en": {
        "package": "Vulnerable software on {what}: {title}",
        "network": "Reachable from the internet: {what}",
        "code": "Risky code in {what}: {title}",
        "other": "Inspector finding on {what}: {title}",
        "no_fix": "there is no fix yet",
        "fix": "a fix is available",
        "exploit": "an exploit is known",
        "said": "{parts}",
        "closed": "closed",
        "suppressed": "suppressed",
        "score": "Score",
        "epss": "Chance of attack (EPSS)",
        "percent": "{n} %",
        "vulnerability": "Vulnerability",
        "packages": "Packages",
        "upgrade": "{name} {version} → {fixed}",
        "affected": "{name} {version}",
        "remedy": "Remedy",
        "port": "Port",
        "file": "File",
        "platform": "Platform",
        "finding": "Finding",
        "source": "Read more",
        "package_means": (
            "The software has a hole that is publicly known. The higher the score, the easier it is to abuse."
        ),
        "exploit_means": "Programs that abuse this hole exist already. Anybody can use them.",
        "network_means": "Anybody on the internet can reach this port, and robots try every open port within minutes.",
        "code_means": "The code has a weak spot that an attacker could use.",
        "do_update": "Install the fixed version, then build and deploy the image or function anew.",
        "do_shield": "Until there is a fix: keep it off the internet, or switch the affected part off.",
        "do_port": "Close the port in the security group, or allow only the addresses that need it.",
        "do_code": "Look at the file and line named here, and change the code; a leaked secret must be replaced.",
        "do_accept": "If it does not concern you, write a suppression rule in Inspector.",
    },
    "ko": {
        "package": "{what}에 취약한 소프트웨어: {title}",
        "network": "인터넷에서 접근 가능: {what}",
        "code": "{what}에 위험한 코드: {title}",
        "other": "{what} Inspector 탐지: {title}",
        "no_fix": "아직 수정 버전 없음",
        "fix": "수정 버전 있음",
        "exploit": "공격 코드 공개됨",
        "said": "{parts}",
        "closed": "종료됨",
        "suppressed": "억제됨",
        "score": "점수",
        "epss": "공격 가능성(EPSS)",
        "percent": "{n} %",
        "vulnerability": "취약점",
        "packages": "패키지",
        "upgrade": "{name} {version} → {fixed}",
        "affected": "{name} {version}",
        "remedy": "조치 방법",
        "port": "포트",
        "file": "파일",
        "platform": "플랫폼",
        "finding": "탐지 ID",
        "source": "자세히 보기",
        "package_means": "공개적으로 알려진 취약점이 있는 소프트웨어입니다. 점수가 높을수록 악용하기 쉽습니다.",
        "exploit_means": "이 취약점을 악용하는 프로그램이 이미 있어 누구나 쓸 수 있습니다.",
        "network_means": (
            "인터넷의 누구나 이 포트에 접근할 수 있고, 자동화된 스캐너는 열린 포트를 몇 분 안에 찾아냅니다."
        ),
        "code_means": "공격자가 이용할 수 있는 코드 약점이 있습니다.",
        "do_update": "수정된 버전을 설치하고 이미지나 함수를 다시 빌드해 배포하세요.",
        "do_shield": "수정 버전이 나올 때까지 인터넷 접근을 막거나 해당 기능을 끄세요.",
        "do_port": "보안 그룹에서 포트를 닫거나 필요한 주소만 허용하세요.",
        "do_code": "표시된 파일과 줄을 확인해 코드를 고치고, 노출된 비밀 값은 교체하세요.",
        "do_accept": "해당되지 않는 항목이면 Inspector에서 억제 규칙을 만드세요.",
    },
}

_SHOWN = 4
# Type: title, meaning, advice.
_TYPES = {
    "PACKAGE_VULNERABILITY": ("inspector2.package", "inspector2.package_means", "inspector2.do_update"),
    "NETWORK_REACHABILITY": ("inspector2.network", "inspector2.network_means", "inspector2.do_port"),
    "CODE_VULNERABILITY": ("inspector2.code", "inspector2.code_means", "inspector2.do_code"),
}
_OTHER = ("inspector2.other", "inspector2.package_means", "inspector2.do_update")


def read(envelope: Envelope) -> tuple[Signal, ...]:
    """One condition. Raises ValueError when the finding has no ARN, no title and no type."""
    detail = plainly.detail(envelope)
    where = plainly.origin(envelope)
    identity, title = fields.text(detail, "findingArn"), fields.text(detail, "title", "description")
    sort = fields.text(detail, "type")
    if not (identity or title or sort):
        raise ValueError("an Inspector finding without an ARN, a title and a type")
    arn = arns.parse(identity)
    partition, region = (arn.partition, arn.region) if arn else (where.partition, where.region)
    account = fields.text(detail, "awsAccountId") or where.account
    status = fields.text(detail, "status").upper()
    state: State = "ok" if status in ("CLOSED", "SUPPRESSED") else "firing"
    package = fields.mapping(detail, "packageVulnerabilityDetails")
    thing = fields.first(detail, "resources")
    name, meaning, advice = _TYPES.get(sort.upper(), _OTHER)
    known, fixable = _says(detail, "exploitAvailable"), _says(detail, "fixAvailable")
    links = (
        ("words.open_finding", console.page(partition, region, "inspector/v2/home", "#/findings/all")),
        ("inspector2.source", fields.text(package, "sourceUrl")),
    )
    return (
        Signal(
            kind="inspector2",
            sort="condition",
            state=state,
            subject=f"{partition}:{account}:{region}:{identity or title or f'{sort}:{_name(thing)}'}",
            title=Phrase(name, {"what": _name(thing) or account, "title": title or sort}),
            at=_when(detail, "updatedAt") or _when(detail, "lastObservedAt") or plainly.moment(envelope),
            severity=severities.by_word(fields.text(detail, "severity")),
            summary=_summary(status, known, fixable),
            quote=fields.text(detail, "description"),
            facts=plainly.facts(
                ("words.severity", fields.text(detail, "severity")),
                ("words.resource", _name(thing)),
                ("words.type", fields.text(thing, "type") or sort),
                ("inspector2.score", fields.number(detail, "inspectorScore")),
                ("inspector2.epss", _epss(detail)),
                ("inspector2.vulnerability", fields.text(package, "vulnerabilityId")),
                ("inspector2.packages", _packages(package)),
                ("inspector2.port", _port(fields.mapping(detail, "networkReachabilityDetails"))),
                ("inspector2.file", _file(fields.mapping(detail, "codeVulnerabilityDetails"))),
                ("inspector2.platform", _platform(thing)),
                ("inspector2.remedy", _remedy(detail, package)),
                ("words.first_seen", _at(detail, "firstObservedAt")),
                details=(
                    ("words.last_seen", _at(detail, "lastObservedAt")),
                    ("words.status", status),
                    ("inspector2.finding", identity),
                ),
            ),
            meaning=(Phrase("inspector2.exploit_means" if known else meaning),) if state == "firing" else (),
            advice=_advice(advice, _says(detail, "fixAvailable", "NO")) if state == "firing" else (),
            links=tuple(Link(Phrase(label), url) for label, url in links if url.startswith("https://")),
            labels={"type": sort, "resourcetype": fields.text(thing, "type")},
            partition=partition,
            account=account,
            region=region,
        ),
    )


def _advice(first: str, unfixed: bool) -> tuple[Phrase, ...]:
    return (Phrase("inspector2.do_shield" if unfixed else first), Phrase("inspector2.do_accept"))


def _says(detail: fields.Json, name: str, word: str = "YES") -> bool:
    return fields.text(detail, name).upper() == word


def _summary(status: str, known: bool, fixable: bool) -> Phrase | None:
    if status in ("CLOSED", "SUPPRESSED"):
        return Phrase("inspector2.closed" if status == "CLOSED" else "inspector2.suppressed")
    parts = [Phrase("inspector2.exploit")] if known else []
    parts += [Phrase("inspector2.fix")] if fixable else []
    return Phrase("inspector2.said", {"parts": tuple(parts)}) if parts else None


def _when(detail: fields.Json, name: str) -> int | None:
    return instants.written(detail.get(name))


def _at(detail: fields.Json, name: str) -> At | None:
    found = _when(detail, name)
    return None if found is None else At(found)


def _name(thing: fields.Json) -> str:
    """An image by its repository and tag, since nobody knows a digest; anything else by its id."""
    known = fields.mapping(thing, "details")
    image = fields.mapping(known, "awsEcrContainerImage")
    repository = fields.text(image, "repositoryName")
    if repository:
        return ":".join((repository, *fields.texts(image, "imageTags")[:1]))
    own = fields.text(fields.mapping(known, "awsLambdaFunction"), "functionName")
    return (
        own
        or fields.text(fields.mapping(known, "codeRepository"), "projectName")
        or arns.name(fields.text(thing, "id"))
    )


def _platform(thing: fields.Json) -> str:
    known = fields.mapping(thing, "details")
    return fields.text(next((one for one in known.values() if isinstance(one, dict)), None), "platform", "runtime")


def _epss(detail: fields.Json) -> Phrase | None:
    score = fields.number(fields.mapping(detail, "epss"), "score")
    return None if score is None else Phrase("inspector2.percent", {"n": score * 100})


def _packages(package: fields.Json) -> Value:
    """Which version is there and which would be right, the first few of many."""
    found = tuple(_package(one) for one in fields.items(package, "vulnerablePackages") if fields.text(one, "name"))
    if len(found) <= _SHOWN:
        return found
    return Phrase("words.more", {"shown": found[:_SHOWN], "n": len(found) - _SHOWN})


def _package(one: object) -> Phrase:
    known: dict[str, Value] = {"name": fields.text(one, "name"), "version": fields.text(one, "version")}
    fixed = fields.text(one, "fixedInVersion")
    if not fixed or fixed == "NotAvailable":
        return Phrase("inspector2.affected", known)
    return Phrase("inspector2.upgrade", {**known, "fixed": fixed})


def _remedy(detail: fields.Json, package: fields.Json) -> Value:
    advice = fields.text(fields.mapping(fields.mapping(detail, "remediation"), "recommendation"), "text")
    said = "" if advice == "None Provided" else advice
    command = fields.text(fields.first(package, "vulnerablePackages"), "remediation")
    return said or command or (Phrase("inspector2.no_fix") if _says(detail, "fixAvailable", "NO") else "")


def _port(reach: fields.Json) -> str:
    ports = fields.mapping(reach, "openPortRange")
    begin, end = fields.text(ports, "begin"), fields.text(ports, "end")
    span = begin if begin == end else f"{begin}-{end}"
    return f"{span} {fields.text(reach, 'protocol')}".strip() if begin else ""


def _file(code: fields.Json) -> str:
    place = fields.mapping(code, "filePath")
    return ":".join(filter(None, (fields.text(place, "filePath", "fileName"), fields.text(place, "startLine"))))
