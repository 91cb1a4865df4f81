"""Other engines on the same work. Each module runs in a process of its own: `python -m rivals.NAME --data FOLDER`."""
