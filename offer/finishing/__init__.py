"""The last steps of a page and of its files: style, links, names, compression."""
