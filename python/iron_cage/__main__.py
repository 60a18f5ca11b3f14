"""python -m iron_cage: the command line."""
from iron_cage._cli import main

if __name__ == "__main__":
    raise SystemExit(main())
