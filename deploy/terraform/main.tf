# tocsin: AWS alarms in Slack, the same as the CloudFormation template (src/tocsin_cli/stack/template.yaml), part by part.
# An alarm's way is the way through these files:
#
#   roads.tf     alarms, budgets, cost alerts -> topic -> queue;  state changes of all alarms -> rule -> queue
#   queue.tf     queue -> function;  what cannot be processed -> dead letters
#   function.tf  the function with its log, its role and its minute tick;  invocations that failed for good
#   memory.tf    the table: what fires, what was said about it, what is still to be said
#   watch.tf     the topic with an e-mail and alarms about tocsin itself, which never pass through tocsin; the canary
#
# The Slack secret is not here: whatever Terraform makes or reads stands in its state. The function reads a SecureString
# of Parameter Store, of which this module knows the name alone (output secret_name).

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.id # both in version 5 of the provider and in 6

  is_bot      = var.slack_mode == "bot"
  secret_name = "/tocsin/${var.name}/${local.is_bot ? "slack-bot-token" : "slack-webhook"}"
}
