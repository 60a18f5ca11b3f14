"""python -m iron_sandbox: see :mod:`iron_sandbox._cli`."""
from iron_sandbox._cli import main

if __name__ == "__main__":
    raise SystemExit(main())
