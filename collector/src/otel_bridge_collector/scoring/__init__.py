"""Online scoring: rules of projects, run over logs beside the way in."""
