"""What an app traced in a test: recorded instead of sent, and read as rows. The pytest plugin is its user."""
