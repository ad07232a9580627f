"""GuardDuty findings in words: what each purpose looks like to people, what it means, what to do."""

WORDS = {
    "en": {
        "instance": "EC2 instance {name}",
        "key": "credentials of {name}",
        "bucket": "S3 bucket {name}",
        "eks": "EKS cluster {name}",
        "ecs": "ECS cluster {name}",
        "container": "container {name}",
        "function": "Lambda function {name}",
        "database": "database {name}",
        "snapshot": "EBS snapshot {name}",
        "image": "AMI {name}",
        "backup": "backup {name}",
        "account": "account {name}",
        "sequence": "Attack under way, several steps seen together: {what}",
        "sequence_means": (
            "GuardDuty has linked several suspicious steps into one attack. Treat the resources named here as taken "
            "over until you know better."
        ),
        "backdoor": "Talking to an attacker's server, or attacking others: {what}",
        "backdoor_means": (
            "Something on it is probably controlled from outside. It may steal data, send spam or attack others in "
            "your name, and you pay for it."
        ),
        "behavior": "Unusual network traffic: {what}",
        "behavior_means": (
            "It talks in a way that it never did before. A new job of your own explains that, and so does a break-in."
        ),
        "credentials": "Somebody is after passwords or keys: {what}",
        "credentials_means": (
            "Calls or processes were seen that collect credentials. With them an intruder can go on elsewhere in the "
            "account."
        ),
        "mining": "Signs of cryptocurrency mining: {what}",
        "mining_means": (
            "Somebody is probably mining coins at your expense. It usually means that a server or a key is in "
            "foreign hands, and the bill grows by the hour."
        ),
        "evasion": "Somebody is hiding traces: {what}",
        "evasion_means": "Logging or protection was dodged or switched off. Whoever does that wants to go on unseen.",
        "discovery": "Somebody is looking around in the account: {what}",
        "discovery_means": (
            "Resources were listed in an unusual way. That is often the first thing that is done with a stolen key."
        ),
        "execution": "Suspicious code is running: {what}",
        "execution_means": "A program or command was started that does not look like yours.",
        "exfiltration": "Data may be leaving the account: {what}",
        "exfiltration_means": (
            "Data was read or moved in an unusual way. It may have been copied to somebody else already."
        ),
        "impact": "Somebody may be doing damage or misusing it: {what}",
        "impact_means": "Resources were deleted, changed or used in a way that looks like sabotage or misuse.",
        "entry": "Possible break-in: {what}",
        "entry_means": "Somebody seems to have got in with credentials, or through a hole, from an unusual place.",
        "malware": "Malware found: {what}",
        "malware_means": (
            "A scan found a file that is known to be harmful. If it was run, the machine is no longer yours alone."
        ),
        "tool": "A hacking tool is at work: {what}",
        "tool_means": (
            "Calls came from a system that is made for attacks. If nobody has ordered a test, it is an intruder."
        ),
        "persistence": "Somebody may be keeping a way back in: {what}",
        "persistence_means": (
            "Users, keys or settings were changed in an unusual way. Intruders do that so that a changed password "
            "does not lock them out."
        ),
        "policy": "A protection was weakened: {what}",
        "policy_means": "A setting now allows more than is good. Nobody needs to have abused it yet.",
        "root": "The root user of the account was used",
        "root_means": "The root user may do everything, and no policy holds it back. It should be used almost never.",
        "s3_policy": "S3 protection was weakened: {what}",
        "s3_policy_means": (
            "Public access, logging or encryption was changed. If the bucket is open now, anybody on the internet "
            "may read it."
        ),
        "k8s_policy": "A Kubernetes protection was weakened: {what}",
        "k8s_policy_means": (
            "Rights were given, or a dashboard or the API was opened, in a way that lets strangers into the cluster."
        ),
        "escalation": "Somebody is trying to gain more rights: {what}",
        "escalation_means": "Rights were added or tested in an unusual way. The aim is usually administrator access.",
        "recon": "Somebody is probing: {what}",
        "recon_means": (
            "Strangers are looking for weak spots. By itself that is no break-in, but it often comes before one."
        ),
        "probe": "An open port is being probed: {what}",
        "probe_means": (
            "A port is open to the internet and known scanners have found it. By itself that is no break-in."
        ),
        "stealth": "Traces are being covered: {what}",
        "stealth_means": "Logging or alarms were weakened. Whoever does that wants to go on unseen.",
        "no_trail": "CloudTrail logging was switched off: {what}",
        "no_trail_means": "From now on nobody can see what is done in the account. Intruders do this first.",
        "password_policy": "The password policy was weakened: {what}",
        "password_policy_means": "Weaker passwords are allowed now, which makes guessing easier.",
        "trojan": "Possible trojan: {what}",
        "trojan_means": "It behaves like a machine with malware on it, which sends data out or takes orders.",
        "access_by": "Possible unauthorized access: {what}",
        "access_by_means": "It was used from a place or in a way that is known from attacks.",
        "brute": "Somebody is guessing passwords: {what}",
        "brute_means": "Many logins were tried, from your machine or against it. If one has worked, somebody is in.",
        "guessed": "An unusual database login has worked: {what}",
        "guessed_means": "Somebody got in after guessing, or from a place that is new. Data may have been read.",
        "stolen": "A server's credentials are used from outside: {what}",
        "stolen_means": "Keys that only this EC2 instance should have are used elsewhere. They were stolen from it.",
        "sign_in": "Unusual console sign-in: {what}",
        "sign_in_means": "The same user signed in from places too far apart. Somebody else may know the password.",
        "other": "GuardDuty finding {type}: {what}",
        "other_means": "GuardDuty saw something that it takes for a threat.",
        "said": "GuardDuty: {type}",
        "archived": "Archived in GuardDuty: {type}",
        "critical": "{score} (critical)",
        "high": "{score} (high)",
        "medium": "{score} (medium)",
        "low": "{score} (low)",
        "note": "Note",
        "sample": "sample finding, made for testing",
        "finding": "Finding",
        "title": "Title",
        "name_tag": "Name",
        "instance_type": "Instance type",
        "public_ip": "Public IP",
        "role": "Role",
        "key_id": "Access key",
        "object": "Object",
        "access": "Bucket access",
        "workload": "Workload",
        "image_name": "Image",
        "call": "Call",
        "domain": "Domain",
        "port": "Port",
        "remote": "Remote IP",
        "place": "From",
        "blocked": "Blocked",
        "yes": "yes",
        "error": "Error",
        "threats": "Threats",
        "process": "Process",
        "steps": "Steps of the attack",
        "signs": "Signs",
        "do_root": "Change the root password, delete the root access keys, and check that MFA is on.",
        "do_now": "Do this now, not tomorrow: get help, and keep notes of what you do.",
        "do_ask": "Ask the owner whether it was them. If not, go on at once.",
        "do_key": (
            "Deactivate the access key or revoke the role's sessions (IAM, Revoke active sessions); change the "
            "password."
        ),
        "do_trail": "Look in CloudTrail at everything the same user or key has done, in all regions.",
        "do_leftovers": (
            "Look for what was left behind: new users, keys, roles, functions and instances, in all regions."
        ),
        "do_isolate": "Cut the instance off: a security group without any rules. Do not terminate it yet.",
        "do_snapshot": "Take a snapshot of its disks, so that you can look into it later.",
        "do_role": "Revoke the sessions of its role: its credentials may be in foreign hands.",
        "do_rebuild": "Find how they got in, close that hole, and build it anew from a clean image.",
        "do_bucket": "Switch on Block Public Access and set the bucket policy back.",
        "do_reads": "Find out which objects were read or deleted (S3 data events, access logs).",
        "do_object": "Keep everybody away from the object: do not open it, quarantine or delete it.",
        "do_origin": "Find out who uploaded it and who has downloaded it since.",
        "do_pod": "Stop the workload, and cut the node off if a container may have broken out.",
        "do_k8s_user": "Check the Kubernetes user's rights and take back what is not needed.",
        "do_task": "Stop the task or container and keep its image and logs.",
        "do_function": "Stop the function: set its reserved concurrency to 0.",
        "do_code": "Check its code, layers and environment variables for changes, and deploy it anew.",
        "do_closed": "Close the database to the internet: no public access, narrow security groups.",
        "do_password": "Change the passwords of the database users that were tried.",
        "do_queries": "If a login has worked, look at what was read or changed.",
        "do_aws": "Open a case with AWS Support. If the bill is growing, say so.",
    },
    "ko": {
        "instance": "EC2 인스턴스 {name}",
        "key": "{name} 자격 증명",
        "bucket": "S3 버킷 {name}",
        "eks": "EKS 클러스터 {name}",
        "ecs": "ECS 클러스터 {name}",
        "container": "컨테이너 {name}",
        "function": "Lambda 함수 {name}",
        "database": "데이터베이스 {name}",
        "snapshot": "EBS 스냅샷 {name}",
        "image": "AMI {name}",
        "backup": "백업 {name}",
        "account": "계정 {name}",
        "sequence": "공격 진행 중(연속된 공격 단계 탐지): {what}",
        "sequence_means": (
            "GuardDuty가 여러 의심 행위를 하나의 공격으로 연결했습니다. 확인될 때까지 아래 리소스는 이미 장악된 "
            "것으로 보고 대응하세요."
        ),
        "backdoor": "공격자 서버와 통신하거나 외부를 공격 중: {what}",
        "backdoor_means": (
            "외부에서 조종되고 있을 가능성이 큽니다. 데이터 유출, 스팸 발송, 타인 공격에 이용될 수 있고 비용은 "
            "우리가 냅니다."
        ),
        "behavior": "평소와 다른 네트워크 트래픽: {what}",
        "behavior_means": "지금까지 없던 통신 패턴입니다. 새로 배포한 작업일 수도 있고 침해의 징후일 수도 있습니다.",
        "credentials": "자격 증명 탈취 시도: {what}",
        "credentials_means": (
            "비밀번호나 키를 수집하는 동작이 탐지되었습니다. 성공하면 계정의 다른 곳까지 침투할 수 있습니다."
        ),
        "mining": "암호화폐 채굴 의심: {what}",
        "mining_means": (
            "누군가 우리 비용으로 코인을 채굴하고 있을 가능성이 큽니다. 대개 서버나 키가 탈취된 경우이며 요금이 시간 "
            "단위로 늘어납니다."
        ),
        "evasion": "흔적을 숨기려는 시도: {what}",
        "evasion_means": "로깅이나 보호 기능을 우회하거나 껐습니다. 들키지 않고 계속 활동하려는 의도입니다.",
        "discovery": "계정 내부 탐색 행위: {what}",
        "discovery_means": "평소와 다르게 리소스 목록을 조회했습니다. 훔친 키로 가장 먼저 하는 행동인 경우가 많습니다.",
        "execution": "의심스러운 코드 실행: {what}",
        "execution_means": "우리 것이 아닌 것으로 보이는 프로그램이나 명령이 실행되었습니다.",
        "exfiltration": "데이터 유출 의심: {what}",
        "exfiltration_means": "데이터를 평소와 다르게 읽거나 옮겼습니다. 이미 외부로 복사되었을 수 있습니다.",
        "impact": "리소스 파괴 또는 악용 의심: {what}",
        "impact_means": "파괴나 악용으로 보이는 삭제, 변경, 사용이 있었습니다.",
        "entry": "침입 의심: {what}",
        "entry_means": "평소와 다른 곳에서 자격 증명이나 취약점으로 접근한 것으로 보입니다.",
        "malware": "악성 코드 발견: {what}",
        "malware_means": (
            "검사에서 알려진 악성 파일이 나왔습니다. 이미 실행되었다면 그 시스템은 더 이상 안전하지 않습니다."
        ),
        "tool": "해킹 도구 사용 탐지: {what}",
        "tool_means": "공격용으로 만든 시스템에서 호출이 왔습니다. 모의 해킹을 의뢰한 적이 없다면 침입자입니다.",
        "persistence": "재침입 경로를 만드는 행위 의심: {what}",
        "persistence_means": (
            "사용자, 키, 설정이 평소와 다르게 변경되었습니다. 비밀번호를 바꿔도 다시 들어오려고 침입자가 쓰는 "
            "방법입니다."
        ),
        "policy": "보안 설정 약화: {what}",
        "policy_means": "필요 이상으로 허용하는 설정이 되었습니다. 아직 악용되지는 않았을 수 있습니다.",
        "root": "계정의 루트 사용자가 사용됨",
        "root_means": (
            "루트 사용자는 모든 것을 할 수 있고 어떤 정책으로도 막을 수 없습니다. 평소에는 쓰지 않아야 합니다."
        ),
        "s3_policy": "S3 보호 설정 약화: {what}",
        "s3_policy_means": (
            "퍼블릭 액세스, 로깅 또는 암호화 설정이 바뀌었습니다. 버킷이 공개되었다면 인터넷의 누구나 읽을 수 있습니다."
        ),
        "k8s_policy": "쿠버네티스 보호 설정 약화: {what}",
        "k8s_policy_means": (
            "외부인이 클러스터에 들어올 수 있도록 권한이 부여되었거나 대시보드 또는 API가 공개되었습니다."
        ),
        "escalation": "권한 상승 시도: {what}",
        "escalation_means": "평소와 다르게 권한을 추가하거나 시험했습니다. 보통 관리자 권한을 노립니다.",
        "recon": "정찰 행위 탐지: {what}",
        "recon_means": (
            "외부에서 취약한 곳을 찾고 있습니다. 그 자체로 침해는 아니지만 침해 직전 단계인 경우가 많습니다."
        ),
        "probe": "열린 포트에 대한 스캔: {what}",
        "probe_means": "인터넷에 열린 포트를 알려진 스캐너가 찾아냈습니다. 그 자체로 침해는 아닙니다.",
        "stealth": "흔적 은폐 시도: {what}",
        "stealth_means": "로깅이나 경보가 약화되었습니다. 들키지 않고 계속 활동하려는 의도입니다.",
        "no_trail": "CloudTrail 로깅 중지됨: {what}",
        "no_trail_means": "이제 계정에서 무슨 일이 일어나는지 아무도 볼 수 없습니다. 침입자가 가장 먼저 하는 일입니다.",
        "password_policy": "암호 정책 약화: {what}",
        "password_policy_means": "더 약한 비밀번호가 허용되어 추측하기 쉬워졌습니다.",
        "trojan": "트로이 목마 의심: {what}",
        "trojan_means": "데이터를 내보내거나 명령을 받는 악성 코드에 감염된 시스템처럼 동작합니다.",
        "access_by": "무단 접근 의심: {what}",
        "access_by_means": "공격에 쓰이는 것으로 알려진 위치나 방식으로 사용되었습니다.",
        "brute": "비밀번호 무차별 대입 시도: {what}",
        "brute_means": (
            "우리 시스템에서 또는 우리 시스템을 상대로 로그인을 여러 번 시도했습니다. 한 번이라도 성공했다면 "
            "침입당한 것입니다."
        ),
        "guessed": "비정상 데이터베이스 로그인 성공: {what}",
        "guessed_means": "무차별 대입 뒤에 또는 처음 보는 곳에서 로그인에 성공했습니다. 데이터가 읽혔을 수 있습니다.",
        "stolen": "서버 자격 증명이 외부에서 사용됨: {what}",
        "stolen_means": "이 EC2 인스턴스만 가져야 할 키가 다른 곳에서 쓰였습니다. 인스턴스에서 탈취된 것입니다.",
        "sign_in": "비정상 콘솔 로그인: {what}",
        "sign_in_means": (
            "같은 사용자가 서로 멀리 떨어진 곳에서 로그인했습니다. 다른 사람이 비밀번호를 알고 있을 수 있습니다."
        ),
        "other": "GuardDuty 탐지 {type}: {what}",
        "other_means": "GuardDuty가 위협으로 판단한 활동입니다.",
        "said": "GuardDuty: {type}",
        "archived": "GuardDuty에서 보관 처리됨: {type}",
        "critical": "{score} (심각)",
        "high": "{score} (높음)",
        "medium": "{score} (중간)",
        "low": "{score} (낮음)",
        "note": "참고",
        "sample": "테스트용 샘플 결과",
        "finding": "탐지 ID",
        "title": "제목",
        "name_tag": "이름",
        "instance_type": "인스턴스 유형",
        "public_ip": "퍼블릭 IP",
        "role": "역할",
        "key_id": "액세스 키",
        "object": "객체",
        "access": "버킷 액세스",
        "workload": "워크로드",
        "image_name": "이미지",
        "call": "호출",
        "domain": "도메인",
        "port": "포트",
        "remote": "원격 IP",
        "place": "접속 위치",
        "blocked": "차단됨",
        "yes": "예",
        "error": "오류",
        "threats": "위협",
        "process": "프로세스",
        "steps": "공격 단계",
        "signs": "징후",
        "do_root": "루트 비밀번호를 바꾸고 루트 액세스 키를 삭제한 뒤 MFA가 켜져 있는지 확인하세요.",
        "do_now": "내일로 미루지 말고 지금 대응하세요. 도움을 요청하고 조치 내용을 기록해 두세요.",
        "do_ask": "담당자에게 본인이 한 일인지 확인하고, 아니라면 바로 다음 조치를 하세요.",
        "do_key": "액세스 키를 비활성화하거나 역할의 세션을 취소하고(IAM, 활성 세션 취소) 비밀번호를 바꾸세요.",
        "do_trail": "같은 사용자나 키가 한 일을 모든 리전의 CloudTrail에서 확인하세요.",
        "do_leftovers": "새로 생긴 사용자, 키, 역할, 함수, 인스턴스가 남아 있는지 모든 리전에서 찾아보세요.",
        "do_isolate": "규칙이 없는 보안 그룹을 붙여 인스턴스를 격리하세요. 아직 종료하지는 마세요.",
        "do_snapshot": "나중에 조사할 수 있도록 디스크 스냅샷을 만들어 두세요.",
        "do_role": "연결된 역할의 세션을 취소하세요. 자격 증명이 유출되었을 수 있습니다.",
        "do_rebuild": "침입 경로를 찾아 막은 뒤 깨끗한 이미지로 다시 구축하세요.",
        "do_bucket": "퍼블릭 액세스 차단을 켜고 버킷 정책을 되돌리세요.",
        "do_reads": "어떤 객체가 읽히거나 삭제되었는지 확인하세요(S3 데이터 이벤트, 액세스 로그).",
        "do_object": "객체를 열지 말고 접근을 막은 뒤 격리하거나 삭제하세요.",
        "do_origin": "누가 올렸고 그 뒤로 누가 내려받았는지 확인하세요.",
        "do_pod": "워크로드를 중지하고, 컨테이너 탈출이 의심되면 노드를 격리하세요.",
        "do_k8s_user": "쿠버네티스 사용자의 권한을 확인하고 불필요한 권한을 회수하세요.",
        "do_task": "태스크나 컨테이너를 중지하고 이미지와 로그를 보관하세요.",
        "do_function": "예약된 동시성을 0으로 설정해 함수를 멈추세요.",
        "do_code": "코드, 계층, 환경 변수가 바뀌었는지 확인하고 다시 배포하세요.",
        "do_closed": "데이터베이스의 퍼블릭 액세스를 끄고 보안 그룹을 좁히세요.",
        "do_password": "시도 대상이 된 데이터베이스 사용자의 비밀번호를 바꾸세요.",
        "do_queries": "로그인에 성공한 기록이 있다면 무엇을 읽고 바꿨는지 확인하세요.",
        "do_aws": "AWS Support에 문의하세요. 요금이 늘고 있다면 함께 알리세요.",
    },
}
