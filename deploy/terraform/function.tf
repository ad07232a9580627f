resource "aws_lambda_function" "function" {
  function_name    = var.name
  description      = "Shows AWS alarms in Slack."
  runtime          = "python3.13"
  architectures    = ["arm64"]
  handler          = "tocsin.handler.lambda_handler"
  memory_size      = 256
  timeout          = 30
  role             = aws_iam_role.function_role.arn
  filename         = var.package
  source_code_hash = filebase64sha256(var.package)
  tags             = var.package_digest == "" ? {} : { "tocsin:digest" = var.package_digest }

  environment {
    variables = { for name, value in {
      TOCSIN_STORE                          = "dynamodb:${aws_dynamodb_table.table.name}"
      TOCSIN_QUEUE_URL                      = aws_sqs_queue.queue.url
      TOCSIN_MAX_RECEIVES                   = "5"
      TOCSIN_SLACK_WEBHOOK_PARAMETER        = local.is_bot ? null : "/tocsin/${var.name}/slack-webhook"
      TOCSIN_SLACK_BOT_TOKEN_PARAMETER      = local.is_bot ? "/tocsin/${var.name}/slack-bot-token" : null
      TOCSIN_SLACK_CHANNEL                  = local.is_bot ? var.slack_channel : null
      TOCSIN_SLACK_SIGNING_SECRET_PARAMETER = var.slack_buttons ? "/tocsin/${var.name}/slack-signing-secret" : null
      TOCSIN_METRICS_NAMESPACE              = "tocsin/${var.name}" # a second one must not hide this one's silence
      TOCSIN_CANARY                         = "arn:${local.partition}:cloudwatch:${local.region}:${local.account}:alarm:${var.name}-canary"
      TOCSIN_ACCOUNT_NAMES                  = "/tocsin/${var.name}/accounts"
      TOCSIN_ENRICH                         = var.alarm_details ? "on" : "off"
      TOCSIN_LANGUAGE                       = var.language
      TOCSIN_TIMEZONE                       = var.time_zone
    } : name => value if value != null }
  }

  # Without its rights it would start in vain; and a log group that Lambda had made would keep everything for ever.
  depends_on = [aws_iam_role_policy.function_role]

  lifecycle {
    precondition {
      condition     = !local.is_bot || var.slack_channel != ""
      error_message = "A bot needs the id of its channel (slack_channel)."
    }
  }
}

# The function wakes itself through its own queue, which Lambda takes for an accident after 16 rounds.
# The code has a bound of its own.
resource "aws_lambda_function_recursion_config" "function" {
  function_name  = aws_lambda_function.function.function_name
  recursive_loop = "Allow"
}

resource "aws_cloudwatch_log_group" "function_log" {
  name              = "/aws/lambda/${var.name}"
  retention_in_days = var.log_retention_days
}

resource "aws_iam_role" "function_role" {
  name_prefix = "${var.name}-" # roles belong to no region: another one of this name may live in another
  description = "What the function of ${var.name} may do"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { Service = "lambda.amazonaws.com" }
        Action    = "sts:AssumeRole"
      },
    ]
  })
}

resource "aws_iam_role_policy" "function_role" {
  name = "tocsin"
  role = aws_iam_role.function_role.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      # What Lambda itself does in the function's name
      {
        Sid      = "Log"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "${aws_cloudwatch_log_group.function_log.arn}:*"
      },
      {
        Sid      = "TakeFromQueue"
        Effect   = "Allow"
        Action   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
        Resource = aws_sqs_queue.queue.arn
      },
      {
        Sid      = "KeepFailedInvocations"
        Effect   = "Allow"
        Action   = "sqs:SendMessage"
        Resource = aws_sqs_queue.failed_invocations.arn
      },
      # What the function does: src/tocsin/aws/calls.py, and nothing else
      {
        Sid      = "Rows"
        Effect   = "Allow"
        Action   = ["dynamodb:BatchGetItem", "dynamodb:ConditionCheckItem", "dynamodb:DeleteItem", "dynamodb:PutItem"]
        Resource = aws_dynamodb_table.table.arn
      },
      {
        Sid      = "FindRows"
        Effect   = "Allow"
        Action   = "dynamodb:Query"
        Resource = ["${aws_dynamodb_table.table.arn}/index/by-due", "${aws_dynamodb_table.table.arn}/index/by-of"]
      },
      # Under the account's own key (alias/aws/ssm), which asks for no right of its own.
      {
        Sid      = "SlackSecret"
        Effect   = "Allow"
        Action   = "ssm:GetParameter"
        Resource = "arn:${local.partition}:ssm:${local.region}:${local.account}:parameter${local.secret_name}"
      },
      {
        Sid      = "AccountNames"
        Effect   = "Allow"
        Action   = "ssm:GetParameter"
        Resource = "arn:${local.partition}:ssm:${local.region}:${local.account}:parameter/tocsin/${var.name}/accounts/*"
      },
      {
        Sid      = "WakeItself"
        Effect   = "Allow"
        Action   = "sqs:SendMessage"
        Resource = aws_sqs_queue.queue.arn
      },
    ]
  })
}

