"""What is handed to AWS: the Lambda package, built the same on every machine."""
