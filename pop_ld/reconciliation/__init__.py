"""Names and what else is known of things in, the notices, agents, concepts and places that they may be out: scored, with reasons."""
