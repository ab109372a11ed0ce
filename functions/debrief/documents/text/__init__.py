"""Text for readers: figures, times, labels, cleaned names."""
