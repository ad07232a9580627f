"""Where rows are kept: each module here is one place, and passes the one contract of the stores."""
