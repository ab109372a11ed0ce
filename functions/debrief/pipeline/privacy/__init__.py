"""What every export and every email obeys: the index of people, and tombstones of erased ones."""
