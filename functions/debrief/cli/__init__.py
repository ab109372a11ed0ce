"""The `debrief` command: run the work of the Lambda functions on one machine. It starts in main.py."""
