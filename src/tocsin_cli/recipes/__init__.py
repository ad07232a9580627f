"""Good alarms as recipes: what each watches and why, what there is to watch, and what it would have done."""
