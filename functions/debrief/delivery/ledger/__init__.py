"""The ledger: what is known of each session, delivery and address, in SQLite or in DynamoDB."""
