variable "home_account" {
  type        = string
  description = "The account in which tocsin is. It must let this account in (its accounts, organization_id)."

  validation {
    condition     = can(regex("^[0-9]{12}$", var.home_account))
    error_message = "An account's twelve digits."
  }
}

variable "home_region" {
  type        = string
  description = "The region in which tocsin is."
}

variable "home_stack" {
  type        = string
  default     = "tocsin"
  description = "What tocsin is called there (its name). What is made here is called after it."
}
