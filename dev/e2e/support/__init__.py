"""What the live tours stand on: a server, a shop, a till in a browser, an audit."""
