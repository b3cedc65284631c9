"""Great Expectations: the rules run as expectation suites, and its own pages on request."""
