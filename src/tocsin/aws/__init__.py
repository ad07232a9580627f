"""What tocsin does with AWS itself: the one room whose modules call it, and only by the calls that ``calls`` lists."""
