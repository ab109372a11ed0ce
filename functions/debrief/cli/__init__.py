"""The `debrief` command: what Lambda does, by hand, on one machine. It starts in main.py."""
