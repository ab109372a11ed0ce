"""Lambda entry points."""

import gc

# A start creates many objects that stay. With Python's default, the collector looks through them again and again.
gc.set_threshold(20_000)
