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

  validation {
    condition     = can(regex("^[a-z]{2,5}(-[a-z]+)+-[0-9]+$", var.home_region))
    error_message = "A region as AWS writes it, such as eu-north-1."
  }
}

variable "home_stack" {
  type        = string
  default     = "tocsin"
  description = "What tocsin is called there (its name). What is made here is called after it."

  validation {
    condition     = can(regex("^[A-Za-z][A-Za-z0-9-]{2,49}$", var.home_stack))
    error_message = "A letter, then 2 to 49 letters, digits and hyphens."
  }
}
