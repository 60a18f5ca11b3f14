"""Stands for OpenTelemetry on machines that do not have it: as much of the public shape of its API as iron_cage uses, and providers that keep what they are given."""
