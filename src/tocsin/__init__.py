"""tocsin: AWS alarms in Slack. This folder is what runs in Lambda."""
