"""Pretending outside systems: programs of their own, which speak HTTP and know nothing of the house but its address."""
