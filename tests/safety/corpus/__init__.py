"""The labelled corpus: texts with values of every kind placed in them, made anew from a seed and never stored."""
