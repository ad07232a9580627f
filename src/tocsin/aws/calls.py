"""Every AWS call that the function makes, once: the client makes no other, and the stack's policy allows no other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Resource = Literal["table", "index", "parameter", "signing", "name", "queue", "alarm", "any"]


@dataclass(frozen=True, slots=True)
class Call:
    """One action of a service, the IAM actions that it needs and what they are needed on.

    ``resource``: the table, its indexes (``table/…/index/*``), the secret's parameter, that of the signing secret (only
    where the Slack door is open), those of accounts' names, the function's own queue, this account's alarms in all
    regions, or anything (where a narrower permission is none: both of these only where alarms are asked about).
    """

    service: str
    action: str
    resource: Resource
    permissions: tuple[str, ...]


BATCH_GET = Call("dynamodb", "BatchGetItem", "table", ("dynamodb:BatchGetItem",))
QUERY = Call("dynamodb", "Query", "index", ("dynamodb:Query",))
PUT = Call("dynamodb", "PutItem", "table", ("dynamodb:PutItem",))
DELETE = Call("dynamodb", "DeleteItem", "table", ("dynamodb:DeleteItem",))
# IAM knows no transaction, only what it is made of:
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
TRANSACT = Call("dynamodb", "TransactWriteItems", "table", ("dynamodb:PutItem", "dynamodb:ConditionCheckItem"))
# A SecureString under the account's own key alias/aws/ssm needs no right of its own on that key; another key does:
# https://docs.aws.amazon.com/kms/latest/developerguide/services-parameter-store.html
GET_PARAMETER = Call("ssm", "GetParameter", "parameter", ("ssm:GetParameter",))
GET_SIGNING_SECRET = Call("ssm", "GetParameter", "signing", ("ssm:GetParameter",))
GET_ACCOUNT_NAME = Call("ssm", "GetParameter", "name", ("ssm:GetParameter",))
SEND_MESSAGE = Call("sqs", "SendMessage", "queue", ("sqs:SendMessage",))
# With a narrower scope than "*" it tells of no composite alarm:
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
DESCRIBE_ALARMS = Call("cloudwatch", "DescribeAlarms", "any", ("cloudwatch:DescribeAlarms",))
LIST_TAGS = Call("cloudwatch", "ListTagsForResource", "alarm", ("cloudwatch:ListTagsForResource",))
# Metrics are no resources:
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html
GET_METRIC_DATA = Call("cloudwatch", "GetMetricData", "any", ("cloudwatch:GetMetricData",))

CALLS = (
    BATCH_GET,
    QUERY,
    PUT,
    DELETE,
    TRANSACT,
    GET_PARAMETER,
    GET_SIGNING_SECRET,
    GET_ACCOUNT_NAME,
    SEND_MESSAGE,
    DESCRIBE_ALARMS,
    LIST_TAGS,
    GET_METRIC_DATA,
)
