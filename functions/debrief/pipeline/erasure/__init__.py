"""Erasing a person: where they are, the erasure, the proof of it; and the export of what is held about them."""
