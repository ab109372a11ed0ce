"""Work with the archive: search, download, verify, re-render, rebuild the ledger."""
