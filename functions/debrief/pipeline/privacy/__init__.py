"""The index of people, and the tombstones of erased people, which every export and email respects."""
