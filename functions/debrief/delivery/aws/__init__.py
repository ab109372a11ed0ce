"""AWS clients, queues, and the conversion of errors."""
