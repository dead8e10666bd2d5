"""The daily suite: small pieces of a developer's day, and how often an agent gets them done."""
