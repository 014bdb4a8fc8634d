"""Closed forms: solutions that linear algebra gives in one pass, without a training loop."""
