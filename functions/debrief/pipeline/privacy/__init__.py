"""The people index, and the tombstones of erased people, which every export and email respects."""
