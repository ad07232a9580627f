"""tocsin on one machine: metrics, alarms, SNS and Slack without any account."""
