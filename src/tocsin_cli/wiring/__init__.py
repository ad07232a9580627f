"""Joins what an account already has, topics and alarms, to the stack, and takes it apart again."""
