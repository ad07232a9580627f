"""Finds what keeps alarms from Slack without a sound. The list of what is looked at: checks.py."""
