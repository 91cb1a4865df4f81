"""`compare_datasets` on Spark: the package, its sessions, and the same answers as the native command gives."""
