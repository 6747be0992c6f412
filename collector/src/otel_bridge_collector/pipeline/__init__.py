"""From the configuration to destinations: what of the spool goes where, through which steps."""
