"""What every kind needs to read events that nobody may trust: fields, times, ARNs, console links, shortening."""
