"""Where LLM requests are seen leaving the process: methods patched on the classes of HTTP clients while protections exist."""
