"""AWS: clients, and what an error of a service means."""
