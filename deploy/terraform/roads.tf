# Let your own alarms act on this topic; budgets and cost anomalies may publish to it too.
resource "aws_sns_topic" "topic" {
  name              = var.name
  display_name      = "tocsin"
  kms_master_key_id = var.encrypt_topics ? aws_kms_key.key[0].key_id : null
}

resource "aws_sns_topic_policy" "topic_policy" {
  arn = aws_sns_topic.topic.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      # By account and not by alarm: an alarm's name may hold letters that a policy's pattern may not.
      {
        Sid       = "AlarmsBudgetsAndCostAlerts"
        Effect    = "Allow"
        Principal = { Service = ["cloudwatch.amazonaws.com", "budgets.amazonaws.com", "costalerts.amazonaws.com"] }
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.topic.arn
        Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
      },
      # A policy of one's own takes the place of the usual one, which lets the account's own people in.
      {
        Sid       = "TheAccountItself"
        Effect    = "Allow"
        Principal = { AWS = "arn:${local.partition}:iam::${local.account}:root" }
        Action    = ["sns:Publish", "sns:Subscribe", "sns:GetTopicAttributes", "sns:ListSubscriptionsByTopic"]
        Resource  = aws_sns_topic.topic.arn
      },
    ]
  })
}

resource "aws_sns_topic_subscription" "topic_to_queue" {
  topic_arn = aws_sns_topic.topic.arn
  protocol  = "sqs"
  endpoint  = aws_sqs_queue.queue.arn
  # The envelope stays: it says when SNS took the message, and from which topic.
  raw_message_delivery = false
  redrive_policy       = jsonencode({ deadLetterTargetArn = aws_sqs_queue.dead_letters.arn })
}

# Every alarm of this region, whether it acts on the topic or not; what comes by both roads is told once.
resource "aws_cloudwatch_event_rule" "all_alarms" {
  name        = "${var.name}-all-alarms"
  description = "State changes of all alarms but those about tocsin itself."
  event_pattern = jsonencode({
    source      = ["aws.cloudwatch"]
    detail-type = ["CloudWatch Alarm State Change", "CloudWatch Alarm Contributor State Change"]
    detail = {
      alarmName = [{
        # By name and not by prefix: another one may be called tocsin-2. Keep this list as watch.tf is.
        anything-but = [
          "${var.name}-dead-letters",
          "${var.name}-failed-invocations",
          "${var.name}-function-errors",
          "${var.name}-oldest-event",
          "${var.name}-oldest-due",
          "${var.name}-heartbeat",
        ]
      }]
    }
  })
}

resource "aws_cloudwatch_event_target" "all_alarms" {
  rule      = aws_cloudwatch_event_rule.all_alarms.name
  target_id = "queue"
  arn       = aws_sqs_queue.queue.arn

  dead_letter_config {
    arn = aws_sqs_queue.dead_letters.arn
  }
}

# What other accounts' spokes (spoke/) hand on comes by this bus to the rule above. They may put state changes of alarms
# there and nothing else; a source that begins with aws. nobody can claim who is not AWS.
# By CloudFormation: of the provider's resources one knows no such condition, and the other writes the policy of the whole
# bus, over what others have let in.
resource "aws_cloudformation_stack" "accounts_may_hand_on" {
  count = length(var.accounts) > 0 ? 1 : 0

  name = "${var.name}-accounts"
  template_body = jsonencode({
    Description = "Lets the alarms of other accounts in to ${var.name}"
    Resources = {
      AccountsMayHandOn = {
        Type = "AWS::Events::EventBusPolicy"
        Properties = {
          EventBusName = "default"
          StatementId  = "${var.name}-accounts"
          Statement = {
            Effect    = "Allow"
            Principal = { AWS = var.accounts }
            Action    = "events:PutEvents"
            Resource  = "arn:${local.partition}:events:${local.region}:${local.account}:event-bus/default"
            Condition = {
              # Both keys have several values, as a request may have several events.
              "ForAllValues:StringEquals" = {
                "events:source"      = "aws.cloudwatch"
                "events:detail-type" = ["CloudWatch Alarm State Change", "CloudWatch Alarm Contributor State Change"]
              }
            }
          }
        }
      }
    }
  })
}

resource "aws_cloudformation_stack" "organization_may_hand_on" {
  count = var.organization_id != "" ? 1 : 0

  name = "${var.name}-organization"
  template_body = jsonencode({
    Description = "Lets the alarms of an organization in to ${var.name}"
    Resources = {
      OrganizationMayHandOn = {
        Type = "AWS::Events::EventBusPolicy"
        Properties = {
          EventBusName = "default"
          StatementId  = "${var.name}-organization"
          Statement = {
            Effect    = "Allow"
            Principal = "*"
            Action    = "events:PutEvents"
            Resource  = "arn:${local.partition}:events:${local.region}:${local.account}:event-bus/default"
            Condition = {
              "ForAllValues:StringEquals" = {
                "events:source"      = "aws.cloudwatch"
                "events:detail-type" = ["CloudWatch Alarm State Change", "CloudWatch Alarm Contributor State Change"]
              }
              StringEquals = { "aws:PrincipalOrgID" = var.organization_id }
            }
          }
        }
      }
    }
  })
}

# Alarms cannot publish to a topic under AWS's own key (alias/aws/sns): its policy admits no service. This one does.
resource "aws_kms_key" "key" {
  count = var.encrypt_topics ? 1 : 0

  description             = "Topics of ${var.name}"
  enable_key_rotation     = true
  deletion_window_in_days = 7
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      # A key's policy stands on the key: "*" is this key and no other.
      {
        Sid       = "TheAccountItself"
        Effect    = "Allow"
        Principal = { AWS = "arn:${local.partition}:iam::${local.account}:root" }
        Action    = "kms:*"
        Resource  = "*"
      },
      {
        Sid       = "WhoPublishesToTheTopics"
        Effect    = "Allow"
        Principal = { Service = ["cloudwatch.amazonaws.com", "budgets.amazonaws.com", "costalerts.amazonaws.com"] }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
        Resource  = "*"
        Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
      },
    ]
  })
}
