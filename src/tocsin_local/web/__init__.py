"""The stage's own web server: where events are handed in, on loopback alone."""
