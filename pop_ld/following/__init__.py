"""Keeps the data folder of a reader in step with that of a writer: parts by name, files by checksum, verified before they are served.

``parts`` says what a reader opens beside and in a release, ``listing`` tells its files with their checksums (``checksums`` keeps these),
``sources`` and ``http_source`` fetch them, ``mirror`` brings what is missing, switches and prunes, and ``keeping`` does so again and again.
"""
