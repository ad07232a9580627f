"""CloudWatch's alarm evaluation on one machine: definitions in, state changes in AWS's own words out."""
