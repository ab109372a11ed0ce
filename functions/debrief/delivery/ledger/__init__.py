"""The ledger: records of sessions, deliveries, links and addresses, in SQLite or DynamoDB."""
