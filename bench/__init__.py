"""Benchmarks: each prints ratios against a named peer or limit, measured in one run on the machine at hand."""
