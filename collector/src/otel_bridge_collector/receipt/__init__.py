"""What became of the spans of each process that sends: a ledger that follows the spool behind the store."""
