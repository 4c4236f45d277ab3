"""Where delegations stand on a text: drafted inside, cleared by the head, then released."""
