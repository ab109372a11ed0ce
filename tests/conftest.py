"""For all tests: a slow machine is no failure, and a run finds what the run before it found."""

from hypothesis import settings

settings.register_profile("debrief", deadline=None, derandomize=True)
settings.load_profile("debrief")
