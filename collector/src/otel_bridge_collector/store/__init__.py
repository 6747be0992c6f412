"""The embedded store of rows and of the control plane."""
