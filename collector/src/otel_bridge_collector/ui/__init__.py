"""The web page: server-rendered, without script. It reads through the query language and writes through the one door."""
