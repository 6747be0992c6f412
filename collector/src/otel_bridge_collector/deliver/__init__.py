"""From the spool to each sink: read, decode, translate, send, advance."""
