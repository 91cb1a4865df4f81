"""Datasets on an S3-compatible store, read and written through S3A by Spark with the Hadoop of EMR 7."""
