"""What the engine does slowly, done better: a query goes in, the same solutions come out sooner."""
