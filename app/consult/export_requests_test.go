package consult

// HashOf is the hash that quotes are kept with.
var HashOf = hashOf
