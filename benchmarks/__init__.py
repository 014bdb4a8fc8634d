"""The bars that Diabolo is measured against, each beside its peer in one run: `make bench`."""
