"""Work with the archive: search, download, verify and re-render it, and rebuild the ledger."""
