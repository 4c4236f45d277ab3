"""The peers as small servers of ours, each in its own best manner."""
