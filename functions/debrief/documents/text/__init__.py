"""Words and numbers for a reader: figures, times, labels, cleaned names."""
