"""From another function that posts alarms to Slack to tocsin: what is there, and the steps without a gap."""
