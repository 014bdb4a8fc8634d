"""`python -m diabolo` does what `diabolo` does."""

import sys

from diabolo.cli import main

__all__: list[str] = []

if __name__ == "__main__":
    sys.exit(main())
