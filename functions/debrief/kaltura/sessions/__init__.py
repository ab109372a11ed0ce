"""Find sessions, rooms, schedule events, virtual events and organizers."""