# What an alarm's own message does not say. Reading only; "*" where CloudWatch takes nothing narrower: metrics are no
# resources, and DescribeAlarms tells of composite alarms only to those who may describe all.
resource "aws_iam_role_policy" "details_policy" {
  count = var.alarm_details ? 1 : 0

  name = "tocsin-details"
  role = aws_iam_role.function_role.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "AlarmsAndMetrics"
        Effect   = "Allow"
        Action   = ["cloudwatch:DescribeAlarms", "cloudwatch:GetMetricData"]
        Resource = "*"
      },
      {
        Sid      = "TagsOfAlarms"
        Effect   = "Allow"
        Action   = "cloudwatch:ListTagsForResource"
        Resource = "arn:${local.partition}:cloudwatch:*:${local.account}:alarm:*"
      },
    ]
  })
}

# Each minute: shows what is still due, and says that tocsin lives.
resource "aws_cloudwatch_event_rule" "tick" {
  name                = "${var.name}-tick" # the code knows it by this ending
  description         = "Shows what is due, and says that tocsin lives."
  schedule_expression = "rate(1 minute)"
}

resource "aws_cloudwatch_event_target" "tick" {
  rule      = aws_cloudwatch_event_rule.tick.name
  target_id = "function"
  arn       = aws_lambda_function.function.arn
}

resource "aws_lambda_permission" "tick_may_invoke" {
  function_name = aws_lambda_function.function.function_name
  action        = "lambda:InvokeFunction"
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.tick.arn
}

resource "aws_lambda_function_event_invoke_config" "async_invokes" {
  function_name                = aws_lambda_function.function.function_name
  qualifier                    = "$LATEST"
  maximum_retry_attempts       = 2
  maximum_event_age_in_seconds = 21600 # 6 hours, Lambda's most

  destination_config {
    on_failure {
      destination = aws_sqs_queue.failed_invocations.arn
    }
  }
}

# Events that were handed to the function directly and failed for good.
resource "aws_sqs_queue" "failed_invocations" {
  name                      = "${var.name}-failed"
  sqs_managed_sse_enabled   = true
  message_retention_seconds = 1209600 # 14 days
}

# The Slack door: whatever is not signed with the signing secret gets a 401 and is not looked at.
# AWS asks for both permissions since October 2025.
resource "aws_lambda_function_url" "door" {
  count = var.slack_buttons ? 1 : 0

  function_name      = aws_lambda_function.function.arn
  authorization_type = "NONE"
}

resource "aws_lambda_permission" "door_may_be_called" {
  count = var.slack_buttons ? 1 : 0

  function_name          = aws_lambda_function.function.function_name
  action                 = "lambda:InvokeFunctionUrl"
  principal              = "*"
  function_url_auth_type = "NONE"
}

# By CloudFormation: version 5 of the provider cannot say "only through its address", and without that
# everybody could hand the function whatever they like.
resource "aws_cloudformation_stack" "door_may_invoke" {
  count = var.slack_buttons ? 1 : 0

  name = "${var.name}-door"
  template_body = jsonencode({
    Description = "The permission of ${var.name} that opens its public address to Slack"
    Resources = {
      DoorMayInvoke = {
        Type = "AWS::Lambda::Permission"
        Properties = {
          FunctionName          = aws_lambda_function.function.function_name
          Action                = "lambda:InvokeFunction"
          Principal             = "*"
          InvokedViaFunctionUrl = true
        }
      }
    }
  })
}

resource "aws_iam_role_policy" "door_policy" {
  count = var.slack_buttons ? 1 : 0

  name = "tocsin-door"
  role = aws_iam_role.function_role.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "SigningSecret"
        Effect   = "Allow"
        Action   = "ssm:GetParameter"
        Resource = "arn:${local.partition}:ssm:${local.region}:${local.account}:parameter/tocsin/${var.name}/slack-signing-secret"
      },
    ]
  })
}
