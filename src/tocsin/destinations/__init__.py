"""Where messages are shown: one module or folder per destination."""
