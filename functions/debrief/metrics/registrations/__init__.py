"""Compare registrations with attendance: who registered, who came, who did not."""
