"""The one table: the names in it, and how it is made. The stack's template says the same, and a test compares them."""

from __future__ import annotations

KEY, VERSION, TAG, DUE, SHARD, OF, EXPIRES, BODY = "pk", "ver", "tag", "due", "shard", "of", "expires", "body"
DUE_INDEX, OF_INDEX = "by-due", "by-of"  # a name has three letters at least

# What CreateTable takes, but for the table's name. Both indexes are sparse: a row that waits for nothing, or belongs
# to nothing, is in neither. They hold keys alone, since every row found by them is read again (dynamodb_store).
SHAPE = {
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [
        {"AttributeName": KEY, "AttributeType": "S"},
        {"AttributeName": SHARD, "AttributeType": "S"},
        {"AttributeName": DUE, "AttributeType": "N"},
        {"AttributeName": OF, "AttributeType": "S"},
    ],
    "KeySchema": [{"AttributeName": KEY, "KeyType": "HASH"}],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": DUE_INDEX,
            "KeySchema": [
                {"AttributeName": SHARD, "KeyType": "HASH"},
                {"AttributeName": DUE, "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "KEYS_ONLY"},
        },
        {
            "IndexName": OF_INDEX,
            "KeySchema": [
                {"AttributeName": OF, "KeyType": "HASH"},
                {"AttributeName": KEY, "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "KEYS_ONLY"},
        },
    ],
}
# What UpdateTimeToLive and UpdateContinuousBackups take beside it. ``expires`` is in seconds.
TIME_TO_LIVE = {"Enabled": True, "AttributeName": EXPIRES}
BACKUPS = {"PointInTimeRecoveryEnabled": True}
