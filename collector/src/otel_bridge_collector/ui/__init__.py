"""The web page: server-rendered, and livelier with script. It reads through the query language and writes through the one door."""
