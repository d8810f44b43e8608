"""What proves an acceptance: the chain of facts, the papers that carry it, and checking them."""
