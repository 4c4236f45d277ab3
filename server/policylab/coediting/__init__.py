"""Writing one text together, live: who wrote what, stored before anybody else sees it."""
