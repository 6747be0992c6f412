"""How much each caller may send in a second; charged where requests are taken in."""
