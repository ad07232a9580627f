# The same as src/tocsin/aws/table.py says. Both indexes are sparse: most rows are in neither.
resource "aws_dynamodb_table" "table" {
  name         = var.name
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "pk"

  attribute {
    name = "pk"
    type = "S"
  }

  attribute {
    name = "shard"
    type = "S"
  }

  attribute {
    name = "due"
    type = "N"
  }

  attribute {
    name = "of"
    type = "S"
  }

  global_secondary_index {
    name            = "by-due"
    hash_key        = "shard"
    range_key       = "due"
    projection_type = "KEYS_ONLY"
  }

  global_secondary_index {
    name            = "by-of"
    hash_key        = "of"
    range_key       = "pk"
    projection_type = "KEYS_ONLY"
  }

  ttl {
    attribute_name = "expires"
    enabled        = true
  }

  point_in_time_recovery {
    enabled = true
  }
}
