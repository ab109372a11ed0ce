"""Files for machines: CSV, summary.json, and their dictionary."""
