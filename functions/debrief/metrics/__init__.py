"""Pure arithmetic: from the rows of one session to its metrics, sections and warnings."""
