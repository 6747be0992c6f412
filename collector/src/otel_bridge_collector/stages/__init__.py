"""Parts of the composition root: each builds and starts one stage of the sidecar, and says how it is stopped."""
