"""HTTP client of the control plane: login, projects, attachments. Nothing here is asked before it is needed."""
