"""One module per convention."""
