"""Registrations compared with attendance: who registered, who came, who did not."""
