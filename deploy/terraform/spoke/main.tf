# tocsin, a spoke: hands the alarms of this account and region on to where tocsin is at home. The same as the
# CloudFormation template (src/tocsin_cli/stack/spoke.yaml), part by part.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.id # both in version 5 of the provider and in 6

  # At home a rule would feed itself for ever.
  is_elsewhere = var.home_account != local.account || var.home_region != local.region
}

resource "aws_cloudwatch_event_rule" "all_alarms" {
  count = local.is_elsewhere ? 1 : 0

  name        = "${var.home_stack}-spoke"
  description = "State changes of all alarms of this region, to ${var.home_account} in ${var.home_region}"
  event_pattern = jsonencode({
    source      = ["aws.cloudwatch"]
    detail-type = ["CloudWatch Alarm State Change", "CloudWatch Alarm Contributor State Change"]
    # What came from elsewhere is not sent on: two homes that are each other's spoke would never end.
    account = [local.account]
    region  = [local.region]
  })
}

resource "aws_cloudwatch_event_target" "all_alarms" {
  count = local.is_elsewhere ? 1 : 0

  rule      = aws_cloudwatch_event_rule.all_alarms[0].name
  target_id = "home"
  arn       = "arn:${local.partition}:events:${var.home_region}:${var.home_account}:event-bus/default"
  role_arn  = aws_iam_role.may_hand_on[0].arn

  dead_letter_config {
    arn = aws_sqs_queue.dead_letters.arn
  }
}

resource "aws_iam_role" "may_hand_on" {
  count = local.is_elsewhere ? 1 : 0

  # Roles belong to no region: another spoke of this name may live in another. A prefix has 38 characters at most.
  name_prefix = "${substr(var.home_stack, 0, 31)}-spoke-"
  description = "Lets the rule ${var.home_stack}-spoke hand alarms on"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { Service = "events.amazonaws.com" }
        Action    = "sts:AssumeRole"
        Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
      },
    ]
  })
}

resource "aws_iam_role_policy" "may_hand_on" {
  count = local.is_elsewhere ? 1 : 0

  name = "home"
  role = aws_iam_role.may_hand_on[0].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = "events:PutEvents"
        Resource = "arn:${local.partition}:events:${var.home_region}:${var.home_account}:event-bus/default"
      },
    ]
  })
}

# What home refused, at once, or did not take for 24 hours.
resource "aws_sqs_queue" "dead_letters" {
  name                      = "${var.home_stack}-spoke-dead"
  sqs_managed_sse_enabled   = true
  message_retention_seconds = 1209600 # 14 days
}

resource "aws_sqs_queue_policy" "dead_letters_policy" {
  count = local.is_elsewhere ? 1 : 0

  queue_url = aws_sqs_queue.dead_letters.url
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "AllAlarms"
        Effect    = "Allow"
        Principal = { Service = "events.amazonaws.com" }
        Action    = "sqs:SendMessage"
        Resource  = aws_sqs_queue.dead_letters.arn
        Condition = { ArnEquals = { "aws:SourceArn" = aws_cloudwatch_event_rule.all_alarms[0].arn } }
      },
    ]
  })
}
