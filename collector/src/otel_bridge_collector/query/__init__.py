"""Query text to a tree, to a plan, to SQL; does no I/O."""
