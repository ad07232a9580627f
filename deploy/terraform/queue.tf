resource "aws_sqs_queue" "queue" {
  name                       = var.name
  sqs_managed_sse_enabled    = true
  message_retention_seconds  = 345600 # 4 days
  visibility_timeout_seconds = 180    # six times the function's timeout, as AWS asks for
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead_letters.arn
    maxReceiveCount     = 5 # the function is told the same number (TOCSIN_MAX_RECEIVES)
  })
}

resource "aws_sqs_queue_policy" "queue_policy" {
  queue_url = aws_sqs_queue.queue.url
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "Topic"
        Effect    = "Allow"
        Principal = { Service = "sns.amazonaws.com" }
        Action    = "sqs:SendMessage"
        Resource  = aws_sqs_queue.queue.arn
        Condition = { ArnEquals = { "aws:SourceArn" = aws_sns_topic.topic.arn } }
      },
      {
        Sid       = "AllAlarms"
        Effect    = "Allow"
        Principal = { Service = "events.amazonaws.com" }
        Action    = "sqs:SendMessage"
        Resource  = aws_sqs_queue.queue.arn
        Condition = { ArnEquals = { "aws:SourceArn" = aws_cloudwatch_event_rule.all_alarms.arn } }
      },
    ]
  })
}

resource "aws_lambda_event_source_mapping" "mapping" {
  event_source_arn                   = aws_sqs_queue.queue.arn
  function_name                      = aws_lambda_function.function.function_name
  batch_size                         = 10
  maximum_batching_window_in_seconds = 0 # a lone alarm must not wait
  function_response_types            = ["ReportBatchItemFailures"]

  # A new account runs 10 functions at once: half are left for others. Reserving any would fail there.
  scaling_config {
    maximum_concurrency = 5
  }
}

# What was handed out five times in vain, and what the roads could not put into the queue.
resource "aws_sqs_queue" "dead_letters" {
  name                      = "${var.name}-dead"
  sqs_managed_sse_enabled   = true
  message_retention_seconds = 1209600 # 14 days
}

resource "aws_sqs_queue_policy" "dead_letters_policy" {
  queue_url = aws_sqs_queue.dead_letters.url
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "Topic"
        Effect    = "Allow"
        Principal = { Service = "sns.amazonaws.com" }
        Action    = "sqs:SendMessage"
        Resource  = aws_sqs_queue.dead_letters.arn
        Condition = { ArnEquals = { "aws:SourceArn" = aws_sns_topic.topic.arn } }
      },
      {
        Sid       = "AllAlarms"
        Effect    = "Allow"
        Principal = { Service = "events.amazonaws.com" }
        Action    = "sqs:SendMessage"
        Resource  = aws_sqs_queue.dead_letters.arn
        Condition = { ArnEquals = { "aws:SourceArn" = aws_cloudwatch_event_rule.all_alarms.arn } }
      },
    ]
  })
}
