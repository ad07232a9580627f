"""The CloudFormation stack: what it is, how it is put together and how it is changed."""
