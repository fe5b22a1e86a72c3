"""Where links come from and where they go: files of links in, candidates found, named graphs and a release's file of links out."""
