"""What `policylab` can be told to do, by what it is done to."""
