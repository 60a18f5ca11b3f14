def check(f): pass
