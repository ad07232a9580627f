output "topic_arn" {
  description = "Let your alarms act on this topic."
  value       = aws_sns_topic.topic.arn
}

output "queue_url" {
  description = "Where everything waits for the function."
  value       = aws_sqs_queue.queue.url
}

output "dead_letters_url" {
  description = "What could not be processed."
  value       = aws_sqs_queue.dead_letters.url
}

output "failed_invocations_url" {
  description = "Direct invocations that failed for good, each wrapped in its record."
  value       = aws_sqs_queue.failed_invocations.url
}

output "function_name" {
  description = "The function that shows alarms."
  value       = aws_lambda_function.function.function_name
}

output "log_group_name" {
  description = "What it did, and why."
  value       = aws_cloudwatch_log_group.function_log.name
}

output "table_name" {
  description = "What it remembers."
  value       = aws_dynamodb_table.table.name
}

output "ops_topic_arn" {
  description = "Where alarms about tocsin itself go."
  value       = aws_sns_topic.ops_topic.arn
}

output "canary_name" {
  description = "The alarm that is set to see that alarms arrive."
  value       = aws_cloudwatch_metric_alarm.canary.alarm_name
}

output "all_alarms_rule" {
  description = "The rule that brings every alarm of the region."
  value       = aws_cloudwatch_event_rule.all_alarms.name
}

output "tick_rule" {
  description = "The rule that wakes the function each minute."
  value       = aws_cloudwatch_event_rule.tick.name
}

output "secret_name" {
  description = "Make a parameter of type SecureString with this name. Until it is there, alarms wait; then all are shown."
  value       = local.secret_name
}

output "door_url" {
  description = "Slack's Interactivity Request URL, null without buttons."
  value       = one(aws_lambda_function_url.door[*].function_url)
}

output "signing_secret_name" {
  description = "With slack_buttons: make a parameter of type SecureString with this name and your Slack app's signing secret."
  value       = var.slack_buttons ? "/tocsin/${var.name}/slack-signing-secret" : null
}
