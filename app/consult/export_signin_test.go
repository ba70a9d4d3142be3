package consult

var (
	CodeAt = codeAt
	Wait   = wait
)
