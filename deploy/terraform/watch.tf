# What tocsin says about itself must not go through tocsin: these act on a topic of their own, with an e-mail address.
resource "aws_sns_topic" "ops_topic" {
  name              = "${var.name}-ops"
  display_name      = "tocsin in trouble"
  kms_master_key_id = var.encrypt_topics ? aws_kms_key.key[0].key_id : null
}

resource "aws_sns_topic_policy" "ops_topic_policy" {
  arn = aws_sns_topic.ops_topic.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "Alarms"
        Effect    = "Allow"
        Principal = { Service = "cloudwatch.amazonaws.com" }
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.ops_topic.arn
        Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
      },
      {
        Sid       = "TheAccountItself"
        Effect    = "Allow"
        Principal = { AWS = "arn:${local.partition}:iam::${local.account}:root" }
        Action    = ["sns:Publish", "sns:Subscribe", "sns:GetTopicAttributes", "sns:ListSubscriptionsByTopic"]
        Resource  = aws_sns_topic.ops_topic.arn
      },
    ]
  })
}

# Last of all: until the first beat the heartbeat's alarm fires, for what is missing breaches. Whoever has not been asked
# yet whether they want mail gets none of that.
resource "aws_sns_topic_subscription" "ops_by_email" {
  count = var.ops_email != "" ? 1 : 0

  topic_arn = aws_sns_topic.ops_topic.arn
  protocol  = "email"
  endpoint  = var.ops_email

  depends_on = [
    aws_cloudwatch_metric_alarm.heartbeat_alarm,
    aws_lambda_event_source_mapping.mapping,
    aws_lambda_permission.tick_may_invoke,
  ]
}

resource "aws_cloudwatch_metric_alarm" "dead_letters_alarm" {
  alarm_name          = "${var.name}-dead-letters"
  alarm_description   = "Events could not be processed; they wait in ${var.name}-dead. See `tocsin redrive`."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = aws_sqs_queue.dead_letters.name }
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 1
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.ops_topic.arn]
  ok_actions          = [aws_sns_topic.ops_topic.arn]
}

resource "aws_cloudwatch_metric_alarm" "failed_invocations_alarm" {
  alarm_name          = "${var.name}-failed-invocations"
  alarm_description   = "Invocations failed for good; they wait in ${var.name}-failed. See `tocsin redrive`."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = aws_sqs_queue.failed_invocations.name }
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 1
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.ops_topic.arn]
  ok_actions          = [aws_sns_topic.ops_topic.arn]
}

resource "aws_cloudwatch_metric_alarm" "function_errors_alarm" {
  alarm_name          = "${var.name}-function-errors"
  alarm_description   = "The function failed in 3 of 5 minutes. See `tocsin logs`."
  namespace           = "AWS/Lambda"
  metric_name         = "Errors"
  dimensions          = { FunctionName = aws_lambda_function.function.function_name }
  statistic           = "Sum"
  period              = 60
  evaluation_periods  = 5
  datapoints_to_alarm = 3
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.ops_topic.arn]
  ok_actions          = [aws_sns_topic.ops_topic.arn]
}

# What is not taken from the queue for four days is gone, and meanwhile the minute tick would go on as if all were well.
resource "aws_cloudwatch_metric_alarm" "oldest_event_alarm" {
  alarm_name          = "${var.name}-oldest-event"
  alarm_description   = "For more than 20 minutes an event has waited in the queue, and the function did not take it. See `tocsin doctor`."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateAgeOfOldestMessage"
  dimensions          = { QueueName = aws_sqs_queue.queue.name }
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 3
  threshold           = 1200 # poison is gone by then: it comes five times, every three minutes
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.ops_topic.arn]
  ok_actions          = [aws_sns_topic.ops_topic.arn]
}

resource "aws_cloudwatch_metric_alarm" "oldest_due_alarm" {
  alarm_name          = "${var.name}-oldest-due"
  alarm_description   = "A message has been due for more than 5 minutes and Slack does not show it. See `tocsin status`."
  namespace           = "tocsin/${var.name}"
  metric_name         = "OldestDue"
  statistic           = "Maximum"
  unit                = "Seconds"
  period              = 60
  evaluation_periods  = 3
  threshold           = 300
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching" # the heartbeat's alarm tells of silence
  alarm_actions       = [aws_sns_topic.ops_topic.arn]
  ok_actions          = [aws_sns_topic.ops_topic.arn]
}

resource "aws_cloudwatch_metric_alarm" "heartbeat_alarm" {
  alarm_name          = "${var.name}-heartbeat"
  alarm_description   = "For 15 minutes the function has not run, or could not reach its table. See `tocsin status`."
  namespace           = "tocsin/${var.name}"
  metric_name         = "Heartbeat"
  statistic           = "Sum"
  period              = 60
  evaluation_periods  = 15
  datapoints_to_alarm = 15
  threshold           = 1
  comparison_operator = "LessThanThreshold"
  treat_missing_data  = "breaching"
  alarm_actions       = [aws_sns_topic.ops_topic.arn]
  ok_actions          = [aws_sns_topic.ops_topic.arn]
}

# Nobody writes its metric: it changes only when a test sets it, and goes the way that your alarms go.
resource "aws_cloudwatch_metric_alarm" "canary" {
  alarm_name          = "${var.name}-canary"
  alarm_description   = "TEST: `tocsin test` sets this alarm to see that alarms arrive. Nothing is wrong."
  namespace           = "tocsin/${var.name}"
  metric_name         = "Canary"
  statistic           = "Sum"
  period              = 60
  evaluation_periods  = 1
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "ignore" # it keeps the state that the test set
  alarm_actions       = [aws_sns_topic.topic.arn]
  ok_actions          = [aws_sns_topic.topic.arn]
}
