"""What is done with the archive later: search, download, verify, re-render, and rebuild the ledger from it."""
