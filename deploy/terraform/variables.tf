variable "package" {
  type        = string
  description = "Path of tocsin-lambda.zip, as `make dist` builds it."
}

variable "package_digest" {
  type        = string
  default     = ""
  description = "Digest of the package's sources, as `tocsin template --digest` prints it: the function carries it as a tag."
}

variable "name" {
  type        = string
  default     = "tocsin"
  description = "Everything is called after it. Another name makes everything anew: what the table knew is gone."

  validation {
    condition     = can(regex("^[A-Za-z][A-Za-z0-9-]{2,36}$", var.name))
    error_message = "A letter, then 2 to 36 letters, digits and hyphens."
  }
}

variable "slack_mode" {
  type        = string
  default     = "webhook"
  description = "A webhook only posts. A bot edits its messages: one message per alarm, which changes colour."

  validation {
    condition     = contains(["webhook", "bot"], var.slack_mode)
    error_message = "Either webhook or bot."
  }
}

variable "slack_channel" {
  type        = string
  default     = ""
  description = "For a bot, the id of its channel (C0123456789). A webhook knows its channel."

  validation {
    condition     = can(regex("^[A-Z0-9]*$", var.slack_channel))
    error_message = "The channel's id (C0123456789), not its name."
  }
}

variable "language" {
  type        = string
  default     = "en"
  description = "Language of the messages: en or ko."

  validation {
    condition     = contains(["en", "ko"], var.language)
    error_message = "Either en or ko."
  }
}

variable "time_zone" {
  type        = string
  default     = ""
  description = "Of the times in messages, e.g. Asia/Seoul or +09:00. Empty: the language's usual one."
}

variable "ops_email" {
  type        = string
  default     = ""
  description = "Gets an e-mail when tocsin itself is in trouble. AWS asks that address to confirm first. Empty: nobody does."
}

variable "accounts" {
  type        = list(string)
  default     = []
  description = "Accounts whose alarms are let in. Each needs a spoke, which hands them on."

  validation {
    condition     = alltrue([for each in var.accounts : can(regex("^[0-9]{12}$", each))])
    error_message = "Accounts have twelve digits each."
  }
}

variable "organization_id" {
  type        = string
  default     = ""
  description = "Lets in the alarms of every account of this organization (o-...) that has a spoke. Empty: of none."

  validation {
    condition     = can(regex("^(o-[a-z0-9]{10,32})?$", var.organization_id))
    error_message = "An organization's id (o-...)."
  }
}

variable "log_retention_days" {
  type        = number
  default     = 30
  description = "How long the function's log is kept."

  validation {
    condition     = contains([7, 14, 30, 60, 90, 180, 365], var.log_retention_days)
    error_message = "One of 7, 14, 30, 60, 90, 180, 365."
  }
}

variable "encrypt_topics" {
  type        = bool
  default     = false
  description = "A key of your own for both topics (1 USD a month), whose policy lets CloudWatch and the others use it."
}

variable "alarm_details" {
  type        = bool
  default     = true
  description = "Asks CloudWatch about each alarm of this account - its setting, its tags, a chart. 0.01 USD per 1,000 metrics."
}

variable "slack_buttons" {
  type        = bool
  default     = false
  description = "Opens a public address where Slack can hand in clicks. Needs the signing secret: see the output signing_secret_name."
}
