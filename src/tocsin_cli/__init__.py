"""tocsin's commands: what stays on the laptop."""
