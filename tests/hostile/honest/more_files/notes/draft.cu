// not this one
