"""The command line: arguments to settings to the work; no work of its own."""
